"""How the calls to clients ended: the response rate beside every survey figure."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from sqlalchemy import Connection, func, select, true

from program.period import Period
from program.schema import city, contact_fact, partner, region
from queries.attempts import stands
from queries.filters import Filters
from queries.scope import Scope
from queries.survey import Sizing, chosen_period, month_index, monthly_frame, part_of

RESPONSE_COLUMNS = {
    "month": "datetime64[us]",
    "part": "str",
    "outcome": "str",
    "contacts": "int64",
}


def response_counts(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    previous: Period | None,
    since: dt.date | None,
    sizing: Sizing,
) -> pd.DataFrame:
    """Count the contacts of chosen partners' accepted deliveries by how they ended.

    A contact is all attempts to reach the client of one delivery; it ends as its latest attempt
    did, and is dated by it. The period is read as in ``queries.survey.recommendation_counts``.

    Grain: one row a month, ``queries.survey.Part`` and outcome; columns as in
    ``RESPONSE_COLUMNS``.
    """
    current = chosen_period(filters)
    starts = [p.first for p in (current, previous) if p] + ([since] if since else [])
    earliest = min(starts) if current and starts else None
    ended = contact_fact.c.attempted_on
    contacts = (
        select(month_index(ended), part_of(ended, current, previous), contact_fact.c.outcome)
        .join(partner, partner.c.id == contact_fact.c.partner_id)
        .join(city, city.c.id == partner.c.city_id)
        .join(region, region.c.code == city.c.region_code)
        .where(
            contact_fact.c.status == "accepted",
            stands(sizing.today, earliest),
            ended <= current.last if current else true(),
            scope.partner_condition(),
            filters.partner_condition(),
            sizing.condition(filters),
        )
        .cte("contacts")
    )
    keys = tuple(contacts.c)
    statement = select(*keys, func.count().label("contacts")).group_by(*keys).order_by(*keys)
    return monthly_frame(connection, statement, RESPONSE_COLUMNS)
