"""From key to recommendation: how many keys reach each stage of being asked.

The table of client contacts is personal data and is never selected; «has a contact» therefore
means that at least one attempt at a contact is on record, a pending one included.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)

from metrics.recommendation import SCALES
from program.rules import DECK_RULES, ProgramRules
from program.schema import delivery_fact, key_fact
from queries.coverage import chosen_partners
from queries.engine import frame
from queries.filters import Filters
from queries.peers import spans, within
from queries.scope import Scope
from queries.sizes import size_condition

STAGES = ("keys", "delivered", "with_contact", "called", "answered", "recommending")
STAGE_COLUMNS = dict.fromkeys((*STAGES, "without_answer"), "int64")


def chosen_of_size(
    scope: Scope, filters: Filters, evaluated_on: dt.date, today: dt.date, rules: ProgramRules
) -> CTE:
    """Return the ids of the partners in scope that the filters leave, the size included."""
    chosen = chosen_partners(scope, filters)
    return chosen.where(size_condition(filters, evaluated_on, today, rules)).cte("chosen")


def counted(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    """Return how many rows fulfil ``condition``, 0 without any row."""
    return cast(func.count(case((condition, 1))), BigInteger).label(name)


def recommends() -> ColumnElement[bool]:
    """Return the condition that the client of ``delivery_fact`` would recommend the developer."""
    said = delivery_fact.c
    return or_(
        *(
            and_(said.partner_scale == top, said.partner_score >= scale.recommending_from)
            for top, scale in SCALES.items()
        )
    )


def _reached(cohort: CTE, today: dt.date) -> CTE:
    """Return how far each key of ``cohort`` got, by its deliveries: 1 for every stage reached.

    Grain: one row a delivered key, ``license_key_id``.
    """
    reached = delivery_fact.c
    called = reached.called_on <= today
    answered = and_(called, reached.completed_on <= today)
    return (
        select(
            cohort.c.license_key_id,
            _most(reached.attempted_on <= today, "with_contact"),
            _most(called, "called"),
            _most(answered, "answered"),
            _most(and_(answered, reached.partner_score.is_not(None)), "said"),
            _most(and_(answered, recommends()), "recommending"),
        )
        .join(delivery_fact, reached.license_key_id == cohort.c.license_key_id)
        .where(reached.own_key, reached.status == "accepted", reached.delivered_on <= today)
        .group_by(cohort.c.license_key_id)
        .cte("reached")
    )


def _most(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return func.max(case((condition, 1), else_=0)).label(name)


def contact_stages(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Count the keys bought in the period that reached each stage by ``today``.

    A key reaches a stage when at least one accepted delivery by its buyer did, each stage being
    a part of the one before: delivered; with a contact (an attempt of any outcome); called (an
    attempt that is not pending); answered (a survey); recommending (answered 5 or 4 whether it
    would recommend the developer).

    Parameters
    ----------
    filters
        The cut; ``survey_from`` and ``survey_to`` bound the day of purchase.

    Returns
    -------
    pandas.DataFrame
        Grain: the single row of the whole cut; columns as in ``STAGE_COLUMNS``. ``keys`` are of
        a counted kind and activated; ``without_answer`` answered, but not this question.
    """
    periods = spans(filters, today)
    chosen = chosen_of_size(scope, filters, evaluated_on, today, rules)
    cohort = (
        select(key_fact.c.license_key_id)
        .join(chosen, chosen.c.partner_id == key_fact.c.partner_id)
        .where(
            key_fact.c.kind.in_(rules.counted_kinds),
            key_fact.c.activated_on <= today,
            within(key_fact.c.purchased_on, periods.first, periods.last),
        )
        .cte("cohort")
    )
    reached = _reached(cohort, today)
    statement = (
        select(
            cast(func.count(), BigInteger).label("keys"),
            counted(reached.c.with_contact >= 0, "delivered"),
            *(counted(reached.c[name] == 1, name) for name in STAGES[2:]),
            counted(and_(reached.c.answered == 1, reached.c.said == 0), "without_answer"),
        )
        .select_from(cohort)
        .outerjoin(reached, reached.c.license_key_id == cohort.c.license_key_id)
    )
    return frame(connection, statement, STAGE_COLUMNS)
