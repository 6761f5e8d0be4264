"""Control charts of disjoint monthly or quarterly series (XmR), exactly as NHS draws them.

Never feed them the rolling coverage: neighbouring dates share eleven of twelve months, and with
a constant rate the rules below then flag most points falsely.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.control_rules import Signal, signals

#: Limits lie this many average moving ranges from the mean: 3 / d2(2), rounded as NHS does.
LIMIT_FACTOR = 2.66
#: Moving ranges from this many averages on are left out of the average, once: D4(2).
SCREEN_FACTOR = 3.267
#: A segment with fewer points has preliminary limits («предварительные границы»).
SHORT_BELOW = 13


class Variation(StrEnum):
    """A signal read in the light of which direction is the better one.

    ``not_judged`` is for points that may not be judged (:meth:`ControlChart.told`).
    """

    IMPROVEMENT = "special_cause_improvement"
    CONCERN = "special_cause_concern"
    COMMON = "common_cause"
    NOT_JUDGED = "not_judged"


class Assurance(StrEnum):
    """Whether the process, as it is, will keep meeting a target."""

    PASS = "consistent_pass"  # noqa: S105 - the NHS word for a target, not a password
    FAIL = "consistent_fail"
    INCONSISTENT = "inconsistent"


@dataclass(frozen=True, slots=True, eq=False)
class ControlChart:
    """An XmR chart; every array has one element per point, in time order.

    Attributes
    ----------
    y
        The series.
    mean, low, high
        Centre line and process limits of the point's segment. The limits are not cut at 0 or 1
        (do so only when drawing) and NaN where the segment has no usable moving range.
    near_low, near_high
        Two thirds of the way to the limits.
    signals, variations
        Label of each point, and whether it is good or bad news.
    segments
        Index of the first point of every segment; the first is 0.
    drawn
        Whether the chart may be drawn: every segment's average moving range is above 0. Without
        it show the plain line, and no signals.
    preliminary
        Whether some segment has fewer than 13 points.
    """

    y: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    near_low: NDArray[np.float64]
    near_high: NDArray[np.float64]
    signals: tuple[Signal, ...]
    variations: tuple[Variation, ...]
    segments: tuple[int, ...]
    drawn: bool
    preliminary: bool

    @property
    def icons(self) -> tuple[Variation, ...]:
        """Variation icon of every segment: that of its last point."""
        ends = [*self.segments[1:], len(self.y)]
        return tuple(self.variations[end - 1] for end in ends if end)

    def told(self, enough: ArrayLike = True) -> dict[str, NDArray[Any]]:
        """Return what may be shown and claimed where only some points may be judged.

        Parameters
        ----------
        enough
            Whether each point rests on enough answers, shape ``(points,)``, or one for all.

        Returns
        -------
        dict
            ``mean``; ``low`` and ``high``, NaN in a segment without a judged point; ``signal``
            and ``variation`` as words, ``not_judged`` for every point that is not judged. Without
            ``drawn`` no point is.
        """
        judged = np.broadcast_to(np.asarray(enough, dtype=bool), self.y.shape) & self.drawn
        limited = np.zeros(len(self.y), dtype=bool)
        for start, end in pairwise((*self.segments, len(self.y))):
            limited[start:end] = judged[start:end].any()
        return {
            "mean": self.mean,
            "low": np.where(limited, self.low, np.nan),
            "high": np.where(limited, self.high, np.nan),
            "signal": np.where(judged, [s.value for s in self.signals], Signal.NONE.value),
            "variation": np.where(
                judged, [v.value for v in self.variations], Variation.NOT_JUDGED.value
            ),
        }


def control_chart(
    y: ArrayLike,
    *,
    better: Literal["increase", "decrease"] = "increase",
    rebase_at: Sequence[int] = (),
    gaps_at: Sequence[int] = (),
    screen: bool = True,
    baseline: int | None = None,
) -> ControlChart:
    """Return the XmR chart of a series of disjoint periods.

    Parameters
    ----------
    y
        Values in time order, shape ``(points,)``; leave out periods without data, and periods
        with a denominator under 10 should first be joined (:func:`needs_quarters`).
    better
        Direction of improvement.
    rebase_at
        Index of the first point of every new segment, e.g. where the questionnaire's version
        changes; limits and runs start anew there.
    gaps_at
        Index of every first point after periods that are left out (:func:`gaps`): its neighbours
        in the series are none in time, so no moving range is taken and no run goes across, while
        the limits stay those of the segment.
    screen
        Leave out moving ranges of 3.267 averages or more, once, before the limits are set.
    baseline
        Set the limits from this many first points of each segment only.

    Returns
    -------
    ControlChart
        With no points, an empty chart that is not drawn; the same with one point, whose limits
        are NaN, and wherever the average moving range is 0.

    Raises
    ------
    ValueError
        If a value is missing or infinite, or a rebase point or gap lies outside the series.

    Notes
    -----
    Limits are mean ± 2.66 mean moving range. Rules, first match wins: (1) outside the limits;
    (2) seven points strictly rising or falling; (3) beyond two thirds of a limit, in a window
    of three on one side of the mean with at least two such points; (4) seven in a row strictly
    on one side of the mean. All members of a run are flagged.

    References
    ----------
    NHS England, Making Data Count (R package NHSRplotthedots 0.2.2); Provost, Murray (2011),
    The Health Care Data Guide; Wheeler, Chambers (1992), Understanding Statistical Process
    Control. Evaluation of runs in monitoring: Anhøj, Olesen (2014),
    doi:10.1371/journal.pone.0113825.
    """
    values = np.asarray(y, dtype=np.float64)
    if values.ndim != 1 or not np.all(np.isfinite(values)):
        raise ValueError("y must be one-dimensional, without missing or infinite values")
    if baseline is not None and baseline < 1:
        raise ValueError(f"baseline must be at least 1 point, got {baseline}")
    starts = _starts(len(values), rebase_at)
    pieces = _starts(len(values), gaps_at)
    mean, reach = np.full(len(values), np.nan), np.full(len(values), np.nan)
    labels: list[Signal] = []
    drawn, preliminary = len(values) > 0, False
    for start, end in pairwise((*starts, len(values))):
        segment = values[start:end]
        breaks = [at - start for at in pieces if start < at < end]
        centre, amr = _centre_and_range(segment[:baseline], breaks, screen)
        mean[start:end], reach[start:end] = centre, LIMIT_FACTOR * amr
        for piece in np.split(segment, breaks):
            labels += signals(piece, centre, LIMIT_FACTOR * amr)
        drawn = drawn and amr > 0
        preliminary = preliminary or len(segment) < SHORT_BELOW
    sign = 1 if better == "increase" else -1
    return ControlChart(
        y=values,
        mean=mean,
        low=mean - reach,
        high=mean + reach,
        near_low=mean - reach * 2 / 3,
        near_high=mean + reach * 2 / 3,
        signals=tuple(labels),
        variations=tuple(_variation(signal.direction * sign) for signal in labels),
        segments=starts,
        drawn=drawn,
        preliminary=preliminary,
    )


def gaps(months: ArrayLike, step: int = 1) -> list[int]:
    """Return the index of every point before which a period is left out.

    Parameters
    ----------
    months
        1st day of every period, oldest first within a segment, shape ``(points,)``.
    step
        Months of a period: 3 for quarters.
    """
    number = np.asarray(months, dtype="datetime64[M]").astype(np.int64)
    return [int(at) + 1 for at in np.flatnonzero(np.diff(number) > step)]


def needs_quarters(denominators: ArrayLike, minimum: int = 10) -> bool:
    """Return whether monthly denominators are too small, so that quarters should be charted.

    Months without any answers are periods without data and do not count.

    Parameters
    ----------
    denominators
        Answers per month, shape ``(months,)``.
    minimum
        Smallest denominator a charted period should have.
    """
    sizes = np.asarray(denominators)
    return bool(np.any((sizes > 0) & (sizes < minimum)))


def assurance(
    chart: ControlChart, target: float, better: Literal["increase", "decrease"] = "increase"
) -> Assurance | None:
    """Return whether the limits of the last segment lie wholly on one side of a target.

    Returns
    -------
    Assurance or None
        None where there are no limits to compare with.

    References
    ----------
    NHS England, Making Data Count.
    """
    if not len(chart.y) or math.isnan(chart.low[-1]):
        return None
    if chart.low[-1] <= target <= chart.high[-1]:
        return Assurance.INCONSISTENT
    met = (target < chart.low[-1]) == (better == "increase")
    return Assurance.PASS if met else Assurance.FAIL


def _starts(points: int, at: Sequence[int]) -> tuple[int, ...]:
    outside = [place for place in at if not 0 <= place < points]
    if outside:
        raise ValueError(f"rebase points or gaps {outside} lie outside the {points} points")
    return tuple(sorted({0, *at}))


def _variation(direction: int) -> Variation:
    if direction == 0:
        return Variation.COMMON
    return Variation.IMPROVEMENT if direction > 0 else Variation.CONCERN


def _centre_and_range(
    segment: NDArray[np.float64], breaks: Sequence[int], screen: bool
) -> tuple[float, float]:
    """Mean and average moving range; NaN where there is nothing to average."""
    if not len(segment):
        return math.nan, math.nan
    # Exactly rounded sums: a point equal to the mean must be seen as equal.
    centre = math.fsum(segment) / len(segment)
    ranges = np.abs(np.diff(segment))
    ranges = np.delete(ranges, [at - 1 for at in breaks if at < len(segment)])
    if screen and len(ranges):
        ranges = ranges[ranges < SCREEN_FACTOR * (math.fsum(ranges) / len(ranges))]
    return centre, math.fsum(ranges) / len(ranges) if len(ranges) else math.nan
