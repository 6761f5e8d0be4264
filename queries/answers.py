"""Counts of answers to every question: by month, by side of a comparison, beside recommending.

Missing answers stand under ``NO_ANSWER``: surveys of the version less answers to the question.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.selectable import CTE

from metrics.anonymity import ENOUGH_OTHERS, rounded
from program.period import Period
from program.schema import answer, city, delivery_fact, partner, question
from queries.engine import frame
from queries.filters import Filters
from queries.lags import programme_condition
from queries.scope import EVERYTHING, Scope, Sight
from queries.survey import (
    NO_ANSWER,
    Dimension,
    Sizing,
    asked_days,
    chosen_period,
    in_period,
    in_words,
    month_index,
    monthly_frame,
    numbered,
    part_of,
    surveys,
    with_segment,
)

ANSWER_COLUMNS = {"version": "int64", "code": "str", "score": "int64", "answers": "int64"}


def _counted(base: CTE, keys: Sequence[str]) -> Select[Any]:
    """Return the statement that counts answers by ``keys``, version, question and score.

    Missing answers are counted with them.

    ``base`` holds one row a survey: ``survey_id``, ``version`` and ``keys``.
    """
    by = [base.c[name] for name in keys]
    scored = (
        select(
            *by,
            base.c.version,
            answer.c.question_code.label("code"),
            answer.c.score,
            func.count().label("answers"),
        )
        .join(answer, answer.c.survey_id == base.c.survey_id)
        .group_by(*by, base.c.version, answer.c.question_code, answer.c.score)
        .cte("scored")
    )
    asked = (
        select(*by, base.c.version, func.count().label("asked"))
        .group_by(*by, base.c.version)
        .cte("asked")
    )
    same = [scored.c[name] == asked.c[name] for name in (*keys, "version")]
    missing = asked.c.asked - func.coalesce(func.sum(scored.c.answers), 0)
    absent = (
        select(
            *(asked.c[name] for name in keys),
            asked.c.version,
            question.c.code,
            literal(NO_ANSWER).label("score"),
            cast(missing, BigInteger).label("answers"),
        )
        .join(question, question.c.version == asked.c.version)
        .outerjoin(scored, and_(*same, scored.c.code == question.c.code))
        .group_by(
            *(asked.c[name] for name in keys), asked.c.version, question.c.code, asked.c.asked
        )
        .having(missing > 0)
    )
    everything = union_all(select(scored), absent).subquery("everything")
    names = (*keys, "version", "code", "score")
    return select(everything).order_by(*(everything.c[name] for name in names))


def _partners_behind(connection: Connection, base: CTE, keys: dict[str, str]) -> pd.DataFrame:
    """Count the partners with an answer, by ``keys``, version and question.

    ``base`` as for :func:`_counted`, with ``partner_id``; ``keys`` are columns with their types.
    """
    by = (*(base.c[name] for name in keys), base.c.version, answer.c.question_code.label("code"))
    statement = (
        select(*by, func.count(func.distinct(base.c.partner_id)).label("partners"))
        .join(answer, answer.c.survey_id == base.c.survey_id)
        .group_by(*by)
        .order_by(*by)
    )
    columns = keys | {"version": "int64", "code": "str", "partners": "int64"}
    return frame(connection, statement, columns)


def _released(counts: pd.DataFrame, behind: pd.DataFrame) -> pd.DataFrame:
    """Return what may be told of others: questions that enough of them answered, rounded.

    ``counts`` and ``behind`` as from :func:`_counted` and :func:`_partners_behind`, by the same
    keys, without the own.
    """
    by = [name for name in behind.columns if name != "partners"]
    enough = behind.loc[behind["partners"] >= ENOUGH_OTHERS, by]
    told = counts.merge(enough, on=by)
    told = told.assign(answers=rounded(told["answers"]))
    return told[told["answers"] > 0]


MONTHLY_COLUMNS = {"month": "datetime64[us]", "part": "str"} | ANSWER_COLUMNS


def answer_counts(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    previous: Period | None,
    since: dt.date | None,
    sizing: Sizing,
) -> pd.DataFrame:
    """Count the answers to every question by month, in one pass over the answers.

    Parameters
    ----------
    filters, previous, since
        As for ``queries.survey.recommendation_counts``.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a month, ``queries.survey.Part``, version, question and score, with
        ``NO_ANSWER`` for surveys that lack the answer. Columns as in ``MONTHLY_COLUMNS``.
    """
    day = delivery_fact.c.completed_on
    base = (
        surveys(
            scope,
            filters,
            sizing,
            delivery_fact.c.survey_id,
            delivery_fact.c.version,
            month_index(day),
            part_of(day, chosen_period(filters), previous),
        )
        .where(asked_days(filters, previous, since))
        .cte("base")
    )
    return monthly_frame(connection, _counted(base, ("month", "part")), MONTHLY_COLUMNS)


class Side(StrEnum):
    """The two sides of a comparison; a survey belongs to one of them at most."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Segments:
    """Two disjoint segments: those with a value of a dimension, and another value or the others.

    Attributes
    ----------
    second
        ``None`` means all the others.
    """

    dimension: Dimension
    first: str
    second: str | None = None

    def __post_init__(self) -> None:
        if self.first == self.second:
            raise ValueError("a segment cannot be compared with itself")

    def lifted(self, filters: Filters) -> Filters:
        """Return ``filters`` without what would empty one of the two sides."""
        if self.dimension is Dimension.REGION:
            return replace(filters, region=None, city_id=None, district=None, country=None)
        if self.dimension is Dimension.TIER:
            return replace(filters, tier=None)
        if self.dimension is Dimension.SIZE:
            return replace(filters, size=None)
        if self.dimension is Dimension.MANAGER:
            return replace(filters, manager_email=None)
        return filters


