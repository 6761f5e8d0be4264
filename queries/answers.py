"""Counts of answers to every question: by month, by side of a comparison, beside recommending.

Missing answers stand under ``NO_ANSWER``: surveys of the version less answers to the question.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from metrics.anonymity import ENOUGH_OTHERS, rounded
from program.period import Period
from program.questionnaire import ANSWER_BITS
from program.schema import city, delivery_fact, partner, survey_fact
from queries.engine import frame
from queries.filters import Filters
from queries.lags import programme_condition
from queries.packed_answers import ONE_ANSWER, TOLD, Surveys, scores_at
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
    monthly,
    numbered,
    part_of,
    surveys,
    with_segment,
)

ANSWER_COLUMNS = {"version": "int64", "code": "str", "score": "int64", "answers": "int64"}


def _released(counts: pd.DataFrame, behind: pd.DataFrame) -> pd.DataFrame:
    """Return what may be told of others: questions that enough of them answered, rounded.

    ``counts`` and ``behind`` as from :meth:`Surveys.counts` and :meth:`Surveys.partners`, by
    the same keys, without the own.
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
    day = survey_fact.c.completed_on
    asked = surveys(
        scope,
        filters,
        sizing,
        *TOLD,
        month_index(day),
        part_of(day, chosen_period(filters), previous),
        of=survey_fact,
    ).where(asked_days(day, filters, previous, since))
    found = Surveys.of(connection, asked, {"month": "int64", "part": "int64"})
    return monthly(found.counts("month", "part")).astype(MONTHLY_COLUMNS)[list(MONTHLY_COLUMNS)]


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
    asked = (
        statement.join(survey_fact, survey_fact.c.survey_id == delivery_fact.c.survey_id)
        .add_columns(
            *TOLD,
            partner.c.id.label("partner_id"),
            case((first, number[Side.FIRST]), else_=number[Side.SECOND]).label("side"),
        )
        .where(in_period(delivery_fact.c.completed_on, chosen_period(filters)), or_(first, second))
    )
    found = Surveys.of(connection, asked, {"partner_id": "int32", "side": "int64"})
    counted = found.counts("side")
    if own:
        theirs = numbered(Side).index(Side.SECOND)
        behind = found.partners("side")
        others = _released(counted[counted["side"] == theirs], behind[behind["side"] == theirs])
        counted = pd.concat([counted[counted["side"] != theirs], others], ignore_index=True)
    return counted.assign(side=in_words(Side, counted["side"])).astype(SIDE_COLUMNS)


def answers_of_partner(
    connection: Connection, scope: Scope, partner_id: int, period: Period
) -> pd.DataFrame:
    """Count the answers about one partner.

    Grain: one row a version, question and score. Columns as in ``ANSWER_COLUMNS``; no rows for a
    partner out of scope.
    """
    asked = (
        select(*TOLD)
        .join(partner, partner.c.id == survey_fact.c.partner_id)
        .where(scope.partner_condition(), survey_fact.c.partner_id == partner_id, _surveyed(period))
    )
    return Surveys.of(connection, asked, {}).counts().astype(ANSWER_COLUMNS)


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
    asked = (
        select(
            *TOLD,
            survey_fact.c.partner_id,
            city.c.region_code.label("region"),
            mine.label("mine"),
        )
        .join(partner, partner.c.id == survey_fact.c.partner_id)
        .join(city, city.c.id == partner.c.city_id)
        .where(programme_condition(scope), _surveyed(period))
    )
    found = Surveys.of(connection, asked, {"partner_id": "int32", "region": "str", "mine": "int64"})
    counted = found.counts("region", "mine")
    own = _with_everywhere(counted[counted["mine"] == 1], "answers")
    if portfolio:
        behind = found.partners("region", "mine")
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
    keys = (city.c.region_code.label("region"), survey_fact.c.version)
    statement = (
        select(*keys, func.count(func.distinct(survey_fact.c.partner_id)).label("partners"))
        .join(partner, partner.c.id == survey_fact.c.partner_id)
        .join(city, city.c.id == partner.c.city_id)
        .where(programme_condition(scope), unknown, _surveyed(period))
        .group_by(*keys)
        .order_by(*keys)
    )
    return frame(connection, statement, SURVEYED_COLUMNS)


def _surveyed(period: Period) -> ColumnElement[bool]:
    """Return the condition that a survey is about an accepted delivery, and of the period."""
    return and_(
        survey_fact.c.status == "accepted",
        in_period(survey_fact.c.completed_on, period),
    )


OUTCOME_COLUMNS = {
    "version": "int64",
    "code": "str",
    "score": "int64",
    "outcome": "int64",
    "answers": "int64",
}


def _in_chosen_period(scope: Scope, filters: Filters, sizing: Sizing) -> Select[Any]:
    day = survey_fact.c.completed_on
    return surveys(scope, filters, sizing, *TOLD, of=survey_fact).where(
        in_period(day, chosen_period(filters))
    )


def answers_with_outcome(
    connection: Connection, scope: Scope, filters: Filters, outcome: str, sizing: Sizing
) -> pd.DataFrame:
    """Count pairs of answers by the same respondent: to a question, and to ``outcome``.

    Grain: one row a version, question other than ``outcome``, score and score of the outcome,
    over surveys of the chosen period that have both. Columns as in ``OUTCOME_COLUMNS``.
    """
    found = Surveys.of(connection, _in_chosen_period(scope, filters, sizing), {})
    parts = [pd.DataFrame(columns=list(OUTCOME_COLUMNS)).astype(OUTCOME_COLUMNS)]
    for version, places in found.places.items():
        if outcome not in places:
            continue
        answers = found.rows.loc[found.rows["version"] == version, "answers"].to_numpy()
        about = scores_at(answers, places[outcome])
        for code, place in sorted(places.items()):
            other = scores_at(answers, place)
            both = (other != NO_ANSWER) & (about != NO_ANSWER)
            counted = np.bincount(other[both] << ANSWER_BITS | about[both])
            given = np.flatnonzero(counted)
            if code != outcome:
                pair = {"score": given >> ANSWER_BITS, "outcome": given & ONE_ANSWER}
                parts.append(
                    pd.DataFrame({**pair, "answers": counted[given]}).assign(
                        version=version, code=code
                    )
                )
    return pd.concat(parts, ignore_index=True).astype(OUTCOME_COLUMNS)[list(OUTCOME_COLUMNS)]


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
    asked = (
        _in_chosen_period(scope, filters, sizing)
        .where(survey_fact.c.version.in_(versions))
        .order_by(survey_fact.c.survey_id)
    )
    found = Surveys.of(connection, asked, {})
    version, answers = (found.rows[name].to_numpy() for name in ("version", "answers"))
    columns = {code: np.full(len(answers), NO_ANSWER, dtype="int64") for code in codes}
    for number, places in found.places.items():
        own = version == number
        for code in places.keys() & columns.keys():
            columns[code][own] = scores_at(answers[own], places[code])
    return pd.DataFrame(columns)
