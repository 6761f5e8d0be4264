"""What may be told of partners whom a visitor does not see one by one: totals of many, rounded."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.counts import as_counts

#: Nothing is told of others unless at least so many of them stand behind it.
ENOUGH_OTHERS = 10
#: What is told of others are multiples of this.
ROUNDED_TO = 5


def rounded(counts: ArrayLike) -> NDArray[np.int64]:
    """Return counts of others as they may be told: the nearest multiples of ``ROUNDED_TO``.

    Two totals whose cuts differ by one partner would tell that partner's counts by subtraction.
    Between rounded totals lie up to four more or fewer than the truth, so that no difference of
    two is known to be exact. Five is the custom of official statistics: the smallest base that
    hides ones and twos and still leaves shares of a hundred answers within a few per cent. The
    same count is always rounded alike, so asking again tells nothing new; and no own count goes
    into the rounding, which would otherwise move with what the visitor knows.

    Parameters
    ----------
    counts
        Counts of *disjoint* parts: answers by score, contacts by outcome, partners. Wholes are
        summed from rounded parts, so that shares and their n agree and no part exceeds its whole.

    Returns
    -------
    numpy.ndarray
        The same shape; 1 and 2 become 0, no total is off by more than 2 for each of its parts.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative.

    References
    ----------
    Hundepool et al., Statistical Disclosure Control (2012), chapter 5,
    doi:10.1002/9781118348239: conventional rounding, and how overlapping tables weaken it.
    """
    whole = as_counts(counts, "counts")
    return (whole + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO
