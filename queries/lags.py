"""How long deliveries and activations take, and the pace of partners against that.

These are counts of the whole programme without names, whatever the filters: a partner's chance
must not change with the cut that it is looked at in. Whoever sees nothing gets no counts either.

A key is *handed over* on the day of its first delivery by the buyer that is accepted or still
under review: the lag ends there. It is *delivered*, for the rule, only when one is accepted.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Double,
    Integer,
    and_,
    case,
    cast,
    column,
    false,
    func,
    select,
    true,
    type_coerce,
    values,
)

from metrics.delivery_habit import HABIT_DAYS
from metrics.key_history import CURVE_DAYS
from metrics.lag_curve import LagCurve
from program.calendar import ONE_DAY
from program.rules import DECK_RULES, ProgramRules
from program.schema import delivery, key_fact
from queries.engine import frame
from queries.facts import seen
from queries.scope import Scope, Sight

LAG_COLUMNS = {"lag": "int64", "delivered": "int64", "censored": "int64"}


def programme_condition(scope: Scope) -> ColumnElement[bool]:
    """Return the condition for counts of the whole programme: anybody who sees anything."""
    return false() if scope.sight is Sight.NOTHING else true()


def days_between(later: object, earlier: object) -> ColumnElement[int]:
    """Return the whole days between two dates; both engines subtract them to a number."""
    return type_coerce(cast(later, Date) - cast(earlier, Date), Integer)


def delivery_lags(
    connection: Connection, scope: Scope, today: dt.date, rules: ProgramRules = DECK_RULES
) -> pd.DataFrame:
    """Count the programme's keys by days from activation to hand-over, the last 24 months.

    Keys activated in the ``CURVE_DAYS`` before ``today``. One not handed over is censored on
    the last whole day of the data; one handed over before its activation has a lag of 0.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a lag, ascending: at most ``CURVE_DAYS`` + 1 rows for any number of keys.
        Columns as in ``LAG_COLUMNS``; the life table of ``metrics.lag_curve.lag_curve``.
    """
    counted = _activated_lately(today, rules)
    ended = seen(key_fact.c.handed_over_on, today)
    lag = case(
        (ended.is_not(None), func.greatest(days_between(ended, key_fact.c.activated_on), 0)),
        else_=days_between(today - ONE_DAY, key_fact.c.activated_on),
    ).label("lag")
    statement = (
        select(
            lag,
            func.count(ended).label("delivered"),
            (func.count() - func.count(ended)).label("censored"),
        )
        .select_from(key_fact)
        .where(counted, programme_condition(scope))
        .group_by(lag)
        .order_by(lag)
    )
    return frame(connection, statement, LAG_COLUMNS)


def activation_lags(
    connection: Connection, scope: Scope, today: dt.date, rules: ProgramRules = DECK_RULES
) -> pd.DataFrame:
    """Count the programme's keys by days from purchase to activation, the last 24 months.

    Grain and columns as of :func:`delivery_lags`.
    """
    activated = seen(key_fact.c.activated_on, today)
    lag = case(
        (
            activated.is_not(None),
            func.greatest(days_between(activated, key_fact.c.purchased_on), 0),
        ),
        else_=days_between(today - ONE_DAY, key_fact.c.purchased_on),
    ).label("lag")
    statement = (
        select(
            lag,
            func.count(activated).label("delivered"),
            (func.count() - func.count(activated)).label("censored"),
        )
        .where(
            key_fact.c.kind.in_(rules.counted_kinds),
            key_fact.c.purchased_on >= today - dt.timedelta(days=CURVE_DAYS),
            key_fact.c.purchased_on < today,
            programme_condition(scope),
        )
        .group_by(lag)
        .order_by(lag)
    )
    return frame(connection, statement, LAG_COLUMNS)


PACE_COLUMNS = {"partner_id": "int64", "delivered": "int64", "expected": "float64"}


def pace_counts(
    connection: Connection,
    scope: Scope,
    today: dt.date,
    curve: LagCurve,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Count each partner's deliveries of the last half year against what ``curve`` expects.

    Keys activated in the ``CURVE_DAYS`` before ``today`` and still open ``HABIT_DAYS`` before
    it. For the prior every partner of the programme is needed: nothing but the counts.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a partner with such a key, by id. ``delivered`` (keys handed over in those
        days) and ``expected`` (the hazards that its keys met). Columns as in ``PACE_COLUMNS``.
    """
    since = today - dt.timedelta(days=HABIT_DAYS)
    counted = _activated_lately(today, rules)
    begun, ended = key_fact.c.activated_on, seen(key_fact.c.handed_over_on, today)
    entering = func.greatest(days_between(since, begun), 0) - 1
    leaving = case(
        (ended.is_not(None), func.greatest(days_between(ended, begun), 0)),
        else_=days_between(today - ONE_DAY, begun),
    )
    hazard = _hazards(curve)
    before, after = hazard.alias("before"), hazard.alias("after")
    met = func.greatest(after.c.hazard - before.c.hazard, 0.0)
    statement = (
        select(
            key_fact.c.partner_id,
            func.count(ended).label("delivered"),
            cast(func.sum(met), Double).label("expected"),
        )
        .select_from(key_fact)
        .join(before, before.c.age == entering)
        .join(after, after.c.age == leaving)
        .where(counted, func.coalesce(ended, today) >= since, programme_condition(scope))
        .group_by(key_fact.c.partner_id)
        .order_by(key_fact.c.partner_id)
    )
    return frame(connection, statement, PACE_COLUMNS)


def accepted_share(
    connection: Connection, scope: Scope, today: dt.date, prior: tuple[int, int] = (1, 1)
) -> float:
    """Return which share of the deliveries of the last 24 months was accepted once reviewed.

    What is under review is left out. ``prior`` is added to accepted and rejected ones, so that
    the share is neither 0 nor 1 at small n, and a half without any delivery.
    """
    statement = select(
        cast(func.count(case((delivery.c.status == "accepted", 1))), BigInteger),
        cast(func.count(case((delivery.c.status == "rejected", 1))), BigInteger),
    ).where(
        delivery.c.delivered_on > today - dt.timedelta(days=CURVE_DAYS),
        delivery.c.delivered_on <= today,
        programme_condition(scope),
    )
    accepted, rejected = connection.execute(statement).one()
    return float((accepted + prior[0]) / (accepted + rejected + sum(prior)))


def _activated_lately(today: dt.date, rules: ProgramRules) -> ColumnElement[bool]:
    return and_(
        key_fact.c.kind.in_(rules.counted_kinds),
        key_fact.c.activated_on >= today - dt.timedelta(days=CURVE_DAYS),
        key_fact.c.activated_on < today,
    )


def _hazards(curve: LagCurve) -> CTE:
    """Return the curve's cumulative hazard as a table: ``age`` from −1 day on, ``hazard``."""
    ages = np.arange(-1, CURVE_DAYS + 1)
    rows = list(zip(ages.tolist(), curve.hazard_until(ages).tolist(), strict=True))
    table = values(column("age", Integer), column("hazard", Double), name="hazards").data(rows)
    return select(table.c.age, table.c.hazard).cte("hazard")
