"""Days between two events from counts by day: the median, and the share within a limit."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from metrics.counts import as_counts
from metrics.estimate import Estimate
from metrics.proportion import share


def median_days(days: ArrayLike, counts: ArrayLike) -> float:
    """Return the median number of days, the mean of the two middle ones for an even count.

    Parameters
    ----------
    days, counts
        Distinct numbers of days, ascending, and how often each occurs; shape ``(values,)``.

    Returns
    -------
    float
        Days; NaN without any case.

    Raises
    ------
    ValueError
        If something is not a count, or the days do not ascend.
    """
    values, weights = as_counts(days, "days"), as_counts(counts, "counts")
    if np.any(np.diff(values) <= 0):
        raise ValueError("days must ascend without repetition")
    total = int(weights.sum())
    if total == 0:
        return math.nan
    reached = np.cumsum(weights)
    low, high = (
        int(values[np.searchsorted(reached, place)]) for place in ((total + 1) // 2, total // 2 + 1)
    )
    return (low + high) / 2


def share_within(days: ArrayLike, counts: ArrayLike, limit: int) -> Estimate:
    """Return the share of cases that took at most ``limit`` days, with its Wilson interval.

    Raises
    ------
    ValueError
        If something is not a count.
    """
    values, weights = as_counts(days, "days"), as_counts(counts, "counts")
    return share(int(weights[values <= limit].sum()), int(weights.sum()))
