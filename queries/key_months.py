"""Counted keys by the months in which they were bought, activated and delivered.

Every day that the rule compares with is the 1st of a month, so months say all that it needs to
know of a key: from these counts any variant of the rule is answered without asking again.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.sql.selectable import CTE

from program.calendar import ONE_DAY
from program.rules import ProgramRules
from program.schema import competence_evaluation, key_fact
from queries.coverage import chosen_partners
from queries.engine import frame
from queries.facts import seen
from queries.filters import NO_FILTERS, Filters
from queries.scope import Scope
from queries.sizes import size_condition
from queries.survey import as_months, month_index

#: Month index of what has not happened: after every month there is, and small enough for 16 bits
#: with a window's months added.
NEVER = 2700 * 12


def month_number(day: dt.date) -> int:
    """Return the index of the month of ``day``, as the columns of :func:`key_months` hold it."""
    return day.year * 12 + day.month - 1


def _chosen(
    scope: Scope, filters: Filters, evaluated_on: dt.date, today: dt.date, rules: ProgramRules
) -> Select[tuple[int]]:
    return chosen_partners(scope, filters).where(
        size_condition(filters, evaluated_on, today, rules)
    )


def chosen_ids(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return the partners in scope that the filters leave, the size by the base of an evaluation.

    Grain: one row a partner; ``partner_id`` (int32).
    """
    statement = _chosen(scope, filters, evaluated_on, today, rules)
    return frame(connection, statement, {"partner_id": "int32"})


