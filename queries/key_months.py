"""Counted keys by the months in which they were bought, activated and delivered.

Every day that the rule compares with is the 1st of a month, so months say all that it needs to
know of a key: from these counts any variant of the rule is answered without asking again.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Integer,
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
from queries.filters import Filters
from queries.scope import Scope
from queries.sizes import size_condition
from queries.survey import as_months, month_index

#: Month index of what has not happened: after every month there is.
NEVER = 10_000 * 12


def month_number(day: dt.date) -> int:
    """Return the index of the month of ``day``, as the columns of :func:`key_months` hold it."""
    return day.year * 12 + day.month - 1


class By(StrEnum):
    """Whose keys are counted together."""

    PARTNER = "partner"
    EDITION = "edition"


def _chosen(
    scope: Scope, filters: Filters, evaluated_on: dt.date, today: dt.date, rules: ProgramRules
) -> CTE:
    return (
        chosen_partners(scope, filters)
        .where(size_condition(filters, evaluated_on, today, rules))
        .cte("chosen")
    )


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
    chosen = _chosen(scope, filters, evaluated_on, today, rules)
    return (
        select(
            key_fact.c.partner_id,
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


def key_months(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    by: By,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Count keys by owner and the months of purchase, activation and own first delivery.

    Parameters
    ----------
    by
        Whether a row counts the keys of a partner or those of an edition.
    evaluated_on
        The evaluation by whose base the size filter goes.
    today
        Records dated later than this day have not happened.
    rules
        Only the counted kinds of keys are looked at.

    Returns
    -------
    pandas.DataFrame
        Grain: one row an owner and triple of months. ``owner`` (int32 partner id, or the code of
        the edition), ``bought``, ``activated``, ``delivered`` (int32, year × 12 + month − 1;
        :data:`NEVER` for what has not happened), ``keys`` (int32).
    """
    facts = _facts(scope, filters, evaluated_on, today, rules)
    owner = facts.c.partner_id if by is By.PARTNER else facts.c.edition
    keys = (
        owner.label("owner"),
        _month(facts.c.purchased_on, "bought"),
        _month(facts.c.activated_on, "activated"),
        _month(facts.c.delivered_on, "delivered"),
    )
    statement = select(*keys, cast(func.count(), Integer).label("keys")).group_by(*keys)
    columns = {
        "owner": "int32" if by is By.PARTNER else "str",
        **dict.fromkeys(("bought", "activated", "delivered", "keys"), "int32"),
    }
    return frame(connection, statement, columns)


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
        As in :func:`key_months`.

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
    return counted.assign(bought=as_months(counted["bought"])).astype(COHORT_COLUMNS)


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


HOLDER_COLUMNS = {"partner_id": "int32", "month": "int32"}


def stored_holders(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return who held the competence at each stored evaluation.

    Grain: one row a stored evaluation and chosen partner that held the competence; ``month`` as
    in :func:`key_months`, as are the arguments. Columns as in ``HOLDER_COLUMNS``.
    """
    decided = competence_evaluation
    chosen = _chosen(scope, filters, evaluated_on, today, rules)
    statement = (
        select(decided.c.partner_id, month_index(decided.c.evaluated_on))
        .join(chosen, chosen.c.partner_id == decided.c.partner_id)
        .where(decided.c.held)
    )
    return frame(connection, statement, HOLDER_COLUMNS)
