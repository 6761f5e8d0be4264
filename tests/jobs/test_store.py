from __future__ import annotations

import datetime as dt
import socket
import threading
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from sqlalchemy import create_engine, func, make_url, select, text
from typer.testing import CliRunner

from jobs import store_duckdb
from jobs.__main__ import app
from jobs.loading.run import load_set
from jobs.store import StoreError, current_program, edit_program, last_batch, new_program
from program.language import use_language_source
from program.schema import (
    JOB_TABLES,
    competence_evaluation,
    delivery,
    license_key,
    load_batch,
    metadata,
    region,
    survey,
)
from program.settings import Settings, settings
from queries.clickhouse import clickhouse_engine
from queries.contract import contract_problems
from queries.engine import ProgramDatabase
from tests.jobs.sets import AS_OF, sound_set, write_csv

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "data"


@pytest.fixture(params=["duckdb", "postgres", "clickhouse"])
def url(request, folder) -> str:
    if request.param == "duckdb":
        return f"duckdb:///{folder / 'program.duckdb'}"
    return str(request.getfixturevalue(f"{request.param}_url"))


def regions(*codes: str) -> pd.DataFrame:
    return pd.DataFrame({"code": codes, "name_ru": "Р", "name_en": "R", "country": "RU"})


def record(writer, source="demo"):
    return writer.record_batch(source=source, data_as_of=AS_OF, content_sha256="x")


def fill(url: str, *codes: str) -> None:
    with new_program(url) as writer:
        writer.append("region", regions(*codes))
        record(writer)


def codes(url: str) -> list[str]:
    with current_program(url) as connection:
        if connection is None:
            return []
        return list(connection.execute(select(region.c.code).order_by(region.c.code)).scalars())


def decision(month: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "evaluated_on": [dt.date(2026, month, 1)],
            "partner_id": [1],
            "base": [2],
            "delivered": [1],
            "held": [True],
            "rules_version": ["r1"],
        }
    )


def load_sound(url: str, tmp_path: Path, keys: int = 3) -> None:
    path = write_csv(sound_set(keys), tmp_path / f"set{keys}")
    assert load_set(path, url, as_of=AS_OF).published


def test_a_new_program_replaces_everything_but_the_history_of_batches(url):
    assert codes(url) == []
    fill(url, "A", "B")
    fill(url, "C")
    assert codes(url) == ["C"]
    with current_program(url) as connection:
        ids = connection.execute(select(load_batch.c.id).order_by(load_batch.c.id)).scalars().all()
        assert ids == [1, 2]
        assert last_batch(connection).source == "demo"


def test_an_exception_leaves_everything_as_it_was(url):
    fill(url, "A")

    def break_off() -> None:
        with new_program(url) as writer:
            writer.append("region", regions("B"))
            record(writer)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert codes(url) == ["A"]


def test_what_is_discarded_or_never_begun_is_not_published(url):
    fill(url, "A")
    with new_program(url) as writer:
        writer.append("region", regions("B"))
        writer.discard()
    with new_program(url):
        pass
    with edit_program(url):
        pass
    assert codes(url) == ["A"]
    with current_program(url) as connection:
        assert last_batch(connection).id == 1


def test_a_change_without_its_batch_is_refused(url):
    fill(url, "A")
    with pytest.raises(StoreError, match="batch"), new_program(url) as writer:
        writer.append("region", regions("B"))
    with pytest.raises(ValueError, match="record_batch"), new_program(url) as writer:
        writer.append("load_batch", pd.DataFrame({"id": [1]}))
    assert codes(url) == ["A"]


def test_rows_that_do_not_fit_are_refused_before_the_database_sees_them(url):
    wrong = [
        (regions("A").assign(mood=1), "mood"),
        (regions("A").drop(columns="country"), "country"),
        (regions("A").assign(country=None), "country"),
        (regions("A").assign(tile_row=1.5), "tile_row"),
    ]
    for rows, match in wrong:
        with pytest.raises(ValueError, match=match), new_program(url) as writer:
            writer.append("region", rows)
    with pytest.raises(KeyError), new_program(url) as writer:
        writer.append("weather", regions("A"))
    assert codes(url) == []


