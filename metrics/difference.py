"""Is one share or index higher than another: intervals of differences and the verdict in words."""

from __future__ import annotations

import math
from enum import StrEnum

from metrics.counts import as_count
from metrics.estimate import HIDDEN_BELOW, Estimate, status_of
from metrics.index import recommendation_index
from metrics.proportion import share
from metrics.recommendation import Groups

#: Names of the intervals in :attr:`metrics.estimate.Estimate.method`.
NEWCOMBE = "newcombe"
MOVER = "mover_score"


class Verdict(StrEnum):
    """What a difference (first minus second) says; decided by its interval alone.

    ``within_chance``: 0 lies in the interval, ends included. ``higher`` / ``lower``: the first is
    above / below the second. ``too_few``: one side has too few answers to say anything.
    """

    WITHIN_CHANCE = "within_chance"
    HIGHER = "higher"
    LOWER = "lower"
    TOO_FEW = "too_few"


def verdict(difference: Estimate, minimum: int = HIDDEN_BELOW) -> Verdict:
    """Return the verdict of a difference from whether its interval contains 0.

    Two whiskers may overlap and the difference still be real, so they are never compared.

    Parameters
    ----------
    difference
        Result of :func:`share_difference`, :func:`index_difference` or an ordinal comparison.
    minimum
        Fewest answers on the smaller side; below it the verdict is ``too_few``.
    """
    if difference.n < max(minimum, 1) or math.isnan(difference.value):
        return Verdict.TOO_FEW
    if difference.low > 0:
        return Verdict.HIGHER
    if difference.high < 0:
        return Verdict.LOWER
    return Verdict.WITHIN_CHANCE


def mover(first: Estimate, second: Estimate, method: str) -> Estimate:
    """Return ``first - second`` of two independent estimates by recovering variances (MOVER).

    Parameters
    ----------
    first, second
        Estimates from disjoint samples, with limits of one confidence level.
    method
        Name to give the interval.

    Returns
    -------
    Estimate
        Shares differ within -1..+1, indices within -2..+2; ``n`` is the smaller of the two;
        ``Estimate.nothing`` if either sample is empty.

    References
    ----------
    Zou, Donner (2008), doi:10.1002/sim.3095.
    """
    n = min(first.n, second.n)
    if n == 0:
        return Estimate.nothing(method)
    value = first.value - second.value
    low = value - math.hypot(first.value - first.low, second.high - second.value)
    high = value + math.hypot(first.high - first.value, second.value - second.low)
    return Estimate(value, low, high, n, status_of(n), method)


def share_difference(
    x1: float, n1: float, x2: float, n2: float, confidence: float = 0.95
) -> Estimate:
    """Return ``x1/n1 - x2/n2`` with Newcombe's hybrid score interval (his method 10).

    The samples must be disjoint: two periods, or a partner and *the others* (:func:`others`).

    Parameters
    ----------
    x1, n1, x2, n2
        Counts of the two samples.
    confidence
        Two-sided level.

    Returns
    -------
    Estimate
        A difference of fractions -1..+1; ``Estimate.nothing`` if either sample is empty. With
        ``x1 = n1`` and ``x2 = n2`` the interval still has width, as it should at small n.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, or exceeds its total.

    References
    ----------
    Newcombe (1998),
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    return mover(share(x1, n1, confidence), share(x2, n2, confidence), NEWCOMBE)


def index_difference(first: Groups, second: Groups, confidence: float = 0.95) -> Estimate:
    """Return the difference of two recommendation indices by MOVER on their score limits.

    Parameters
    ----------
    first, second
        Groups of disjoint samples under one and the same mapping.
    confidence
        Two-sided level.

    Returns
    -------
    Estimate
        A difference of fractions -2..+2; ``Estimate.nothing`` if either sample is empty.

    References
    ----------
    Zou, Donner (2008), doi:10.1002/sim.3095; limits: :func:`metrics.index.index_limits`.
    """
    return mover(
        recommendation_index(first, confidence=confidence),
        recommendation_index(second, confidence=confidence),
        MOVER,
    )


def others(x: float, n: float, x_all: float, n_all: float) -> tuple[int, int]:
    """Return counts of all the others, given a part and the total that includes it.

    Raises
    ------
    ValueError
        If the part is not contained in the total.
    """
    rest = as_count(x_all, "x_all") - as_count(x, "x"), as_count(n_all, "n_all") - as_count(n, "n")
    if rest[0] < 0 or rest[1] < 0 or rest[0] > rest[1]:
        raise ValueError(f"{x} of {n} is not contained in {x_all} of {n_all}")
    return rest


def other_groups(part: Groups, whole: Groups) -> Groups:
    """Return promoters, passives and critics of all the others; see :func:`others`.

    Raises
    ------
    ValueError
        If the part is not contained in the total.
    """
    return Groups(
        whole.promoters - part.promoters,
        whole.passives - part.passives,
        whole.critics - part.critics,
    )
