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

#: Each is a part of the one before; «said» is an answer to the question about recommending.
STAGES = ("keys", "delivered", "with_contact", "called", "answered", "said", "recommending")
_STAGES_OF_DELIVERY = STAGES[1:]
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
    """Return the last stage that each delivered key of ``cohort`` got to, by its deliveries.

    Grain: one row a delivered key; ``stage`` is its place in ``_STAGES_OF_DELIVERY``.
    """
    fact = delivery_fact.c
    called = fact.called_on <= today
    answered = and_(called, fact.completed_on <= today)
    reached = {
        "recommending": and_(answered, recommends()),
        "said": and_(answered, fact.partner_score.is_not(None)),
        "answered": answered,
        "called": called,
        "with_contact": fact.attempted_on <= today,
    }
    stages = [(condition, _STAGES_OF_DELIVERY.index(name)) for name, condition in reached.items()]
    # One small number a delivery goes into the join, not all that it is made of, and nothing from
    # before the first delivery of the cohort.
    begins = select(func.min(cohort.c.delivered_on)).scalar_subquery()
    deliveries = (
        select(fact.license_key_id, case(*stages, else_=0).label("stage"))
        .where(
            fact.own_key,
            fact.status == "accepted",
            fact.delivered_on.between(begins, today),
        )
        .cte("deliveries")
    )
    return (
        select(func.max(deliveries.c.stage).label("stage"))
        .join(cohort, cohort.c.license_key_id == deliveries.c.license_key_id)
        .group_by(deliveries.c.license_key_id)
        .cte("reached")
    )


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
    attempt that is not pending); answered (a survey); said (answered whether it would recommend
    the developer); recommending (answered 5 or 4).

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
        select(key_fact.c.license_key_id, key_fact.c.delivered_on)
        .join(chosen, chosen.c.partner_id == key_fact.c.partner_id)
        .where(
            key_fact.c.kind.in_(rules.counted_kinds),
            key_fact.c.activated_on <= today,
            within(key_fact.c.purchased_on, periods.first, periods.last),
        )
        .cte("cohort")
    )
    stage = _reached(cohort, today).c.stage
    got_to = {name: counted(stage >= place, name) for place, name in enumerate(_STAGES_OF_DELIVERY)}
    statement = select(
        cast(select(func.count()).select_from(cohort).scalar_subquery(), BigInteger).label("keys"),
        *got_to.values(),
        counted(stage == _STAGES_OF_DELIVERY.index("answered"), "without_answer"),
    )
    return frame(connection, statement, STAGE_COLUMNS)
