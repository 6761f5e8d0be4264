"""Exact conditional tests of two samples: hypergeometric for shares, multivariate for the index."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import fisher_exact, hypergeom

from metrics.counts import as_count, as_parts
from metrics.recommendation import Groups

# Beyond this many standard deviations a term is below 1e-36 and is not added up.
_REACH = 13.0
_ROWS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class ExactTest:
    """Probabilities, if both samples came from one population, of what was seen or more extreme.

    Attributes
    ----------
    lower, higher
        One-sided: the first sample as low, or as high, as observed. NaN without answers.
    two_sided
        In either direction.
    """

    lower: float
    higher: float
    two_sided: float


_NOTHING = ExactTest(math.nan, math.nan, math.nan)


def share_test(x1: float, n1: float, x2: float, n2: float) -> ExactTest:
    """Return Fisher's exact test of two shares, given the total of both samples.

    Parameters
    ----------
    x1, n1, x2, n2
        Counts of two disjoint samples.

    Returns
    -------
    ExactTest
        Two-sided by the sum of all tables no more probable than the observed one, as R does.
        All NaN if either sample is empty. Valid at any n; at n = 1 it is rarely below 0.05,
        and rightly so.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, or exceeds its total.

    References
    ----------
    Fisher (1935), The Design of Experiments; Agresti (1992), doi:10.1214/ss/1177011454.
    """
    first, second = as_parts(x1, n1, ("x1", "n1")), as_parts(x2, n2, ("x2", "n2"))
    a, m1, b, m2 = (int(count) for count in (*first, *second))
    if m1 == 0 or m2 == 0:
        return _NOTHING
    null = hypergeom(m1 + m2, a + b, m1)
    two_sided = fisher_exact([[a, m1 - a], [b, m2 - b]]).pvalue
    return ExactTest(
        min(1.0, float(null.cdf(a))), min(1.0, float(null.sf(a - 1))), min(1.0, float(two_sided))
    )


def log_choose(n: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the log of the binomial coefficients of ``n`` over ``k``, -inf outside 0..n."""
    inside = (k >= 0) & (k <= n)
    safe = np.where(inside, k, 0)
    value = gammaln(n + 1) - gammaln(safe + 1) - gammaln(n - safe + 1)
    return np.where(inside, value, -np.inf)


def _window(successes: int, total: int, draws: int) -> tuple[int, int]:
    """Range of a hypergeometric count outside which its probability is negligible."""
    low, high = max(0, draws - (total - successes)), min(draws, successes)
    mean = draws * successes / total
    spread = math.sqrt(mean * (1 - successes / total) * (total - draws) / max(total - 1, 1))
    reach = _REACH * spread + 30
    return max(low, math.floor(mean - reach)), min(high, math.ceil(mean + reach))


def balance_distribution(everyone: Groups, draws: int) -> NDArray[np.float64]:
    """Return the exact distribution of P - D among ``draws`` answers taken out of everyone's.

    Parameters
    ----------
    everyone
        Promoters, passives and critics of both samples together (the fixed margins).
    draws
        Answers in the first sample.

    Returns
    -------
    numpy.ndarray
        Shape ``(2 * draws + 1,)``: the probability of P - D = -draws … +draws.

    Raises
    ------
    ValueError
        If ``draws`` exceeds the number of answers.

    Notes
    -----
    Multivariate hypergeometric over (critics, passives, promoters); terms below about 1e-36
    are left out so that samples of many thousands stay affordable.
    """
    size = as_count(draws, "draws")
    if size > everyone.n:
        raise ValueError(f"cannot draw {size} answers out of {everyone.n}")
    probability = np.zeros(2 * size + 1)
    if size == 0:
        probability[0] = 1.0
        return probability
    p_low, p_high = _window(everyone.promoters, everyone.n, size)
    d_low, d_high = _window(everyone.critics, everyone.n, size)
    p = np.arange(p_low, p_high + 1)
    log_p = log_choose(everyone.promoters, p)
    log_all = float(log_choose(everyone.n, np.array([size]))[0])
    # Of each number of passives once, not of each pair that leaves so many.
    most = size - p_low - d_low
    log_rest = log_choose(everyone.passives, most - np.arange(most - size + p_high + d_high + 1))
    step = max(1, _ROWS_AT_ONCE // len(p))
    for start in range(d_low, d_high + 1, step):
        d = np.arange(start, min(start + step, d_high + 1))[:, None]
        fewer = (p[None, :] - p_low) + (d - d_low)
        weight = np.exp(
            log_choose(everyone.critics, d) + log_p[None, :] + log_rest[fewer] - log_all
        )
        probability += np.bincount(
            (p[None, :] - d + size).ravel(), weight.ravel(), minlength=2 * size + 1
        )
    probability /= probability.sum()
    return probability


def index_test(first: Groups, second: Groups) -> ExactTest:
    """Return the exact conditional test of two recommendation indices.

    Parameters
    ----------
    first, second
        Groups of disjoint samples under one mapping.

    Returns
    -------
    ExactTest
        Two-sided: probability that the indices lie at least as far apart as observed. All NaN
        if either sample is empty. Exact at any n, with any ties.

    References
    ----------
    Strasser, Weber (1999), Mathematical Methods of Statistics 8, 220-250 (conditional
    inference; the same p-values as an exact permutation test of the mean of -1, 0, +1).
    """
    if first.n == 0 or second.n == 0:
        return _NOTHING
    everyone = Groups(
        first.promoters + second.promoters,
        first.passives + second.passives,
        first.critics + second.critics,
    )
    # The smaller sample is enough: the other one's balance is the total less this one's.
    swapped = first.n > second.n
    drawn = second if swapped else first
    probability = balance_distribution(everyone, drawn.n)
    balance = np.arange(-drawn.n, drawn.n + 1)
    lower = float(probability[balance <= drawn.balance].sum())
    higher = float(probability[balance >= drawn.balance].sum())
    # Whole numbers, so that equally distant outcomes compare as equal.
    distance = np.abs(everyone.n * balance - drawn.n * everyone.balance)
    observed = abs(everyone.n * drawn.balance - drawn.n * everyone.balance)
    two_sided = float(probability[distance >= observed].sum())
    if swapped:
        lower, higher = higher, lower
    return ExactTest(min(1.0, lower), min(1.0, higher), min(1.0, two_sided))
