"""The one value in which every survey rate, index and difference travels to charts and exports."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

#: From this many answers a number may be judged.
ENOUGH = 10
#: Below this many answers a number is hidden wherever results are compared or exported.
HIDDEN_BELOW = 5


class Status(StrEnum):
    """How far a number may be trusted, by its number of answers alone.

    ``ok`` n >= 10; ``few`` 5-9, shown grey as «мало ответов»; ``hidden`` 1-4, hidden where results
    are compared or exported; ``none`` n = 0, nothing to show.
    """

    OK = "ok"
    FEW = "few"
    HIDDEN = "hidden"
    NONE = "none"


def status_of(n: int) -> Status:
    """Return the small-number status of a figure that rests on ``n`` answers.

    Raises
    ------
    ValueError
        If ``n`` is negative.
    """
    if n < 0:
        raise ValueError(f"a number of answers cannot be negative: {n}")
    if n == 0:
        return Status.NONE
    if n < HIDDEN_BELOW:
        return Status.HIDDEN
    return Status.FEW if n < ENOUGH else Status.OK


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval and its number of answers.

    Attributes
    ----------
    value, low, high
        Shares are fractions 0..1, indices and differences -1..+1; NaN when ``n == 0``.
    n
        Number of answers (the smaller of the two for a difference).
    status
        Small-number status, see :class:`Status`.
    method
        Name of the interval's method, as in the metric registry.
    """

    value: float
    low: float
    high: float
    n: int
    status: Status
    method: str

    @classmethod
    def nothing(cls, method: str) -> Estimate:
        """Return the estimate of an empty sample: NaN everywhere and status ``none``."""
        return cls(math.nan, math.nan, math.nan, 0, Status.NONE, method)

    @property
    def shown(self) -> bool:
        """Whether the figure may be shown where results are compared or exported (n >= 5)."""
        return self.status in (Status.OK, Status.FEW)
