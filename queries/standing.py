"""Where partners stand at one evaluation, one by one or added up by region.

A stored decision is history and stands as it was taken; an evaluation without stored decisions
(every coming one) is counted from today's records.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    cast,
    distinct,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.selectable import CTE

from metrics.points import earliest_alive
from program.calendar import add_months, last_evaluation
from program.rules import ProgramRules
from program.schema import city, competence_evaluation, delivery, partner, region, staff
from queries.adoption import meets
from queries.alphabet import alphabetical
from queries.coverage import chosen_partners, wide_counts
from queries.engine import frame
from queries.filters import Filters
from queries.scope import Scope
from queries.sizes import in_band, size_condition


@dataclass(frozen=True, slots=True)
class At:
    """The evaluation looked at, as seen on a day.

    Attributes
    ----------
    stored
        Whether the evaluation's stored decisions are to be read; otherwise it is counted from
        today's records.
    """

    evaluated_on: dt.date
    today: dt.date
    rules: ProgramRules
    stored: bool

    @property
    def delivery_year(self) -> tuple[dt.date, dt.date]:
        """Return the last twelve whole months before the evaluation, as ``[start, end)``."""
        end = min(self.evaluated_on, last_evaluation(self.today))
        return add_months(end, -12), end


def _counts(scope: Scope, filters: Filters, at: At) -> CTE:
    """Return base, delivered, pending activations and the decision of every chosen partner.

    The size filter goes by the base of this evaluation.
    """
    if at.stored:
        chosen = chosen_partners(scope, filters).cte("chosen")
        decided = competence_evaluation
        counts = (
            select(
                chosen.c.partner_id,
                func.coalesce(decided.c.base, 0).label("base"),
                func.coalesce(decided.c.delivered, 0).label("delivered"),
                literal(0).label("pending_activation"),
                func.coalesce(decided.c.held, false()).label("held"),
            )
            .outerjoin(
                decided,
                and_(
                    decided.c.partner_id == chosen.c.partner_id,
                    decided.c.evaluated_on == at.evaluated_on,
                ),
            )
            .cte("counts")
        )
    else:
        wide = wide_counts(scope, filters, [at.evaluated_on], at.today, at.rules).cte("wide")
        counts = select(
            wide.c.partner_id,
            wide.c.base_0.label("base"),
            wide.c.delivered_0.label("delivered"),
            (wide.c.bought_0 - wide.c.base_0).label("pending_activation"),
            meets(wide.c.base_0, wide.c.delivered_0, at.rules).label("held"),
        ).cte("counts")
    if filters.size is None:
        return counts
    return select(counts).where(in_band(counts.c.base, filters.size)).cte("counts_of_size")


def _handed_over(at: At, of: CTE | None = None) -> CTE:
    """Return each partner's accepted deliveries of the year, and its projects with points alive.

    Only those of the partners of ``of``, where that is given.
    """
    start, end = at.delivery_year
    alive_since = earliest_alive(at.today, at.rules)
    day = delivery.c.delivered_on
    handed_over = (
        select(
            delivery.c.partner_id,
            func.sum(case((and_(day >= start, day < end), 1), else_=0)).label("deliveries"),
            func.count(distinct(case((day >= alive_since, delivery.c.project_id)))).label("alive"),
        )
        .where(
            delivery.c.status == "accepted",
            day >= min(start, alive_since),
            day <= at.today,
        )
        .group_by(delivery.c.partner_id)
    )
    if of is not None:
        handed_over = handed_over.join(of, of.c.partner_id == delivery.c.partner_id)
    return handed_over.cte("handed_over")


def _is_member(at: At) -> ColumnElement[bool]:
    """Return the condition that a partner is in the programme on the evaluation's day."""
    return and_(
        or_(partner.c.joined_on.is_(None), partner.c.joined_on <= at.evaluated_on),
        or_(partner.c.left_on.is_(None), partner.c.left_on > at.evaluated_on),
    )


REGION_COLUMNS = {
    "region": "str",
    "name_ru": "str",
    "name_en": "str",
    "district": "str",
    "country": "str",
    "tile_row": "Int64",
    "tile_col": "Int64",
    **dict.fromkeys(
        ("partners", "with_base", "holders", "base", "delivered", "pending_activation"), "int64"
    ),
    "deliveries": "int64",
}


def _total(value: ColumnElement[Any], label: str) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(value), 0), BigInteger).label(label)


