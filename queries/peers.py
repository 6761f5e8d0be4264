"""Partners beside their peers: named where the visitor may see them, otherwise only as counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Label,
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
)
from sqlalchemy.sql.selectable import CTE

from metrics.anonymity import ENOUGH_OTHERS, rounded
from metrics.recommendation import CUTS, IndexMapping, scale_of
from program.period import Period, last_months
from program.rules import DECK_RULES, ProgramRules
from program.schema import answer, city, delivery_fact, partner, question, region, staff
from queries.engine import frame
from queries.facts import RECOMMEND_PARTNER
from queries.filters import Filters
from queries.scope import Scope, Sight
from queries.sizes import size_condition

COUNTS = ("n", "good", "promoters", "critics")
OWN_COUNTS = tuple(f"{period}_{count}" for period in ("recent", "before") for count in COUNTS)
NAMED = {
    "partner_id": "Int64",
    "name": "str",
    "city": "str",
    "region_ru": "str",
    "region_en": "str",
    "tier": "str",
    "manager_email": "str",
    "manager": "str",
}
PEER_COLUMNS = NAMED | {"partners": "int64"} | dict.fromkeys((*COUNTS, *OWN_COUNTS), "int64")


@dataclass(frozen=True, slots=True)
class Measured:
    """The question that partners are compared by, and how its answers are read.

    Answers on another scale (another version of the questionnaire) are left out: mappings are
    never mixed in one view.
    """

    question: str
    scale_max: int = 5
    mapping: IndexMapping = IndexMapping.STRICT

    def __post_init__(self) -> None:
        if CUTS[self.mapping][0] != self.scale_max:
            raise ValueError(f"{self.mapping} does not fit a scale up to {self.scale_max}")


@dataclass(frozen=True, slots=True)
class Spans:
    """The period that is compared, and two disjoint equally long ones that show where it goes.

    Attributes
    ----------
    first, last
        The chosen period, both days included; ``first`` is ``None`` for all time.
    recent, before
        The chosen period itself and the one just before it; for all time the latest twelve
        months and the twelve before those.
    """

    first: dt.date | None
    last: dt.date
    recent: Period
    before: Period


def spans(filters: Filters, today: dt.date) -> Spans:
    """Return the periods that a comparison looks at; none reaches beyond ``today``."""
    last = min(filters.survey_to or today, today)
    first = None if filters.survey_from is None else min(filters.survey_from, last)
    recent = last_months(last, 12) if first is None else Period(first, last)
    return Spans(first, last, recent, recent.previous())


def within(
    day: ColumnElement[dt.date], first: dt.date | None, last: dt.date
) -> ColumnElement[bool]:
    """Return the condition that ``day`` lies in a period, both ends included."""
    return and_(true() if first is None else day >= first, day <= last)


def peer_group(
    scope: Scope, filters: Filters, evaluated_on: dt.date, today: dt.date, rules: ProgramRules
) -> CTE:
    """Return every partner of the peer group, by name only where the scope allows it.

    Columns: ``peer_id``, which no statement may return, and ``partner_id``, missing for a partner
    out of scope. The portfolio filter does not narrow the group: it chooses whom the page lists.
    A scope that sees nothing has no group at all.
    """
    group = replace(filters, manager_email=None)
    return (
        select(
            partner.c.id.label("peer_id"),
            case((scope.partner_condition(), partner.c.id)).label("partner_id"),
        )
        .join(city, city.c.id == partner.c.city_id)
        .join(region, region.c.code == city.c.region_code)
        .where(
            literal(scope.sight is not Sight.NOTHING),
            group.partner_condition(),
            size_condition(filters, evaluated_on, today, rules),
        )
        .cte("peer_group")
    )


def named_and_others(
    group: CTE, per_partner: CTE, counts: Sequence[str], own_counts: Sequence[str] = ()
) -> Select[tuple[int]]:
    """Return named partners one by one and the others as anonymous counts.

    Grain: one row a named partner that ``per_partner`` (``peer_id``, ``counts``, ``own_counts``)
    knows; and one row for every combination of ``counts`` that other partners share, with the
    number of ``partners`` behind it, if at least ``ENOUGH_OTHERS`` of them have any of the first
    of ``counts``, which the shares are taken of. ``own_counts`` are 0 for the others.

    The others' rows are for working with, not for showing: whoever asks passes on :func:`together`.
    """
    named = not_(group.c.partner_id.is_(None))
    keys = [
        group.c.partner_id,
        *(per_partner.c[name] for name in counts),
        *(case((named, per_partner.c[name]), else_=literal(0)).label(name) for name in own_counts),
    ]
    grouped = (
        select(*keys, func.count().label("partners"))
        .join(per_partner, per_partner.c.peer_id == group.c.peer_id)
        .group_by(*keys)
        .cte("grouped")
    )
    others = (
        select(func.sum(grouped.c.partners))
        .where(grouped.c.partner_id.is_(None), grouped.c[counts[0]] > 0)
        .scalar_subquery()
    )
    # Words are found by the id that only partners in scope have.
    words = {
        "name": partner.c.name,
        "city": city.c.name_ru,
        "region_ru": region.c.name_ru,
        "region_en": region.c.name_en,
        "tier": partner.c.tier,
        "manager_email": partner.c.manager_email,
        "manager": func.coalesce(staff.c.name, partner.c.manager_email),
    }
    return (
        select(
            grouped.c.partner_id,
            *(func.coalesce(word, literal("")).label(name) for name, word in words.items()),
            grouped.c.partners,
            *(grouped.c[name] for name in (*counts, *own_counts)),
        )
        .outerjoin(partner, partner.c.id == grouped.c.partner_id)
        .outerjoin(city, city.c.id == partner.c.city_id)
        .outerjoin(region, region.c.code == city.c.region_code)
        .outerjoin(staff, staff.c.email == partner.c.manager_email)
        .where(or_(not_(grouped.c.partner_id.is_(None)), others >= ENOUGH_OTHERS))
        .order_by(
            func.coalesce(grouped.c.partner_id, literal(0)), *(grouped.c[name] for name in counts)
        )
    )


def peer_counts(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    measured: Measured,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Count the answers to one question by partner, for :func:`spans`, within the peer group.

    Survey results belong to the delivery's partner and are dated by ``completed_on``; a missing
    answer is in no count.

    Parameters
    ----------
    filters
        Region, tier and size make the peer group; ``survey_from`` and ``survey_to`` the period.
        The portfolio does not narrow the group.
    evaluated_on
        The evaluation whose base is meant by the size.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a partner in scope with an answer in the chosen period; and, anonymous
        (``partner_id`` missing, texts empty), one row for every combination of the chosen
        period's counts among the other partners, ``partners`` of them: for judging by, not for
        showing; :func:`together` is what may be told. Fewer than ``ENOUGH_OTHERS`` others are left
        out. Columns as in ``PEER_COLUMNS``: ``n`` answers, of them ``good`` (top two of five),
        ``promoters``, ``critics``; the same ``recent_`` and ``before_``, 0 for the others.
    """
    group = peer_group(scope, filters, evaluated_on, today, rules)
    periods = spans(filters, today)
    _, promoter_from, critic_to = CUTS[measured.mapping]
    score, said = _answers(measured)
    conditions = {
        "n": true(),
        "good": score >= scale_of(measured.scale_max).recommending_from,
        "promoters": score >= promoter_from,
        "critics": score <= critic_to,
    }
    day = delivery_fact.c.completed_on
    totals = [
        _total(and_(within(day, first, last), condition), f"{prefix}{name}")
        for prefix, first, last in (
            ("", periods.first, periods.last),
            ("recent_", periods.recent.first, periods.recent.last),
            ("before_", periods.before.first, periods.before.last),
        )
        for name, condition in conditions.items()
    ]
    per_partner = (
        said.add_columns(delivery_fact.c.partner_id.label("peer_id"), *totals)
        .where(within(day, periods.first and periods.before.first, periods.last))
        .group_by(delivery_fact.c.partner_id)
        .having(totals[0].element > 0)
        .cte("per_partner")
    )
    statement = named_and_others(group, per_partner, COUNTS, OWN_COUNTS)
    return frame(connection, statement, PEER_COLUMNS)


