"""Counts behind the 50 % rule: keys in the base, delivered, and still to be activated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
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
    func,
    literal,
    or_,
    select,
)

from program.calendar import ONE_DAY, require_evaluation_date
from program.rules import DECK_RULES, ProgramRules
from program.schema import city, key_fact, partner, region
from queries.engine import frame
from queries.filters import Filters
from queries.scope import Scope

COUNT_COLUMNS = {
    "partner_id": "int64",
    "evaluated_on": "datetime64[us]",
    "base": "int64",
    "delivered": "int64",
    "pending_activation": "int64",
}


def chosen_partners(scope: Scope, filters: Filters) -> Select[tuple[int]]:
    """Return the statement for the ids of the partners in scope that the filters leave."""
    return (
        select(partner.c.id.label("partner_id"))
        .join(city, city.c.id == partner.c.city_id)
        .join(region, region.c.code == city.c.region_code)
        .where(scope.partner_condition(), filters.partner_condition())
    )


def records_end(evaluated_on: dt.date, today: dt.date) -> dt.date:
    """Return the day before which records count for ``evaluated_on`` as seen ``today``.

    A past evaluation was decided from everything before it; a coming one is seen with the
    records of today included.
    """
    return min(evaluated_on, today + ONE_DAY)


def in_windows(evaluations: Sequence[dt.date], rules: ProgramRules) -> ColumnElement[bool]:
    """Return the condition that a key counts by kind and was bought in one of the windows."""
    windows = [rules.window(evaluated_on) for evaluated_on in evaluations]
    return and_(
        key_fact.c.kind.in_(rules.counted_kinds),
        or_(
            *(
                and_(key_fact.c.purchased_on >= w.start, key_fact.c.purchased_on < w.end)
                for w in windows
            )
        ),
    )


def _total(condition: ColumnElement[bool], label: str) -> ColumnElement[int]:
    # Counting is cheaper than adding up ones and zeros.
    return cast(func.count(case((condition, 1))), BigInteger).label(label)


def wide_counts(
    scope: Scope,
    filters: Filters,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> Select[Any]:
    """Return the statement that counts every chosen partner's keys in one pass over the keys.

    Grain: one row a partner, also one without any key; ``partner_id`` and for evaluation ``i``
    ``base_i``, ``delivered_i`` and ``bought_i`` (every counted key bought in the window, activated
    or not). See :func:`partner_counts`.

    Raises
    ------
    ValueError
        If an evaluation is not the 1st of a month, or none is given.
    """
    if not evaluations:
        raise ValueError("at least one evaluation is needed")
    for evaluated_on in evaluations:
        require_evaluation_date(evaluated_on)
    chosen = chosen_partners(scope, filters).cte("chosen")
    counted = and_(in_windows(evaluations, rules), key_fact.c.purchased_on <= today)
    totals: list[ColumnElement[int]] = []
    for i, evaluated_on in enumerate(evaluations):
        window, end = rules.window(evaluated_on), records_end(evaluated_on, today)
        bought = and_(key_fact.c.purchased_on >= window.start, key_fact.c.purchased_on < window.end)
        active = and_(bought, key_fact.c.activated_on < end)
        totals += [
            _total(active, f"base_{i}"),
            _total(and_(active, key_fact.c.delivered_on < end), f"delivered_{i}"),
            _total(bought, f"bought_{i}"),
        ]
    per_partner = (
        select(key_fact.c.partner_id, *totals)
        .join(chosen, chosen.c.partner_id == key_fact.c.partner_id)
        .where(counted)
        .group_by(key_fact.c.partner_id)
        .cte("per_partner")
    )
    return select(
        chosen.c.partner_id,
        *(
            func.coalesce(per_partner.c[total.name], literal(0)).label(total.name)
            for total in totals
        ),
    ).outerjoin(per_partner, per_partner.c.partner_id == chosen.c.partner_id)


def counts_by_evaluation(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> dict[dt.date, pd.DataFrame]:
    """Count every chosen partner's keys for each of ``evaluations`` in one pass over the keys.

    A key is *delivered* when its project has an accepted delivery by the partner who bought the
    key. A key bought in the window but not activated in time is *pending*: for a past
    evaluation it stayed out of the base, for a coming one it may still enlarge it.

    Parameters
    ----------
    evaluations
        1sts of months, past or coming, in any order without repetition.
    today
        Records dated later than this day are not looked at.

    Returns
    -------
    dict of pandas.DataFrame
        For each evaluation, grain: one row a partner, also for partners without any key
        (``base`` = 0). Index ``partner_id``, ascending and the same for all; integer columns
        ``base``, ``delivered``, ``pending_activation``.

    Raises
    ------
    ValueError
        If an evaluation is not the 1st of a month, or none is given.
    """
    statement = wide_counts(scope, filters, evaluations, today, rules)
    columns = statement.selected_columns
    ordered = statement.order_by(columns.partner_id)
    wide = frame(connection, ordered, {column.name: "int64" for column in columns})
    partners = pd.Index(wide["partner_id"])
    return {
        evaluated_on: pd.DataFrame(
            {
                "base": wide[f"base_{i}"].to_numpy(),
                "delivered": wide[f"delivered_{i}"].to_numpy(),
                "pending_activation": (wide[f"bought_{i}"] - wide[f"base_{i}"]).to_numpy(),
            },
            index=partners,
        )
        for i, evaluated_on in enumerate(evaluations)
    }


def partner_counts(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Return :func:`counts_by_evaluation` in one frame.

    Grain: one row a partner and evaluation, in the order given; columns as in
    ``COUNT_COLUMNS``.

    Raises
    ------
    ValueError
        If an evaluation is not the 1st of a month, or none is given.
    """
    counted = counts_by_evaluation(connection, scope, filters, evaluations, today, rules)
    rows = [
        counts.reset_index().assign(evaluated_on=pd.Timestamp(evaluated_on))
        for evaluated_on, counts in counted.items()
    ]
    return pd.concat(rows, ignore_index=True)[list(COUNT_COLUMNS)].astype(COUNT_COLUMNS)