def region_standing(connection: Connection, scope: Scope, filters: Filters, at: At) -> pd.DataFrame:
    """Add up the chosen partners by region at one evaluation.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a region of the table, also one without any chosen partner, by country and
        code. ``partners`` of the programme on the day, ``with_base`` and ``holders`` (coming: if
        nothing more happens), keys ``base``, ``delivered``, ``pending_activation``, and accepted
        ``deliveries`` of ``at.delivery_year``, repeated ones included. Columns as in
        ``REGION_COLUMNS``.
    """
    counts, handed_over = _counts(scope, filters, at), _handed_over(at)
    by_region = (
        select(
            city.c.region_code,
            _total(case((_is_member(at), 1), else_=0), "partners"),
            _total(case((counts.c.base > 0, 1), else_=0), "with_base"),
            _total(case((counts.c.held, 1), else_=0), "holders"),
            _total(counts.c.base, "base"),
            _total(counts.c.delivered, "delivered"),
            _total(counts.c.pending_activation, "pending_activation"),
            _total(handed_over.c.deliveries, "deliveries"),
        )
        .select_from(counts)
        .join(partner, partner.c.id == counts.c.partner_id)
        .join(city, city.c.id == partner.c.city_id)
        .outerjoin(handed_over, handed_over.c.partner_id == counts.c.partner_id)
        .group_by(city.c.region_code)
        .cte("by_region")
    )
    totals = list(REGION_COLUMNS)[7:]
    statement = (
        select(
            region.c.code.label("region"),
            region.c.name_ru,
            region.c.name_en,
            func.coalesce(region.c.district_ru, "").label("district"),
            region.c.country,
            region.c.tile_row,
            region.c.tile_col,
            *(func.coalesce(by_region.c[name], 0).label(name) for name in totals),
        )
        .outerjoin(by_region, by_region.c.region_code == region.c.code)
        .order_by(region.c.country, region.c.code)
    )
    return frame(connection, statement, REGION_COLUMNS)


REGION_HISTORY_COLUMNS = {
    "region": "str",
    "evaluated_on": "datetime64[us]",
    **dict.fromkeys(("with_base", "holders", "base", "delivered"), "int64"),
}


def region_history(
    connection: Connection, scope: Scope, filters: Filters, since: dt.date, at: At
) -> pd.DataFrame:
    """Add up stored decisions by region, from ``since`` to the day that ``at`` is seen on.

    Grain: one row a region with chosen partners and stored evaluation, oldest first. Columns as
    in ``REGION_HISTORY_COLUMNS``; places are those of today, and the size filter goes by the
    base of ``at.evaluated_on`` as today's records tell it.
    """
    chosen = (
        chosen_partners(scope, filters)
        .add_columns(region.c.code.label("region"))
        .where(size_condition(filters, at.evaluated_on, at.today, at.rules))
    )
    members, decided = chosen.cte("chosen"), competence_evaluation
    statement = (
        select(
            members.c.region,
            decided.c.evaluated_on,
            _total(case((decided.c.base > 0, 1), else_=0), "with_base"),
            _total(case((decided.c.held, 1), else_=0), "holders"),
            _total(decided.c.base, "base"),
            _total(decided.c.delivered, "delivered"),
        )
        .join(members, members.c.partner_id == decided.c.partner_id)
        .where(decided.c.evaluated_on >= since, decided.c.evaluated_on <= at.today)
        .group_by(members.c.region, decided.c.evaluated_on)
        .order_by(members.c.region, decided.c.evaluated_on)
    )
    return frame(connection, statement, REGION_HISTORY_COLUMNS)


STANDING_COLUMNS = {
    "partner_id": "int64",
    "name": "str",
    "city_id": "int64",
    "city": "str",
    "region_code": "str",
    "region_ru": "str",
    "region_en": "str",
    "district": "str",
    "country": "str",
    "tier": "str",
    "manager": "str",
    "is_member": "bool",
    "held": "bool",
    "held_since": "datetime64[us]",
    **dict.fromkeys(("base", "delivered", "pending_activation", "deliveries", "alive"), "int64"),
}


