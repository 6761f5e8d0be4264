"""What is still open at the coming evaluations, and the chance that partners hold.

Open and pending keys are counted for the partners in scope that the filters leave; the curves
and the pace that the chances rest on are the whole programme's (``queries.lags``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from program.calendar import ONE_DAY
from program.rules import DECK_RULES, ProgramRules
from program.schema import key_fact
from queries.coverage import chosen_partners, in_windows
from queries.engine import frame
from queries.filters import Filters
from queries.lags import days_between
from queries.scope import Scope

OPEN_COLUMNS = {
    "partner_id": "int64",
    "evaluation": "int64",
    "age": "int64",
    "under_review": "bool",
    "keys": "int64",
}


def open_keys(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Count the chosen partners' keys that coming ``evaluations`` find open, by their age.

    Open: in the base with the records of ``today``, and without an accepted delivery by the
    buyer. They add up to ``base − delivered`` of ``queries.coverage.partner_counts``.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a partner, evaluation (its place in ``evaluations``), ``age`` (days from
        activation to the last whole day of the data, −1 for a key activated ``today``) and
        whether a delivery is ``under_review``. Columns as in ``OPEN_COLUMNS``.
    """
    chosen = chosen_partners(scope, filters).cte("chosen")
    counted = and_(
        in_windows(evaluations, rules),
        key_fact.c.purchased_on <= today,
        key_fact.c.activated_on <= today,
    )
    grain = [
        key_fact.c.partner_id,
        days_between(today - ONE_DAY, key_fact.c.activated_on).label("age"),
        (func.coalesce(key_fact.c.handed_over_on, dt.date.max) <= today).label("under_review"),
        *_in_each_window(evaluations, rules),
    ]
    statement = (
        select(*grain, func.count().label("keys"))
        .join(chosen, chosen.c.partner_id == key_fact.c.partner_id)
        .where(counted, func.coalesce(key_fact.c.delivered_on, dt.date.max) > today)
        .group_by(*grain)
        .order_by(*grain)
    )
    return _by_evaluation(connection, statement, len(evaluations), OPEN_COLUMNS)


PENDING_COLUMNS = {
    "partner_id": "int64",
    "evaluation": "int64",
    "age": "int64",
    "keys": "int64",
}


def pending_keys(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Count the chosen partners' keys bought for ``evaluations`` and not activated, by age.

    They add up to ``pending_activation`` of ``queries.coverage.partner_counts``.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a partner, evaluation (its place in ``evaluations``) and ``age`` (days
        from purchase to the last whole day of the data). Columns as in ``PENDING_COLUMNS``.
    """
    chosen = chosen_partners(scope, filters).cte("chosen")
    grain = [
        key_fact.c.partner_id,
        days_between(today - ONE_DAY, key_fact.c.purchased_on).label("age"),
        *_in_each_window(evaluations, rules),
    ]
    statement = (
        select(*grain, func.count().label("keys"))
        .join(chosen, chosen.c.partner_id == key_fact.c.partner_id)
        .where(
            in_windows(evaluations, rules),
            key_fact.c.purchased_on <= today,
            func.coalesce(key_fact.c.activated_on, dt.date.max) > today,
        )
        .group_by(*grain)
        .order_by(*grain)
    )
    return _by_evaluation(connection, statement, len(evaluations), PENDING_COLUMNS)


def _in_each_window(
    evaluations: Sequence[dt.date], rules: ProgramRules
) -> list[ColumnElement[bool]]:
    return [
        and_(
            key_fact.c.purchased_on >= rules.window(day).start,
            key_fact.c.purchased_on < rules.window(day).end,
        ).label(f"in_{i}")
        for i, day in enumerate(evaluations)
    ]


def _by_evaluation(
    connection: Connection, statement: Select[Any], evaluations: int, columns: Mapping[str, str]
) -> pd.DataFrame:
    """Return counts flagged ``in_<i>`` as one row an evaluation that they belong to."""
    flags = dict.fromkeys((f"in_{i}" for i in range(evaluations)), "bool")
    types = dict(columns) | flags
    wide = frame(connection, statement, {c.name: types[c.name] for c in statement.selected_columns})
    parts = [wide[wide[flag]].assign(evaluation=i) for i, flag in enumerate(flags)]
    return pd.concat(parts, ignore_index=True)[list(columns)].astype(dict(columns))
