"""How many projects were handed over, by month."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from sqlalchemy import Connection, Integer, cast, extract, func, select

from program.calendar import evaluations_between, month_start
from program.schema import delivery
from queries.coverage import chosen_partners
from queries.engine import frame
from queries.filters import Filters
from queries.scope import Scope

MONTH_COLUMNS = {"month": "datetime64[us]", "deliveries": "int64"}


def deliveries_by_month(
    connection: Connection, scope: Scope, filters: Filters, first: dt.date, today: dt.date
) -> pd.DataFrame:
    """Count accepted deliveries of the chosen partners, repeated ones included, by month.

    Grain: one row a month from that of ``first`` to that of ``today``, months without any
    delivery with 0; the current month is not over. Columns as in ``MONTH_COLUMNS``.
    """
    chosen = chosen_partners(scope, filters).cte("chosen")
    year = cast(extract("year", delivery.c.delivered_on), Integer).label("year")
    number = cast(extract("month", delivery.c.delivered_on), Integer).label("number")
    statement = (
        select(year, number, func.count().label("deliveries"))
        .join(chosen, chosen.c.partner_id == delivery.c.partner_id)
        .where(
            delivery.c.status == "accepted",
            delivery.c.delivered_on >= month_start(first),
            delivery.c.delivered_on <= today,
        )
        .group_by(year, number)
    )
    counted = frame(connection, statement, dict.fromkeys(("year", "number", "deliveries"), "int64"))
    by_month = {
        (int(row.year), int(row.number)): int(row.deliveries) for row in counted.itertuples()
    }
    months = evaluations_between(month_start(first), month_start(today))
    return pd.DataFrame(
        {"month": months, "deliveries": [by_month.get((m.year, m.month), 0) for m in months]}
    ).astype(MONTH_COLUMNS)