SIDE_COLUMNS = {"side": "str"} | ANSWER_COLUMNS


def compared_answers(
    connection: Connection, scope: Scope, filters: Filters, segments: Segments, sizing: Sizing
) -> pd.DataFrame:
    """Count the answers of the chosen period on both sides of a comparison of segments.

    The filter on the compared dimension itself is lifted: with it one side would be empty. A
    manager's own portfolio, counted exactly, stands against the others of the whole programme:
    of them only questions that ``ENOUGH_OTHERS`` partners or more have answers to, and every
    count rounded (``metrics.anonymity.rounded``).

    Grain: one row a :class:`Side`, version, question and score. Columns as in ``SIDE_COLUMNS``.
    """
    own = scope.sight is Sight.PORTFOLIO and segments == Segments(
        Dimension.MANAGER, scope.manager_email or ""
    )
    statement, segment = with_segment(
        surveys(EVERYTHING if own else scope, segments.lifted(filters), sizing),
        segments.dimension,
        sizing,
    )
    number = {side: literal(i, Integer) for i, side in enumerate(numbered(Side))}
    first = segment.element == segments.first
    second = not_(first) if segments.second is None else segment.element == segments.second
    base = (
        statement.add_columns(
            delivery_fact.c.survey_id,
            delivery_fact.c.version,
            partner.c.id.label("partner_id"),
            case((first, number[Side.FIRST]), else_=number[Side.SECOND]).label("side"),
        )
        .where(in_period(delivery_fact.c.completed_on, chosen_period(filters)), or_(first, second))
        .cte("base")
    )
    counted = frame(connection, _counted(base, ("side",)), SIDE_COLUMNS | {"side": "int64"})
    if own:
        theirs = numbered(Side).index(Side.SECOND)
        behind = _partners_behind(connection, base, {"side": "int64"})
        others = _released(counted[counted["side"] == theirs], behind[behind["side"] == theirs])
        counted = pd.concat([counted[counted["side"] != theirs], others], ignore_index=True)
    return counted.assign(side=in_words(Side, counted["side"]))


def answers_of_partner(
    connection: Connection, scope: Scope, partner_id: int, period: Period
) -> pd.DataFrame:
    """Count the answers about one partner.

    Grain: one row a version, question and score. Columns as in ``ANSWER_COLUMNS``; no rows for a
    partner out of scope.
    """
    base = (
        select(delivery_fact.c.survey_id, delivery_fact.c.version)
        .join(partner, partner.c.id == delivery_fact.c.partner_id)
        .where(
            scope.partner_condition(), delivery_fact.c.partner_id == partner_id, _surveyed(period)
        )
        .cte("base")
    )
    return frame(connection, _counted(base, ()), ANSWER_COLUMNS)


#: Stands for the whole programme where regions are counted.
EVERYWHERE = ""
REGION_COLUMNS = {"region": "str"} | ANSWER_COLUMNS


def answers_by_region(connection: Connection, scope: Scope, period: Period) -> pd.DataFrame:
    """Count the answers about the partners of every region, and over the whole programme.

    They are aggregates without names, what any one partner is set beside. A portfolio is told its
    own answers exactly and of the others only questions that ``ENOUGH_OTHERS`` partners or more of
    the region (or of the programme) have answers to, every count rounded
    (``metrics.anonymity.rounded``); other questions are left out, the own answers with them.

    Grain: one row a region or :data:`EVERYWHERE`, version, question and score. Columns as in
    ``REGION_COLUMNS``.
    """
    portfolio = scope.sight is Sight.PORTFOLIO
    mine = case((scope.partner_condition(), 1), else_=0) if portfolio else literal(1, Integer)
    base = (
        select(
            delivery_fact.c.survey_id,
            delivery_fact.c.version,
            delivery_fact.c.partner_id,
            city.c.region_code.label("region"),
            mine.label("mine"),
        )
        .join(partner, partner.c.id == delivery_fact.c.partner_id)
        .join(city, city.c.id == partner.c.city_id)
        .where(programme_condition(scope), _surveyed(period))
        .cte("base")
    )
    columns = {"region": "str", "mine": "int64"} | ANSWER_COLUMNS
    counted = frame(connection, _counted(base, ("region", "mine")), columns)
    own = _with_everywhere(counted[counted["mine"] == 1], "answers")
    if portfolio:
        behind = _partners_behind(connection, base, {"region": "str", "mine": "int64"})
        others = _released(
            _with_everywhere(counted[counted["mine"] == 0], "answers"),
            _with_everywhere(behind[behind["mine"] == 0], "partners"),
        )
        told = own.merge(others[_OF_QUESTION].drop_duplicates(), on=_OF_QUESTION)
        own = pd.concat([told, others]).groupby([*_OF_QUESTION, "score"], as_index=False).sum()
    return own.astype(REGION_COLUMNS)[list(REGION_COLUMNS)]


