"""Changes of many partners at once: this period against the disjoint one before, with limits.

The same intervals as ``metrics.difference`` gives one at a time, for whole columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.counts import as_counts
from metrics.difference import Verdict
from metrics.estimate import HIDDEN_BELOW
from metrics.index import index_limits
from metrics.proportion import wilson_limits

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Differences now minus before; every array has one element per partner, in order.

    Attributes
    ----------
    value, low, high
        Fractions -1..+1 (-2..+2 for indices) with their 95 % limits, NaN where a side is empty.
    n
        The smaller number of answers of the two sides.
    """

    value: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]

    def verdicts(self, minimum: int = HIDDEN_BELOW) -> tuple[Verdict, ...]:
        """Return the verdict of every change, as ``metrics.difference.verdict`` does for one."""
        words = np.select(
            [self.n < max(minimum, 1), self.low > 0, self.high < 0],
            [Verdict.TOO_FEW, Verdict.HIGHER, Verdict.LOWER],
            Verdict.WITHIN_CHANCE,
        )
        return tuple(Verdict(word) for word in words.tolist())


def share_changes(
    x_now: ArrayLike, n_now: ArrayLike, x_before: ArrayLike, n_before: ArrayLike
) -> Changes:
    """Return the changes of shares with Newcombe's intervals.

    Parameters
    ----------
    x_now, n_now, x_before, n_before
        Counts of two disjoint periods, shape ``(partners,)``.

    Returns
    -------
    Changes
        NaN where a period has no answers; at small n the intervals are wide, never empty.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, or exceeds its total.

    References
    ----------
    Newcombe (1998), as in :func:`metrics.difference.share_difference`.
    """
    sides = [
        (_ratio(x, n), *wilson_limits(x, n)) for x, n in ((x_now, n_now), (x_before, n_before))
    ]
    return _difference(sides, n_now, n_before)


def index_changes(
    now: tuple[ArrayLike, ArrayLike, ArrayLike], before: tuple[ArrayLike, ArrayLike, ArrayLike]
) -> Changes:
    """Return the changes of recommendation indices by MOVER on their score limits.

    Parameters
    ----------
    now, before
        Promoters, critics and answers of two disjoint periods under one mapping, each of shape
        ``(partners,)``.

    Returns
    -------
    Changes
        As :func:`share_changes`.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, or P + D exceeds its total.

    References
    ----------
    Zou, Donner (2008), as in :func:`metrics.difference.index_difference`.
    """
    sides = [
        (
            _ratio(as_counts(p, "promoters") - as_counts(d, "critics"), n),
            *index_limits(p, d, n),
        )
        for p, d, n in (now, before)
    ]
    return _difference(sides, now[2], before[2])


def _ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    total = as_counts(whole, "n")
    ratio: Floats = np.asarray(part) / np.where(total == 0, np.nan, total)
    return ratio


def _difference(
    sides: list[tuple[Floats, Floats, Floats]], n_now: ArrayLike, n_before: ArrayLike
) -> Changes:
    (now, now_low, now_high), (before, before_low, before_high) = sides
    value = now - before
    return Changes(
        value,
        value - np.hypot(now - now_low, before_high - before),
        value + np.hypot(now_high - now, before - before_low),
        np.minimum(as_counts(n_now, "n_now"), as_counts(n_before, "n_before")),
    )
