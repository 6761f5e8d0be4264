"""Coverage over time for the home page: what was decided, and the coming evaluations after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from charts.history import programme_trend_alt
from metrics.coverage import coverage


class HomeTrend(NamedTuple):
    """The rows of the chart, and its message in words."""

    rows: pd.DataFrame
    alt: str


def home_trend(history: pd.DataFrame, groups: pd.DataFrame, coming: Sequence[dt.date]) -> HomeTrend:
    """Return the stored evaluations and the ``coming`` ones, oldest first.

    Parameters
    ----------
    history
        Stored evaluations, as from ``queries.programme.programme_months``; at least one row.
    groups
        As from ``components.outlook.groups_by_evaluation``.
    """
    ahead = groups[groups["evaluated_on"].isin([pd.Timestamp(day) for day in coming])]
    rows = pd.concat(
        [
            history.assign(decided=True),
            ahead[["evaluated_on", "base", "delivered"]].assign(decided=False),
        ],
        ignore_index=True,
    )
    rows["coverage"] = coverage(rows["base"].to_numpy(), rows["delivered"].to_numpy())
    return HomeTrend(rows, programme_trend_alt(rows))