def test_frames_tables_and_streams_arrive_alike(url):
    frame = regions('quote " comma, semicolon; new\nline', "", "ё")
    table = pa.Table.from_pandas(regions("t1", "t2").assign(tile_row=[1, None]))
    reader = pa.RecordBatchReader.from_batches(
        table.schema,
        [
            b.set_column(0, "code", pa.array([f"s{i}", f"r{i}"]))
            for i, b in enumerate(table.to_batches() * 2)
        ],
    )
    with new_program(url) as writer:
        assert writer.append("region", frame) == 3
        assert writer.append("region", table) == 2
        assert writer.append("region", reader) == 4
        assert record(writer)["region"] == 9
        assert writer.read(select(func.sum(region.c.tile_row).label("n")))["n"].tolist() == [3]
    expected = ["", 'quote " comma, semicolon; new\nline', "r0", "r1", "s0", "s1", "t1", "t2", "ё"]
    assert sorted(codes(url)) == expected


def test_an_edit_starts_from_the_current_content(url, tmp_path):
    load_sound(url, tmp_path)
    with edit_program(url) as writer:
        writer.append("competence_evaluation", decision(9))
        writer.append("competence_evaluation", decision(10))
        assert writer.delete("competence_evaluation", {"evaluated_on": dt.date(2026, 9, 1)}) == 1
        assert len(writer.read(select(competence_evaluation))) == 1
        assert record(writer, "award")["license_key"] == 3
        with writer.previous() as published:
            assert not published.execute(select(competence_evaluation)).all()
    with current_program(url) as connection:
        assert len(connection.execute(select(competence_evaluation)).all()) == 1
        assert last_batch(connection).source == "award"
        assert last_batch(connection, "load").id == 1


def test_there_is_nothing_to_edit_before_the_first_load(url):
    with pytest.raises(StoreError, match="load one first"), edit_program(url):
        pass


