"""ClickHouse as the program database: the dialect for our statements, and its connections.

Whatever ClickHouse says differently is settled here, as a setting of the session where it has
one, as a rule of the compiler where it has not. No query knows which engine it runs on.

ClickHouse has no transaction over several tables. So every program lies in a database of its own,
``quality_17`` beside ``quality``, and one row of ``quality.publication`` names the one to read: a
reader sees a whole program or the whole one before.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from clickhouse_connect import dbapi
from clickhouse_connect.cc_sqlalchemy.dialect import ClickHouseDialect
from clickhouse_connect.cc_sqlalchemy.sql.compiler import ChStatementCompiler
from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Engine,
    Executable,
    Float,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    create_engine,
    func,
    select,
)
from sqlalchemy.dialects import registry
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

BACKEND = "clickhousedb"
#: Which database holds the program: the row with the largest number.
publication = Table(
    "publication",
    MetaData(),
    Column("number", BigInteger, nullable=False),
    Column("content", String, nullable=False),
    Column("published_at", DateTime, nullable=False),
)

#: The standard's answers where ClickHouse has its own by default, and one defect avoided.
STANDARD_SQL = {
    "join_use_nulls": "1",  # a missing side of an outer join is NULL, not 0 and ''
    "aggregate_functions_null_for_empty": "1",  # the sum and the maximum of nothing are NULL
    # Swapping the sides of joins loses constants: in 26.9 «'current' AS part» came out as '' where
    # a later outer join found no match, from the second run of the same statement on.
    "query_plan_join_swap_table": "false",
}
#: What one query of the dashboard may use on the server; «?ch_max_memory_usage=…» says otherwise.
_MEMORY_OF_A_QUERY = "1000000000"
_CONNECT_SECONDS = 5


def type_name(type_: TypeEngine[Any]) -> str:
    """Return ClickHouse's name of a type of the schema.

    Days go from 1900 to 2299 (``Date`` would begin in 1970); moments are wall-clock time, which
    ClickHouse leaves alone only in UTC.
    """
    kinds: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
        (BigInteger, "Int64"),
        (SmallInteger, "Int16"),
        (Integer, "Int32"),
        (Float, "Float64"),
        (Boolean, "Bool"),
        (DateTime, "DateTime64(0, 'UTC')"),
        (Date, "Date32"),
    )
    return next((name for kind, name in kinds if isinstance(type_, kind)), "String")


class _Day(Date):
    """A day; ClickHouse would take the bare literal for text."""

    def bind_expression(self, bindvalue: Any) -> ColumnElement[Any]:
        return func.toDate32(bindvalue)


class _Compiler(ChStatementCompiler):
    """Renders what ClickHouse spells differently."""

    #: clickhouse-connect's own hides joins on a constant from the check for cartesian products.
    visit_join = SQLCompiler.visit_join

    def visit_cast(self, cast: Any, **kw: Any) -> str:
        """Render a cast that lets NULL through."""
        return f"CAST({self.process(cast.clause, **kw)} AS Nullable({type_name(cast.type)}))"

    def visit_sub_binary(self, binary: Any, _operator: Any, **kw: Any) -> str:
        """Render the days between two dates, which ClickHouse does not subtract."""
        left, right = binary.left, binary.right
        if not (isinstance(left.type, Date) and isinstance(right.type, Date)):
            return str(self._generate_generic_binary(binary, " - ", **kw))
        return f"dateDiff('day', {self.process(right, **kw)}, {self.process(left, **kw)})"

    def visit_floordiv_binary(self, binary: Any, operator: Any, **kw: Any) -> str:  # noqa: ARG002 - the name is SQLAlchemy's
        """Render the division of integers; «/» is one of fractions."""
        return f"intDiv({self.process(binary.left, **kw)}, {self.process(binary.right, **kw)})"

    def visit_collate_binary(self, binary: Any, _operator: Any, **kw: Any) -> str:
        """Leave the collation out: text is ordered by its bytes, which is what «C» asks for."""
        return str(self.process(binary.left, **kw))

    def visit_lower_func(self, call: Any, **kw: Any) -> str:
        """Render the lower case of every alphabet; ``lower`` knows ASCII only."""
        return f"lowerUTF8({self.process(call.clauses, **kw)})"

    def visit_current_schema_func(self, _call: Any, **_kw: Any) -> str:
        """Render the database: there are no schemas in it."""
        return "currentDatabase()"

    def visit_length_func(self, call: Any, **kw: Any) -> str:
        """Render the number of characters, not of bytes."""
        return f"lengthUTF8({self.process(call.clauses, **kw)})"


class ProgramDialect(ClickHouseDialect):
    """clickhouse-connect's dialect with our rules, ``clickhousedb+program``."""

    statement_compiler = _Compiler
    colspecs = {Date: _Day}  # noqa: RUF012 - as the dialect declares it
    # Off in clickhouse-connect because of modifiers (FINAL, SAMPLE …) that we do not use.
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        """Return the driver; SQLAlchemy 2.1 wants this on the class itself."""
        return dbapi

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """Fetch columns instead of rows where ``in_columns`` asks for it, see ``rows_at_once``."""
        if not (context and context.execution_options.get("in_columns")):
            super().do_execute(cursor, statement, parameters, context)  # type: ignore[no-untyped-call] # not typed there
            return
        sql = statement if parameters else statement.replace("%%", "%")
        cursor.columns = cursor.client.query_arrow(sql, parameters)
        cursor.names = cursor.columns.column_names
        cursor.types, cursor.data = [None] * len(cursor.names), []


