from __future__ import annotations

import datetime as dt
import gc
import os
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine, insert, select, text

from program import schema
from program.schema import load_batch, region
from program.settings import Settings
from queries.engine import (
    DatabaseDown,
    DatabaseMissing,
    ProgramDatabase,
    QueryFailed,
    QueryTooSlow,
    frame,
)

SLOW_DUCKDB = "select count(*) from range(3000000) a, range(3000000) b where a.range * b.range = 7"


def write_regions(path, *codes):
    engine = create_engine(f"duckdb:///{path}")
    schema.create_all(engine)
    with engine.begin() as connection:
        for code in codes:
            connection.execute(
                insert(region).values(code=code, name_ru=code, name_en=code, country="RU")
            )
    engine.dispose()


def codes_in(database):
    with database.connect() as connection:
        return sorted(connection.execute(select(region.c.code)).scalars())


@pytest.fixture
def path(tmp_path):
    write_regions(tmp_path / "program.duckdb", "RU-MOW")
    return tmp_path / "program.duckdb"


@pytest.fixture
def database(path):
    opened = ProgramDatabase(Settings(database_url=f"duckdb:///{path}"))
    yield opened
    opened.close()


@pytest.fixture
def hurried(path):
    opened = ProgramDatabase(
        Settings(database_url=f"duckdb:///{path}", query_timeout_seconds=1, pool_size=2)
    )
    yield opened
    opened.close()


def test_new_file_is_seen_at_once_and_has_another_version(database, path, tmp_path):
    assert codes_in(database) == ["RU-MOW"]
    before = database.version()
    write_regions(tmp_path / "new.duckdb", "RU-SPE")
    (tmp_path / "new.duckdb").replace(path)
    assert database.version() != before
    assert codes_in(database) == ["RU-SPE"]


def test_query_that_runs_during_the_swap_finishes_on_the_old_content(database, path, tmp_path):
    with database.connect() as connection:
        write_regions(tmp_path / "new.duckdb", "RU-SPE")
        (tmp_path / "new.duckdb").replace(path)
        assert codes_in(database) == ["RU-SPE"]
        assert connection.execute(select(region.c.code)).scalars().all() == ["RU-MOW"]


def test_a_file_is_answered_anew_while_a_query_on_it_still_runs(database, path):
    other = ProgramDatabase(Settings(database_url=f"duckdb:///{path}"))
    with database.connect() as connection:
        running = connection.execute(select(region.c.code))
        assert codes_in(other) == ["RU-MOW"]
        assert running.scalars().all() == ["RU-MOW"]
    other.close()


def test_dashboard_cannot_write_to_an_embedded_file(database):
    with pytest.raises(QueryFailed), database.connect() as connection:
        connection.execute(insert(region).values(code="X", name_ru="X", name_en="X", country="RU"))
    assert codes_in(database) == ["RU-MOW"]


def test_slow_query_is_cut_off_and_the_next_one_works(hurried):
    with pytest.raises(QueryTooSlow), hurried.connect() as connection:
        connection.execute(text(SLOW_DUCKDB))
    assert codes_in(hurried) == ["RU-MOW"]


def test_pool_that_stays_empty_is_said_within_the_limit(hurried):
    taken, free = threading.Event(), threading.Event()

    def hold():
        with hurried.connect():
            taken.set()
            free.wait(60)

    threads = []
    for _ in range(2):
        threads.append(threading.Thread(target=hold))
        threads[-1].start()
        assert taken.wait(60)
        taken.clear()
    with pytest.raises(QueryTooSlow), hurried.connect():
        pass
    free.set()
    for thread in threads:
        thread.join()
    assert codes_in(hurried) == ["RU-MOW"]


def test_missing_file_is_its_own_kind_and_heals_by_itself(database, path, tmp_path):
    path.replace(tmp_path / "away.duckdb")
    with pytest.raises(DatabaseMissing), database.connect():
        pass
    (tmp_path / "away.duckdb").replace(path)
    assert codes_in(database) == ["RU-MOW"]


def test_file_that_is_no_database_is_down_not_a_traceback(tmp_path):
    (tmp_path / "program.duckdb").write_text("this is not a database, however long it may be" * 99)
    broken = ProgramDatabase(Settings(database_url=f"duckdb:///{tmp_path / 'program.duckdb'}"))
    with pytest.raises(DatabaseDown), broken.connect():
        pass


def test_unknown_table_is_a_failed_query(database):
    with pytest.raises(QueryFailed), database.connect() as connection:
        connection.execute(text("select * from nothing_of_the_kind"))


def test_in_memory_database_is_refused():
    with pytest.raises(ValueError, match="in-memory"):
        ProgramDatabase(Settings(database_url="duckdb:///:memory:"))


@pytest.fixture
def server(postgres_url):
    engine = create_engine(postgres_url)
    schema.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            insert(region).values(code="RU-MOW", name_ru="М", name_en="M", country="RU")
        )
    opened = ProgramDatabase(
        Settings(database_url=postgres_url, query_timeout_seconds=1, pool_size=2)
    )
    yield opened, engine
    opened.close()
    engine.dispose()


def test_dashboard_cannot_write_to_a_server(server):
    database, _engine = server
    with pytest.raises(QueryFailed), database.connect() as connection:
        connection.execute(insert(region).values(code="X", name_ru="X", name_en="X", country="RU"))


