"""The recommendation index, promoters less critics, with the score interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import elementwise

from metrics.counts import as_count, as_counts, as_parts, normal_quantile
from metrics.estimate import Estimate, status_of
from metrics.recommendation import Groups, IndexMapping, ScoreCounts, groups

#: Name of the interval in :attr:`metrics.estimate.Estimate.method`.
SCORE = "score"


def _score_distance(
    delta: NDArray[np.float64],
    promoters: NDArray[np.float64],
    critics: NDArray[np.float64],
    n: NDArray[np.float64],
    z2: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Squared distance of the data from ``delta`` less z² times its variance; 0 at a limit."""
    balance = promoters - critics
    a = 2 * n
    b = -promoters - critics + (2 * n - balance) * delta
    c = -critics * delta * (1 - delta)
    root = np.sqrt(np.maximum(b * b - 4 * a * c, 0))
    # The constrained share of critics; the second form avoids cancellation when b > 0.
    positive = b > 0
    q = np.where(positive, -2 * c / np.where(positive, b + root, 1), (root - b) / (2 * a))
    distance: NDArray[np.float64] = (balance - n * delta) ** 2 - z2 * n * (
        2 * q + delta * (1 - delta)
    )
    return distance


def index_limits(
    promoters: ArrayLike, critics: ArrayLike, n: ArrayLike, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the score (Tango) limits of the index (P - D) / n, element by element.

    Parameters
    ----------
    promoters, critics, n
        Counts, broadcast together; any shape, one element per index.
    confidence
        Two-sided level.

    Returns
    -------
    low, high
        Fractions -1..+1 of the broadcast shape, NaN where ``n = 0``. The high end is exactly +1
        when all are promoters, the low end exactly -1 when all are critics; with passives alone
        the interval is ±z²/(n + z²).

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, or ``P + D > n``.

    Notes
    -----
    The interval holds every δ with ``|P - D - nδ| <= z sqrt(n (2q + δ(1 - δ)))``, q being the
    share of critics estimated under δ. Enumerated exactly at n = 3, over all populations on a
    fine grid it covers 0.977 on average and never less than 0.837; the adjusted Wald interval
    of Rocks (2016) covers 0.952 and as little as 0.699, and at n = 1 it even leaves out the
    observed value.

    References
    ----------
    Tango (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B, for the
    difference of two dependent shares, which the index is; Rocks (2016),
    The American Statistician 70, 365-372, doi:10.48550/arXiv.1601.07235.
    """
    p, d, total = np.broadcast_arrays(
        as_counts(promoters, "promoters"), as_counts(critics, "critics"), as_counts(n, "n")
    )
    as_parts(p + d, total, ("promoters + critics", "n"))
    z2 = normal_quantile(confidence) ** 2
    low = np.full(total.shape, np.nan)
    high = np.full(total.shape, np.nan)
    size = total.astype(np.float64)

    # Three cases where the variance vanishes at the estimate have closed forms.
    only_promoters, only_critics = (p == total) & (total > 0), (d == total) & (total > 0)
    only_passives = (p + d == 0) & (total > 0)
    edge = (size - z2) / (size + z2)
    low[only_promoters], high[only_promoters] = edge[only_promoters], 1.0
    low[only_critics], high[only_critics] = -1.0, -edge[only_critics]
    reach = z2 / (size + z2)
    low[only_passives], high[only_passives] = -reach[only_passives], reach[only_passives]

    inner = (total > 0) & ~(only_promoters | only_critics | only_passives)
    if inner.any():
        data = (p[inner].astype(np.float64), d[inner].astype(np.float64), size[inner])
        centre = (data[0] - data[1]) / data[2]
        args = (*data, np.full(centre.shape, z2))
        one = np.ones_like(centre)
        low[inner] = elementwise.find_root(_score_distance, (-one, centre), args=args).x
        high[inner] = elementwise.find_root(_score_distance, (centre, one), args=args).x
    return low, high


def recommendation_index(
    answers: Groups | ScoreCounts,
    mapping: IndexMapping = IndexMapping.STRICT,
    confidence: float = 0.95,
) -> Estimate:
    """Return the recommendation index (promoters - critics) / n with its score interval.

    Parameters
    ----------
    answers
        Groups already formed, or answers by score to be grouped by ``mapping``.
    mapping
        Named mapping; ignored for :class:`Groups`. Choose it with :func:`mapping_for`.
    confidence
        Two-sided level.

    Returns
    -------
    Estimate
        A fraction -1..+1 (points on screen are a hundred times that); ``Estimate.nothing``
        without answers. See :func:`index_limits` for the source and small samples.

    Raises
    ------
    ValueError
        If the counts do not fit the mapping's scale.
    """
    g = answers if isinstance(answers, Groups) else groups(answers, mapping)
    n = as_count(g.n, "n")
    low, high = index_limits(g.promoters, g.critics, n, confidence)
    if n == 0:
        return Estimate.nothing(SCORE)
    return Estimate(g.balance / n, float(low), float(high), n, status_of(n), SCORE)
