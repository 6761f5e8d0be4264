"""Keys bought in one month, followed until they are delivered: cohorts of disjoint keys.

Unlike the rolling coverage, whose neighbouring evaluations share eleven of twelve months, the
cohorts of different months have no key in common; at a fixed maturity they may stand on a control
chart (``metrics.control_chart``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from metrics.control_chart import control_chart, gaps, needs_quarters
from metrics.estimate import ENOUGH
from program.calendar import ONE_DAY, add_months, month_start

SHARE_COLUMNS = {
    "bought": "datetime64[us]",
    "months_since": "int64",
    "keys": "int64",
    "delivered": "int64",
    "share": "float64",
}


def cohort_shares(
    counts: pd.DataFrame, today: dt.date, *, cohorts: int, months: int
) -> pd.DataFrame:
    """Return the share of each month's keys delivered by so many calendar months later.

    Parameters
    ----------
    counts
        Grain: one row a month of purchase and calendar months to delivery, as from
        ``queries.key_months.delivery_cohorts``.
    today
        Only whole months are told: the month of this day is not over.
    cohorts, months
        The newest so many months of purchase; at most so many months after it.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a month of purchase and number of months since, only what has already
        passed. ``keys`` bought, ``delivered`` until the end of that month, ``share``. Columns as
        in ``SHARE_COLUMNS``. A count over all keys: exact at any size, no interval.
    """
    this_month = month_start(today)
    rows = []
    for ago in range(cohorts, 0, -1):
        bought = add_months(this_month, -ago)
        of_month = counts[counts["bought"] == pd.Timestamp(bought)]
        total = int(of_month["keys"].sum())
        if total == 0:
            continue
        known = of_month[of_month["months_since"].notna()]
        for since in range(min(ago, months + 1)):
            done = int(known.loc[known["months_since"] <= since, "keys"].sum())
            rows.append((pd.Timestamp(bought), since, total, done, done / total))
    return pd.DataFrame(rows, columns=list(SHARE_COLUMNS)).astype(SHARE_COLUMNS)


@dataclass(frozen=True, slots=True, eq=False)
class MaturitySeries:
    """The share of each cohort delivered within a fixed number of days, against its own limits.

    Attributes
    ----------
    frame
        Grain: one row a month (or quarter) of purchase, oldest first: ``month``, ``n`` keys,
        ``value``, ``mean``, ``low``, ``high`` (NaN without limits), ``signal``, ``variation``
        (``not_judged`` with fewer than 10 keys, and everywhere without limits).
    quarterly
        Months were joined to quarters because some had fewer than 10 keys.
    preliminary
        Fewer than 13 points stand behind the limits.
    """

    frame: pd.DataFrame
    quarterly: bool
    preliminary: bool


def fixed_maturity(
    counts: pd.DataFrame, today: dt.date, *, days: int, cohorts: int
) -> MaturitySeries:
    """Return «share of the keys bought in month m delivered within so many days», month by month.

    Parameters
    ----------
    counts
        As for :func:`cohort_shares`, with ``in_time`` counted for the same ``days``.
    cohorts
        The newest so many matured months.

    Returns
    -------
    MaturitySeries
        The newest month is the last matured one: each of its keys has had the ``days``. Quarters
        are taken whole or not at all. Empty while no month has matured.
    """
    months = counts.groupby("bought", as_index=False)[["keys", "in_time"]].sum()
    months = months[months["keys"] > 0]
    last = _last_matured(today, days)
    since = add_months(last, 1 - cohorts)
    months = months[months["bought"].between(pd.Timestamp(since), pd.Timestamp(last))]
    quarterly = needs_quarters(months["keys"].to_numpy()) if len(months) else False
    if quarterly:
        months = _whole_quarters(months, since, last)
    frame = pd.DataFrame(
        {
            "month": months["bought"],
            "n": months["keys"].astype("int64"),
            "value": (months["in_time"] / months["keys"]).astype("float64"),
        }
    ).reset_index(drop=True)
    chart = control_chart(
        frame["value"].to_numpy(), gaps_at=gaps(frame["month"], 3 if quarterly else 1)
    )
    return MaturitySeries(
        frame.assign(**chart.told(frame["n"] >= ENOUGH)),
        quarterly,
        chart.preliminary,
    )


def _last_matured(today: dt.date, days: int) -> dt.date:
    """Return the newest month whose last day lies at least ``days`` back."""
    return add_months(month_start(today - dt.timedelta(days=days) + ONE_DAY), -1)


def _whole_quarters(months: pd.DataFrame, since: dt.date, last: dt.date) -> pd.DataFrame:
    """Add months up to calendar quarters that lie wholly between two months."""
    begin = pd.to_datetime(months["bought"].dt.to_period("Q").dt.start_time).astype(
        "datetime64[us]"
    )
    inside = (begin >= pd.Timestamp(since)) & (begin <= pd.Timestamp(add_months(last, -2)))
    quarters = months.assign(bought=begin)[inside]
    return quarters.groupby("bought", as_index=False)[["keys", "in_time"]].sum()
