"""How far the programme has come: who is in it, delivers and holds, at every evaluation.

Past evaluations are the stored decisions; the coming ones are counted from today's records.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Select,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.selectable import CTE

from metrics.holding import gains_and_losses
from program.calendar import last_evaluation
from program.rules import ProgramRules
from program.schema import city, competence_evaluation, partner, region
from queries.coverage import wide_counts
from queries.engine import frame
from queries.filters import BaseSize, Filters
from queries.scope import Scope
from queries.sizes import in_band, size_condition


class Cut(StrEnum):
    """By what partners are set apart over time."""

    TIER = "tier"
    SIZE = "size"
    DISTRICT = "district"


COUNTS = (
    *("members", "with_base", "delivering", "holders", "secured"),
    *("base", "delivered", "pending_activation", "gained", "lost"),
)
ADOPTION_COLUMNS = {
    "evaluated_on": "datetime64[us]",
    "segment": "str",
    "decided": "bool",
    **dict.fromkeys(COUNTS[:-2], "int64"),
    "gained": "Int64",
    "lost": "Int64",
}


def meets(
    base: ColumnElement[int], delivered: ColumnElement[int], rules: ProgramRules
) -> ColumnElement[bool]:
    """Return the condition that so many delivered keys hold the competence, in integers."""
    threshold = rules.threshold
    return and_(
        base >= rules.minimum_base,
        delivered * threshold.denominator >= base * threshold.numerator,
    )


def members_of(
    scope: Scope, filters: Filters, coming: Sequence[dt.date], today: dt.date, rules: ProgramRules
) -> CTE:
    """Return the chosen partners with what they are cut by; the size is that of ``coming[0]``."""
    return (
        select(
            partner.c.id.label("partner_id"),
            partner.c.tier,
            func.coalesce(region.c.district_ru, region.c.country).label("district"),
            partner.c.joined_on,
            partner.c.left_on,
        )
        .join(city, city.c.id == partner.c.city_id)
        .join(region, region.c.code == city.c.region_code)
        .where(
            scope.partner_condition(),
            filters.partner_condition(),
            size_condition(filters, coming[0], today, rules),
        )
        .cte("members")
    )


def size_band(base: ColumnElement[int]) -> ColumnElement[str]:
    """Return the code of the band that a base lies in, empty without a base."""
    return case(*((in_band(base, size), size.value) for size in BaseSize), else_="")


def _segment(cut: Cut | None, members: CTE, base: ColumnElement[int]) -> ColumnElement[str]:
    if cut is None:
        return cast(literal(""), String)
    if cut is Cut.SIZE:
        return size_band(base)
    return cast(members.c[cut.value], String)


def _facts(
    evaluated_on: ColumnElement[Any],
    segment: ColumnElement[str],
    decided: ColumnElement[bool],
    counts: dict[str, ColumnElement[Any]],
    source: FromClause,
    *where: ColumnElement[bool],
) -> Select[Any]:
    """Return one part of the union, added up: its rows are few. What it does not count is 0."""
    rows = (
        select(
            cast(evaluated_on, Date).label("evaluated_on"),
            segment.label("segment"),
            decided.label("decided"),
            *(
                (case((count, 1), else_=0) if count.type.python_type is bool else count).label(name)
                for name, count in counts.items()
            ),
        )
        .select_from(source)
        .where(*where)
        .subquery()
    )
    keys = (rows.c.evaluated_on, rows.c.segment, rows.c.decided)
    return select(
        *keys,
        *(
            cast(func.sum(rows.c[name]) if name in counts else literal(0), BigInteger).label(name)
            for name in COUNTS
        ),
    ).group_by(*keys)


def _stored(members: CTE, cut: Cut | None) -> Select[Any]:
    """Return the stored decisions."""
    decided = competence_evaluation.c
    return _facts(
        decided.evaluated_on,
        _segment(cut, members, decided.base),
        true(),
        {
            "with_base": decided.base > 0,
            "delivering": decided.delivered > 0,
            "holders": decided.held,
            "secured": decided.held,
            "base": decided.base,
            "delivered": decided.delivered,
        },
        competence_evaluation.join(members, members.c.partner_id == decided.partner_id),
    )


def _holders(connection: Connection, members: CTE) -> pd.DataFrame:
    """Return who of ``members`` held at which stored evaluation; a row each."""
    decided = competence_evaluation.c
    statement = (
        select(decided.partner_id, decided.evaluated_on)
        .join(members, members.c.partner_id == decided.partner_id)
        .where(decided.held)
    )
    return frame(connection, statement, {"partner_id": "int32", "evaluated_on": "datetime64[us]"})


def _coming(
    scope: Scope,
    filters: Filters,
    members: CTE,
    cut: Cut | None,
    coming: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules,
) -> list[Select[Any]]:
    """Return the coming evaluations as today's records decide them."""
    counts = wide_counts(scope, filters, coming, today, rules).cte("counts")
    decided = competence_evaluation.alias("in_force")
    joined = counts.join(members, members.c.partner_id == counts.c.partner_id).outerjoin(
        decided,
        and_(
            decided.c.partner_id == counts.c.partner_id,
            decided.c.evaluated_on == last_evaluation(today),
        ),
    )
    before: ColumnElement[bool] = func.coalesce(decided.c.held, false())
    parts = []
    for i, day in enumerate(coming):
        base, delivered, bought = (
            counts.c[f"{name}_{i}"] for name in ("base", "delivered", "bought")
        )
        held = meets(base, delivered, rules)
        parts.append(
            _facts(
                literal(day),
                _segment(cut, members, base),
                false(),
                {
                    "with_base": base > 0,
                    "delivering": delivered > 0,
                    "holders": held,
                    "secured": and_(held, meets(bought, delivered, rules)),
                    "base": base,
                    "delivered": delivered,
                    "pending_activation": bought - base,
                    "gained": and_(held, not_(before)),
                    "lost": and_(not_(held), before),
                },
                joined,
            )
        )
        before = held
    return parts


