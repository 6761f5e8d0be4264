"""Which rows a data check suspects: one description, from which both counts and rows are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    Subquery,
    Table,
    case,
    cast,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.sql import FromClause

from program.schema import delivery, license_key, partner, survey
from queries.scope import Scope, Sight

Condition = ColumnElement[bool]

#: Columns through which a row's partner is found.
_WAY_TO_PARTNER = frozenset({"partner_id", "license_key_id", "delivery_id", "survey_id"})


@dataclass(frozen=True, slots=True)
class Suspects:
    """Rows of one table that a check points at.

    Attributes
    ----------
    table
        Whose rows; ``None`` for a statement about the data as a whole.
    where, source
        The condition, and the joins it needs if the table alone is not enough. Joins must not
        multiply rows of sound data.
    key
        Where ``source`` tells of rows of ``table`` without holding it: the id of the row. To count
        needs no more; who wants to see the rows joins ``table``.
    day, detail
        What to show beside the row: its date, and the value or the row it contradicts.
    """

    table: Table | None
    where: Condition
    source: FromClause | None = None
    key: ColumnElement[int] | None = None
    day: ColumnElement[Any] | None = None
    detail: ColumnElement[Any] | None = None

    @property
    def origin(self) -> FromClause:
        """Return what the rows are read from; suspects of one origin are counted in one scan."""
        origin = self.table if self.source is None else self.source
        if origin is None:
            raise ValueError("a statement about the data as a whole needs a source")
        return origin

    def counted(self, scope: Scope) -> Select[Any]:
        """Return the statement for the number of rows in ``scope``, each with its partner."""
        owners = self._owned(self._rows()).subquery("owned")
        return select(func.count().label("n")).where(owners.c.partner_id.in_(_partners(scope)))

    def listed(self, scope: Scope) -> Select[Any]:
        """Return the statement for the rows: table, record, partner_id, day, detail."""
        found = self._rows()
        listed = select(
            literal(self.table.name if self.table is not None else "").label("table_name"),
            self._record(found).label("record"),
            *self._owned(found).selected_columns,
            found.c.day,
            found.c.detail,
        )
        if scope.sight is Sight.EVERYTHING:
            return listed
        rows = listed.subquery("listed")
        return select(rows).where(rows.c.partner_id.in_(_partners(scope)))

    def _rows(self) -> Subquery:
        """Return the suspicious rows: keys, the way to the partner, ``day`` and ``detail``.

        Lookups start from this subquery: not every engine can look a row's partner up in the
        statement that also decides, by another lookup, whether the row is suspicious.
        """
        kept = [] if self.table is None else [c for c in self.table.columns if _leads_on(c)]
        origin = self.origin
        if self.table is not None and self.key is not None:
            origin = origin.join(self.table, self.table.c.id == self.key)
        return (
            select(
                *kept,
                cast(null() if self.day is None else self.day, Date).label("day"),
                cast(null() if self.detail is None else self.detail, String).label("detail"),
            )
            .select_from(origin)
            .where(self.where)
            .subquery("found")
        )

    def _record(self, found: Subquery) -> ColumnElement[str]:
        if self.table is None:
            return literal("")
        keys = self.table.primary_key
        parts: list[ColumnElement[str]] = [cast(found.c[c.name], String) for c in keys]
        return reduce(lambda left, right: left + literal(" / ") + right, parts)

    def _owned(self, found: Subquery) -> Select[int]:
        """Return the partner of each row: its own column, or the one that its delivery has."""
        if self.table is partner:
            owner: ColumnElement[Any] = found.c.id
        elif "partner_id" in found.c:
            owner = found.c.partner_id
        else:
            looked_up = _partner_of(found)
            owner = null() if looked_up is None else looked_up.correlate(found).scalar_subquery()
        return select(cast(owner, Integer).label("partner_id")).select_from(found)


def _leads_on(column: Column[Any]) -> bool:
    return column.primary_key or column.name in _WAY_TO_PARTNER


def _partners(scope: Scope) -> Select[int]:
    return select(partner.c.id).where(scope.partner_condition())


def _partner_of(found: Subquery) -> Select[Any] | None:
    """Return the lookup of a row's partner through its key, delivery or survey.

    A subquery instead of a join, so that doubled rows elsewhere cannot double this one.
    """
    if "license_key_id" in found.c:
        key = license_key.alias("owned_key")
        return select(func.min(key.c.partner_id)).where(key.c.id == found.c.license_key_id)
    handed = delivery.alias("owned_delivery")
    looked_up = select(func.min(handed.c.partner_id))
    if "delivery_id" in found.c:
        return looked_up.where(handed.c.id == found.c.delivery_id)
    if "survey_id" in found.c:
        asked = survey.alias("owned_survey")
        return looked_up.select_from(asked.join(handed, handed.c.id == asked.c.delivery_id)).where(
            asked.c.id == found.c.survey_id
        )
    return None


def counted(suspects: Sequence[Suspects], scope: Scope) -> Select[*tuple[Any, ...]]:
    """Return the statement for the numbers of rows in ``scope``, of suspects of one origin.

    Grain: one row; a column for each of ``suspects``, in their order.
    """
    if scope.sight is Sight.EVERYTHING:
        numbers = [func.count(case((each.where, 1))) for each in suspects]
        return select(*numbers).select_from(suspects[0].origin)
    return select(*(each.counted(scope).scalar_subquery() for each in suspects))
