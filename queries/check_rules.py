"""What each data check looks for, one function a rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Table,
    and_,
    case,
    exists,
    extract,
    func,
    or_,
    select,
    union_all,
)

from program.schema import (
    DASHBOARD_TABLES,
    JOB_TABLES,
    answer,
    competence_evaluation,
    contact_attempt,
    delivery,
    license_key,
    metadata,
    partner,
    project,
    question,
    staff,
    survey,
)
from queries.facts import DERIVED_FROM, FACTS
from queries.suspects import Condition, Suspects

#: Largest score of the scale that begins at 0; other scales begin at 1.
_SCALE_FROM_ZERO = 10
CHECKED_TABLES = tuple(metadata.tables[name] for name in DASHBOARD_TABLES if name not in JOB_TABLES)


# What a check joins is one object for all checks that join it: they are counted in one scan.
_deliveries = delivery.outerjoin(project, project.c.id == delivery.c.project_id).outerjoin(
    license_key, license_key.c.id == project.c.license_key_id
)
_surveys = survey.outerjoin(delivery, delivery.c.id == survey.c.delivery_id)
_calls = contact_attempt.outerjoin(delivery, delivery.c.id == contact_attempt.c.delivery_id)
_answers = answer.outerjoin(survey, survey.c.id == answer.c.survey_id).outerjoin(
    question,
    and_(
        question.c.version == survey.c.questionnaire_version,
        question.c.code == answer.c.question_code,
    ),
)
#: Joins that lead a reference to its target; a row without target stands in them exactly once.
_JOINED = {
    delivery.c.project_id: _deliveries,
    survey.c.delivery_id: _surveys,
    contact_attempt.c.delivery_id: _calls,
    answer.c.survey_id: _answers,
}


def orphans(table: Table, column_name: str) -> Suspects:
    """Return the rows whose reference leads nowhere."""
    column = table.c[column_name]
    target = next(iter(column.foreign_keys)).column
    source = _JOINED.get(column)
    if source is None:
        source = table.outerjoin(target.table, target == column)
    return Suspects(table, target.is_(None), source, detail=column)


def sharing_key(table: Table, *columns: str) -> Suspects:
    """Return the rows that share what should be unique with another row."""
    keys = [table.c[name] for name in columns]
    shared = (
        select(*(key.label(key.name) for key in keys))
        .group_by(*keys)
        .having(func.count() > 1)
        .subquery("shared")
    )
    same = and_(*(key == shared.c[key.name] for key in keys))
    return Suspects(table, key_is_known(keys), table.join(shared, same), detail=keys[-1])


def key_is_known(keys: list[Any]) -> Condition:
    """Return the condition that every part of a key has a value."""
    return and_(*(key.is_not(None) for key in keys))


def sharing_primary_key() -> Iterator[Suspects]:
    """Yield the rows of every table that share their primary key."""
    for table in CHECKED_TABLES:
        yield sharing_key(table, *(c.name for c in table.primary_key))


def after(as_of: dt.date) -> Iterator[Suspects]:
    """Yield the rows of every table with a date after the day of the data."""
    for table in CHECKED_TABLES:
        days = [c for c in table.columns if isinstance(c.type, Date)]
        if days:
            last = func.greatest(*days) if len(days) > 1 else days[0]
            future = or_(*(day > as_of for day in days))
            yield Suspects(table, future, day=last)


def off_the_list() -> Iterator[Suspects]:
    """Yield the rows whose code is not in the closed list of its column."""
    for table in CHECKED_TABLES:
        for column in table.columns:
            if values := column.info.get("values"):
                yield Suspects(table, column.not_in(values), detail=column)


def activated_before_purchase() -> Suspects:
    """Return the keys activated before they were bought."""
    key = license_key.c
    return Suspects(
        license_key,
        key.activated_on < key.purchased_on,
        day=key.activated_on,
        detail=key.purchased_on,
    )


def delivered_before_purchase() -> Suspects:
    """Return the deliveries dated before the purchase of their key."""
    return Suspects(
        delivery,
        delivery.c.delivered_on < license_key.c.purchased_on,
        _deliveries,
        day=delivery.c.delivered_on,
        detail=license_key.c.purchased_on,
    )


def delivered_by_another() -> Suspects:
    """Return the accepted deliveries by another partner than the one that bought the key."""
    return Suspects(
        delivery,
        and_(delivery.c.partner_id != license_key.c.partner_id, delivery.c.status == "accepted"),
        _deliveries,
        day=delivery.c.delivered_on,
        detail=license_key.c.partner_id,
    )


def before_delivery() -> Iterator[Suspects]:
    """Yield the calls and surveys dated before the delivery they are about."""
    for table, source, day in (
        (contact_attempt, _calls, contact_attempt.c.attempted_on),
        (survey, _surveys, survey.c.completed_on),
    ):
        where = day < delivery.c.delivered_on
        yield Suspects(table, where, source, day=day, detail=delivery.c.delivered_on)


def survey_of_unaccepted() -> Suspects:
    """Return the surveys about deliveries that were not accepted."""
    return Suspects(
        survey,
        delivery.c.status != "accepted",
        _surveys,
        day=survey.c.completed_on,
        detail=delivery.c.status,
    )


def unknown_version() -> Suspects:
    """Return the surveys by a questionnaire version that is not stored."""
    version = survey.c.questionnaire_version
    unknown = version.not_in(select(question.c.version))
    return Suspects(survey, unknown, day=survey.c.completed_on, detail=version)


def unknown_question() -> Suspects:
    """Return the answers to a question that its survey's version does not have."""
    unknown = and_(survey.c.id.is_not(None), question.c.code.is_(None))
    return Suspects(answer, unknown, _answers, detail=answer.c.question_code)