def _membership(members: CTE, cut: Cut | None, coming: Sequence[dt.date]) -> Select[Any]:
    """Return who is a partner on the day of each evaluation; unknown ends are open.

    Partners who came and went on the same days are counted together first.
    """
    decided = competence_evaluation.c.evaluated_on
    days = union_all(
        select(decided.label("day"), true().label("decided")).distinct(),
        *(select(cast(literal(day), Date), false()) for day in coming),
    ).subquery("evaluations")
    one = select(
        members.c.joined_on, members.c.left_on, _segment(cut, members, literal(0)).label("segment")
    ).subquery("one")
    alike = (
        select(*one.c, func.count().label("members"))
        .group_by(one.c.joined_on, one.c.left_on, one.c.segment)
        .subquery("alike")
    )
    there = and_(
        or_(alike.c.joined_on.is_(None), alike.c.joined_on <= days.c.day),
        or_(alike.c.left_on.is_(None), alike.c.left_on > days.c.day),
    )
    return _facts(
        days.c.day,
        alike.c.segment,
        days.c.decided,
        {"members": case((there, alike.c.members), else_=0)},
        alike.join(days, true()),
    )


def adoption(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    cut: Cut | None,
    coming: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Count partners and keys at every stored evaluation and at the coming ones.

    Parameters
    ----------
    cut
        By what to set partners apart: by today's tier and place, and by the size of the base at
        the evaluation itself (then ``members`` is unknown for a band and stands under "").
    coming
        Coming evaluations, the nearest first; the size filter goes by the first of them.

    Returns
    -------
    pandas.DataFrame
        Grain: one row an evaluation and segment ("" without a cut), oldest first. Columns as in
        ``ADOPTION_COLUMNS``. ``decided``: a stored decision, else counted from today's records;
        partners: ``members`` of the programme on the day, ``with_base``, ``delivering`` (at least
        one key of the base delivered), ``holders`` of the competence (coming: if nothing more
        happens), ``secured`` (coming: even if every pending key is activated); keys: ``base``,
        ``delivered``, ``pending_activation``; ``gained`` and ``lost`` against the evaluation
        before, missing where that one was not stored, and with a cut.

    Raises
    ------
    ValueError
        If no coming evaluation is given, or one is not the 1st of a month.
    """
    if not coming:
        raise ValueError("at least one coming evaluation is needed")
    members = members_of(scope, filters, coming, today, rules)
    parts = [
        _stored(members, cut),
        *_coming(scope, filters, members, cut, coming, today, rules),
        _membership(members, cut, coming),
    ]
    facts = union_all(*parts).subquery("facts")
    keys = (facts.c.evaluated_on, facts.c.segment, facts.c.decided)
    statement = (
        select(*keys, *(cast(func.sum(facts.c[n]), BigInteger).label(n) for n in COUNTS))
        .group_by(*keys)
        .order_by(facts.c.evaluated_on, facts.c.segment)
    )
    rows = frame(connection, statement, ADOPTION_COLUMNS)
    if cut is not None:
        rows[["gained", "lost"]] = pd.NA
        return rows.astype(ADOPTION_COLUMNS)
    return _with_changes(rows, _holders(connection, members), today)


def _with_changes(rows: pd.DataFrame, holders: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """Return ``rows``, one an evaluation, with the changes between the stored ones.

    They are missing against an evaluation that was not stored.
    """
    decided = rows["decided"].to_numpy()
    stored = rows["evaluated_on"].to_numpy()[decided]
    gained, lost = gains_and_losses(
        holders["partner_id"].to_numpy(),
        np.searchsorted(stored, holders["evaluated_on"].to_numpy()),
        len(stored),
    )
    rows.loc[decided, "gained"], rows.loc[decided, "lost"] = gained, lost
    unknown = [decided & (decided.cumsum() == 1)]
    if np.datetime64(last_evaluation(today)) not in stored:
        unknown.append(~decided & ((~decided).cumsum() == 1))
    rows.loc[np.any(unknown, axis=0), ["gained", "lost"]] = pd.NA
    return rows
