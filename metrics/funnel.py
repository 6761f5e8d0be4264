"""Funnel limits around a target: how far partners of each size stray by chance alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

from metrics.counts import as_counts, normal_quantile

#: Tail probabilities of the inner (95 %) and outer (99.8 %) limits.
INNER, OUTER = 0.025, 0.001


def checked_target(target: float) -> float:
    """Return a common share as ``float``.

    Raises
    ------
    ValueError
        If it is missing or off 0..1.
    """
    if not 0 <= target <= 1:
        raise ValueError(f"target must lie in 0..1, got {target!r}")
    return float(target)


def exact_share_limits(target: float, n: ArrayLike, tail: float) -> NDArray[np.float64]:
    """Return the exact binomial funnel limit of a share with Spiegelhalter's interpolation.

    Parameters
    ----------
    target
        The common share, 0..1.
    n
        Numbers of answers, any shape.
    tail
        Cumulative probability of the limit: 0.025 / 0.975 (inner), 0.001 / 0.999 (outer).

    Returns
    -------
    numpy.ndarray
        Limits 0..1 in the shape of ``n``, NaN where ``n = 0``. With
        ``r = ppf(tail)`` and ``a = (cdf(r) - tail) / pmf(r)`` the limit is ``(r - a) / n``.
        At a target of 0 or 1 nothing can vary and the limit is the target.

    Raises
    ------
    ValueError
        If the target is off 0..1, ``tail`` not inside 0..1, or ``n`` not a count.

    References
    ----------
    Spiegelhalter (2005), doi:10.1002/sim.1970, appendix A.1.1.
    """
    theta = checked_target(target)
    normal_quantile(tail)  # refuses 0, 1 and NaN
    sizes = as_counts(n, "n")
    unique, inverse = np.unique(sizes, return_inverse=True)
    limit = np.full(unique.shape, np.nan)
    filled = unique > 0
    size = unique[filled]
    if theta in (0.0, 1.0):
        limit[filled] = theta
    else:
        r = binom.ppf(tail, size, theta)
        a = (binom.cdf(r, size, theta) - tail) / binom.pmf(r, size, theta)
        limit[filled] = np.clip((r - a) / size, 0.0, 1.0)
    result: NDArray[np.float64] = limit[inverse].reshape(sizes.shape)
    return result


def exact_index_limits(
    promoters: float, critics: float, n: ArrayLike, tail: float
) -> NDArray[np.float64]:
    """Return the exact trinomial funnel limit of the index (P - D) / n, interpolated likewise.

    Parameters
    ----------
    promoters, critics
        Common shares of promoters and of critics, 0..1.
    n
        Numbers of answers, any shape.
    tail
        Cumulative probability of the limit, as for :func:`exact_share_limits`.

    Returns
    -------
    numpy.ndarray
        Limits -1..+1 in the shape of ``n``, NaN where ``n = 0``. Where nobody is passive P - D
        moves in steps of 2, and so does the interpolation: the limit is then that of the share.

    Raises
    ------
    ValueError
        If the shares are not a distribution, ``tail`` not inside 0..1, or ``n`` not a count.

    References
    ----------
    Spiegelhalter (2005), doi:10.1002/sim.1970, with the trinomial in place of the binomial.
    """
    p, d = checked_target(promoters), checked_target(critics)
    passives = 1 - p - d
    if passives < -1e-12:
        raise ValueError(f"promoters {p} and critics {d} make more than 1")
    normal_quantile(tail)
    sizes = as_counts(n, "n")
    unique, inverse = np.unique(sizes, return_inverse=True)
    if passives <= 1e-12:
        limit = 2 * exact_share_limits(p, unique, tail) - 1
    elif p == 0 or d == 0:
        # One step of the balance is one answer: a share of promoters, or of critics from above.
        limit = (
            exact_share_limits(p, unique, tail)
            if d == 0
            else exact_share_limits(1 - d, unique, tail) - 1
        )
    else:
        limit = np.array(
            [
                _interpolated(chances, tail) / size if size else np.nan
                for size, chances in zip(
                    unique, _balance_distributions(p, passives, d, unique), strict=True
                )
            ]
        )
    result: NDArray[np.float64] = np.clip(limit, -1.0, 1.0)[inverse].reshape(sizes.shape)
    return result


def _balance_distributions(
    p: float, passives: float, d: float, sizes: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """Distributions of P - D over -n..n for every size, by convolution power."""
    powers: dict[int, NDArray[np.float64]] = {}
    step = np.array([d, passives, p])
    current, reached = np.array([1.0]), 0
    for size in sizes.tolist():
        current = np.convolve(current, _power(step, size - reached)) if size else current
        reached = size
        powers[size] = current
    return [powers[size] for size in sizes.tolist()]


def _power(step: NDArray[np.float64], times: int) -> NDArray[np.float64]:
    """Convolution of ``step`` with itself ``times`` times, by repeated squaring."""
    result, square = np.array([1.0]), step
    while times:
        if times & 1:
            result = np.convolve(result, square)
        times >>= 1
        if times:
            square = np.convolve(square, square)
    return result


def _interpolated(chances: NDArray[np.float64], tail: float) -> float:
    """Spiegelhalter's interpolated quantile of a balance distributed over -n..n."""
    cumulative = np.cumsum(chances)
    at = min(int(np.searchsorted(cumulative, tail)), len(chances) - 1)
    balance = at - (len(chances) - 1) // 2
    return float(balance - (cumulative[at] - tail) / chances[at])
