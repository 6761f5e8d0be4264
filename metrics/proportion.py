"""Shares of a sample with the Wilson interval, which stays honest at a handful of answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.counts import as_count, as_parts, normal_quantile
from metrics.estimate import Estimate, status_of

#: Name of the interval in :attr:`metrics.estimate.Estimate.method`.
WILSON = "wilson"


def wilson_limits(
    x: ArrayLike, n: ArrayLike, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Wilson score limits of ``x`` out of ``n``, element by element.

    Parameters
    ----------
    x, n
        Counts, broadcast together; any shape, one element per share.
    confidence
        Two-sided level, 0.95 unless said otherwise.

    Returns
    -------
    low, high
        Fractions 0..1 of the broadcast shape. ``low`` is exactly 0 at ``x = 0`` and ``high``
        exactly 1 at ``x = n``; both are NaN where ``n = 0``. The share always lies between them.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, if ``x > n``, or for a bad confidence.

    Notes
    -----
    At ``n = 1`` the 95 % interval is [0, 0.793] or [0.207, 1]: wide, and never empty or outside
    0..1, where the textbook interval has no width at all.

    References
    ----------
    Wilson (1927), doi:10.1080/01621459.1927.10502953; Brown, Cai, DasGupta (2001),
    doi:10.1214/ss/1009213286.
    """
    successes, totals = as_parts(x, n)
    z2 = normal_quantile(confidence) ** 2
    size = np.where(totals == 0, np.nan, totals).astype(np.float64)
    share = successes / size
    centre = successes + z2 / 2
    half = np.sqrt(z2 * (successes * (1 - share) + z2 / 4))
    # Rounding must not put an end beyond the share itself, nor off the exact 0 and 1.
    low = np.where(successes == 0, 0.0, np.minimum((centre - half) / (size + z2), share))
    high = np.where(successes == totals, 1.0, np.maximum((centre + half) / (size + z2), share))
    empty = totals == 0
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def share(x: float, n: float, confidence: float = 0.95) -> Estimate:
    """Return the share ``x / n`` with its Wilson interval.

    Parameters
    ----------
    x, n
        Answers of the kind in question and all answers; missing answers belong to neither.
    confidence
        Two-sided level of the interval.

    Returns
    -------
    Estimate
        A fraction 0..1; ``Estimate.nothing`` at ``n = 0``.

    Raises
    ------
    ValueError
        As for :func:`wilson_limits`, whose source and small-sample behaviour apply.
    """
    total = as_count(n, "n")
    low, high = wilson_limits(x, total, confidence)
    if total == 0:
        return Estimate.nothing(WILSON)
    return Estimate(float(x) / total, float(low), float(high), total, status_of(total), WILSON)
