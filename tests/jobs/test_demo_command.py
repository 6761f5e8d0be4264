"""The ``demo`` command: what it writes, and what it refuses to overwrite."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import typer
from sqlalchemy import func, select
from typer.testing import CliRunner

from jobs.demo import demo
from jobs.demo.command import ForeignProgramError, build
from jobs.demo.recipe import Recipe, Scale
from jobs.store import current_program, edit_program, last_batch, new_program
from program.schema import LOAD_TABLES, metadata
from program.settings import settings

TODAY = dt.date(2026, 11, 23)
THIS_MORNING = dt.datetime.combine(TODAY, dt.time(6))
TINY = Recipe(Scale("tiny", 40, 800, 10), 5, TODAY)
OTHER = Recipe(Scale("tiny", 40, 800, 10), 6, TODAY)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"duckdb:///{tmp_path / 'program.duckdb'}"


@pytest.fixture
def command(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[typer.Typer]:
    """The command on its own, writing to a database of the test's."""
    monkeypatch.setenv("QUALITY_DATABASE_URL", url)
    settings.cache_clear()
    app = typer.Typer()
    app.command()(demo)
    yield app
    settings.cache_clear()


def batch_hash(url: str) -> str:
    with current_program(url) as connection:
        assert connection is not None
        batch = last_batch(connection)
    assert batch is not None
    return batch.content_sha256


def record(url: str, source: str) -> None:
    """Publish a change of another job."""
    with edit_program(url) as writer:
        writer.record_batch(source=source, data_as_of=THIS_MORNING, content_sha256="0")


def stored_counts(url: str) -> dict[str, int]:
    with current_program(url) as connection:
        assert connection is not None
        return {
            name: connection.execute(
                select(func.count()).select_from(metadata.tables[name])
            ).scalar_one()
            for name in LOAD_TABLES
        }


def test_every_table_is_filled_and_the_data_are_of_this_morning(url: str) -> None:
    counts = build(url, TINY)
    assert counts == stored_counts(url)
    assert all(counts.values())
    with current_program(url) as connection:
        batch = last_batch(connection)
    assert (batch.source, batch.data_as_of) == ("demo", THIS_MORNING)


@pytest.mark.postgres
def test_the_same_programme_goes_into_postgresql(url: str, postgres_url: str) -> None:
    assert build(postgres_url, TINY) == build(url, TINY)
    assert batch_hash(postgres_url) == batch_hash(url)
    assert stored_counts(postgres_url) == stored_counts(url)


def test_a_demonstration_may_be_replaced_even_after_monthly_awards(url: str) -> None:
    build(url, TINY)
    record(url, "award")
    build(url, OTHER)
    assert stored_counts(url)["partner"] == 40


def test_the_same_recipe_records_the_same_content(url: str) -> None:
    build(url, TINY)
    first = batch_hash(url)
    build(url, OTHER)
    assert batch_hash(url) != first
    build(url, TINY)
    assert batch_hash(url) == first


@pytest.mark.parametrize("later", [("load",), ("load", "award")])
def test_loaded_records_are_kept_unless_forced(url: str, later: tuple[str, ...]) -> None:
    build(url, TINY)
    for source in later:
        record(url, source)
    before = batch_hash(url)
    with pytest.raises(ForeignProgramError, match="--force"):
        build(url, OTHER)
    assert batch_hash(url) == before
    build(url, OTHER, force=True)
    assert batch_hash(url) != before
    build(url, TINY)


@pytest.mark.postgres
def test_records_on_a_server_are_kept_unless_forced(postgres_url: str) -> None:
    region = pd.DataFrame(
        {"code": ["RU-MOW"], "name_ru": ["Москва"], "name_en": ["Moscow"], "country": ["RU"]}
    )
    with new_program(postgres_url) as writer:
        writer.append("region", region)
        writer.record_batch(source="load", data_as_of=THIS_MORNING, content_sha256="0")
    with pytest.raises(ForeignProgramError):
        build(postgres_url, TINY)
    assert stored_counts(postgres_url)["region"] == 1


def test_the_command_tells_what_it_wrote(command: typer.Typer, url: str) -> None:
    result = CliRunner().invoke(command, ["--today", "2026-11-23", "--seed", "4"])
    assert result.exit_code == 0, result.output
    assert "small demonstration as of 2026-11-23: partner 400" in " ".join(result.stderr.split())
    assert result.stdout == ""
    assert stored_counts(url)["partner"] == 400


def test_the_command_refuses_with_exit_code_one(command: typer.Typer, url: str) -> None:
    build(url, TINY)
    record(url, "load")
    result = CliRunner().invoke(command, ["--today", "2026-11-23"])
    assert result.exit_code == 1
    assert "QUALITY_DATABASE_URL" in result.stderr


@pytest.mark.parametrize("wrong", [["--scale", "huge"], ["--today", "23.11.2026"]])
def test_a_wrong_call_ends_with_exit_code_two(command: typer.Typer, wrong: list[str]) -> None:
    assert CliRunner().invoke(command, wrong).exit_code == 2
