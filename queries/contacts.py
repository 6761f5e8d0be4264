"""How clients are reached by phone: stages from key to recommendation, outcomes, days to the call.

A delivery is called until somebody answers or the attempts end: it counts once, by its *last*
attempt. The table of client contacts is personal data and is never selected; «has a contact»
therefore means that at least one attempt at a contact is on record, a pending one included.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    cast,
    extract,
    false,
    func,
    select,
)

from metrics.recommendation import SCALES
from metrics.response import OUTCOMES
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
from queries.peers import NAMED, named_and_others, peer_group, spans, within
from queries.scope import Scope
from queries.sizes import size_condition

RECOMMENDED = "recommend_partner"
STAGES = ("keys", "delivered", "with_contact", "called", "answered", "recommending")
STAGE_COLUMNS = dict.fromkeys((*STAGES, "without_answer"), "int64")
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


def _chosen(
    scope: Scope, filters: Filters, evaluated_on: dt.date, today: dt.date, rules: ProgramRules
) -> CTE:
    chosen = chosen_partners(scope, filters)
    return chosen.where(size_condition(filters, evaluated_on, today, rules)).cte("chosen")


def _count(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(case((condition, 1), else_=0)), 0), BigInteger).label(name)


def _recommendations() -> CTE:
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
    said = _recommendations()
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
    chosen = _chosen(scope, filters, evaluated_on, today, rules)
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
            _count(reached.c.with_contact >= 0, "delivered"),
            *(_count(reached.c[name] == 1, name) for name in STAGES[2:]),
            _count(and_(reached.c.answered == 1, reached.c.said == 0), "without_answer"),
        )
        .select_from(cohort)
        .outerjoin(reached, reached.c.license_key_id == cohort.c.id)
    )
    return frame(connection, statement, STAGE_COLUMNS)


def _most(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return func.max(case((condition, 1), else_=0)).label(name)


def _last_attempts(today: dt.date) -> CTE:
    """Return the last attempt at every delivery: the latest day, of equal days the highest id."""
    newest = func.row_number().over(
        partition_by=contact_attempt.c.delivery_id,
        order_by=(contact_attempt.c.attempted_on.desc(), contact_attempt.c.id.desc()),
    )
    numbered = (
        select(
            contact_attempt.c.delivery_id,
            contact_attempt.c.attempted_on,
            contact_attempt.c.outcome,
            newest.label("place"),
        )
        .where(contact_attempt.c.attempted_on <= today)
        .cte("numbered")
    )
    return (
        select(numbered.c.delivery_id, numbered.c.attempted_on, numbered.c.outcome)
        .where(numbered.c.place == 1)
        .cte("last_attempts")
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
    chosen = _chosen(scope, filters, evaluated_on, today, rules)
    last = _last_attempts(today)
    year = cast(extract("year", last.c.attempted_on), Integer).label("year")
    number = cast(extract("month", last.c.attempted_on), Integer).label("number")
    since = periods.first and periods.before.first
    earlier = last.c.attempted_on < periods.first if periods.first else false()
    before = case((earlier, 1), else_=0).label("before")
    statement = (
        select(year, number, before, *(_count(last.c.outcome == name, name) for name in OUTCOMES))
        .join(delivery, delivery.c.id == last.c.delivery_id)
        .join(chosen, chosen.c.partner_id == delivery.c.partner_id)
        .where(
            delivery.c.status == "accepted",
            within(last.c.attempted_on, since, periods.last),
        )
        .group_by(year, number, before)
        .order_by(year, number, before.desc())
    )
    columns = dict.fromkeys(("year", "number", "before", *OUTCOMES), "int64")
    counted = frame(connection, statement, columns)
    months = pd.to_datetime(
        counted.rename(columns={"number": "month"})[["year", "month"]].assign(day=1)
    )
    return counted.assign(month=months)[list(MONTH_COLUMNS)].astype(MONTH_COLUMNS)


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
    chosen = _chosen(scope, filters, evaluated_on, today, rules)
    first = (
        select(
            contact_attempt.c.delivery_id,
            func.min(contact_attempt.c.attempted_on).label("called_on"),
        )
        .where(contact_attempt.c.outcome != "pending")
        .group_by(contact_attempt.c.delivery_id)
        .cte("first_call")
    )
    days = cast(first.c.called_on - delivery.c.delivered_on, Integer).label("days")
    statement = (
        select(days, func.count().label("deliveries"))
        .join(delivery, delivery.c.id == first.c.delivery_id)
        .join(chosen, chosen.c.partner_id == delivery.c.partner_id)
        .where(
            delivery.c.status == "accepted",
            first.c.called_on >= delivery.c.delivered_on,
            within(first.c.called_on, periods.first, periods.last),
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
        (``partner_id`` missing, texts empty), one row for every combination of ``ended`` and
        ``completed`` among the other partners, ``partners`` of them; fewer than
        ``queries.peers.ENOUGH_OTHERS`` others are left out. Columns as in ``RESPONSE_COLUMNS``:
        ``ended`` is all but pending; ``recommend_answers`` are completed surveys with an answer
        to «would recommend the developer», ``recommending`` of them 5 or 4.
    """
    periods = spans(filters, today)
    group = peer_group(scope, filters, evaluated_on, today, rules)
    last = _last_attempts(today)
    said = _recommendations()
    completed = last.c.outcome == "completed"
    per_partner = (
        select(
            delivery.c.partner_id.label("peer_id"),
            _count(last.c.outcome != "pending", "ended"),
            *(_count(last.c.outcome == name, name) for name in OUTCOMES),
            _count(and_(completed, said.c.recommends == 1), "recommending"),
            _count(and_(completed, said.c.recommends >= 0), "recommend_answers"),
        )
        .join(delivery, delivery.c.id == last.c.delivery_id)
        .outerjoin(said, said.c.delivery_id == delivery.c.id)
        .where(
            delivery.c.status == "accepted",
            within(last.c.attempted_on, periods.first, periods.last),
        )
        .group_by(delivery.c.partner_id)
        .cte("per_partner")
    )
    statement: Select[tuple[int]] = named_and_others(
        group, per_partner, RESPONSE_COUNTS, RESPONSE_OWN_COUNTS
    )
    return frame(connection, statement, RESPONSE_COLUMNS)
