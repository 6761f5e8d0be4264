"""Rules between rows and tables: unique keys, references, the order of events, the questionnaire.

A value that is itself wrong was emptied while staging and breaks no rule here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Select,
    String,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.sql import FromClause

from jobs.loading.records import Problem
from jobs.loading.staging import STAGED, Staging
from program.questionnaire import MOST_QUESTIONS
from program.schema import LOAD_TABLES, competence_evaluation, metadata

#: Largest score of a question on a 0–10 scale; other scales begin at 1.
_SCALE_FROM_ZERO = 10
_COUNTS = {
    "delivery": (
        "tests_total",
        "tests_passed_auto",
        "tests_passed_manual",
        "tests_failed",
        "tests_skipped",
    ),
    "competence_evaluation": ("base", "delivered"),
    "question": ("position", "scale_max"),
}
#: A set without these tables has no rows of them, but rows that refer to them need the table.
_NEEDS = {"answer": "survey"}
_MUST_HAVE_ROWS = ("region", "city", "partner")


@dataclass(frozen=True, slots=True)
class SetRule:
    """One rule; ``rows`` selects row number, offending value and what was expected."""

    table: str
    column: str
    name: str
    rows: Select[Any]


def check_set(
    staging: Staging, as_of: dt.date, today: dt.date, passed: Callable[[float], None]
) -> None:
    """Add a problem for every row that breaks a rule between rows or tables.

    Parameters
    ----------
    as_of
        The last day that a record may be of.
    today
        The last day that a decision may be of, if it is before ``as_of``.
    passed
        Told after each rule which share of them is done.
    """
    given = staging.files
    staging.add_problems(_table_problems(staging))
    complete = tuple(name for name in given if name not in staging.incomplete)
    rules = [*set_rules(as_of, min(as_of, today), complete)]
    if not staging.incomplete & {"survey", "question"}:
        rules += _questionnaire_rules()
    rules = [rule for rule in rules if rule.table in given]
    for done, rule in enumerate(rules, start=1):
        staging.add_found(rule.table, rule.column, rule.name, rule.rows)
        passed(done / len(rules))


def _table_problems(staging: Staging) -> Iterator[Problem]:
    for name, needed in _NEEDS.items():
        if name in staging.files and needed not in staging.incomplete.union(staging.files):
            yield Problem(staging.files[name], "needs_table", extra=needed)
    for name in _MUST_HAVE_ROWS:
        if name in staging.files and name not in staging.incomplete:
            rows = select(func.count()).select_from(STAGED[name])
            if not staging.connection.execute(rows).scalar_one():
                yield Problem(staging.files[name], "no_rows")


def set_rules(
    last_record: dt.date, last_decision: dt.date, complete: Sequence[str]
) -> Iterator[SetRule]:
    """Yield every rule for a set in which rows can refer to the tables ``complete``."""
    for name in LOAD_TABLES:
        yield from _unique_rules(name)
        yield from _reference_rules(name, complete)
        last_day = last_decision if name == competence_evaluation.name else last_record
        yield from _day_rules(name, last_day)
    for name, columns in _COUNTS.items():
        for column in columns:
            yield _negative(name, column)
    if "staff" in complete:
        yield _manager_in_staff()
    yield from _order_of_events()
    yield _tests_add_up()
    yield from _decision_rules()


def _unique_rules(name: str) -> Iterator[SetRule]:
    table = metadata.tables[name]
    keys = [tuple(c.name for c in table.primary_key)]
    keys += [(c.name,) for c in table.columns if c.unique]
    for key in keys:
        yield SetRule(name, ", ".join(key), "duplicate", _repeated(name, key))


def _repeated(name: str, key: tuple[str, ...]) -> Select[Any]:
    """Select the second and further rows of the same key, with the number of the first."""
    staged = STAGED[name]
    columns = [staged.c[column] for column in key]
    complete = and_(*(column.is_not(None) for column in columns))
    first = (
        select(*columns, func.min(staged.c.row_).label("first"))
        .where(complete)
        .group_by(*columns)
        .having(func.count() > 1)
        .subquery()
    )
    same = and_(*(staged.c[column] == first.c[column] for column in key))
    value = func.concat_ws(", ", *(cast(column, String) for column in columns))
    return (
        select(staged.c.row_, value, cast(first.c.first, String))
        .join(first, same)
        .where(staged.c.row_ > first.c.first)
    )


def _reference_rules(name: str, complete: Sequence[str]) -> Iterator[SetRule]:
    for column in metadata.tables[name].columns:
        for reference in column.foreign_keys:
            target = reference.column.table.name
            if target in complete:
                rows = _unknown(name, column, reference)
                yield SetRule(name, column.name, "reference", rows)


def _unknown(name: str, column: Column[Any], reference: ForeignKey) -> Select[Any]:
    staged = STAGED[name]
    target = STAGED[reference.column.table.name].alias("target")
    value = staged.c[column.name]
    return (
        select(staged.c.row_, value, literal(reference.column.table.name))
        .outerjoin(target, target.c[reference.column.name] == value)
        .where(value.is_not(None), target.c[reference.column.name].is_(None))
    )


def _day_rules(name: str, last_day: dt.date) -> Iterator[SetRule]:
    for column in metadata.tables[name].columns:
        if isinstance(column.type, Date):
            staged = STAGED[name]
            day = staged.c[column.name]
            rows = select(staged.c.row_, day, literal(last_day.isoformat())).where(day > last_day)
            yield SetRule(name, column.name, "future", rows)


def _negative(name: str, column: str) -> SetRule:
    staged = STAGED[name]
    value = staged.c[column]
    return SetRule(name, column, "negative", select(staged.c.row_, value, null()).where(value < 0))


def _manager_in_staff() -> SetRule:
    partner, staff = STAGED["partner"], STAGED["staff"]
    rows = (
        select(partner.c.row_, partner.c.manager_email, null())
        .outerjoin(staff, staff.c.email == partner.c.manager_email)
        .where(partner.c.manager_email.is_not(None), staff.c.email.is_(None))
    )
    return SetRule("partner", "manager_email", "manager", rows)


def _earlier(
    rule: str, later: Column[Any], earlier: Column[Any], source: FromClause | None = None
) -> SetRule:
    """Return the rule that ``later`` is not before ``earlier``, found through ``source``."""
    table = later.table
    rows = select(table.c.row_, later, cast(earlier, String)).where(later < earlier)
    if source is not None:
        rows = rows.select_from(source)
    return SetRule(table.name, later.name, rule, rows)


def _order_of_events() -> Iterator[SetRule]:
    partner, key, project = STAGED["partner"], STAGED["license_key"], STAGED["project"]
    delivery, attempt, survey = STAGED["delivery"], STAGED["contact_attempt"], STAGED["survey"]
    yield _earlier("before_joining", partner.c.left_on, partner.c.joined_on)
    yield _earlier("before_purchase", key.c.activated_on, key.c.purchased_on)
    through_project = delivery.join(project, project.c.id == delivery.c.project_id).join(
        key, key.c.id == project.c.license_key_id
    )
    yield _earlier("before_purchase", delivery.c.delivered_on, key.c.purchased_on, through_project)
    for later in (attempt.c.attempted_on, survey.c.completed_on):
        after = later.table.join(delivery, delivery.c.id == later.table.c.delivery_id)
        yield _earlier("before_delivery", later, delivery.c.delivered_on, after)


def _questionnaire_rules() -> Iterator[SetRule]:
    survey, answer, question = STAGED["survey"], STAGED["answer"], STAGED["question"]
    version = survey.c.questionnaire_version
    versions = select(question.c.version).where(question.c.version.is_not(None))
    yield SetRule(
        "survey",
        "questionnaire_version",
        "version",
        select(survey.c.row_, version, null()).where(version.not_in(versions)),
    )
    asked = answer.join(survey, survey.c.id == answer.c.survey_id).outerjoin(
        question,
        and_(question.c.version == version, question.c.code == answer.c.question_code),
    )
    unknown = and_(
        answer.c.question_code.is_not(None), question.c.code.is_(None), version.in_(versions)
    )
    yield SetRule(
        "answer",
        "question_code",
        "question",
        select(answer.c.row_, answer.c.question_code, cast(version, String))
        .select_from(asked)
        .where(unknown),
    )
    lowest = lowest_score(question.c.scale_max)
    off_scale = or_(answer.c.score < lowest, answer.c.score > question.c.scale_max)
    scale = func.concat(lowest, "…", question.c.scale_max)
    yield SetRule(
        "answer",
        "score",
        "score",
        select(answer.c.row_, answer.c.score, scale).select_from(asked).where(off_scale),
    )
    bad_scale = or_(question.c.scale_max < 2, question.c.scale_max > _SCALE_FROM_ZERO)
    yield SetRule(
        "question",
        "scale_max",
        "scale",
        select(question.c.row_, question.c.scale_max, null()).where(bad_scale),
    )
    place = func.row_number().over(partition_by=question.c.version, order_by=question.c.row_)
    ranked = select(question.c.row_, question.c.version, place.label("place")).subquery()
    yield SetRule(
        "question",
        "version",
        "questions",
        select(ranked.c.row_, ranked.c.version, literal(str(MOST_QUESTIONS))).where(
            ranked.c.version.is_not(None), ranked.c.place > MOST_QUESTIONS
        ),
    )


def lowest_score(scale_max: ColumnElement[int]) -> ColumnElement[int]:
    """Return the lowest score of a scale: 0 on the 0–10 scale, otherwise 1."""
    return case((scale_max == _SCALE_FROM_ZERO, 0), else_=1)


def _tests_add_up() -> SetRule:
    delivery = STAGED["delivery"]
    parts = (
        delivery.c.tests_passed_auto
        + delivery.c.tests_passed_manual
        + delivery.c.tests_failed
        + delivery.c.tests_skipped
    )
    total = delivery.c.tests_total
    rows = select(delivery.c.row_, parts, cast(total, String)).where(parts > total)
    return SetRule("delivery", "tests_total", "tests_sum", rows)


def _decision_rules() -> Iterator[SetRule]:
    decision = STAGED["competence_evaluation"]
    day = decision.c.evaluated_on
    yield SetRule(
        "competence_evaluation",
        "evaluated_on",
        "evaluation_day",
        select(decision.c.row_, day, null()).where(extract("day", day) != 1),
    )
    above = and_(decision.c.base >= 0, decision.c.delivered > decision.c.base)
    yield SetRule(
        "competence_evaluation",
        "delivered",
        "delivered_above_base",
        select(decision.c.row_, decision.c.delivered, cast(decision.c.base, String)).where(above),
    )
