"""Counts of answers about recommending: developer and platform from the same respondents.

Survey results belong to the delivery's partner and are dated by ``completed_on``. A missing
answer has no row in ``answer``; here it is counted under :data:`NO_ANSWER`, never as a score.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import CTE

from program.period import Period
from program.rules import ProgramRules
from program.schema import city, delivery_fact, key_fact, partner, region
from queries.coverage import records_end
from queries.engine import frame
from queries.filters import BaseSize, Filters
from queries.scope import Scope
from queries.sizes import in_band, size_condition

#: Stands where a respondent gave no answer; no scale has this score.
NO_ANSWER = -1


class Part(StrEnum):
    """Which period a survey belongs to: the chosen one, the one it is compared with, neither."""

    CURRENT = "current"
    PREVIOUS = "previous"
    OTHER = "other"


class Dimension(StrEnum):
    """By what surveys are cut into segments."""

    REGION = "region"
    TIER = "tier"
    EDITION = "edition"
    SIZE = "size"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Sizing:
    """The evaluation whose base says how large a partner is, as seen on a day."""

    evaluated_on: dt.date
    today: dt.date
    rules: ProgramRules

    def condition(self, filters: Filters) -> ColumnElement[bool]:
        """Return the condition on ``partner`` that its base is of the chosen size."""
        return size_condition(filters, self.evaluated_on, self.today, self.rules)


def in_period(day: ColumnElement[dt.date], period: Period | None) -> ColumnElement[bool]:
    """Return the condition that ``day`` lies in ``period``; ``None`` means all time."""
    return true() if period is None else day.between(period.first, period.last)


def chosen_period(filters: Filters) -> Period | None:
    """Return the survey period of ``filters``, ``None`` for all time."""
    if filters.survey_from is None or filters.survey_to is None:
        return None
    return Period(filters.survey_from, filters.survey_to)


def surveys(
    scope: Scope,
    filters: Filters,
    sizing: Sizing,
    *columns: ColumnElement[Any],
    of: Table = delivery_fact,
) -> Select[Any]:
    """Return the statement for the surveys of chosen partners, of any day.

    ``partner``, ``city``, ``region`` and the fact ``of`` which they are (``delivery_fact`` or
    ``survey_fact``) may be used in ``columns``.
    """
    return (
        select(*columns)
        .select_from(of)
        .join(partner, partner.c.id == of.c.partner_id)
        .join(city, city.c.id == partner.c.city_id)
        .join(region, region.c.code == city.c.region_code)
        .where(
            of.c.survey_id.is_not(None),
            of.c.status == "accepted",
            scope.partner_condition(),
            filters.partner_condition(),
            sizing.condition(filters),
        )
    )


def month_index(day: ColumnElement[dt.date]) -> ColumnElement[int]:
    """Return the number of the month of ``day`` since the year 0, as one integer."""
    year, month = (cast(extract(field, day), Integer) for field in ("year", "month"))
    return (year * 12 + month - 1).label("month")


def as_months(indices: pd.Series[int]) -> pd.Series[Any]:
    """Return the 1sts of months from what :func:`month_index` counted."""
    since_1970 = indices.to_numpy() - 1970 * 12
    first = since_1970.astype("datetime64[M]").astype("datetime64[us]")
    return pd.Series(first, index=indices.index)


def numbered(kind: type[StrEnum]) -> list[str]:
    """Return the words of ``kind`` in the order of the alphabet: their numbers in SQL.

    Statements carry numbers, because a join that carries words costs more than twice as much.
    """
    return sorted(kind)


def in_words(kind: type[StrEnum], numbers: pd.Series[int]) -> Any:
    """Return the words of ``kind`` that :func:`numbered` has the numbers of, as an array."""
    return pd.array(numbered(kind), dtype="str").take(numbers.to_numpy())


def part_of(
    day: ColumnElement[dt.date], current: Period | None, previous: Period | None
) -> ColumnElement[int]:
    """Return in which of two disjoint periods ``day`` lies, :class:`Part` as :func:`numbered`."""
    number = {part: literal(i, Integer) for i, part in enumerate(numbered(Part))}
    # ``true()`` is no condition that every engine takes in a CASE.
    if current is None:
        return number[Part.CURRENT].label("part")
    branches = [(in_period(day, current), number[Part.CURRENT])]
    if previous is not None:
        branches.append((in_period(day, previous), number[Part.PREVIOUS]))
    return case(*branches, else_=number[Part.OTHER]).label("part")


def monthly_frame(
    connection: Connection, statement: Select[Any], columns: dict[str, str]
) -> pd.DataFrame:
    """Run a statement with :func:`month_index` and :func:`part_of` and return both as they are."""
    return monthly(frame(connection, statement, columns | {"month": "int64", "part": "int64"}))


def monthly(counted: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the numbers of months and of parts as months and words."""
    return counted.assign(month=as_months(counted["month"]), part=in_words(Part, counted["part"]))


