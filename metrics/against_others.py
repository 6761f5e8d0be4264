"""Each of many groups against all the others: lower, higher, or within chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from metrics.counts import as_counts
from metrics.difference import Verdict
from metrics.estimate import ENOUGH
from metrics.tails import benjamini_hochberg, share_tails

#: False discovery rate over all groups compared on one screen.
FALSE_DISCOVERIES = 0.05


def against_others(
    x: ArrayLike, n: ArrayLike, beyond: tuple[int, int] = (0, 0)
) -> tuple[Verdict, ...]:
    """Return what can be said of every group's share beside all the others together.

    Parameters
    ----------
    x, n
        Counts of disjoint groups, shape ``(groups,)``.
    beyond
        The same counts of everybody else who belongs to the others but is not judged here.

    Returns
    -------
    tuple of Verdict
        ``lower`` / ``higher``: the exact one-sided p survives Benjamini-Hochberg over all judged
        groups at a rate of 5 %; ``too_few``: under 10 cases, or nobody to compare with;
        otherwise ``within_chance``.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, or ``x > n``.

    References
    ----------
    As :func:`metrics.tails.share_tails` and :func:`metrics.tails.benjamini_hochberg`.
    """
    whole = as_counts(n, "n")
    if not len(whole):
        return ()
    lower, higher = share_tails([*as_counts(x, "x"), beyond[0]], [*whole, beyond[1]])
    judged = (whole >= ENOUGH) & (int(whole.sum()) + beyond[1] - whole >= ENOUGH)
    q_lower, q_higher = (
        benjamini_hochberg(np.where(judged, p[:-1], np.nan)) for p in (lower, higher)
    )
    found = np.select(
        [~judged, q_lower <= FALSE_DISCOVERIES, q_higher <= FALSE_DISCOVERIES], [0, 1, 2], 3
    )
    words = (Verdict.TOO_FEW, Verdict.LOWER, Verdict.HIGHER, Verdict.WITHIN_CHANCE)
    return tuple(words[i] for i in found.tolist())
