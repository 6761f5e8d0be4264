"""The journal forgets what the settings say, on request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from program.language import use_language_source
from program.settings import settings
from queries.audit import Action, AuditEvent, JournalCut, journal, keep_events
from queries.state import StateDatabase
from tests.queries.states import locked, state_of

AGES = (1, 50, 399, 401, 1000)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state database with events of several ages, in days."""
    file = tmp_path / "state.sqlite"
    monkeypatch.setenv("QUALITY_STATE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("QUALITY_STATE_TIMEOUT_SECONDS", "0.3")
    settings.cache_clear()
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    database = state_of(f"sqlite:///{file}")
    with database.writing() as connection:
        keep_events(
            connection,
            [
                AuditEvent(
                    *(str(age), now - dt.timedelta(days=age), "local", "admin"),
                    *(Action.OPENED, f"page-{age}"),
                )
                for age in AGES
            ],
        )
    database.dispose()
    yield file
    settings.cache_clear()
    use_language_source(lambda: "ru")


def pages(path: Path) -> list[str]:
    database: StateDatabase = state_of(f"sqlite:///{path}")
    with database.reading(demonstration=False) as connection:
        found = journal(connection, JournalCut(), 100)
    database.dispose()
    return [str(page) for page in found["page"]]


def test_events_older_than_the_settings_say_are_deleted(path: Path) -> None:
    result = CliRunner().invoke(app, ["tidy"])
    assert result.exit_code == 0
    assert result.output.strip().endswith("deleted from the journal: 2")
    assert pages(path) == ["page-1", "page-50", "page-399"]
    assert CliRunner().invoke(app, ["tidy"]).output.strip().endswith(": 0")


def test_another_number_of_days_can_be_named(path: Path) -> None:
    assert CliRunner().invoke(app, ["tidy", "--days", "49"]).exit_code == 0
    assert pages(path) == ["page-1"]
    assert CliRunner().invoke(app, ["tidy", "--days", "0"]).exit_code == 2


def test_a_locked_state_database_is_said(path: Path) -> None:
    with locked(path):
        result = CliRunner().invoke(app, ["tidy"])
    assert result.exit_code == 1
    assert "cannot be written (StateBusy)" in result.output
    assert len(pages(path)) == len(AGES)