def test_jobs_at_the_same_time_wait_for_each_other(url, tmp_path):
    load_sound(url, tmp_path)
    together = threading.Barrier(5)

    def award(month: int) -> None:
        together.wait()
        with edit_program(url) as writer:
            writer.append("competence_evaluation", decision(month))
            record(writer, "award")

    threads = [threading.Thread(target=award, args=(month,)) for month in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with current_program(url) as connection:
        months = connection.execute(select(competence_evaluation.c.evaluated_on)).scalars()
        assert sorted(day.month for day in months) == [1, 2, 3, 4, 5]
        assert last_batch(connection).id == 6


def test_readers_answer_through_a_load_and_then_see_the_new_content(url, tmp_path, monkeypatch):
    # ClickHouse: for so long readers believe where the program lies.
    monkeypatch.setattr("queries.engine.VERSION_LIFE", 0.0)
    load_sound(url, tmp_path, 3)
    database = ProgramDatabase(Settings(database_url=url))
    count = select(func.count()).select_from(license_key)
    with database.connect() as reader:
        assert reader.execute(count).scalar() == 3
        with new_program(url) as writer:
            writer.append("region", regions("A"))
            assert reader.execute(count).scalar() == 3
            with database.connect() as another:
                assert another.execute(count).scalar() == 3
            record(writer)
        # PostgreSQL shows the committed content to the next statement, a file to the next opening.
        assert reader.execute(count).scalar() in {0, 3}
        with database.connect() as fresh:
            assert fresh.execute(count).scalar() == 0
    database.close()


@pytest.mark.parametrize(
    "address",
    ["sqlite:///x.db", "mysql://root:secret@host/x", "program.duckdb"],
)
def test_unknown_addresses_are_refused_without_repeating_them(address):
    with pytest.raises(StoreError) as refused, new_program(address):
        pass
    assert "secret" not in str(refused.value)
    assert "duckdb:///" in str(refused.value)


# --- DuckDB files ---------------------------------------------------------------------------------


@pytest.fixture
def file_url(folder) -> str:
    return f"duckdb:///{folder / 'program.duckdb'}"


def test_the_folder_is_made_and_holds_nothing_but_the_database(file_url, folder):
    fill(file_url, "A")
    assert {f.name for f in folder.iterdir()} == {"program.duckdb", "program.duckdb.lock"}


def test_leftovers_of_killed_jobs_are_removed(file_url, folder):
    fill(file_url, "A")
    (folder / "program.duckdb.new-1-abc").write_text("half a load")
    (folder / "program.duckdb.new-1-abc.wal").write_text("")
    (folder / "program.duckdb.new-1-abc.tmp").mkdir()
    (folder / "other.duckdb.new-1").write_text("of another database")
    fill(file_url, "B")
    assert {f.name for f in folder.iterdir()} == {
        "program.duckdb",
        "program.duckdb.lock",
        "other.duckdb.new-1",
    }


def test_a_file_that_another_program_writes_in_place_is_left_alone(file_url, folder):
    fill(file_url, "A")
    (folder / "program.duckdb.wal").write_text("")
    with pytest.raises(StoreError, match=r"program\.duckdb\.wal"):
        fill(file_url, "B")
    assert codes(file_url) == ["A"]


def test_a_failed_publication_leaves_the_old_content(file_url, folder, monkeypatch):
    fill(file_url, "A")

    def disk_full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(store_duckdb, "_sync", disk_full)
    with pytest.raises(OSError, match="no space"):
        fill(file_url, "B")
    assert codes(file_url) == ["A"]
    assert {f.name for f in folder.iterdir()} == {"program.duckdb", "program.duckdb.lock"}


def test_the_file_keeps_its_mode(file_url, folder):
    fill(file_url, "A")
    (folder / "program.duckdb").chmod(0o640)
    fill(file_url, "B")
    assert (folder / "program.duckdb").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("in_order", [True, False])
def test_days_lie_in_order_on_disk(file_url, in_order):
    n = 5_000
    days = pd.date_range("2020-01-01", periods=n, freq="h")
    if not in_order:
        days = days[::-1]
    numbers = list(range(n))
    with new_program(file_url) as writer:
        rows = pd.DataFrame(
            {
                "id": numbers,
                "key_md5": [f"{i:032x}" for i in numbers],
                "partner_id": 1,
                "edition": "start",
                "kind": "commercial",
                "purchased_on": days,
            }
        )
        for start in range(0, n, 1_000):
            writer.append("license_key", rows.iloc[start : start + 1_000])
        writer.append(
            "survey",
            pd.DataFrame(
                {
                    "id": numbers,
                    "delivery_id": numbers,
                    "completed_on": days,
                    "questionnaire_version": 1,
                }
            ),
        )
        record(writer)
    with current_program(file_url) as connection:
        for column in (license_key.c.purchased_on, survey.c.completed_on):
            stored = connection.execute(select(column)).scalars().all()
            assert len(stored) == n
            assert stored == sorted(stored)
        assert last_batch(connection).id == 1
        assert not connection.execute(select(delivery)).all()


def test_a_database_of_another_schema_can_be_replaced(file_url, folder):
    folder.mkdir()
    engine = create_engine(file_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE load_batch (id INTEGER)"))
    engine.dispose()
    fill(file_url, "A")
    assert codes(file_url) == ["A"]


# --- PostgreSQL -----------------------------------------------------------------------------------


def test_a_load_on_postgresql_is_one_transaction(postgres_url, tmp_path):
    load_sound(postgres_url, tmp_path)
    engine = create_engine(postgres_url)
    with engine.connect() as reader, new_program(postgres_url) as writer:
        reader.execute(text("SET statement_timeout = 2000"))
        writer.append("region", regions("A"))
        record(writer)
        for table in metadata.sorted_tables:  # nothing is locked, everything is as it was
            rows = reader.execute(select(func.count()).select_from(table)).scalar_one()
            assert rows == reader.execute(select(func.count()).select_from(table)).scalar_one()
            if table.name in {"license_key", "project", "delivery", *JOB_TABLES}:
                assert rows in {1, 3}
    engine.dispose()
    assert codes(postgres_url) == ["A"]


def test_a_row_that_postgresql_refuses_undoes_the_whole_load(postgres_url, tmp_path):
    load_sound(postgres_url, tmp_path)
    with pytest.raises(StoreError, match="duplicate key") as refused:
        fill(postgres_url, "A", "Secret", "Secret")
    assert "Secret" not in str(refused.value)
    assert codes(postgres_url) == ["RU-MOW"]


def test_a_server_that_does_not_answer_is_named(tmp_path):
    address = f"postgresql+psycopg://nobody:secret@/x?host={tmp_path}"
    with pytest.raises(StoreError, match="does not answer") as refused, new_program(address):
        pass
    assert "secret" not in str(refused.value)


def test_statistics_are_fresh_after_a_load_on_postgresql(postgres_url, tmp_path):
    load_sound(postgres_url, tmp_path, 50)
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        pages = connection.execute(
            text("SELECT reltuples FROM pg_class WHERE relname = 'license_key'")
        ).scalar_one()
    engine.dispose()
    assert pages == 50


# --- ClickHouse -----------------------------------------------------------------------------------


@pytest.fixture
def run_on_clickhouse(clickhouse_url):
    def run(*statements: str) -> None:
        engine = clickhouse_engine(make_url(clickhouse_url), database="system", settings={})
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement.format(home=make_url(clickhouse_url).database)))
        engine.dispose()

    return run


