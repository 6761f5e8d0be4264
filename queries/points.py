"""Points across the programme: alive and expiring by month, and the projects they hang on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
from sqlalchemy import BigInteger, Connection, and_, case, cast, func, select
from sqlalchemy.sql.selectable import CTE

from metrics.points import earliest_alive
from program.calendar import ONE_DAY, add_months, same_day_next_year
from program.rules import ProgramRules
from program.schema import city, delivery, partner, project
from queries.alphabet import alphabetical
from queries.coverage import chosen_partners
from queries.engine import frame
from queries.filters import Filters
from queries.scope import Scope
from queries.sizes import size_condition

MONTH_COLUMNS = {
    "month": "datetime64[us]",
    "alive": "int64",
    "expiring": "int64",
    "is_forecast": "bool",
}


def _chosen(
    scope: Scope, filters: Filters, evaluated_on: dt.date, today: dt.date, rules: ProgramRules
) -> CTE:
    return (
        chosen_partners(scope, filters)
        .where(size_condition(filters, evaluated_on, today, rules))
        .cte("chosen")
    )


def programme_points(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    months: Sequence[dt.date],
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return points alive and expiring of the chosen partners, month by month.

    The same figures as ``metrics.points.points_calendar`` gives of one partner, added up; coming
    months if nothing more is delivered.

    Parameters
    ----------
    months
        1sts of months, oldest first.
    evaluated_on
        The evaluation by whose base the size filter goes.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a month. ``alive`` (points on the month's last day), ``expiring`` (points
        that end inside the month without having been renewed), ``is_forecast`` (the month is
        not over). Columns as in ``MONTH_COLUMNS``.

    Raises
    ------
    ValueError
        If no month is given.
    """
    if not months:
        raise ValueError("at least one month is needed")
    chosen = _chosen(scope, filters, evaluated_on, today, rules)
    ends = [add_months(month, 1) - ONE_DAY for month in months]
    # What is known at the end of a month; all coming months know the same.
    known = sorted({min(end, today) for end in ends})
    day = delivery.c.delivered_on
    latest = {
        at: func.max(case((day <= at, day))).label(f"known_{i}") for i, at in enumerate(known)
    }
    awards = (
        select(delivery.c.partner_id, delivery.c.project_id, *latest.values())
        .join(chosen, chosen.c.partner_id == delivery.c.partner_id)
        .where(
            delivery.c.status == "accepted",
            day <= today,
            day >= earliest_alive(months[0] - ONE_DAY, rules),
        )
        .group_by(delivery.c.partner_id, delivery.c.project_id)
        .cte("awards")
    )
    totals = []
    for i, (month, end) in enumerate(zip(months, ends, strict=True)):
        renewed = awards.c[latest[min(end, today)].name]
        alive_from = earliest_alive(end, rules)
        ending_from = earliest_alive(month - ONE_DAY, rules)
        for name, condition in (
            ("alive", renewed >= alive_from),
            ("expiring", and_(renewed >= ending_from, renewed < alive_from)),
        ):
            total = func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
            totals.append(cast(total, BigInteger).label(f"{name}_{i}"))
    names = [total.name for total in totals]
    wide = frame(connection, select(*totals), dict.fromkeys(names, "int64")).iloc[0]
    return (
        pd.DataFrame(
            {
                "month": pd.to_datetime(list(months)),
                "alive": [int(wide[f"alive_{i}"]) for i in range(len(months))],
                "expiring": [int(wide[f"expiring_{i}"]) for i in range(len(months))],
                "is_forecast": [end > today for end in ends],
            }
        )
        .assign(
            alive=lambda rows: rows["alive"] * rules.points_per_project,
            expiring=lambda rows: rows["expiring"] * rules.points_per_project,
        )
        .astype(MONTH_COLUMNS)
    )


EXPIRING_COLUMNS = {
    "partner_id": "int64",
    "name": "str",
    "city": "str",
    "project": "str",
    "site": "str",
    "client_name": "str",
    "renewed_on": "datetime64[us]",
    "expires_on": "datetime64[us]",
}


def expiring_projects(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    before: dt.date,
    limit: int,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return the projects whose points, alive today, expire before a day: worth a repeat delivery.

    Grain: one row a partner and project, the soonest to expire first, at most ``limit``.
    ``renewed_on`` is the partner's latest accepted delivery, ``expires_on`` the first day without
    the points. Columns as in ``EXPIRING_COLUMNS``.
    """
    chosen = _chosen(scope, filters, evaluated_on, today, rules)
    alive_from = earliest_alive(today, rules)
    latest = func.max(delivery.c.delivered_on)
    awards = (
        select(delivery.c.partner_id, delivery.c.project_id, latest.label("renewed_on"))
        .join(chosen, chosen.c.partner_id == delivery.c.partner_id)
        .where(
            delivery.c.status == "accepted",
            delivery.c.delivered_on >= alive_from,
            delivery.c.delivered_on <= today,
        )
        .group_by(delivery.c.partner_id, delivery.c.project_id)
        .having(latest < earliest_alive(before - ONE_DAY, rules))
        .cte("awards")
    )
    statement = (
        select(
            awards.c.partner_id,
            partner.c.name,
            city.c.name_ru.label("city"),
            project.c.name.label("project"),
            project.c.site,
            project.c.client_name,
            awards.c.renewed_on,
        )
        .join(partner, partner.c.id == awards.c.partner_id)
        .join(city, city.c.id == partner.c.city_id)
        .join(project, project.c.id == awards.c.project_id)
        .order_by(awards.c.renewed_on, alphabetical(partner.c.name), awards.c.project_id)
        .limit(limit)
    )
    columns = {name: kind for name, kind in EXPIRING_COLUMNS.items() if name != "expires_on"}
    found = frame(connection, statement, columns)
    expires = [
        same_day_next_year(day.date(), rules.points_life_years) for day in found["renewed_on"]
    ]
    return found.assign(expires_on=expires).astype(EXPIRING_COLUMNS)