_OF_QUESTION = ["region", "version", "code"]


def _with_everywhere(rows: pd.DataFrame, count: str) -> pd.DataFrame:
    """Return rows by region with the sums of all regions under :data:`EVERYWHERE`.

    A partner sits in one region, so partners may be summed as answers are.
    """
    keys = [name for name in rows.columns if name not in ("region", "mine", count)]
    everywhere = rows.groupby(keys, as_index=False)[count].sum().assign(region=EVERYWHERE)
    return pd.concat([everywhere, rows[["region", *keys, count]]], ignore_index=True)


SURVEYED_COLUMNS = {"region": "str", "version": "int64", "partners": "int64"}


def partners_surveyed(connection: Connection, scope: Scope, period: Period) -> pd.DataFrame:
    """Count by region the partners with a survey in the period.

    For a portfolio only those beyond it count: who knows the figures of the own partners could
    subtract them.

    Grain: one row a region and version. Columns as in ``SURVEYED_COLUMNS``.
    """
    unknown = not_(scope.partner_condition()) if scope.sight is Sight.PORTFOLIO else true()
    keys = (city.c.region_code.label("region"), delivery_fact.c.version)
    statement = (
        select(*keys, func.count(func.distinct(delivery_fact.c.partner_id)).label("partners"))
        .join(partner, partner.c.id == delivery_fact.c.partner_id)
        .join(city, city.c.id == partner.c.city_id)
        .where(programme_condition(scope), unknown, _surveyed(period))
        .group_by(*keys)
        .order_by(*keys)
    )
    return frame(connection, statement, SURVEYED_COLUMNS)


def _surveyed(period: Period) -> ColumnElement[bool]:
    """Return the condition that a delivery of ``delivery_fact`` has a survey in the period."""
    return and_(
        delivery_fact.c.survey_id.is_not(None),
        delivery_fact.c.status == "accepted",
        in_period(delivery_fact.c.completed_on, period),
    )


OUTCOME_COLUMNS = {
    "version": "int64",
    "code": "str",
    "score": "int64",
    "outcome": "int64",
    "answers": "int64",
}


def _in_chosen_period(scope: Scope, filters: Filters, sizing: Sizing) -> CTE:
    return (
        surveys(
            scope,
            filters,
            sizing,
            delivery_fact.c.survey_id,
            delivery_fact.c.version,
        )
        .where(in_period(delivery_fact.c.completed_on, chosen_period(filters)))
        .cte("base")
    )


def answers_with_outcome(
    connection: Connection, scope: Scope, filters: Filters, outcome: str, sizing: Sizing
) -> pd.DataFrame:
    """Count pairs of answers by the same respondent: to a question, and to ``outcome``.

    Grain: one row a version, question other than ``outcome``, score and score of the outcome,
    over surveys of the chosen period that have both. Columns as in ``OUTCOME_COLUMNS``.
    """
    base = _in_chosen_period(scope, filters, sizing)
    other, about = answer.alias("other"), answer.alias("about")
    keys = (
        base.c.version,
        other.c.question_code.label("code"),
        other.c.score.label("score"),
        about.c.score.label("outcome"),
    )
    statement = (
        select(*keys, func.count().label("answers"))
        .select_from(base)
        .join(
            about,
            and_(about.c.survey_id == base.c.survey_id, about.c.question_code == outcome),
        )
        .join(
            other,
            and_(other.c.survey_id == base.c.survey_id, other.c.question_code != outcome),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    return frame(connection, statement, OUTCOME_COLUMNS)


def answer_matrix(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    versions: Sequence[int],
    codes: Sequence[str],
    sizing: Sizing,
) -> pd.DataFrame:
    """Return the scores of every survey of the chosen period, for what needs them side by side.

    Grain: one row a survey of one of ``versions``, in the order of its id, which is not
    returned; one ``int64`` column for each of ``codes``, ``NO_ANSWER`` where it is missing.
    """
    base = _in_chosen_period(scope, filters, sizing)
    columns: list[ColumnElement[Any]] = [
        func.coalesce(
            func.max(case((answer.c.question_code == code, answer.c.score))), NO_ANSWER
        ).label(code)
        for code in codes
    ]
    statement: Select[Any] = (
        select(*columns)
        .select_from(base)
        .outerjoin(answer, answer.c.survey_id == base.c.survey_id)
        .where(base.c.version.in_(versions))
        .group_by(base.c.survey_id)
        .order_by(base.c.survey_id)
    )
    return frame(connection, statement, dict.fromkeys(codes, "int64"))
