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
    select,
)

from metrics.recommendation import SCALES
from program.rules import DECK_RULES, ProgramRules
from program.schema import (
    answer,
    contact_attempt,
    delivery,
    license_key,
    project,
    question,
    survey,
)
from queries.coverage import chosen_partners
from queries.engine import frame
from queries.filters import Filters
from queries.peers import spans, within
from queries.scope import Scope
from queries.sizes import size_condition

RECOMMENDED = "recommend_partner"
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
    return cast(func.coalesce(func.sum(case((condition, 1), else_=0)), 0), BigInteger).label(name)


def recommendations() -> CTE:
    """Return surveys with an answer to «would recommend the developer» and whether they would."""
    good = case(
        *(
            (question.c.scale_max == top, answer.c.score >= scale.recommending_from)
            for top, scale in SCALES.items()
        )
    )
    return (
        select(survey.c.delivery_id, case((good, 1), else_=0).label("recommends"))
        .join(answer, answer.c.survey_id == survey.c.id)
        .join(
            question,
            and_(
                question.c.version == survey.c.questionnaire_version,
                question.c.code == answer.c.question_code,
            ),
        )
        .where(answer.c.question_code == RECOMMENDED)
        .cte("recommendations")
    )


def _reached(cohort: CTE, today: dt.date) -> CTE:
    """Return how far each key of ``cohort`` got, by its deliveries: 1 for every stage reached.

    Grain: one row a delivered key, ``license_key_id``.
    """
    attempts = (
        select(
            contact_attempt.c.delivery_id,
            func.max(case((contact_attempt.c.outcome != "pending", 1), else_=0)).label("called"),
        )
        .where(contact_attempt.c.attempted_on <= today)
        .group_by(contact_attempt.c.delivery_id)
        .cte("attempts")
    )
    said = recommendations()
    called = attempts.c.called == 1
    answered = and_(called, survey.c.completed_on <= today)
    return (
        select(
            cohort.c.id.label("license_key_id"),
            _most(attempts.c.called >= 0, "with_contact"),
            _most(called, "called"),
            _most(answered, "answered"),
            _most(and_(answered, said.c.recommends >= 0), "said"),
            _most(and_(answered, said.c.recommends == 1), "recommending"),
        )
        .join(project, project.c.license_key_id == cohort.c.id)
        .join(
            delivery,
            and_(
                delivery.c.project_id == project.c.id,
                delivery.c.partner_id == cohort.c.partner_id,
            ),
        )
        .outerjoin(attempts, attempts.c.delivery_id == delivery.c.id)
        .outerjoin(survey, survey.c.delivery_id == delivery.c.id)
        .outerjoin(said, said.c.delivery_id == delivery.c.id)
        .where(delivery.c.status == "accepted", delivery.c.delivered_on <= today)
        .group_by(cohort.c.id)
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
        select(license_key.c.id, license_key.c.partner_id)
        .join(chosen, chosen.c.partner_id == license_key.c.partner_id)
        .where(
            license_key.c.kind.in_(rules.counted_kinds),
            license_key.c.activated_on <= today,
            within(license_key.c.purchased_on, periods.first, periods.last),
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
        .outerjoin(reached, reached.c.license_key_id == cohort.c.id)
    )
    return frame(connection, statement, STAGE_COLUMNS)
