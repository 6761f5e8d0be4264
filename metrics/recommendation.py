"""Would clients recommend: shares recommending and not, and promoters by a named mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.counts import as_counts
from metrics.estimate import Estimate
from metrics.proportion import share

#: Answers by score: ``{score: count}``, or counts in the order of the scale (1..5 or 0..10).
ScoreCounts = Mapping[int, int] | Sequence[int] | NDArray[Any]


class IndexMapping(StrEnum):
    """Who counts as promoter and critic; values of two mappings are never mixed in one view.

    ``strict``: 5 | 4 | 1-3, as the NHS Friends and Family Test read the same kind of scale.
    ``balanced``: 5 | 4-3 | 1-2. ``classic``: 9-10 | 7-8 | 0-6 on the 0-10 scale
    (Reichheld 2003, Harvard Business Review 81(12)).
    """

    STRICT = "strict"
    BALANCED = "balanced"
    CLASSIC = "classic"


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of answers: its ends, and where recommending starts and not recommending ends."""

    lowest: int
    highest: int
    recommending_from: int
    not_recommending_to: int


#: The program's five-point scale and the classic 0-10 scale, by the question's ``scale_max``.
SCALES = {5: Scale(1, 5, 4, 2), 10: Scale(0, 10, 9, 6)}

#: Mapping -> (scale_max, lowest promoter score, highest critic score).
CUTS = {
    IndexMapping.STRICT: (5, 5, 3),
    IndexMapping.BALANCED: (5, 5, 2),
    IndexMapping.CLASSIC: (10, 9, 6),
}


@dataclass(frozen=True, slots=True)
class Groups:
    """Numbers of promoters, passives and critics among the answers; missing is in none of them."""

    promoters: int
    passives: int
    critics: int

    def __post_init__(self) -> None:
        as_counts([self.promoters, self.passives, self.critics], "group counts")

    @property
    def n(self) -> int:
        """All answers."""
        return self.promoters + self.passives + self.critics

    @property
    def balance(self) -> int:
        """Promoters minus critics, the numerator of the index."""
        return self.promoters - self.critics


def scale_of(scale_max: int) -> Scale:
    """Return the scale of a question from its ``scale_max``.

    Raises
    ------
    ValueError
        If the scale is neither 1..5 nor 0..10.
    """
    if scale_max not in SCALES:
        raise ValueError(f"a scale up to {scale_max!r} is not known; known: 5 and 10")
    return SCALES[scale_max]


def mapping_for(scale_max: int, wanted: IndexMapping = IndexMapping.STRICT) -> IndexMapping:
    """Return the mapping that applies to a question: the scale is data of the question.

    A 0-10 question is always ``classic``; a five-point one takes ``wanted``.

    Raises
    ------
    ValueError
        If ``classic`` is wanted of a five-point scale, or the scale is not known.
    """
    scale_of(scale_max)
    if scale_max == 10:
        return IndexMapping.CLASSIC
    if CUTS[wanted][0] != scale_max:
        raise ValueError(f"the {wanted} mapping does not fit a scale up to {scale_max}")
    return wanted


def counts_by_score(counts: ScoreCounts, scale_max: int) -> NDArray[np.int64]:
    """Return the counts of a question in the order of its scale (1..5 or 0..10).

    Parameters
    ----------
    counts
        ``{score: count}`` with absent scores meaning 0, or one count per score in scale order.
    scale_max
        5 or 10.

    Raises
    ------
    ValueError
        If a score is off the scale, an array has another length, or a count is not a count.
    """
    scale = scale_of(scale_max)
    scores = range(scale.lowest, scale.highest + 1)
    if isinstance(counts, Mapping):
        unknown = [score for score in counts if score not in scores]
        if unknown:
            raise ValueError(f"scores {unknown} are off the scale {scale.lowest}..{scale.highest}")
        return as_counts([counts.get(score, 0) for score in scores], "answer counts")
    ordered = as_counts(counts, "answer counts")
    if ordered.shape != (len(scores),):
        raise ValueError(
            f"expected {len(scores)} counts for scores {scale.lowest}..{scale.highest}, "
            f"got shape {ordered.shape}"
        )
    return ordered


def groups(counts: ScoreCounts, mapping: IndexMapping = IndexMapping.STRICT) -> Groups:
    """Return promoters, passives and critics of the answers under a named mapping.

    Raises
    ------
    ValueError
        If the counts do not fit the mapping's scale.
    """
    scale_max, promoter_from, critic_to = CUTS[mapping]
    ordered = counts_by_score(counts, scale_max)
    lowest = SCALES[scale_max].lowest
    promoters = int(ordered[promoter_from - lowest :].sum())
    critics = int(ordered[: critic_to - lowest + 1].sum())
    return Groups(promoters, int(ordered.sum()) - promoters - critics, critics)


def recommending(counts: ScoreCounts, scale_max: int = 5, confidence: float = 0.95) -> Estimate:
    """Return the share recommending: answers 5 and 4 (9 and 10 on the 0-10 scale), Wilson.

    Returns
    -------
    Estimate
        A fraction 0..1; ``Estimate.nothing`` without answers.

    Raises
    ------
    ValueError
        If the counts do not fit the scale.
    """
    scale = scale_of(scale_max)
    ordered = counts_by_score(counts, scale_max)
    chosen = ordered[scale.recommending_from - scale.lowest :].sum()
    return share(int(chosen), int(ordered.sum()), confidence)


def not_recommending(counts: ScoreCounts, scale_max: int = 5, confidence: float = 0.95) -> Estimate:
    """Return the share not recommending: answers 1 and 2 (0-6 on the 0-10 scale), Wilson.

    It is not 1 minus :func:`recommending`: the middle answer is an answer and belongs to neither.

    Returns
    -------
    Estimate
        A fraction 0..1; ``Estimate.nothing`` without answers.

    Raises
    ------
    ValueError
        If the counts do not fit the scale.
    """
    scale = scale_of(scale_max)
    ordered = counts_by_score(counts, scale_max)
    chosen = ordered[: scale.not_recommending_to - scale.lowest + 1].sum()
    return share(int(chosen), int(ordered.sum()), confidence)