def test_slow_query_on_a_server_is_cut_off(server):
    database, _engine = server
    with pytest.raises(QueryTooSlow), database.connect() as connection:
        connection.execute(text("select pg_sleep(30)"))
    assert codes_in(database) == ["RU-MOW"]


def test_version_of_a_server_changes_with_a_load(server, monkeypatch):
    monkeypatch.setattr("queries.engine.VERSION_LIFE", 0.0)
    database, engine = server
    before = database.version()
    with engine.begin() as connection:
        connection.execute(
            insert(load_batch).values(
                id=1,
                source="load",
                data_as_of=dt.datetime(2026, 11, 14),  # noqa: DTZ001 - as stored
                loaded_at=dt.datetime(2026, 11, 14),  # noqa: DTZ001 - as stored
                row_counts="{}",
                content_sha256="0",
            )
        )
    assert database.version() != before


def test_server_that_does_not_listen_is_down():
    closed = ProgramDatabase(
        Settings(
            database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing", query_timeout_seconds=2
        )
    )
    with pytest.raises(DatabaseDown), closed.connect():
        pass


def test_answers_have_the_announced_types_also_without_rows(database, server):
    columns = {"code": "str", "tile_row": "Int64"}
    for source in (database, server[0]):
        with source.connect() as connection:
            statement = select(region.c.code, region.c.tile_row)
            full = frame(connection, statement, columns)
            none = frame(connection, statement.where(region.c.code == "?"), columns)
        assert full["code"].tolist() == ["RU-MOW"]
        assert full["tile_row"].isna().all()
        assert full.dtypes.astype(str).to_dict() == columns
        assert none.dtypes.astype(str).to_dict() == columns
        assert isinstance(none, pd.DataFrame)
        assert none.empty


def test_answer_with_other_columns_than_announced_is_an_error(database):
    with database.connect() as connection, pytest.raises(ValueError, match="expected columns"):
        frame(connection, select(region.c.code), {"name": "str"})


def megabytes_of_address_space():
    said = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(said.split("VmData:")[1].split()[0]) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of the process")
def test_a_small_answer_makes_no_room_for_a_large_one(database):
    statement = select(region.c.code, region.c.name_ru, region.c.name_en, region.c.country)
    columns = dict.fromkeys(("code", "name_ru", "name_en", "country"), "str")
    with database.connect() as connection:
        frame(connection, statement, columns)
        before = megabytes_of_address_space()
        kept = [frame(connection, statement, columns) for _ in range(50)]
    assert [len(answer) for answer in kept] == [1] * 50
    assert megabytes_of_address_space() - before < 100, "a million rows each would be 800"


def test_an_answer_of_several_batches_is_whole_and_in_order(database):
    statement = text("select n, 'text ' || n as words from range(5000) numbers(n) order by n")
    with database.connect() as connection:
        answer = frame(connection, statement, {"n": "int64", "words": "str"})
    assert answer["n"].tolist() == list(range(5000))
    assert answer["words"].tolist() == [f"text {n}" for n in range(5000)]


def folder_of(connection):
    return Path(connection.scalar(text("select current_setting('temp_directory')")))


def test_every_instance_spills_into_a_folder_of_its_own_and_leaves_none_behind(path):
    settings = Settings(database_url=f"duckdb:///{path}")
    folders = []
    for _process in range(2):
        opened = ProgramDatabase(settings)
        with opened.connect() as connection:
            folders.append(folder_of(connection))
        assert folders[-1].is_dir()
        assert folders[-1].stat().st_mode & 0o077 == 0
        opened.close()
        assert not folders[-1].exists()
    assert folders[0] != folders[1]


class Visit(threading.Thread):
    """Asks for minutes, again and again, as a page goes on with its next question."""

    def __init__(self, database):
        super().__init__()
        self.asked = threading.Event()
        self.folder = None
        self.told = []
        self.database = database

    def run(self):
        for _question in range(3):
            try:
                with self.database.connect() as connection:
                    self.folder = folder_of(connection)
                    self.asked.set()
                    connection.execute(text(SLOW_DUCKDB))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test tells
                self.told.append(error)


def test_what_is_asked_when_the_process_ends_is_ended_and_leaves_nothing_behind(path):
    database = ProgramDatabase(
        Settings(database_url=f"duckdb:///{path}", query_timeout_seconds=300)
    )
    visit = Visit(database)
    visit.start()
    assert visit.asked.wait(30)
    database.close(60)
    visit.join(60)
    assert not visit.is_alive()
    assert [type(error) for error in visit.told] == [DatabaseDown] * 3
    assert {str(error) for error in visit.told} == {"the dashboard is ending"}
    assert not visit.folder.exists()


def test_of_several_contents_in_use_nothing_is_left_behind(path):
    database = ProgramDatabase(Settings(database_url=f"duckdb:///{path}"))
    with database.connect() as older:
        os.utime(path, ns=(time.time_ns(), time.time_ns()))
        with database.connect() as newer:
            folders = {folder_of(older), folder_of(newer)}
    assert len(folders) == 2
    database.close()
    assert not [folder for folder in folders if folder.exists()]


def test_what_an_engine_spilled_goes_with_it_when_the_file_was_replaced(path):
    opened = ProgramDatabase(Settings(database_url=f"duckdb:///{path}"))
    folders = []
    for _content in range(2):
        os.utime(path, ns=(time.time_ns(), time.time_ns()))
        with opened.connect() as connection:
            folders.append(folder_of(connection))
    del connection
    gc.collect()
    assert [folder.exists() for folder in folders] == [False, True]
    opened.close()
    assert not folders[1].exists()
