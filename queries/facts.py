"""The fact tables: keys, deliveries, contacts and surveys with what pages ask of them found.

They repeat the tables of the load format in a shape that needs no joining: the rule of «delivered
by the buyer», the answers about recommending beside the delivery, for each attempt the day from
which a later one counts in its place, and all answers of a survey in one number. Every day is
kept, so that any past evaluation is still counted from the day it was made. Facts are filled by
the jobs (``jobs.writer``), in the order by which they are mostly read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    Select,
    Table,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    true,
)

from program.questionnaire import ANSWER_BITS, MOST_QUESTIONS
from program.schema import (
    answer,
    contact_attempt,
    contact_fact,
    delivery,
    delivery_fact,
    key_fact,
    license_key,
    project,
    question,
    survey,
    survey_fact,
)

RECOMMEND_PARTNER = "recommend_partner"
RECOMMEND_PLATFORM = "recommend_platform"


def seen(day: ColumnElement[Any], today: dt.date) -> ColumnElement[Any]:
    """Return ``day`` if it has come by ``today``, NULL otherwise: later records are not seen."""
    return case((day <= today, day))


def _first(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.min(case((condition, delivery.c.delivered_on)))


#: Days from the first on, before the second.
Span = tuple[dt.date, dt.date]


def _within(day: ColumnElement[Any], span: Span | None) -> ColumnElement[bool]:
    return true() if span is None else and_(day >= span[0], day < span[1])


def key_facts(span: Span | None = None) -> Select[Any]:
    """Return the statement for the keys, bought in ``span``, with first deliveries by the buyer.

    Grain: one row a license key of any kind. ``delivered_on``: the first accepted delivery by
    the partner who bought the key; ``handed_over_on``: the first that is accepted or still under
    review. NULL where there is none.
    """
    own = (
        select(
            license_key.c.id.label("license_key_id"),
            _first(delivery.c.status == "accepted").label("delivered_on"),
            func.min(delivery.c.delivered_on).label("handed_over_on"),
        )
        .join(project, project.c.license_key_id == license_key.c.id)
        .join(
            delivery,
            and_(
                delivery.c.project_id == project.c.id,
                delivery.c.partner_id == license_key.c.partner_id,
            ),
        )
        .where(
            delivery.c.status.in_(("accepted", "pending")),
            _within(license_key.c.purchased_on, span),
        )
        .group_by(license_key.c.id)
        .cte("own_deliveries")
    )
    return (
        select(
            license_key.c.id.label("license_key_id"),
            license_key.c.partner_id,
            license_key.c.edition,
            license_key.c.kind,
            license_key.c.purchased_on,
            license_key.c.activated_on,
            own.c.delivered_on,
            own.c.handed_over_on,
        )
        .outerjoin(own, own.c.license_key_id == license_key.c.id)
        .where(_within(license_key.c.purchased_on, span))
        .order_by(license_key.c.purchased_on, license_key.c.partner_id, license_key.c.id)
    )


def _first_attempts(span: Span | None) -> CTE:
    """Return for each delivery the first attempt at its contact and the first that was a call."""
    day = contact_attempt.c.attempted_on
    return (
        select(
            contact_attempt.c.delivery_id,
            func.min(day).label("attempted_on"),
            func.min(case((contact_attempt.c.outcome != "pending", day))).label("called_on"),
        )
        .join(delivery, delivery.c.id == contact_attempt.c.delivery_id)
        .where(_within(delivery.c.delivered_on, span))
        .group_by(contact_attempt.c.delivery_id)
        .cte("first_attempts")
    )


def delivery_facts(span: Span | None = None) -> Select[Any]:
    """Return the statement for the deliveries of ``span`` with their key, contact and survey.

    Grain: one row a delivery of any status. ``own_key``: the deliverer bought the project's key;
    ``attempted_on``: the first attempt at a contact of any outcome; ``called_on``: the first that
    is not pending; ``survey_id``, ``completed_on`` and ``version`` of the survey;
    ``partner_score`` and ``platform_score``: the answers about recommending, and
    ``partner_scale``: the highest score that the questionnaire allows the first of them. NULL
    where there is none.
    """
    first = _first_attempts(span)
    developer, platform = answer.alias("developer"), answer.alias("platform")
    return (
        select(
            delivery.c.id.label("delivery_id"),
            delivery.c.partner_id,
            project.c.license_key_id,
            license_key.c.edition,
            (license_key.c.partner_id == delivery.c.partner_id).label("own_key"),
            delivery.c.delivered_on,
            delivery.c.status,
            first.c.attempted_on,
            first.c.called_on,
            survey.c.id.label("survey_id"),
            survey.c.completed_on,
            survey.c.questionnaire_version.label("version"),
            developer.c.score.label("partner_score"),
            question.c.scale_max.label("partner_scale"),
            platform.c.score.label("platform_score"),
        )
        .select_from(delivery)
        .join(project, project.c.id == delivery.c.project_id)
        .join(license_key, license_key.c.id == project.c.license_key_id)
        .outerjoin(first, first.c.delivery_id == delivery.c.id)
        .outerjoin(survey, survey.c.delivery_id == delivery.c.id)
        .outerjoin(
            developer,
            and_(
                developer.c.survey_id == survey.c.id,
                developer.c.question_code == RECOMMEND_PARTNER,
            ),
        )
        .outerjoin(
            question,
            and_(
                question.c.version == survey.c.questionnaire_version,
                question.c.code == developer.c.question_code,
            ),
        )
        .outerjoin(
            platform,
            and_(
                platform.c.survey_id == survey.c.id,
                platform.c.question_code == RECOMMEND_PLATFORM,
            ),
        )
        .where(_within(delivery.c.delivered_on, span))
        .order_by(delivery.c.delivered_on, delivery.c.id)
    )


def contact_facts(span: Span | None = None) -> Select[Any]:
    """Return the statement for the attempts at contacts with the day that each was overtaken.

    A contact belongs to the day of its delivery: ``span`` never parts its attempts.

    Grain: one row an attempt. ``superseded_on``: the day of the next attempt at the same
    delivery, of equal days the higher id is the later; NULL for the last one. As of a day D the
    contact stands as the attempt with ``attempted_on`` ≤ D and ``superseded_on`` NULL or > D.
    """
    day = contact_attempt.c.attempted_on
    following = (
        # The cast lets ClickHouse answer NULL where nothing follows; it has no effect elsewhere.
        func.lead(cast(day, Date))
        .over(
            partition_by=contact_attempt.c.delivery_id,
            order_by=(day, contact_attempt.c.id),
        )
        .label("superseded_on")
    )
    return (
        select(
            contact_attempt.c.id.label("attempt_id"),
            contact_attempt.c.delivery_id,
            delivery.c.partner_id,
            delivery.c.status,
            day,
            contact_attempt.c.outcome,
            following,
        )
        .join(delivery, delivery.c.id == contact_attempt.c.delivery_id)
        .where(_within(delivery.c.delivered_on, span))
        .order_by(day, contact_attempt.c.id)
    )


def survey_facts(span: Span | None = None) -> Select[Any]:
    """Return the statement for the surveys of ``span`` with all their answers in one number.

    Grain: one row a survey about a delivery. ``status`` is that of the delivery. ``answers`` has
    :data:`~program.questionnaire.ANSWER_BITS` bits for each question of the version, the first
    (by ``position``, then ``code``) in the lowest: the score plus one, 0 without an answer.
    Answers to questions that the version does not have, and scores that fit into no scale, are
    none.
    """
    places = select(
        question.c.version,
        question.c.code,
        func.row_number()
        .over(partition_by=question.c.version, order_by=(question.c.position, question.c.code))
        .label("place"),
    ).cte("places")
    weight = case(
        *(
            (places.c.place == place + 1, literal(2 ** (ANSWER_BITS * place), BigInteger))
            for place in range(MOST_QUESTIONS)
        ),
        else_=literal(0, BigInteger),
    )
    fits = answer.c.score.between(0, 2**ANSWER_BITS - 2)
    told = case((fits, (cast(answer.c.score, BigInteger) + 1) * weight), else_=0)
    keys = (
        survey.c.id,
        delivery.c.partner_id,
        delivery.c.status,
        survey.c.completed_on,
        survey.c.questionnaire_version,
    )
    return (
        select(
            survey.c.id.label("survey_id"),
            delivery.c.partner_id,
            delivery.c.status,
            survey.c.completed_on,
            survey.c.questionnaire_version.label("version"),
            cast(func.coalesce(func.sum(told), 0), BigInteger).label("answers"),
        )
        .select_from(survey)
        .join(delivery, delivery.c.id == survey.c.delivery_id)
        .join(project, project.c.id == delivery.c.project_id)
        .join(license_key, license_key.c.id == project.c.license_key_id)
        .outerjoin(answer, answer.c.survey_id == survey.c.id)
        .outerjoin(
            places,
            and_(
                places.c.version == survey.c.questionnaire_version,
                places.c.code == answer.c.question_code,
            ),
        )
        .where(_within(survey.c.completed_on, span))
        .group_by(*keys)
        .order_by(survey.c.completed_on, survey.c.id)
    )


#: For each fact table the statement for its rows, and the day by which they are told apart.
FACTS: Mapping[Table, tuple[Callable[[Span | None], Select[Any]], Column[Any]]] = {
    key_fact: (key_facts, license_key.c.purchased_on),
    delivery_fact: (delivery_facts, delivery.c.delivered_on),
    contact_fact: (contact_facts, delivery.c.delivered_on),
    survey_fact: (survey_facts, survey.c.completed_on),
}
#: For each fact table the table whose rows it has a row for.
DERIVED_FROM: Mapping[Table, Table] = {
    key_fact: license_key,
    delivery_fact: delivery,
    contact_fact: contact_attempt,
    survey_fact: survey,
}


def _years(connection: Connection, day: Column[Any]) -> Iterator[Span]:
    first, last = connection.execute(select(func.min(day), func.max(day))).one()
    if first is not None:
        for year in range(first.year, last.year + 1):
            yield dt.date(year, 1, 1), dt.date(year + 1, 1, 1)


def refresh_facts(connection: Connection) -> None:
    """Fill the fact tables anew from the other tables; the caller commits.

    Year by year, so that many years need no more memory than one.
    """
    for table, (rows_of, day) in FACTS.items():
        if connection.execute(select(table.c[0]).limit(1)).first() is not None:
            # ClickHouse deletes nothing without a condition.
            connection.execute(delete(table).where(table.c[0].is_not(None)))
        for span in _years(connection, day):
            statement = rows_of(span)
            names = [column.name for column in statement.selected_columns]
            connection.execute(insert(table).from_select(names, statement))
