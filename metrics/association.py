"""What goes together with recommending: correlations per question, and what to look at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from metrics.estimate import Estimate
from metrics.importance import Importance
from metrics.rank_correlation import as_answers, spearman
from metrics.tails import benjamini_hochberg

#: Discovery rate at which a correlation counts as established.
ESTABLISHED_Q = 0.05


@dataclass(frozen=True, slots=True)
class Association:
    """One question's correlation with recommending.

    Attributes
    ----------
    code
        Question.
    rho
        Spearman's rho with its interval and its own number of pairs.
    p, q
        Two-sided p-value, and the Benjamini-Hochberg value over all the questions; NaN where
        there is no correlation to speak of.
    """

    code: str
    rho: Estimate
    p: float
    q: float

    @property
    def established(self) -> bool:
        """Whether the correlation survives the number of questions asked at once (q <= 0.05)."""
        return self.q <= ESTABLISHED_Q


def associations(
    answers: ArrayLike, outcome: ArrayLike, codes: Sequence[str], confidence: float = 0.95
) -> tuple[Association, ...]:
    """Return each question's correlation with recommending, in the order given.

    Parameters
    ----------
    answers
        Scores of the questions, NaN for missing, shape ``(surveys, questions)``.
    outcome
        Score of the recommendation question, NaN for missing, shape ``(surveys,)``.
    codes
        Question codes, one per column.
    confidence
        Level of each interval.

    Returns
    -------
    tuple of Association
        Every question has its own ``n``; one without any pair is ``Estimate.nothing``.

    Raises
    ------
    ValueError
        If shapes do not fit or a score is not a whole number 0..10.

    References
    ----------
    :func:`metrics.rank_correlation.spearman`; Benjamini, Hochberg (1995),
    doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    data, target = as_answers(answers), as_answers(outcome, "outcome")
    if data.ndim != 2 or target.shape != data.shape[:1] or len(codes) != data.shape[1]:
        raise ValueError("answers must be (surveys, questions), with as many outcomes and codes")
    results = [spearman(data[:, at], target, confidence) for at in range(len(codes))]
    q = benjamini_hochberg(np.array([p for _, p in results], dtype=np.float64))
    return tuple(
        Association(code, rho, p, float(one_q))
        for code, (rho, p), one_q in zip(codes, results, q, strict=True)
    )


class Quadrant(StrEnum):
    """Importance against performance, both compared with the average over the questions.

    ``unclear``: an interval contains the average, so chance alone may have put the question on
    that side of the line.
    """

    IMPROVE_FIRST = "improve_first"
    KEEP_UP = "keep_up"
    LOW_PRIORITY = "low_priority"
    ENOUGH = "enough"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class QuestionPlace:
    """A question's place in the importance-performance picture.

    ``importance`` is its share of R² (they add up to 1), ``performance`` the share of the two
    best scores.
    """

    code: str
    importance: Estimate
    performance: Estimate
    quadrant: Quadrant


def importance_performance(
    importance: Importance | None, performance: Mapping[str, Estimate]
) -> tuple[QuestionPlace, ...]:
    """Return every question's place by importance and performance.

    Parameters
    ----------
    importance
        Result of :func:`metrics.importance.importance`; None under 50 surveys.
    performance
        Share of the two best scores by question code, :func:`metrics.distribution.top_box`.

    Returns
    -------
    tuple of QuestionPlace
        In the order of ``importance``; questions without answers are left out. Empty under 50
        surveys: the page then shows the list of correlations only. A question has a quadrant
        only where both its intervals clear the averages.

    References
    ----------
    Martilla, James (1977), doi:10.1177/002224297704100112.
    """
    if importance is None:
        return ()
    placed = [
        (code, share, performance[code])
        for code, share in zip(importance.codes, importance.shares, strict=True)
        if code in performance and performance[code].n > 0
    ]
    if not placed:
        return ()
    middle = sum(share.value for _, share, _ in placed) / len(placed)
    level = sum(done.value for _, _, done in placed) / len(placed)
    return tuple(
        QuestionPlace(code, share, done, _quadrant(_side(share, middle), _side(done, level)))
        for code, share, done in placed
    )


def _side(value: Estimate, line: float) -> bool | None:
    """Return whether an estimate lies above a line, ``None`` where its interval contains it."""
    return None if value.low <= line <= value.high else value.value > line


def _quadrant(important: bool | None, good: bool | None) -> Quadrant:
    if important is None or good is None:
        return Quadrant.UNCLEAR
    if important:
        return Quadrant.KEEP_UP if good else Quadrant.IMPROVE_FIRST
    return Quadrant.ENOUGH if good else Quadrant.LOW_PRIORITY
