"""The programme month by month: what was decided, and how much was handed over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from program.calendar import evaluations_between, month_start
from program.schema import competence_evaluation, delivery
from queries.coverage import chosen_partners
from queries.engine import frame
from queries.filters import Filters
from queries.scope import Scope
from queries.survey import as_months, month_index

HISTORY_COLUMNS = {
    "evaluated_on": "datetime64[us]",
    "partners": "int64",
    "holders": "int64",
    "base": "int64",
    "delivered": "int64",
}
MONTH_COLUMNS = {"month": "datetime64[us]", "deliveries": "int64"}


@dataclass(frozen=True, slots=True)
class ProgrammeMonths:
    """What the programme has been month by month.

    Attributes
    ----------
    history
        Totals of every stored evaluation, the oldest first. Grain: one row an evaluation;
        ``partners`` with a base, ``holders`` of the competence, keys in all bases and delivered
        ones among them; columns as in ``HISTORY_COLUMNS``.
    deliveries
        Accepted deliveries, repeated ones included. Grain: one row a month, those without any
        delivery with 0; columns as in ``MONTH_COLUMNS``.
    """

    history: pd.DataFrame
    deliveries: pd.DataFrame


def programme_months(
    connection: Connection, scope: Scope, filters: Filters, first: dt.date, today: dt.date
) -> ProgrammeMonths:
    """Return the decisions on the chosen partners, and their deliveries by month.

    Deliveries are of the months from that of ``first`` to that of ``today``, which is not over.
    """
    chosen = chosen_partners(scope, filters).cte("chosen")
    decided = competence_evaluation
    decisions = (
        select(
            decided.c.evaluated_on,
            literal(0).label("month"),
            cast(func.sum(case((decided.c.base > 0, 1), else_=0)), BigInteger).label("partners"),
            cast(func.sum(case((decided.c.held, 1), else_=0)), BigInteger).label("holders"),
            cast(func.sum(decided.c.base), BigInteger).label("base"),
            cast(func.sum(decided.c.delivered), BigInteger).label("delivered"),
        )
        .join(chosen, chosen.c.partner_id == decided.c.partner_id)
        .group_by(decided.c.evaluated_on)
    )
    month = month_index(delivery.c.delivered_on)
    nothing = cast(literal(0), BigInteger)
    deliveries = (
        select(cast(null(), Date), month, nothing, nothing, nothing, cast(func.count(), BigInteger))
        .join(chosen, chosen.c.partner_id == delivery.c.partner_id)
        .where(
            delivery.c.status == "accepted",
            delivery.c.delivered_on >= month_start(first),
            delivery.c.delivered_on <= today,
        )
        .group_by(month)
    )
    both = union_all(decisions, deliveries).subquery("both")
    told = {"evaluated_on": HISTORY_COLUMNS["evaluated_on"], "month": "int64", **HISTORY_COLUMNS}
    rows = frame(connection, select(both).order_by(both.c.evaluated_on, both.c.month), told)
    is_decision = rows["evaluated_on"].notna()
    months = pd.to_datetime(evaluations_between(month_start(first), month_start(today)))
    counted = rows[~is_decision].set_index(as_months(rows.loc[~is_decision, "month"]))["delivered"]
    return ProgrammeMonths(
        rows.loc[is_decision, list(HISTORY_COLUMNS)].reset_index(drop=True),
        pd.DataFrame(
            {"month": months, "deliveries": counted.reindex(months, fill_value=0).to_numpy()}
        ).astype(MONTH_COLUMNS),
    )
