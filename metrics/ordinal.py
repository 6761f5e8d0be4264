"""Do two segments answer differently: Mann-Whitney done right for ties, and Cliff's delta."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import binom

from metrics.counts import normal_quantile
from metrics.difference import Verdict, verdict
from metrics.estimate import Estimate, status_of
from metrics.recommendation import ScoreCounts, counts_by_score

#: Name of the interval in :attr:`metrics.estimate.Estimate.method`.
CLIFF = "cliff_newcombe"
#: Cells of the table up to which the permutation distribution is computed exactly.
EXACT_CELLS = 400_000
#: Random permutations drawn beyond that.
DRAWS = 19_999


@dataclass(frozen=True, slots=True)
class OrdinalComparison:
    """Comparison of two distributions over the same ordered scores.

    Attributes
    ----------
    delta
        Cliff's delta, -1..+1: probability that an answer of the first segment is better than
        one of the second, less the probability that it is worse.
    p
        Two-sided permutation p-value of the Mann-Whitney statistic; NaN if a segment is empty.
    exact
        Whether every permutation was counted, or random ones were drawn.
    verdict
        In words, by the interval of ``delta``.
    """

    delta: Estimate
    p: float
    exact: bool
    verdict: Verdict


def cliffs_delta(
    first: ScoreCounts, second: ScoreCounts, scale_max: int = 5, confidence: float = 0.95
) -> Estimate:
    """Return Cliff's delta of two segments with Newcombe's score-type interval.

    Parameters
    ----------
    first, second
        Answers by score of two disjoint segments.
    scale_max
        5 or 10.
    confidence
        Two-sided level.

    Returns
    -------
    Estimate
        -1..+1, positive where the first segment answers better; ``n`` is the smaller segment;
        ``Estimate.nothing`` if either is empty.

    Raises
    ------
    ValueError
        If the counts do not fit the scale.

    Notes
    -----
    The interval solves ``|θ - θ̂| = z sqrt(V(θ))`` for θ = (δ + 1) / 2, so it has width at
    n = 1 and at δ = ±1, where the variance of Cliff's own interval is undefined or 0. Its
    variance is that of answers without ties: with ties it is on the wide side.

    References
    ----------
    Cliff (1993), doi:10.1037/0033-2909.114.3.494; Newcombe (2006), method 5,
    doi:10.1002/sim.2324.
    """
    a, b = counts_by_score(first, scale_max), counts_by_score(second, scale_max)
    n1, n2 = int(a.sum()), int(b.sum())
    z = normal_quantile(confidence)
    if n1 == 0 or n2 == 0:
        return Estimate.nothing(CLIFF)
    below = np.cumsum(b) - b
    wins = int((a * below).sum())
    ties = int((a * b).sum())
    delta = (2 * wins + ties - n1 * n2) / (n1 * n2)
    theta = (2 * wins + ties) / (2 * n1 * n2)
    low, high = _theta_limits(theta, n1, n2, z)
    n = min(n1, n2)
    return Estimate(
        delta, min(2 * low - 1, delta), max(2 * high - 1, delta), n, status_of(n), CLIFF
    )


def _theta_limits(theta: float, n1: int, n2: int, z: float) -> tuple[float, float]:
    """Limits of the probability of superiority by Newcombe's method 5."""
    extra = (n1 + n2) / 2 - 1

    def spread(t: float) -> float:
        """Variance at ``t`` divided by ``t (1 - t)``."""
        return (1 + extra * ((1 - t) / (2 - t) + t / (1 + t))) / (n1 * n2)

    def distance(t: float) -> float:
        return (t - theta) ** 2 - z * z * t * (1 - t) * spread(t)

    # At the ends the equation has the trivial root theta itself, divided out here.
    if theta in (0.0, 1.0):
        edge = float(brentq(lambda t: (1 - t) - z * z * t * spread(t), 0.0, 1.0, xtol=1e-14))
        return (0.0, 1 - edge) if theta == 0.0 else (edge, 1.0)
    low = float(brentq(distance, 0.0, theta, xtol=1e-14))
    return low, float(brentq(distance, theta, 1.0, xtol=1e-14))


