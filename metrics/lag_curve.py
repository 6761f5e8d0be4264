"""How long deliveries take: the Kaplan–Meier curve of days from activation to delivery.

A key that has not been delivered yet says «longer than so far», not «never»: it is
right-censored. The curve uses both kinds of keys, which a mean over delivered keys cannot
(Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452). It is computed from a life table of
counts by day, so that a million keys travel as some hundred rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Where the curve reaches zero the hazard would be infinite; this stands for «certain».
_CERTAIN = 30.0


@dataclass(frozen=True, slots=True)
class LagCurve:
    """A survival curve over whole days; index 0 of each array is the lag of 0 days.

    Attributes
    ----------
    at_risk, events
        Keys that were still open when they reached the lag, and those of them delivered on it.
    survival
        Share not delivered within the lag, 1..0; constant after the last observed lag.
    """

    at_risk: Ints
    events: Ints
    survival: Floats

    @property
    def observations(self) -> int:
        """Return how many keys stand behind the curve."""
        return int(self.at_risk[0]) if len(self.at_risk) else 0

    @property
    def last_observed(self) -> int:
        """Return the longest lag on which a delivery was observed, −1 when there is none.

        Beyond it the curve knows of no delivery, so the chance there is 0: say so on screen.
        """
        days = np.flatnonzero(self.events)
        return int(days[-1]) if len(days) else -1

    def surviving(self, age: ArrayLike) -> Floats:
        """Return S(age): 1 below 0 days, constant beyond the longest lag of the data."""
        days = np.asarray(age, dtype=np.int64)
        padded = np.r_[1.0, self.survival]
        return np.asarray(padded[np.clip(days + 1, 0, len(padded) - 1)], dtype=np.float64)

    def hazard_until(self, age: ArrayLike) -> Floats:
        """Return the cumulative hazard −ln S(age), finite also where the curve reaches 0."""
        with np.errstate(divide="ignore"):
            hazard = -np.log(self.surviving(age))
        return np.minimum(hazard, _CERTAIN)

    def hazard_between(self, age: ArrayLike, later: ArrayLike) -> Floats:
        """Return the hazard that a key open at ``age`` meets by ``later``, never negative.

        The chance that it is delivered by then is 1 − exp(−hazard) = 1 − S(later) / S(age); it
        is 0 beyond the last observed lag.
        """
        between: Floats = np.maximum(self.hazard_until(later) - self.hazard_until(age), 0.0)
        return between

    def interval(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Return the pointwise interval of the survival, low and high, a value for each day.

        Greenwood's variance on the log(−log) scale, which stays inside 0..1 (Kalbfleisch and
        Prentice, doi:10.1002/9781118032985, section 1.4). NaN before the first event and where
        the curve has reached 0: nothing can be said there.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            left = self.at_risk - self.events
            variance = np.cumsum(self.events / (self.at_risk * left.astype(np.float64)))
            log = np.log(self.survival)
            spread = ndtri((1 + confidence) / 2) * np.sqrt(variance) / np.abs(log)
            low = self.survival ** np.exp(spread)
            high = self.survival ** np.exp(-spread)
        said = (self.survival < 1) & (self.survival > 0)
        return np.where(said, low, np.nan), np.where(said, high, np.nan)

    def median(self) -> int | None:
        """Return the day by which half of the keys are delivered, ``None`` if that never came."""
        days = np.flatnonzero(self.survival <= 0.5)
        return int(days[0]) if len(days) else None


def lag_curve(lags: pd.DataFrame) -> LagCurve:
    """Return the Kaplan–Meier curve of a life table.

    Parameters
    ----------
    lags
        Grain: one row a lag. ``lag`` (whole days, not negative), ``delivered`` and ``censored``
        (int: keys delivered on that day, keys last seen open on it). Any order; lags may be
        missing or repeated.

    Returns
    -------
    LagCurve
        Without any row: a curve that stays at 1, so that every chance is 0. At small n the
        curve is a few large steps and its interval is wide; nothing is smoothed.

    Raises
    ------
    ValueError
        If a lag or a count is negative.
    """
    days = lags["lag"].to_numpy(dtype=np.int64)
    delivered = lags["delivered"].to_numpy(dtype=np.int64)
    censored = lags["censored"].to_numpy(dtype=np.int64)
    if len(days) and min(days.min(), delivered.min(), censored.min()) < 0:
        raise ValueError("lags and counts cannot be negative")
    length = int(days.max()) + 1 if len(days) else 0
    events = np.zeros(length, dtype=np.int64)
    leaving = np.zeros(length, dtype=np.int64)
    np.add.at(events, days, delivered)
    np.add.at(leaving, days, delivered + censored)
    at_risk = leaving[::-1].cumsum()[::-1].copy()
    share = np.divide(events, at_risk, out=np.zeros(length), where=at_risk > 0)
    return LagCurve(at_risk, events, np.cumprod(1 - share))