def _facts(
    scope: Scope,
    filters: Filters,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> CTE:
    """Return the counted keys of the chosen partners with their own first accepted delivery.

    The size filter goes by the base of ``evaluated_on``. Records after ``today`` are not seen.
    """
    chosen = _chosen(scope, filters, evaluated_on, today, rules).cte("chosen")
    return (
        select(
            key_fact.c.edition,
            key_fact.c.purchased_on,
            seen(key_fact.c.activated_on, today).label("activated_on"),
            seen(key_fact.c.delivered_on, today).label("delivered_on"),
        )
        .join(chosen, chosen.c.partner_id == key_fact.c.partner_id)
        .where(key_fact.c.kind.in_(rules.counted_kinds), key_fact.c.purchased_on <= today)
        .cte("key_facts")
    )


def _month(day: ColumnElement[Any], label: str) -> ColumnElement[int]:
    return func.coalesce(month_index(day), literal(NEVER)).label(label)


def edition_months(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Count keys by edition and the months of purchase, activation and own first delivery.

    Parameters
    ----------
    evaluated_on
        The evaluation by whose base the size filter goes.
    today
        Records dated later than this day have not happened.
    rules
        Only the counted kinds of keys are looked at.

    Returns
    -------
    pandas.DataFrame
        Grain: one row an edition and triple of months. ``edition`` (its code), ``bought``,
        ``activated``, ``delivered`` (int32, year × 12 + month − 1; :data:`NEVER` for what has not
        happened), ``keys`` (int32).
    """
    facts = _facts(scope, filters, evaluated_on, today, rules)
    keys = (
        facts.c.edition,
        _month(facts.c.purchased_on, "bought"),
        _month(facts.c.activated_on, "activated"),
        _month(facts.c.delivered_on, "delivered"),
    )
    statement = select(*keys, cast(func.count(), Integer).label("keys")).group_by(*keys)
    counted = dict.fromkeys(("bought", "activated", "delivered", "keys"), "int32")
    return frame(connection, statement, {"edition": "str"} | counted)


#: Days and months are numbered from here; the schema knows none before.
_FIRST_DAY = dt.date(1900, 1, 1)
#: Bits of a day's number: seven hundred years.
_DAY_BITS = 18
#: The number of the day of what has not happened.
_NO_DAY = 2**_DAY_BITS - 1
#: Bits of a month's number; three months leave room for two million partners.
_MONTH_BITS = 14
#: The three of a key, the last one in the lowest bits.
_MONTHS = ("bought", "activated", "delivered")


def _day_number(day: ColumnElement[Any]) -> ColumnElement[int]:
    number = cast(day - cast(literal(_FIRST_DAY), Date), BigInteger)
    return func.coalesce(number, literal(_NO_DAY, BigInteger))


@cache
def _month_of_day() -> NDArray[np.int16]:
    """Return the index of the month of every day by its number, :data:`NEVER` for none."""
    days = np.datetime64(_FIRST_DAY, "D") + np.arange(_NO_DAY + 1)
    months = days.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    months[_NO_DAY] = NEVER
    return months.astype(np.int16)


def partner_months(
    connection: Connection, scope: Scope, today: dt.date, rules: ProgramRules
) -> pd.DataFrame:
    """Count keys of every partner in scope by the months of purchase, activation and delivery.

    Parameters
    ----------
    today, rules
        As in :func:`edition_months`.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a partner and triple of months, ascending. ``partner_id`` (int32),
        ``bought``, ``activated``, ``delivered`` (int16, as in :func:`edition_months`), ``keys``
        (the smallest unsigned integers that hold them).

    Notes
    -----
    Three keys make two such rows, so counting in the database saves little in transit, and to
    find months and groups there took most of the statement. A row is a key instead, its days in
    one number, and they are counted here.
    """
    chosen = chosen_partners(scope, NO_FILTERS).cte("chosen")
    bought, activated, delivered = (
        _day_number(day)
        for day in (
            key_fact.c.purchased_on,
            seen(key_fact.c.activated_on, today),
            seen(key_fact.c.delivered_on, today),
        )
    )
    step = literal(2**_DAY_BITS, BigInteger)
    statement = (
        select(
            key_fact.c.partner_id, ((bought * step + activated) * step + delivered).label("days")
        )
        .join(chosen, chosen.c.partner_id == key_fact.c.partner_id)
        .where(key_fact.c.kind.in_(rules.counted_kinds), key_fact.c.purchased_on <= today)
    )
    keys = frame(connection, statement, {"partner_id": "int32", "days": "int64"})
    return _counted(keys["partner_id"].to_numpy(), keys["days"].to_numpy())


def _counted(partners: NDArray[np.int32], days: NDArray[np.int64]) -> pd.DataFrame:
    """Return how many keys share a partner and months, as :func:`partner_months` does."""
    places, partner_ids = pd.factorize(partners, sort=True)
    first = month_number(_FIRST_DAY)
    month_of_day = (_month_of_day() - first).astype(np.int64)
    # One number a key again, of months now: equal ones stand together once they are sorted.
    same = places.astype(np.int64)
    for i in reversed(range(len(_MONTHS))):
        same <<= _MONTH_BITS
        same |= month_of_day[(days >> (i * _DAY_BITS)) & _NO_DAY]
    same.sort()
    begins = np.flatnonzero(np.diff(same, prepend=-1))
    keys, same = np.diff(begins, append=len(same)), same[begins]
    told = {}
    for name in reversed(_MONTHS):
        told[name] = ((same & (2**_MONTH_BITS - 1)) + first).astype(np.int16)
        same >>= _MONTH_BITS
    return pd.DataFrame(
        {"partner_id": partner_ids[same]}
        | {name: told[name] for name in _MONTHS}
        | {"keys": keys.astype(np.min_scalar_type(keys.max(initial=0)))}
    )


COHORT_COLUMNS = {
    "bought": "datetime64[us]",
    "months_since": "Int64",
    "keys": "int64",
    "in_time": "int64",
}


def delivery_cohorts(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    days: int,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Count counted keys by month of purchase and calendar months to their own first delivery.

    Parameters
    ----------
    days
        ``in_time`` counts the keys delivered at most so many days after the purchase.
    evaluated_on, today, rules
        As in :func:`edition_months`.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a month of purchase and number of calendar months between purchase and
        delivery (0: in the same month; missing: not delivered), oldest first. Columns as in
        ``COHORT_COLUMNS``. Keys that were never activated are in it: they were bought.
    """
    facts = _facts(scope, filters, evaluated_on, today, rules)
    waited = cast(facts.c.delivered_on - facts.c.purchased_on, Integer)
    bought = month_index(facts.c.purchased_on).label("bought")
    since = (month_index(facts.c.delivered_on) - month_index(facts.c.purchased_on)).label(
        "months_since"
    )
    statement = (
        select(
            bought,
            since,
            func.count().label("keys"),
            cast(func.sum(case((waited <= days, 1), else_=0)), BigInteger).label("in_time"),
        )
        .group_by(bought, since)
        .order_by(bought, since.nulls_last())
    )
    counted = frame(connection, statement, COHORT_COLUMNS | {"bought": "int64"})
    return counted.assign(bought=as_months(counted["bought"]))


LAG_COLUMNS = {"lag": "int64", "delivered": "int64", "censored": "int64"}


def delivery_lags(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    since: dt.date,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Count the keys activated from ``since`` on, before ``today``, by the days to own delivery.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a number of days since the activation, ascending, as
        ``metrics.lag_curve.lag_curve`` takes it: ``delivered`` on that day (a delivery before
        the activation counts as day 0), ``censored`` keys that were last seen open on it: on
        the day before ``today``, the last whole day of the data, as in ``queries.lags``. Columns
        as in ``LAG_COLUMNS``.
    """
    facts = _facts(scope, filters, evaluated_on, today, rules)
    done = facts.c.delivered_on.is_not(None)
    end = func.coalesce(facts.c.delivered_on, cast(literal(today - ONE_DAY), Date))
    days = cast(end - facts.c.activated_on, Integer)
    lag = case((days < 0, 0), else_=days).label("lag")
    statement = (
        select(
            lag,
            cast(func.sum(case((done, 1), else_=0)), BigInteger).label("delivered"),
            cast(func.sum(case((done, 0), else_=1)), BigInteger).label("censored"),
        )
        .where(facts.c.activated_on >= since, facts.c.activated_on < today)
        .group_by(lag)
        .order_by(lag)
    )
    return frame(connection, statement, LAG_COLUMNS)


HOLDER_COLUMNS = {"partner_id": "int32", "month": "int16"}


def stored_holders(connection: Connection, scope: Scope) -> pd.DataFrame:
    """Return who of the partners in scope held the competence at each stored evaluation.

    Grain: one row a stored evaluation and partner that held the competence; ``month`` as in
    :func:`partner_months`. Columns as in ``HOLDER_COLUMNS``.
    """
    decided = competence_evaluation
    chosen = chosen_partners(scope, NO_FILTERS).cte("chosen")
    statement = (
        select(decided.c.partner_id, _day_number(decided.c.evaluated_on).label("day"))
        .join(chosen, chosen.c.partner_id == decided.c.partner_id)
        .where(decided.c.held)
    )
    held = frame(connection, statement, {"partner_id": "int32", "day": "int32"})
    return pd.DataFrame(
        {"partner_id": held["partner_id"], "month": _month_of_day()[held["day"].to_numpy()]}
    )
