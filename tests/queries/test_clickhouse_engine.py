"""Connections to ClickHouse keep the promises of the others, and its SQL means the same.

The engine is chDB, which is ClickHouse inside this process; a server's HTTP port is not tested.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    cast,
    distinct,
    false,
    func,
    insert,
    literal,
    make_url,
    null,
    select,
    text,
    union_all,
)

from jobs.store import StoreError, edit_program, new_program
from program.schema import partner, region
from program.settings import Settings
from queries import engine
from queries.clickhouse import rows_at_once
from queries.contract import ContractBreach, ContractProblem, contract_problems
from queries.engine import (
    DatabaseDown,
    DatabaseMissing,
    ProgramDatabase,
    QueryFailed,
    QueryTooBig,
    QueryTooSlow,
)

AS_OF = dt.datetime(2026, 11, 14, 6)  # noqa: DTZ001 - as stored
SLOW = "SELECT count() FROM numbers(1000000000000) WHERE cityHash64(number) = 7"
BIG = "SELECT length(groupArray(toString(number))) FROM numbers(1000000000)"


def opened(url: str, **limits: float) -> ProgramDatabase:
    return ProgramDatabase(Settings(_env_file=None, database_url=url, **limits))


def load(url: str, *codes: str) -> None:
    with new_program(url) as writer:
        rows = {"code": codes, "name_ru": "ё", "name_en": "R", "country": "RU"}
        writer.append("region", pd.DataFrame(rows))
        writer.record_batch(source="load", data_as_of=AS_OF, content_sha256="x")


def codes_in(database: ProgramDatabase) -> list[str]:
    with database.connect() as connection:
        return sorted(connection.execute(select(region.c.code)).scalars())


@pytest.fixture
def url(clickhouse_url: str) -> str:
    load(clickhouse_url, "RU-MOW")
    return clickhouse_url


@pytest.fixture
def database(url: str) -> Iterator[ProgramDatabase]:
    database = opened(url, query_timeout_seconds=1, pool_size=2)
    yield database
    database.close()


def test_nothing_loaded_is_a_missing_database(clickhouse_url: str) -> None:
    database = opened(clickhouse_url)
    with pytest.raises(DatabaseMissing), database.connect():
        pass
    load(clickhouse_url, "RU-MOW")
    assert codes_in(database) == ["RU-MOW"]
    database.close()


def test_the_dashboard_cannot_write(database: ProgramDatabase) -> None:
    with pytest.raises(QueryFailed, match="readonly"), database.connect() as connection:
        connection.execute(insert(region).values(code="X", name_ru="X", name_en="X", country="RU"))
    with pytest.raises(QueryFailed, match="readonly"), database.connect() as connection:
        connection.execute(text("SET readonly = 0"))
    assert codes_in(database) == ["RU-MOW"]


def test_a_slow_query_is_cut_off_and_the_next_one_works(database: ProgramDatabase) -> None:
    with pytest.raises(QueryTooSlow), database.connect() as connection:
        connection.execute(text(SLOW))
    assert codes_in(database) == ["RU-MOW"]


def test_a_query_that_needs_too_much_memory_is_its_own_kind(url: str) -> None:
    small = make_url(url).update_query_dict({"ch_max_memory_usage": "20000000"})
    database = opened(small.render_as_string())
    with pytest.raises(QueryTooBig), database.connect() as connection:
        connection.execute(text(BIG))
    database.close()


def test_an_unknown_table_is_a_failed_query(database: ProgramDatabase) -> None:
    with pytest.raises(QueryFailed), database.connect() as connection:
        connection.execute(text("SELECT * FROM nothing_of_the_kind"))


def test_a_server_that_does_not_listen_is_down_and_the_password_is_not_told() -> None:
    address = "clickhousedb://somebody:hush-hush@127.0.0.1:1/quality"
    with pytest.raises(DatabaseDown) as down, opened(address).connect():
        pass
    assert "hush-hush" not in str(down.value)
    with pytest.raises(StoreError) as refused, new_program(address):
        pass
    assert "hush-hush" not in str(refused.value)


def test_a_publication_changes_the_version_and_what_is_read(
    database: ProgramDatabase, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = database.version()
    with database.connect() as reader:
        load(url, "RU-SPE")
        assert database.version() == before  # believed for a moment, like the content
        assert codes_in(database) == ["RU-MOW"]
        monkeypatch.setattr(engine, "VERSION_LIFE", 0.0)
        assert database.version() != before
        assert codes_in(database) == ["RU-SPE"]
        # A page that is under way goes on reading one and the same program.
        assert reader.execute(select(region.c.code)).scalars().all() == ["RU-MOW"]


def test_the_published_program_and_the_one_before_are_kept(
    database: ProgramDatabase, url: str
) -> None:
    for code in ("A", "B", "C"):
        load(url, code)
    with edit_program(url) as writer:
        writer.discard()
    with database.connect() as connection:
        names = connection.execute(text("SELECT name FROM system.databases")).scalars()
        home = make_url(url).database or ""
        assert {name for name in names if name.startswith(home)} == {
            home, f"{home}_3", f"{home}_4",
        }  # fmt: skip


def test_the_schema_that_jobs_write_fulfils_the_contract(database: ProgramDatabase) -> None:
    with database.connect() as connection:
        assert contract_problems(connection) == []


def test_missing_and_mistyped_columns_are_named(url: str) -> None:
    with edit_program(url) as writer:
        for statement in (
            "ALTER TABLE region DROP COLUMN name_en",
            "ALTER TABLE answer MODIFY COLUMN score String",
            "DROP TABLE staff",
        ):
            writer.connection.execute(text(statement))
        found = contract_problems(writer.connection)
    assert found == [
        ContractProblem("region", ContractBreach.NO_COLUMN, "name_en", "text"),
        ContractProblem("staff", ContractBreach.NO_TABLE),
        ContractProblem("answer", ContractBreach.WRONG_TYPE, "score", "integer", "String"),
    ]


# --- what the same words mean ---------------------------------------------------------------------

DAYS = [dt.date(1900, 1, 1), dt.date(1969, 12, 31), dt.date(2026, 2, 28), dt.date(2299, 12, 31)]
_NOBODY = partner.c.id < 0
_JOINED = partner.c.joined_on
_DAY = literal(dt.date(2026, 3, 1), Date)
MEANINGS: dict[str, ColumnElement[object]] = {
    "the sum of nothing is unknown": func.sum(partner.c.id).filter(_NOBODY),
    "the first day of nothing is unknown": func.min(_JOINED).filter(_NOBODY),
    "nothing counts as 0": func.count(partner.c.id).filter(_NOBODY),
    "distinct values are counted without NULL": func.count(distinct(_JOINED)),
    "the earliest day": func.min(_JOINED),
    "the latest day": func.max(_JOINED),
    "days are subtracted to a number": func.max(cast(_DAY - _JOINED, Integer)),
    "a cast lets NULL through": func.count(cast(null(), Date)),
    "integers are divided to an integer": func.max(literal(7, Integer) // literal(2, Integer)),
    "lower case is that of every alphabet": func.max(func.lower("ЁЛКА")),
    "text without regard to case": func.count().filter(partner.c.name.ilike("%ёлка%")),
    "text with regard to case": func.count().filter(partner.c.name.like("%ёлка%")),
    "length is in characters": func.max(func.length(partner.c.name)),
    "the greatest skips NULL": func.max(func.greatest(partner.c.id, cast(null(), Integer))),
    "an unknown truth is none": func.count().filter(func.coalesce(_JOINED > _DAY, false())),
}


@pytest.fixture(scope="module")
def partners_on_both(
    tmp_path_factory: pytest.TempPathFactory, clickhouse_engine_room: str
) -> Iterator[tuple[Connection, Connection]]:
    file: Path = tmp_path_factory.mktemp("meanings") / "program.duckdb"
    urls = (f"duckdb:///{file}", make_url(clickhouse_engine_room).set(database="meanings"))
    names = ["ёлка", "Ёлка", "100 %", "o'Brien \\ Söhne", ""]
    rows = pd.DataFrame(
        {
            "id": range(len(names)), "name": names, "city_id": 1, "tier": "gold",
            "manager_email": "m@example.test", "joined_on": [*DAYS, None],
        }
    )  # fmt: skip
    databases = []
    for url in map(str, urls):
        with new_program(url) as writer:
            writer.append("partner", rows)
            writer.record_batch(source="load", data_as_of=AS_OF, content_sha256="x")
        databases.append(opened(url))
    with databases[0].connect() as duckdb, databases[1].connect() as clickhouse:
        yield duckdb, clickhouse
    for database in databases:
        database.close()


@pytest.mark.parametrize("meaning", MEANINGS)
def test_sql_means_the_same_as_on_duckdb(
    partners_on_both: tuple[Connection, Connection], meaning: str
) -> None:
    statement = select(MEANINGS[meaning]).select_from(partner)
    one, other = (connection.execute(statement).scalar() for connection in partners_on_both)
    assert one == other


def test_text_and_days_come_back_as_they_were(
    partners_on_both: tuple[Connection, Connection],
) -> None:
    rows = select(partner.c.name, _JOINED, partner.c.left_on)
    unknown = select(null(), cast(null(), Date), literal(DAYS[0], Date))
    for statement in (
        rows.order_by(partner.c.id),
        rows.order_by(partner.c.name),
        rows.where(_JOINED.in_(DAYS[:2])).order_by(partner.c.name),
        rows.where(partner.c.name == "o'Brien \\ Söhne"),
        rows.order_by(_JOINED.desc().nulls_first()),
        union_all(rows.where(_NOBODY), unknown),
    ):
        one, other = (connection.execute(statement).all() for connection in partners_on_both)
        assert one == other
        assert one


@pytest.mark.parametrize(
    "hostile",
    [
        "' OR 1=1 --", "\\' OR 1=1 --", "\\", "'", "''", '"', "`", "%", "%%", "%s", "%(x)s",
        "{x:String}", "{x}", "?", "$1", ":x", "a\nb\tc\r", "-- x", "/* x", "#", "\0", "😀", "$$x$$",
    ],
)  # fmt: skip
def test_text_in_a_condition_is_nothing_but_text(
    partners_on_both: tuple[Connection, Connection], hostile: str
) -> None:
    connection = partners_on_both[1]
    told = select(literal(hostile), literal(7)).where(literal(hostile) == hostile)
    assert connection.execute(told).all() == [(hostile, 7)]
    assert rows_at_once(connection, told.with_only_columns(literal(hostile).label("x")))[
        "x"
    ].to_pylist() == [hostile]
    nobody = select(partner.c.id).where(partner.c.name.in_([hostile, hostile + "'"]))
    assert connection.execute(nobody).all() == []


def test_days_beyond_what_clickhouse_can_store_are_refused(clickhouse_url: str) -> None:
    rows = pd.DataFrame({"id": [1], "name": "a", "city_id": 1, "tier": "gold"}).assign(
        manager_email="m", joined_on=[dt.date(1850, 1, 1)]
    )
    with pytest.raises(StoreError), new_program(clickhouse_url) as writer:
        writer.append("partner", rows)
