"""ClickHouse answers every query as DuckDB does.

The engine is chDB, which is ClickHouse inside this process; no server is needed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, NullPool, event, make_url, text

from jobs.store import new_program
from jobs.store_clickhouse import column_type
from program.schema import LOAD_TABLES, metadata
from program.settings import Settings
from queries.clickhouse import clickhouse_engine
from queries.engine import ProgramDatabase
from queries.freshness import freshness
from queries.scope import EVERYTHING
from tests.databases import TODAY, build_demo, url_of
from tests.every_query import Asked, Query, every_query, same
from tests.programmes import EVALUATIONS, programmes, replace_content
from tests.survey_programmes import TODAY as SURVEY_TODAY
from tests.survey_programmes import replace_survey_content, survey_programmes

#: So often is a query asked about the demonstration, each time in another cut.
TURNS = 4
FEW = settings(
    max_examples=4,
    deadline=None,
    phases=set(Phase) - {Phase.explain},  # a comparison is too slow to be explained by repetition
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DEMO_EVALUATIONS = [dt.date(2026, month, 1) for month in (11, 12, 3)] + [dt.date(2027, 1, 1)]
Pair = tuple[Connection, Connection]


@pytest.fixture(scope="module")
def demo(clickhouse_engine_room: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The small demonstration, as the dashboard reads it from DuckDB and from ClickHouse."""
    file = build_demo(tmp_path_factory.mktemp("demo") / "program.duckdb")
    address = make_url(clickhouse_engine_room).set(database="demo").render_as_string()
    urls = (url_of(file), address)
    databases = [
        # The limit holds from taking a connection to giving it back: here, for all tests.
        ProgramDatabase(Settings(_env_file=None, database_url=url, query_timeout_seconds=600))
        for url in urls
    ]
    with ExitStack() as stack:
        original = stack.enter_context(databases[0].connect())
        copy_program(original, address)
        yield original, stack.enter_context(databases[1].connect())
    for database in databases:
        database.close()


def copy_program(original: Connection, address: str) -> None:
    fresh = freshness(original, EVERYTHING)
    assert fresh is not None
    with new_program(address) as writer:
        for name in LOAD_TABLES:
            rows = original.connection.dbapi_connection.execute(f"SELECT * FROM {name}")  # noqa: S608 - a name of the schema
            writer.append(name, rows.to_arrow_table())
        writer.record_batch(
            source="demo",
            data_as_of=fresh.data_as_of,
            loaded_at=fresh.loaded_at,
            content_sha256="",
        )


@pytest.fixture(scope="module")
def empty(duckdb_connection: Connection, clickhouse_engine_room: str) -> Iterator[Pair]:
    """The schema on both engines, to be filled by the test; in memory, which empties faster."""
    address = make_url(clickhouse_engine_room)
    engine = clickhouse_engine(address, database="default", settings={}, poolclass=NullPool)
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            columns = ", ".join(f"{c.name} {column_type(c)}" for c in table.columns)
            connection.execute(text(f"CREATE TABLE {table.name} ({columns}) ENGINE = Memory"))
        yield duckdb_connection, connection


def compare(pair: Pair, query: Query, asked: Asked, turn: int) -> None:
    """Ask both engines and compare: in order wherever the query asks for one."""
    ordered = []

    def note(_connection: Connection, statement: object, *_rest: object) -> None:
        ordered.append(bool(getattr(statement, "_order_by_clauses", ())))

    arguments = asked.arguments(query, turn)
    event.listen(pair[0], "before_execute", note)
    try:
        left, right = (query(connection, **arguments) for connection in pair)
    finally:
        event.remove(pair[0], "before_execute", note)
    same(left, right, ordered=all(ordered))


@pytest.mark.parametrize("query", every_query(), ids=lambda q: f"{q.__module__}.{q.__name__}")
def test_every_query_answers_as_on_duckdb(demo: Pair, query: Query) -> None:
    asked = Asked.about(demo[0], TODAY, DEMO_EVALUATIONS)
    for turn in range(asked.turns(query, TURNS)):
        compare(demo, query, asked, turn)


def test_every_query_is_found() -> None:
    names = {f"{query.__module__}.{query.__name__}" for query in every_query()}
    assert {"queries.coverage.partner_counts", "queries.survey.recommendation_counts"} <= names
    assert len(names) > 40


def test_generated_programmes_are_counted_as_on_duckdb(empty: Pair) -> None:
    @FEW
    @given(programmes(), st.integers(0, 59))
    def agree(drawn, turn):
        programme, today = drawn
        for connection in empty:
            replace_content(connection, programme)
        for query in every_query()[turn % 2 :: 2]:
            compare(empty, query, Asked.about(empty[0], today, EVALUATIONS), turn)

    agree()


def test_generated_surveys_are_counted_as_on_duckdb(empty: Pair) -> None:
    @FEW
    @given(survey_programmes(), st.integers(0, 59))
    def agree(rows, turn):
        for connection in empty:
            replace_survey_content(connection, rows)
        for query in every_query()[turn % 2 :: 2]:
            compare(empty, query, Asked.about(empty[0], SURVEY_TODAY, EVALUATIONS), turn)

    agree()