def together(rows: pd.DataFrame) -> dict[str, int]:
    """Return the counts of all partners together as they may be told.

    Parameters
    ----------
    rows
        From :func:`peer_counts`.

    Returns
    -------
    dict
        ``COUNTS`` by name. Those of partners by name are exact; those of the others are summed
        from promoters, other good answers, the middle and critics, each of them rounded
        (``metrics.anonymity.rounded``), so every measure of an answer tells the same of them.
    """
    unnamed, times = rows["partner_id"].isna().to_numpy(), rows["partners"].to_numpy()
    counts = {name: rows[name].to_numpy() for name in COUNTS}
    n, good, promoters, critics = (int((each * times)[unnamed].sum()) for each in counts.values())
    parts = rounded([promoters, good - promoters, n - good - critics, critics])
    told = (parts.sum(), parts[:2].sum(), parts[0], parts[3])
    return {
        name: int(each[~unnamed].sum() + more)
        for (name, each), more in zip(counts.items(), told, strict=True)
    }


def _answers(measured: Measured) -> tuple[ColumnElement[int], Select[Any]]:
    """Return the score of an answer to the question, and the statement for all such answers."""
    if measured.question == RECOMMEND_PARTNER:
        score = delivery_fact.c.partner_score
        scale = delivery_fact.c.partner_scale
        return score, select().select_from(delivery_fact).where(scale == measured.scale_max)
    statement = (
        select()
        .select_from(delivery_fact)
        .join(answer, answer.c.survey_id == delivery_fact.c.survey_id)
        .join(
            question,
            and_(
                question.c.version == delivery_fact.c.version,
                question.c.code == answer.c.question_code,
            ),
        )
        .where(
            answer.c.question_code == measured.question,
            question.c.scale_max == measured.scale_max,
        )
    )
    return answer.c.score, statement


def _total(condition: ColumnElement[bool], name: str) -> Label[int]:
    return cast(func.count(case((condition, 1))), BigInteger).label(name)
