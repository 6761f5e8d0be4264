"""Every command over every unusable database: words on stderr, one exit code, nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from jobs.__main__ import app
from program.language import use_language_source
from program.settings import settings
from tests.jobs.sets import sound_set, write_csv

READING = {
    "check": ("check",),
    "evaluate": ("evaluate", "--on", "2026-12-01"),
    "replay": ("replay",),
}
EDITING = {"award": ("award",), "facts": ("facts",)}
REPLACING = {"demo": ("demo", "--today", "2026-11-23"), "load": ("load", "SET")}
COMMANDS = READING | EDITING | REPLACING

OTHER_SCHEMAS = {
    "a table of ours with one column": "CREATE TABLE partner (id INTEGER)",
    "a journal of loads with one column": "CREATE TABLE load_batch (id INTEGER)",
    "nothing of ours": "CREATE TABLE weather (day DATE)",
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """Run a command of ``COMMANDS`` against the database at an address."""
    records = write_csv(sound_set(), tmp_path / "set")

    def command(name: str, address: str) -> Result:
        monkeypatch.setenv("QUALITY_DATABASE_URL", address)
        settings.cache_clear()
        words = [str(records) if word == "SET" else word for word in COMMANDS[name]]
        return CliRunner().invoke(app, words)

    yield command
    monkeypatch.undo()
    settings.cache_clear()
    use_language_source(lambda: "ru")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "program.duckdb"


def assert_refused(answer: Result) -> None:
    """The exception is the command's own exit; stderr says why."""
    assert isinstance(answer.exception, SystemExit), repr(answer.exception)
    assert answer.exit_code == 1
    assert answer.output.strip()
    assert "Traceback" not in answer.output


@pytest.mark.parametrize("name", READING | EDITING)
def test_without_a_database_a_job_that_needs_one_refuses_and_makes_none(run, file, name):
    answer = run(name, f"duckdb:///{file}")
    assert_refused(answer)
    assert "no program" in answer.stderr
    assert not file.exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_that_is_no_database_is_refused_and_left_alone(run, file, name):
    file.write_text("not a database")
    answer = run(name, f"duckdb:///{file}")
    assert_refused(answer)
    assert "program.duckdb cannot be read" in " ".join(answer.stderr.split())
    assert file.read_text() == "not a database"


@pytest.mark.parametrize("schema", OTHER_SCHEMAS)
@pytest.mark.parametrize("name", [*READING, *EDITING, "demo"])
def test_a_database_of_another_schema_is_refused_and_left_alone(run, file, name, schema):
    with duckdb.connect(str(file)) as connection:
        connection.execute(OTHER_SCHEMAS[schema])
    before = file.read_bytes()
    assert_refused(run(name, f"duckdb:///{file}"))
    assert file.read_bytes() == before


@pytest.mark.parametrize("schema", OTHER_SCHEMAS)
def test_a_load_replaces_a_database_of_another_schema(run, file, schema):
    with duckdb.connect(str(file)) as connection:
        connection.execute(OTHER_SCHEMAS[schema])
    answer = run("load", f"duckdb:///{file}")
    assert answer.exit_code == 0, answer.output
    assert run("check", f"duckdb:///{file}").exit_code == 0


@pytest.mark.postgres
@pytest.mark.parametrize("schema", OTHER_SCHEMAS)
def test_a_server_with_another_schema_is_refused(run, postgres_url, schema):
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text(OTHER_SCHEMAS[schema]))
    for name in READING | EDITING:
        assert_refused(run(name, postgres_url))
    with engine.connect() as connection:
        tables = connection.execute(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        ).scalar_one()
    engine.dispose()
    assert tables == 1


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://nobody:secret@127.0.0.1:1/quality",
        "clickhousedb://nobody:secret@127.0.0.1:1/quality",
        "sqlite:///program.db",
        "nonsense",
    ],
)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_server_that_is_down_and_an_address_that_leads_nowhere_are_refused(run, name, address):
    answer = run(name, address)
    assert_refused(answer)
    assert "secret" not in answer.output