def score_off_scale() -> Suspects:
    """Return the answers whose score is not on the scale of their question."""
    lowest = case((question.c.scale_max == _SCALE_FROM_ZERO, 0), else_=1)
    off = or_(answer.c.score < lowest, answer.c.score > question.c.scale_max)
    return Suspects(answer, off, _answers, day=survey.c.completed_on, detail=answer.c.score)


def tests_not_adding_up() -> Suspects:
    """Return the deliveries with negative counters, or with parts above the total."""
    c = delivery.c
    parts = (c.tests_passed_auto, c.tests_passed_manual, c.tests_failed, c.tests_skipped)
    total = c.tests_passed_auto + c.tests_passed_manual + c.tests_failed + c.tests_skipped
    wrong = or_(*(part < 0 for part in parts), total > c.tests_total)
    return Suspects(delivery, wrong, day=c.delivered_on, detail=total)


def manager_not_in_staff() -> Suspects:
    """Return the partners whose manager is not in ``staff``, if staff was loaded at all."""
    unknown = partner.c.manager_email.not_in(select(staff.c.email))
    loaded = exists().where(staff.c.email.is_not(None))
    return Suspects(partner, and_(loaded, unknown), detail=partner.c.manager_email)


def facts_out_of_date() -> Iterator[Suspects]:
    """Yield the records whose fact is missing or says something else, and facts of no record."""
    for fact, source in DERIVED_FROM.items():
        statement = FACTS[fact][0](None)
        key = next(iter(fact.primary_key))
        expected = statement.order_by(None).subquery("expected")
        number = expected.c[key.name]
        both = expected.join(fact, number == key, full=True)
        differs = or_(*(_differ(expected.c[c.name], c) for c in fact.columns))
        yield Suspects(source, and_(number.is_not(None), differs), both, key=number)
        yield Suspects(fact, number.is_(None), both)


def _differ(left: ColumnElement[Any], right: ColumnElement[Any]) -> Condition:
    """Return the condition that two values differ, or that only one of them is missing."""
    return or_(
        left != right,
        and_(left.is_(None), right.is_not(None)),
        and_(left.is_not(None), right.is_(None)),
    )


def impossible_decisions() -> Suspects:
    """Return the stored decisions of no 1st of a month, or with more delivered than the base."""
    c = competence_evaluation.c
    wrong = or_(extract("day", c.evaluated_on) != 1, c.delivered > c.base, c.base < 0)
    return Suspects(competence_evaluation, wrong, day=c.evaluated_on, detail=c.delivered)


def nothing_since(day: dt.date) -> Suspects:
    """Return one line if the newest event of any kind is before ``day``."""
    events = (
        license_key.c.purchased_on,
        delivery.c.delivered_on,
        contact_attempt.c.attempted_on,
        survey.c.completed_on,
    )
    latest = union_all(*(select(func.max(event).label("day")) for event in events)).subquery()
    newest = select(func.max(latest.c.day).label("day")).subquery("newest")
    return Suspects(None, newest.c.day < day, newest, day=newest.c.day)