registry.register(f"{BACKEND}.program", __name__, ProgramDialect.__name__)


def clickhouse_engine(
    url: URL, *, database: str, settings: dict[str, str], patience: float = 3600, **pool: Any
) -> Engine:
    """Return an engine on one database of the server that ``url`` names.

    Parameters
    ----------
    settings
        Of the session, on top of ``STANDARD_SQL``; they win over those of the address.
    patience
        Seconds to wait for an answer before the connection is given up.
    pool
        As ``sqlalchemy.create_engine`` takes them.
    """
    asked = {f"ch_{name}": value for name, value in (STANDARD_SQL | settings).items()}
    if url.query.get("interface") != "chdb":  # the engine inside this process, for tests
        asked["connect_timeout"] = str(_CONNECT_SECONDS)
        asked["send_receive_timeout"] = str(int(patience))
        # A connection holds nothing on the server, so a balancer may spread its queries.
        asked["autogenerate_session_id"] = "false"
    return create_engine(
        url.set(drivername=f"{BACKEND}+program", database=database).update_query_dict(asked), **pool
    )


def reading_engine(url: URL, *, database: str, seconds: float, **pool: Any) -> Engine:
    """Return the engine of the dashboard: read-only, bounded in time and memory."""
    limits = {
        "readonly": "2",  # 1 would forbid to ask for the settings above as well
        "max_execution_time": str(seconds),
        "max_memory_usage": str(url.query.get("ch_max_memory_usage", _MEMORY_OF_A_QUERY)),
        "cancel_http_readonly_queries_on_client_close": "1",
    }
    patience = seconds + _CONNECT_SECONDS
    return clickhouse_engine(url, database=database, settings=limits, patience=patience, **pool)


def rows_at_once(connection: Connection, statement: Executable) -> pa.Table:
    """Return the rows of ``statement``, fetched column by column: no Python value for a cell."""
    result: Any = connection.execute(statement, execution_options={"in_columns": True})
    table: pa.Table = result.cursor.columns
    for position, field in enumerate(table.schema):
        if pa.types.is_union(field.type):  # a union of counts, which are unsigned, and integers
            plain = pa.array(table[position].to_pylist())
            table = table.set_column(position, field.name, plain)
    return table.rename_columns(list(result.keys()))


def published(connection: Connection) -> tuple[str, str] | None:
    """Return the database that holds the program, and what changes with every publication.

    ``None`` while nothing was ever published. ``connection`` is to the database of the address.
    """
    newest = select(publication).order_by(publication.c.number.desc()).limit(1)
    try:
        row = connection.execute(newest).one_or_none()
    except DBAPIError as error:
        if getattr(error.orig, "name", "") in {"UNKNOWN_DATABASE", "UNKNOWN_TABLE"}:
            return None
        raise
    return (row.content, f"{row.content} of {row.published_at}") if row else None
