"""Whether the live database has the tables and columns that the dashboard reads.

One query over ``information_schema``, alike on every engine, and one whether the facts have been
derived. Personal data is no part of the contract: the dashboard's role has no right to see it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    and_,
    column,
    exists,
    func,
    select,
    table,
)

from program.schema import (
    DASHBOARD_TABLES,
    FACT_TABLES,
    metadata,
)
from queries.facts import DERIVED_FROM


class Family(StrEnum):
    """Kinds of types between which the engines' own names do not matter."""

    INTEGER = "integer"
    TEXT = "text"
    DATE = "date"
    MOMENT = "moment"
    BOOLEAN = "boolean"


class ContractBreach(StrEnum):
    """What can be wrong with a live schema."""

    NO_TABLE = "no_table"
    NO_COLUMN = "no_column"
    WRONG_TYPE = "wrong_type"
    NOT_DERIVED = "not_derived"


@dataclass(frozen=True, slots=True)
class ContractProblem:
    """One difference between the live schema and the one the product reads.

    Attributes
    ----------
    column, expected, found
        ``column`` is empty for a missing table; ``found``, the engine's own name of the type, for
        a missing column.
    """

    table: str
    breach: ContractBreach
    column: str = ""
    expected: str = ""
    found: str = ""

    @property
    def is_of_facts(self) -> bool:
        """Return whether the table is derived from others, so that a job can mend it."""
        return self.table in FACT_TABLES


_ENGINE_TYPES: Mapping[Family, frozenset[str]] = {
    Family.INTEGER: frozenset(
        {"tinyint", "smallint", "integer", "bigint", "hugeint", "int8", "int16", "int32", "int64"}
    ),
    Family.TEXT: frozenset({"varchar", "text", "character varying", "character", "string"}),
    Family.DATE: frozenset({"date", "date32"}),
    Family.MOMENT: frozenset(
        {
            "timestamp",
            "timestamp without time zone",
            "timestamp with time zone",
            "datetime",
            "datetime64",
        }
    ),
    Family.BOOLEAN: frozenset({"boolean", "bool"}),
}
#: ClickHouse wraps types, «LowCardinality(String)», and gives them arguments, «DateTime64(0)».
_WRAPPED = re.compile(r"(?:(?:nullable|lowcardinality)\()*([^()]+)")

_COLUMNS = table(
    "columns",
    *(
        column(name)
        for name in ("table_catalog", "table_schema", "table_name", "column_name", "data_type")
    ),
    schema="information_schema",
)


def family_of(wanted: Column[object]) -> Family:
    """Return the family of types that the schema asks of a column."""
    kinds = (
        (Integer, Family.INTEGER),
        (Boolean, Family.BOOLEAN),
        (DateTime, Family.MOMENT),
        (Date, Family.DATE),
    )
    return next((family for kind, family in kinds if isinstance(wanted.type, kind)), Family.TEXT)


def contract_problems(connection: Connection) -> list[ContractProblem]:
    """Return every missing table, missing column and column of a wrong type family.

    An empty list means that every statement of ``queries/`` finds what it reads. Additional
    tables and columns are nobody's problem. The order is that of the schema. A program whose
    fact tables nobody has filled is of the right form, and every figure of it would be 0: that
    is a problem too.
    """
    live = _live_columns(connection)
    problems: list[ContractProblem] = []
    for name in DASHBOARD_TABLES:
        if name not in live:
            problems.append(ContractProblem(name, ContractBreach.NO_TABLE))
            continue
        for wanted in metadata.tables[name].columns:
            family = family_of(wanted)
            found = live[name].get(wanted.name)
            if found is None:
                breach = ContractBreach.NO_COLUMN
                problems.append(ContractProblem(name, breach, wanted.name, family))
            elif _bare(found) not in _ENGINE_TYPES[family]:
                breach = ContractBreach.WRONG_TYPE
                problems.append(ContractProblem(name, breach, wanted.name, family, found))
    return problems or _not_derived(connection)


def _not_derived(connection: Connection) -> list[ContractProblem]:
    """Return the fact tables without a row although what they are derived from has rows."""
    empty = select(
        *(
            and_(exists().select_from(source), ~exists().select_from(fact)).label(fact.name)
            for fact, source in DERIVED_FROM.items()
        )
    )
    found = connection.execute(empty).mappings().one()
    return [
        ContractProblem(name, ContractBreach.NOT_DERIVED)
        for name, is_empty in found.items()
        if is_empty
    ]


def _bare(found: str) -> str:
    wrapped = _WRAPPED.match(found.lower())
    return wrapped[1] if wrapped else found


def _live_columns(connection: Connection) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        select(_COLUMNS.c.table_name, _COLUMNS.c.column_name, _COLUMNS.c.data_type).where(
            _COLUMNS.c.table_catalog == func.current_database(),
            _COLUMNS.c.table_schema == func.current_schema(),
            _COLUMNS.c.table_name.in_(DASHBOARD_TABLES),
        )
    )
    live: dict[str, dict[str, str]] = {}
    for name, column_name, data_type in rows:
        live.setdefault(name, {})[column_name] = data_type
    return live
