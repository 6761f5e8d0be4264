"""The four rules that make a point of a control chart special, as NHS «Making Data Count»."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

#: Length of a run that is a signal, whether a trend or one side of the mean.
RUN = 7


class Signal(StrEnum):
    """What is special about a point; the first rule that matches names it."""

    ABOVE_LIMIT = "above_limit"
    BELOW_LIMIT = "below_limit"
    TREND_UP = "trend_up"
    TREND_DOWN = "trend_down"
    TWO_OF_THREE_HIGH = "two_of_three_high"
    TWO_OF_THREE_LOW = "two_of_three_low"
    RUN_ABOVE_MEAN = "run_above_mean"
    RUN_BELOW_MEAN = "run_below_mean"
    NONE = "none"

    @property
    def direction(self) -> int:
        """+1 towards high values, -1 towards low ones, 0 for no signal."""
        return _DIRECTION[self]


_DIRECTION = {
    Signal.ABOVE_LIMIT: 1,
    Signal.TREND_UP: 1,
    Signal.TWO_OF_THREE_HIGH: 1,
    Signal.RUN_ABOVE_MEAN: 1,
    Signal.BELOW_LIMIT: -1,
    Signal.TREND_DOWN: -1,
    Signal.TWO_OF_THREE_LOW: -1,
    Signal.RUN_BELOW_MEAN: -1,
    Signal.NONE: 0,
}


def signals(y: NDArray[np.float64], centre: float, reach: float) -> list[Signal]:
    """Return the label of every point of one segment.

    Parameters
    ----------
    y
        Values of the segment in time order, shape ``(points,)``.
    centre, reach
        Mean, and distance of the limits from it; a NaN reach finds nothing near or outside.

    Notes
    -----
    First match wins: (1) strictly outside the limits; (2) in a run of seven points strictly
    rising or falling; (3) beyond two thirds of a limit, in a window of three on one side of the
    mean with at least two such points; (4) among seven in a row strictly on one side of the mean.

    References
    ----------
    NHS England, Making Data Count (R package NHSRplotthedots 0.2.2).
    """
    side = np.sign(y - centre)
    above, below = y > centre + reach, y < centre - reach
    near = ((y > centre + reach * 2 / 3) | (y < centre - reach * 2 / 3)) & ~above & ~below
    trend, two_of_three, shifted = _trend(y), _two_of_three(near, side), _shift(side)
    return [
        Signal(label)
        for label in np.select(
            [
                above,
                below,
                trend > 0,
                trend < 0,
                two_of_three & (side > 0),
                two_of_three & (side < 0),
                shifted & (side > 0),
                shifted & (side < 0),
            ],
            [signal for signal in Signal if signal is not Signal.NONE],
            Signal.NONE,
        ).tolist()
    ]


def _runs(signs: NDArray[np.float64], length: int) -> NDArray[np.bool_]:
    """Members of at least ``length`` consecutive equal signs that are not 0."""
    member = np.zeros(len(signs), dtype=bool)
    for start in range(len(signs) - length + 1):
        window = signs[start : start + length]
        if window[0] != 0 and np.all(window == window[0]):
            member[start : start + length] = True
    return member


def _shift(side: NDArray[np.float64]) -> NDArray[np.bool_]:
    return _runs(side, RUN)


def _trend(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """+1 / -1 for members of a strict trend, by the step to the next member or from the last."""
    step = np.sign(np.diff(y))
    long = _runs(step, RUN - 1)
    member = np.zeros(len(y), dtype=bool)
    member[:-1] |= long
    member[1:] |= long
    direction = np.zeros(len(y))
    for at in np.flatnonzero(member):
        forward = at + 1 < len(y) and member[at + 1]
        direction[at] = step[at] if forward else step[at - 1]
    return direction


def _two_of_three(near: NDArray[np.bool_], side: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Near points in some window of three on one side with at least two near points."""
    member = np.zeros(len(near), dtype=bool)
    for start in range(len(near) - 2):
        window = slice(start, start + 3)
        if near[window].sum() >= 2 and abs(side[window].sum()) == 3:
            member[window] |= near[window]
    return member
