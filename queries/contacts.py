"""How clients are reached by phone: outcomes, days to the call, response beside the others.

A delivery is called until somebody answers or the attempts end: it counts once, by its *last*
attempt.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
from sqlalchemy import (
    Connection,
    Integer,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    select,
)

from metrics.anonymity import rounded
from metrics.response import OUTCOMES
from program.rules import DECK_RULES, ProgramRules
from program.schema import contact_fact, delivery_fact
from queries.attempts import stands
from queries.contact_stages import chosen_of_size, counted, recommends
from queries.engine import frame
from queries.filters import Filters
from queries.peers import NAMED, named_and_others, peer_group, spans, within
from queries.scope import Scope
from queries.survey import as_months, month_index

MONTH_COLUMNS = {
    "month": "datetime64[us]",
    "before": "bool",
    **dict.fromkeys(OUTCOMES, "int64"),
}
LAG_COLUMNS = {"days": "int64", "deliveries": "int64"}
RESPONSE_COUNTS = ("ended", "completed")
RESPONSE_OWN_COUNTS = (
    "refused",
    "unreachable",
    "wrong_contact",
    "pending",
    "recommending",
    "recommend_answers",
)
RESPONSE_COLUMNS = (
    NAMED | {"partners": "int64"} | dict.fromkeys((*RESPONSE_COUNTS, *RESPONSE_OWN_COUNTS), "int64")
)


def outcomes_by_month(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Count accepted deliveries by the outcome and the month of their last attempt.

    Parameters
    ----------
    filters
        The cut; ``survey_from`` and ``survey_to`` bound the day of the last attempt, which for a
        completed one is the day of the survey.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a month with a last attempt in it, the oldest first; ``month`` is its 1st
        day, and every outcome has its own column. With a chosen beginning, the equally long
        period just before stands there too, as rows with ``before`` (the month in which the one
        ends and the other begins has both). Columns as in ``MONTH_COLUMNS``.
    """
    periods = spans(filters, today)
    chosen = chosen_of_size(scope, filters, evaluated_on, today, rules)
    since = periods.first and periods.before.first
    last = contact_fact
    month = month_index(last.c.attempted_on)
    earlier = last.c.attempted_on < periods.first if periods.first else false()
    before = case((earlier, 1), else_=0).label("before")
    statement = (
        select(month, before, *(counted(last.c.outcome == name, name) for name in OUTCOMES))
        .join(chosen, chosen.c.partner_id == last.c.partner_id)
        .where(
            last.c.status == "accepted",
            stands(today),
            within(last.c.attempted_on, since, periods.last),
        )
        .group_by(month, before)
        .order_by(month, before.desc())
    )
    found = frame(connection, statement, dict.fromkeys(MONTH_COLUMNS, "int64"))
    return found.assign(month=as_months(found["month"]), before=found["before"] == 1)


def days_to_call(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Count accepted deliveries by the days from the delivery to the first call.

    A call is an attempt that is not pending. Only calls are in it: deliveries nobody called yet
    have no such number of days.

    Parameters
    ----------
    filters
        The cut; ``survey_from`` and ``survey_to`` bound the day of the first call.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a number of days, ascending; columns as in ``LAG_COLUMNS``. Calls dated
        before the delivery (a wrong record) are left out.
    """
    periods = spans(filters, today)
    chosen = chosen_of_size(scope, filters, evaluated_on, today, rules)
    called_on = delivery_fact.c.called_on
    days = cast(called_on - delivery_fact.c.delivered_on, Integer).label("days")
    statement = (
        select(days, func.count().label("deliveries"))
        .join(chosen, chosen.c.partner_id == delivery_fact.c.partner_id)
        .where(
            delivery_fact.c.status == "accepted",
            called_on >= delivery_fact.c.delivered_on,
            within(called_on, periods.first, periods.last),
        )
        .group_by(days)
        .order_by(days)
    )
    return frame(connection, statement, LAG_COLUMNS)


def response_by_partner(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Count by partner how the contacts ended, named in scope and anonymous beyond it.

    Parameters
    ----------
    filters
        Region, tier and size make the group; ``survey_from`` and ``survey_to`` bound the day of
        the last attempt. The portfolio does not narrow the group.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a partner in scope with a last attempt in the period; and, anonymous
        (``partner_id`` missing, texts empty), one row for all the other partners together, if at
        least ``metrics.anonymity.ENOUGH_OTHERS`` of them have an ended contact: its ``partners``,
        ``completed`` and other ended contacts are rounded. Columns as in ``RESPONSE_COLUMNS``:
        ``ended`` is all but pending; ``recommend_answers`` are completed surveys with an answer
        to «would recommend the developer», ``recommending`` of them 5 or 4.
    """
    periods = spans(filters, today)
    group = peer_group(scope, filters, evaluated_on, today, rules)
    last = contact_fact
    completed = last.c.outcome == "completed"
    said = (
        select(delivery_fact.c.delivery_id, case((recommends(), 1), else_=0).label("recommends"))
        .where(delivery_fact.c.partner_score.is_not(None))
        .cte("said")
    )
    per_partner = (
        select(
            last.c.partner_id.label("peer_id"),
            counted(last.c.outcome != "pending", "ended"),
            *(counted(last.c.outcome == name, name) for name in OUTCOMES),
            counted(and_(completed, said.c.recommends == 1), "recommending"),
            counted(and_(completed, said.c.recommends.is_not(None)), "recommend_answers"),
        )
        .outerjoin(said, said.c.delivery_id == last.c.delivery_id)
        .where(
            last.c.status == "accepted",
            stands(today),
            within(last.c.attempted_on, periods.first, periods.last),
        )
        .group_by(last.c.partner_id)
        .cte("per_partner")
    )
    statement: Select[tuple[int]] = named_and_others(
        group, per_partner, RESPONSE_COUNTS, RESPONSE_OWN_COUNTS
    )
    rows = frame(connection, statement, RESPONSE_COLUMNS)
    unnamed = rows["partner_id"].isna()
    if not unnamed.any():
        return rows
    others = rows[unnamed]
    calls, answers = (int((others[name] * others["partners"]).sum()) for name in RESPONSE_COUNTS)
    partners, answered, silent = rounded([int(others["partners"].sum()), answers, calls - answers])
    one = others.head(1).assign(partners=partners, ended=answered + silent, completed=answered)
    return pd.concat([rows[~unnamed], one], ignore_index=True).astype(RESPONSE_COLUMNS)