def asked_days(
    day: ColumnElement[dt.date], filters: Filters, previous: Period | None, since: dt.date | None
) -> ColumnElement[bool]:
    """Return the condition that a survey's day is looked at at all.

    The chosen period, the one before it, and the trend from ``since`` to the chosen period's end.
    """
    current = chosen_period(filters)
    if current is None:
        return true()
    trend = Period(min(since or current.first, current.first), current.last)
    return or_(
        in_period(day, trend), in_period(day, previous) if previous else in_period(day, trend)
    )


def scores() -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Return the two answers about recommending of a survey of :func:`surveys`."""
    return (
        func.coalesce(delivery_fact.c.partner_score, NO_ANSWER).label("partner_score"),
        func.coalesce(delivery_fact.c.platform_score, NO_ANSWER).label("platform_score"),
    )


RECOMMENDATION_COLUMNS = {
    "version": "int64",
    "month": "datetime64[us]",
    "part": "str",
    "partner_score": "int64",
    "platform_score": "int64",
    "surveys": "int64",
}


def recommendation_counts(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    previous: Period | None,
    since: dt.date | None,
    sizing: Sizing,
) -> pd.DataFrame:
    """Count surveys by what the same respondent said of the developer and of the platform.

    Parameters
    ----------
    filters
        ``survey_from`` and ``survey_to`` bound the chosen period; without them it is all time.
    previous
        The disjoint period that the chosen one is compared with.
    since
        Where the monthly series begins; it ends with the chosen period.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a questionnaire version, month, :class:`Part` and pair of scores
        (:data:`NO_ANSWER` where one is missing), oldest first; combinations that nobody gave
        are absent. Columns as in ``RECOMMENDATION_COLUMNS``.
    """
    day = delivery_fact.c.completed_on
    base = (
        surveys(
            scope,
            filters,
            sizing,
            delivery_fact.c.version,
            month_index(day),
            part_of(day, chosen_period(filters), previous),
            *scores(),
        )
        .where(asked_days(day, filters, previous, since))
        .cte("base")
    )
    keys = tuple(base.c)
    statement = select(*keys, func.count().label("surveys")).group_by(*keys).order_by(*keys)
    return monthly_frame(connection, statement, RECOMMENDATION_COLUMNS)


def bases(sizing: Sizing) -> CTE:
    """Return partners with the number of keys in their base, those with an empty one left out."""
    window = sizing.rules.window(sizing.evaluated_on)
    return (
        select(key_fact.c.partner_id, func.count().label("base"))
        .where(
            key_fact.c.kind.in_(sizing.rules.counted_kinds),
            key_fact.c.purchased_on >= window.start,
            key_fact.c.purchased_on < window.end,
            key_fact.c.purchased_on <= sizing.today,
            key_fact.c.activated_on < records_end(sizing.evaluated_on, sizing.today),
        )
        .group_by(key_fact.c.partner_id)
        .cte("bases")
    )


def with_segment(
    statement: Select[Any], dimension: Dimension, sizing: Sizing
) -> tuple[Select[Any], ColumnElement[str]]:
    """Return a statement of :func:`surveys` joined with what the segment needs, and the segment.

    The segment is a code: of the region, tier, edition or size (empty without a base), or the
    manager's e-mail.
    """
    if dimension is Dimension.EDITION:
        return statement, delivery_fact.c.edition.label("segment")
    if dimension is Dimension.SIZE:
        keys = bases(sizing)
        statement = statement.outerjoin(keys, keys.c.partner_id == partner.c.id)
        bands = [(in_band(keys.c.base, size), size.value) for size in BaseSize]
        return statement, case(*bands, else_="").label("segment")
    column = {
        Dimension.REGION: region.c.code,
        Dimension.TIER: partner.c.tier,
        Dimension.MANAGER: partner.c.manager_email,
    }[dimension]
    return statement, column.label("segment")


SEGMENT_COLUMNS = {
    "segment": "str",
    "version": "int64",
    "partner_score": "int64",
    "platform_score": "int64",
    "surveys": "int64",
}


def recommendation_by_segment(
    connection: Connection, scope: Scope, filters: Filters, dimension: Dimension, sizing: Sizing
) -> pd.DataFrame:
    """Count surveys of the chosen period by segment and pair of scores.

    Grain: one row a segment (see :func:`with_segment`), version and pair of scores, as in
    :func:`recommendation_counts`. Columns as in ``SEGMENT_COLUMNS``.
    """
    statement, segment = with_segment(surveys(scope, filters, sizing), dimension, sizing)
    base = (
        statement.add_columns(segment, delivery_fact.c.version, *scores())
        .where(in_period(delivery_fact.c.completed_on, chosen_period(filters)))
        .cte("base")
    )
    keys = tuple(base.c)
    counted = select(*keys, func.count().label("surveys")).group_by(*keys).order_by(*keys)
    return frame(connection, counted, SEGMENT_COLUMNS)
