"""How the answers to one question are distributed: shares of every score, their mean and boxes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metrics.counts import as_count
from metrics.estimate import Estimate, Status, status_of
from metrics.proportion import share, wilson_limits
from metrics.recommendation import ScoreCounts, counts_by_score, scale_of

#: Name of the simultaneous intervals in :attr:`metrics.estimate.Estimate.method`.
GOODMAN = "goodman"


@dataclass(frozen=True, slots=True)
class Distribution:
    """The answers to one question.

    Attributes
    ----------
    scores
        The scale in its order, 1..5 or 0..10.
    counts
        Answers with each score.
    shares
        Share of each score with Goodman's simultaneous interval; they hold *together*.
    n
        Answers; the denominator of every share.
    missing
        Surveys without an answer to this question; in no denominator.
    mean
        Mean score, NaN at ``n = 0``. Without an interval: the distribution is the message.
    status
        Small-number status of ``n``.
    """

    scores: tuple[int, ...]
    counts: tuple[int, ...]
    shares: tuple[Estimate, ...]
    n: int
    missing: int
    mean: float
    status: Status


def goodman(
    counts: ScoreCounts, scale_max: int = 5, confidence: float = 0.95
) -> tuple[Estimate, ...]:
    """Return the share of every score with Goodman's simultaneous intervals.

    Parameters
    ----------
    counts
        ``{score: count}`` or counts in scale order.
    scale_max
        5 or 10.
    confidence
        Level at which all the intervals hold at once.

    Returns
    -------
    tuple of Estimate
        One per score in scale order, each ``Estimate.nothing`` without answers.

    Raises
    ------
    ValueError
        If the counts do not fit the scale.

    Notes
    -----
    Wilson intervals at level ``1 - (1 - confidence) / k`` for k scores, scores nobody chose
    included. Conservative with few answers.

    References
    ----------
    Goodman (1965), doi:10.1080/00401706.1965.10490252.
    """
    ordered = counts_by_score(counts, scale_max)
    n = int(ordered.sum())
    low, high = wilson_limits(ordered, n, 1 - (1 - confidence) / len(ordered))
    if n == 0:
        return tuple(Estimate.nothing(GOODMAN) for _ in ordered)
    status = status_of(n)
    return tuple(
        Estimate(int(x) / n, float(lo), float(hi), n, status, GOODMAN)
        for x, lo, hi in zip(ordered, low, high, strict=True)
    )


def distribution(
    counts: ScoreCounts, scale_max: int = 5, missing: int = 0, confidence: float = 0.95
) -> Distribution:
    """Return the whole distribution of a question's answers.

    Parameters
    ----------
    counts
        ``{score: count}`` or counts in scale order; the middle answer is an answer.
    scale_max
        5 or 10.
    missing
        Surveys without an answer to the question, kept apart.
    confidence
        Simultaneous level of the shares.

    Raises
    ------
    ValueError
        If the counts do not fit the scale or ``missing`` is not a count.
    """
    scale = scale_of(scale_max)
    ordered = counts_by_score(counts, scale_max)
    scores = np.arange(scale.lowest, scale.highest + 1)
    n = int(ordered.sum())
    return Distribution(
        scores=tuple(int(score) for score in scores),
        counts=tuple(int(count) for count in ordered),
        shares=goodman(ordered, scale_max, confidence),
        n=n,
        missing=as_count(missing, "missing"),
        mean=int((ordered * scores).sum()) / n if n else math.nan,
        status=status_of(n),
    )


def top_box(
    counts: ScoreCounts, boxes: int = 2, scale_max: int = 5, confidence: float = 0.95
) -> Estimate:
    """Return the share of the ``boxes`` best scores with its Wilson interval.

    Raises
    ------
    ValueError
        If the counts do not fit the scale, or ``boxes`` is not 1 … number of scores.
    """
    ordered = counts_by_score(counts, scale_max)
    _check_boxes(boxes, len(ordered))
    return share(int(ordered[-boxes:].sum()), int(ordered.sum()), confidence)


def bottom_box(
    counts: ScoreCounts, boxes: int = 2, scale_max: int = 5, confidence: float = 0.95
) -> Estimate:
    """Return the share of the ``boxes`` worst scores with its Wilson interval.

    Raises
    ------
    ValueError
        If the counts do not fit the scale, or ``boxes`` is not 1 … number of scores.
    """
    ordered = counts_by_score(counts, scale_max)
    _check_boxes(boxes, len(ordered))
    return share(int(ordered[:boxes].sum()), int(ordered.sum()), confidence)


def _check_boxes(boxes: int, scores: int) -> None:
    if not 1 <= boxes <= scores:
        raise ValueError(f"boxes must be between 1 and {scores}, got {boxes}")