def _held_since(at: At, of: CTE | None = None) -> CTE:
    """Return since which stored evaluation each holder has had the competence without a break.

    Only of the partners of ``of``, where that is given.
    """
    decided = competence_evaluation
    lost = (
        select(decided.c.partner_id, func.max(decided.c.evaluated_on).label("lost_on"))
        .where(~decided.c.held, decided.c.evaluated_on <= at.evaluated_on)
        .group_by(decided.c.partner_id)
    )
    if of is not None:
        lost = lost.join(of, of.c.partner_id == decided.c.partner_id)
    lost_on = lost.cte("lost")
    held_since = (
        select(decided.c.partner_id, func.min(decided.c.evaluated_on).label("held_since"))
        .outerjoin(lost_on, lost_on.c.partner_id == decided.c.partner_id)
        .where(
            decided.c.held,
            decided.c.evaluated_on <= at.evaluated_on,
            or_(lost_on.c.lost_on.is_(None), decided.c.evaluated_on > lost_on.c.lost_on),
        )
        .group_by(decided.c.partner_id)
    )
    if of is not None:
        held_since = held_since.join(of, of.c.partner_id == decided.c.partner_id)
    return held_since.cte("held_since")


@dataclass(frozen=True, slots=True)
class Totals:
    """How many partners were chosen, and of what standing.

    Attributes
    ----------
    partners, members, holders
        All of them, those in the programme on the evaluation's day, those with the competence.
    entitled
        Members with the competence.
    """

    partners: int
    members: int
    holders: int
    entitled: int


def standing_totals(connection: Connection, scope: Scope, filters: Filters, at: At) -> Totals:
    """Count the partners that :func:`partner_standing` lists."""
    counts, member = _counts(scope, filters, at), _is_member(at)
    statement = select(
        func.count().label("partners"),
        _total(case((member, 1), else_=0), "members"),
        _total(case((counts.c.held, 1), else_=0), "holders"),
        _total(case((and_(member, counts.c.held), 1), else_=0), "entitled"),
    ).join(partner, partner.c.id == counts.c.partner_id)
    names = [column.name for column in statement.selected_columns]
    counted = frame(connection, statement, dict.fromkeys(names, "int64"))
    return Totals(*map(int, counted.iloc[0]))


def _first(counts: CTE, most: int) -> CTE:
    """Return the first of the partners by name, so that nothing is looked up for the others."""
    return (
        select(counts)
        .join(partner, partner.c.id == counts.c.partner_id)
        .order_by(alphabetical(partner.c.name), partner.c.id)
        .limit(most)
        .cte("first_partners")
    )


def partner_standing(
    connection: Connection, scope: Scope, filters: Filters, at: At, most: int | None = None
) -> pd.DataFrame:
    """Return the chosen partners with where each stands at one evaluation, by name.

    Parameters
    ----------
    most
        Only so many, the first ones; ``None`` for all.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a partner. ``is_member``: in the programme on the day; ``held``: the
        competence is held at the evaluation (coming: if nothing more happens); ``held_since``:
        the stored evaluation since which it has been held without a break, NaT where it is not
        or nothing is stored; keys ``base``, ``delivered``, ``pending_activation``; accepted
        ``deliveries`` of ``at.delivery_year``; ``alive``: projects with points alive today.
        Columns as in ``STANDING_COLUMNS``.
    """
    counts, few = _counts(scope, filters, at), None
    if most is not None:
        counts = few = _first(counts, most)
    handed_over, since = _handed_over(at, few), _held_since(at, few)
    statement = (
        _named_partners(counts)
        .add_columns(
            _is_member(at).label("is_member"),
            counts.c.held,
            case((counts.c.held, since.c.held_since)).label("held_since"),
            counts.c.base,
            counts.c.delivered,
            counts.c.pending_activation,
            cast(func.coalesce(handed_over.c.deliveries, 0), BigInteger).label("deliveries"),
            func.coalesce(handed_over.c.alive, 0).label("alive"),
        )
        .outerjoin(handed_over, handed_over.c.partner_id == counts.c.partner_id)
        .outerjoin(since, since.c.partner_id == counts.c.partner_id)
        .order_by(alphabetical(partner.c.name), partner.c.id)
    )
    return frame(connection, statement, STANDING_COLUMNS)


def _named_partners(counts: CTE) -> Select[Any]:
    """Return the statement that names the partners of ``counts``."""
    return (
        select(
            counts.c.partner_id,
            partner.c.name,
            city.c.id.label("city_id"),
            city.c.name_ru.label("city"),
            region.c.code.label("region_code"),
            region.c.name_ru.label("region_ru"),
            region.c.name_en.label("region_en"),
            func.coalesce(region.c.district_ru, "").label("district"),
            region.c.country,
            partner.c.tier,
            func.coalesce(staff.c.name, partner.c.manager_email).label("manager"),
        )
        .select_from(counts)
        .join(partner, partner.c.id == counts.c.partner_id)
        .join(city, city.c.id == partner.c.city_id)
        .join(region, region.c.code == city.c.region_code)
        .outerjoin(staff, staff.c.email == partner.c.manager_email)
    )
