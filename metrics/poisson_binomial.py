"""Sums of unequal coin flips: how many of many keys are delivered, for many partners at once.

The exact recursion, not a normal approximation: most partners have few open keys. Chen and Liu
1997, «Statistical applications of the Poisson-binomial», Statistica Sinica 7, 875–892; the same
numbers as ``scipy.stats.poisson_binom``, which takes one partner at a time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def capped_sum(chances: Floats, cap: int) -> Floats:
    """Return the distribution of the number of successes, everything from ``cap`` on together.

    Parameters
    ----------
    chances
        Shape ``(..., n)``: the chance of each flip; 0 where a row has fewer than n flips.
    cap
        Largest number told apart; not negative.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., cap + 1)``: P(sum = 0) … P(sum = cap − 1), P(sum ≥ cap). No flips at all:
        the sum is 0.

    Raises
    ------
    ValueError
        If ``cap`` is negative.
    """
    if cap < 0:
        raise ValueError("a sum cannot be capped below 0")
    # Sums lie first, so that every step works on whole contiguous blocks.
    flips = np.moveaxis(chances, -1, 0)
    sums = np.zeros((cap + 1, *flips.shape[1:]))
    sums[0] = 1.0
    if cap == 0:
        return np.moveaxis(sums, 0, -1)
    for i, chance in enumerate(flips, start=1):
        top = min(i, cap)
        moved = sums[:top] * chance
        sums[:top] -= moved
        sums[1 : top + 1] += moved
    return np.moveaxis(sums, 0, -1)


def at_least(chances: Floats, needed: NDArray[np.int64]) -> Floats:
    """Return P(sum ≥ needed) for each row of ``chances``.

    Parameters
    ----------
    chances
        Shape ``(rows, n)``.
    needed
        Shape ``(rows,)``; 0 or less is certain, more than n impossible.
    """
    cap = int(max(needed.max(initial=0), 0))
    tails = capped_sum(chances, cap)[..., ::-1].cumsum(axis=-1)[..., ::-1]
    chosen = np.take_along_axis(tails, np.clip(needed, 0, cap)[..., None], axis=-1)[..., 0]
    at: Floats = np.clip(np.where(needed <= 0, 1.0, chosen), 0.0, 1.0)
    return at
