"""Which rows a data check suspects: one description, from which both counts and rows are made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    Table,
    cast,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.sql import FromClause

from program.schema import (
    answer,
    delivery,
    license_key,
    partner,
    project,
    survey,
)
from queries.scope import Scope, Sight

Condition = ColumnElement[bool]


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
    day, detail
        What to show beside the row: its date, and the value or the row it contradicts.
    """

    table: Table | None
    where: Condition
    source: FromClause | None = None
    day: ColumnElement[Any] | None = None
    detail: ColumnElement[Any] | None = None

    def counted(self, scope: Scope) -> Select[Any]:
        """Return the statement for the number of rows in ``scope``."""
        return self._narrowed(select(func.count().label("n")), scope)

    def listed(self, scope: Scope) -> Select[Any]:
        """Return the statement for the rows: table, record, partner_id, day, detail."""
        columns: tuple[ColumnElement[Any], ...] = (
            literal(self.table.name if self.table is not None else "").label("table_name"),
            self._record().label("record"),
            cast(self._owner(), Integer).label("partner_id"),
            cast(null() if self.day is None else self.day, Date).label("day"),
            cast(null() if self.detail is None else self.detail, String).label("detail"),
        )
        return self._narrowed(select(*columns), scope)

    def _narrowed(self, statement: Select[Any], scope: Scope) -> Select[Any]:
        source = self.source if self.source is not None else self.table
        if source is not None:
            statement = statement.select_from(source)
        statement = statement.where(self.where)
        if scope.sight is Sight.EVERYTHING:
            return statement
        allowed = select(partner.c.id).where(scope.partner_condition())
        return statement.where(self._owner().in_(allowed))

    def _record(self) -> ColumnElement[str]:
        if self.table is None:
            return literal("")
        parts: list[ColumnElement[str]] = [cast(c, String) for c in self.table.primary_key]
        return reduce(lambda left, right: left + literal(" / ") + right, parts)

    def _owner(self) -> ColumnElement[Any]:
        """Return the partner of the row: its own column, or the one that its delivery has."""
        table = self.table
        if table is partner:
            return partner.c.id
        if table is None or "partner_id" in table.columns:
            return null() if table is None else table.c.partner_id
        looked_up = _partner_of(table)
        return null() if looked_up is None else looked_up.correlate(table).scalar_subquery()


def _partner_of(table: Table) -> Select[Any] | None:
    """Return the lookup of a row's partner through its key, delivery or survey.

    A subquery instead of a join, so that doubled rows elsewhere cannot double this one.
    """
    if table is project:
        key = license_key.alias("owned_key")
        return select(func.min(key.c.partner_id)).where(key.c.id == project.c.license_key_id)
    handed = delivery.alias("owned_delivery")
    found = select(func.min(handed.c.partner_id))
    if "delivery_id" in table.columns:
        return found.where(handed.c.id == table.c.delivery_id)
    if table is answer:
        asked = survey.alias("owned_survey")
        return found.select_from(asked.join(handed, handed.c.id == asked.c.delivery_id)).where(
            asked.c.id == answer.c.survey_id
        )
    return None