def test_what_a_killed_job_left_on_clickhouse_is_dropped(clickhouse_url, run_on_clickhouse):
    fill(clickhouse_url, "A")
    run_on_clickhouse(
        f"CREATE DATABASE {{home}}_2 COMMENT '{socket.gethostname()}'",
        "CREATE TABLE {home}_2.region (code String) ENGINE = MergeTree ORDER BY code",
    )
    assert codes(clickhouse_url) == ["A"]
    fill(clickhouse_url, "B")
    assert codes(clickhouse_url) == ["B"]


def databases_of(url: str) -> set[str]:
    address = make_url(url)
    engine = clickhouse_engine(address, database="system", settings={})
    with engine.connect() as connection:
        names = set(connection.execute(text("SELECT name FROM databases")).scalars())
    engine.dispose()
    return {name for name in names if name.startswith(str(address.database))}


def test_a_job_that_publishes_nothing_leaves_no_database_on_clickhouse(clickhouse_url):
    fill(clickhouse_url, "A")
    published = databases_of(clickhouse_url)

    def break_off() -> None:
        with new_program(clickhouse_url) as writer:
            writer.append("region", regions("B"))
            assert databases_of(clickhouse_url) > published
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert databases_of(clickhouse_url) == published
    with edit_program(clickhouse_url) as writer:
        writer.discard()
    assert databases_of(clickhouse_url) == published


def test_another_machine_that_writes_is_named_and_nothing_changes(
    clickhouse_url, run_on_clickhouse
):
    fill(clickhouse_url, "A")
    run_on_clickhouse("CREATE DATABASE {home}_2 COMMENT 'elsewhere'")
    with pytest.raises(StoreError, match=r"«elsewhere» is writing .*_2; if it is dead: DROP"):
        fill(clickhouse_url, "B")
    assert codes(clickhouse_url) == ["A"]
    run_on_clickhouse("DROP DATABASE {home}_2")
    fill(clickhouse_url, "B")
    assert codes(clickhouse_url) == ["B"]


def test_an_edit_on_clickhouse_adds_the_tables_of_a_newer_schema(clickhouse_url, run_on_clickhouse):
    fill(clickhouse_url, "A")
    run_on_clickhouse("DROP TABLE {home}_1.staff")
    with edit_program(clickhouse_url) as writer:
        record(writer, "award")
    with current_program(clickhouse_url) as connection:
        assert contract_problems(connection) == []
    assert codes(clickhouse_url) == ["A"]


@pytest.fixture
def address_of_clickhouse(clickhouse_url, monkeypatch):
    monkeypatch.setenv("QUALITY_DATABASE_URL", clickhouse_url)
    settings.cache_clear()
    yield
    settings.cache_clear()
    use_language_source(lambda: "ru")


@pytest.mark.usefixtures("address_of_clickhouse")
def test_the_commands_work_on_clickhouse():
    for words in (("demo", "--today", "2026-11-23"), ("award",), ("check",)):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
    assert "The schema is as expected." in done.output