def _scaled_ranks(pooled: NDArray[np.int64]) -> NDArray[np.int64]:
    """Midranks of the scores as the smallest whole numbers with the same spacing."""
    doubled = 2 * np.cumsum(pooled) - pooled
    present = doubled[pooled > 0]
    moved = doubled - present.min()
    step = int(np.gcd.reduce(present - present.min()))
    return np.where(pooled > 0, moved // max(step, 1), 0).astype(np.int64)


def _rank_sum_distribution(
    pooled: NDArray[np.int64], ranks: NDArray[np.int64], draws: int
) -> NDArray[np.float64]:
    """Exact distribution of the rank sum of ``draws`` answers out of the pooled ones."""
    total = int(pooled.sum())
    top = int(ranks.max()) * draws
    table = np.zeros((draws + 1, top + 1))
    table[0, 0] = 1.0
    # Binomial weights keep the numbers near 1; conditioning on the size gives the answer.
    for count, rank in zip(pooled, ranks, strict=True):
        if count == 0:
            continue
        weights = binom.pmf(np.arange(count + 1), count, draws / total)
        grown = np.zeros_like(table)
        for taken in range(min(int(count), draws) + 1):
            shift = taken * int(rank)
            grown[taken:, shift:] += weights[taken] * table[: draws + 1 - taken, : top + 1 - shift]
        table = grown
    last: NDArray[np.float64] = table[draws] / table[draws].sum()
    return last


def mann_whitney(
    first: ScoreCounts,
    second: ScoreCounts,
    rng: np.random.Generator,
    scale_max: int = 5,
) -> tuple[float, bool]:
    """Return the two-sided permutation p-value of Mann-Whitney's test, and whether it is exact.

    Parameters
    ----------
    first, second
        Answers by score of two disjoint segments.
    rng
        Source of random permutations when there are too many to count; seed it.
    scale_max
        5 or 10.

    Returns
    -------
    p, exact
        NaN and True if either segment is empty. Midranks for ties; two-sided by distance of
        the rank sum from its expectation. Right at n = 1 and with any ties.

    Raises
    ------
    ValueError
        If the counts do not fit the scale.

    Notes
    -----
    ``scipy.stats.mannwhitneyu(method="exact")`` ignores ties, and ``permutation_test`` refuses
    a sample of one; answers on a five-point scale have few distinct values, so all permutations
    can simply be counted. Beyond :data:`EXACT_CELLS`, :data:`DRAWS` random ones are drawn and
    p = (k + 1) / (DRAWS + 1), which is never 0 (Phipson, Smyth 2010).

    References
    ----------
    Mann, Whitney (1947), doi:10.1214/aoms/1177730491; Phipson, Smyth (2010),
    doi:10.2202/1544-6115.1585.
    """
    a, b = counts_by_score(first, scale_max), counts_by_score(second, scale_max)
    if a.sum() == 0 or b.sum() == 0:
        return math.nan, True
    small = a if a.sum() <= b.sum() else b
    pooled = a + b
    draws, total = int(small.sum()), int(pooled.sum())
    ranks = _scaled_ranks(pooled)
    centre = draws * int((pooled * ranks).sum())
    observed = abs(total * int((small * ranks).sum()) - centre)
    if (draws + 1) * (int(ranks.max()) * draws + 1) <= EXACT_CELLS:
        chances = _rank_sum_distribution(pooled, ranks, draws)
        far = np.abs(total * np.arange(len(chances)) - centre) >= observed
        return min(1.0, float(chances[far].sum())), True
    drawn = rng.multivariate_hypergeometric(pooled, draws, size=DRAWS, method="marginals")
    far = np.abs(total * (drawn @ ranks) - centre) >= observed
    return (int(far.sum()) + 1) / (DRAWS + 1), False


def compare_ordinal(
    first: ScoreCounts,
    second: ScoreCounts,
    rng: np.random.Generator,
    scale_max: int = 5,
    confidence: float = 0.95,
) -> OrdinalComparison:
    """Return the comparison of two segments' answers to one question.

    Parameters
    ----------
    first, second
        Answers by score of two disjoint segments.
    rng
        Seeded source of random permutations, see :func:`mann_whitney`.
    scale_max
        5 or 10.
    confidence
        Level of the interval of delta, which decides the verdict.

    Raises
    ------
    ValueError
        If the counts do not fit the scale.
    """
    delta = cliffs_delta(first, second, scale_max, confidence)
    p, exact = mann_whitney(first, second, rng, scale_max)
    return OrdinalComparison(delta, p, exact, verdict(delta))
