"""Each partner against all the others: exact tails, false-discovery control, and one flag."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.counts import as_counts, as_parts
from metrics.dispersion import (
    OverDispersion,
    adjusted_index_limits,
    arcsine_limits,
    index_over_dispersion,
    share_over_dispersion,
)
from metrics.estimate import ENOUGH
from metrics.funnel import INNER, exact_index_limits, exact_share_limits
from metrics.tails import benjamini_hochberg, index_tails, share_tails

#: Partners with at least :data:`metrics.estimate.ENOUGH` answers needed before any is flagged.
ENOUGH_PARTNERS = 10
#: One-sided p up to which a partner is watched.
WATCH_P = 0.025
#: False discovery rate of alerts and of praise.
ALERT_Q = 0.05


class PeerFlag(StrEnum):
    """Where a partner stands among the others; a reason to ask, never blame.

    ``alert``: worse, and it survives both the number of partners and their natural spread.
    ``watch``: worse than chance explains for one partner looked at alone. ``better``: the mirror
    of ``alert``. ``like_others``: everything else. ``not_judged``: under 10 answers, or fewer
    than 10 partners have as many.
    """

    ALERT = "alert"
    WATCH = "watch"
    BETTER = "better"
    LIKE_OTHERS = "like_others"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """Partners judged against each other; every array has one element per partner, in order.

    Attributes
    ----------
    value
        Share 0..1 or index -1..+1, NaN at ``n = 0``.
    n
        Answers.
    target
        The pooled value of all partners, where the funnel is centred; NaN without answers.
    eligible
        Whether the partner has enough answers to be judged.
    p_lower, p_higher
        Exact one-sided probability, against all other partners, of a value so low / so high;
        NaN at ``n = 0``.
    q_lower, q_higher
        Benjamini-Hochberg values over the eligible partners, NaN for the rest.
    low, high
        The 95 % limits that an alert must pass: widened by over-dispersion when there is any,
        otherwise the exact ones.
    dispersion
        phi and tau² of the eligible partners.
    flags
        :class:`PeerFlag` of every partner.
    """

    value: NDArray[np.float64]
    n: NDArray[np.int64]
    target: float
    eligible: NDArray[np.bool_]
    p_lower: NDArray[np.float64]
    p_higher: NDArray[np.float64]
    q_lower: NDArray[np.float64]
    q_higher: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    dispersion: OverDispersion
    flags: tuple[PeerFlag, ...]

    @property
    def flagged(self) -> bool:
        """Whether there are enough eligible partners for flags to be given at all."""
        return int(self.eligible.sum()) >= ENOUGH_PARTNERS


_FLAGS = {flag.value: flag for flag in PeerFlag}


def judge_shares(x: ArrayLike, n: ArrayLike, worse: Literal["low", "high"] = "low") -> Peers:
    """Return every partner's share judged against all the others.

    Parameters
    ----------
    x, n
        Counts of all partners, shape ``(partners,)``.
    worse
        ``low`` for the share recommending, ``high`` for the share not recommending.

    Returns
    -------
    Peers
        Flags are given to partners with ``n >= 10`` when at least 10 partners have as many;
        otherwise everyone is ``not_judged`` and the funnel is drawn without flags.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, or ``x > n``.

    Notes
    -----
    Sixty equal partners give about 0.02 alerts a screen, against 2.3 partners outside ordinary
    95 % limits.

    References
    ----------
    Spiegelhalter (2005), doi:10.1002/sim.1970 and doi:10.1136/qshc.2005.013755; Benjamini,
    Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    part, whole = as_parts(x, n)
    total = int(whole.sum())
    target = int(part.sum()) / total if total else math.nan
    eligible = whole >= ENOUGH
    dispersion = share_over_dispersion(part[eligible], whole[eligible], target if total else 0.0)
    if not total:
        low = high = np.full(whole.shape, np.nan)
    elif dispersion.tau2 > 0:
        low, high = arcsine_limits(target, whole, dispersion.tau2)
    else:
        low = exact_share_limits(target, whole, INNER)
        high = exact_share_limits(target, whole, 1 - INNER)
    return _judged(
        part, whole, target, eligible, share_tails(part, whole), (low, high), dispersion, worse
    )


def judge_indices(promoters: ArrayLike, critics: ArrayLike, n: ArrayLike) -> Peers:
    """Return every partner's recommendation index judged against all the others.

    Parameters
    ----------
    promoters, critics, n
        Counts of all partners under one mapping, shape ``(partners,)``.

    Returns
    -------
    Peers
        As :func:`judge_shares`, with the trinomial in place of the binomial.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, or ``P + D > n``.

    References
    ----------
    As :func:`judge_shares`.
    """
    p, d, whole = (
        as_counts(promoters, "promoters"),
        as_counts(critics, "critics"),
        as_counts(n, "n"),
    )
    as_parts(p + d, whole, ("promoters + critics", "n"))
    total = int(whole.sum())
    eligible = whole >= ENOUGH
    pooled = (int(p.sum()) / total, int(d.sum()) / total) if total else (0.0, 0.0)
    dispersion = index_over_dispersion((p - d)[eligible], whole[eligible], *pooled)
    if not total:
        low = high = np.full(whole.shape, np.nan)
    elif dispersion.tau2 > 0:
        low, high = adjusted_index_limits(*pooled, whole, dispersion.tau2)
    else:
        low = exact_index_limits(*pooled, whole, INNER)
        high = exact_index_limits(*pooled, whole, 1 - INNER)
    target = pooled[0] - pooled[1] if total else math.nan
    tails = index_tails(p, d, whole)
    return _judged(p - d, whole, target, eligible, tails, (low, high), dispersion, "low")


def _judged(
    numerator: NDArray[np.int64],
    n: NDArray[np.int64],
    target: float,
    eligible: NDArray[np.bool_],
    tails: tuple[NDArray[np.float64], NDArray[np.float64]],
    limits: tuple[NDArray[np.float64], NDArray[np.float64]],
    dispersion: OverDispersion,
    worse: Literal["low", "high"],
) -> Peers:
    """Put tails and limits together into flags."""
    value = numerator / np.where(n == 0, np.nan, n)
    q_lower, q_higher = (benjamini_hochberg(np.where(eligible, p, np.nan)) for p in tails)
    firmly_low = (q_lower <= ALERT_Q) & (value < limits[0])
    firmly_high = (q_higher <= ALERT_Q) & (value > limits[1])
    watched = tails[0 if worse == "low" else 1] <= WATCH_P
    alert, better = (firmly_low, firmly_high) if worse == "low" else (firmly_high, firmly_low)
    judged = eligible & (int(eligible.sum()) >= ENOUGH_PARTNERS)
    flags = np.select(
        [~judged, alert, watched, better],
        [PeerFlag.NOT_JUDGED, PeerFlag.ALERT, PeerFlag.WATCH, PeerFlag.BETTER],
        PeerFlag.LIKE_OTHERS,
    )
    return Peers(
        value,
        n,
        target,
        eligible,
        *tails,
        q_lower,
        q_higher,
        *limits,
        dispersion,
        tuple(map(_FLAGS.__getitem__, flags.tolist())),
    )
