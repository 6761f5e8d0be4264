"""Is the forecast better than no forecast? The scores of a replay, and what may be shown.

It must beat «what today's records say stays», the answer that needs no model. The score is
Brier's, the mean squared error of the chance (1950,
doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2). Where no gain is proven the screen shows
bands and no per cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from metrics.forecast import Settled

Floats = NDArray[np.float64]

#: Evaluations that only teach the correction and are not scored.
WARM_UP = 3
#: With fewer scored evaluations a gain is not proven, whatever it is.
LEAST_EVALUATIONS = 6
#: One-sided chance of believing in a gain that is not there.
DOUBT = 0.025
RELIABILITY_BINS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the forecast is better than no forecast.

    Attributes
    ----------
    days_before, evaluations, forecasts
        From how many days before, over how many scored evaluations and partner forecasts.
    brier, baseline
        Mean squared error of the chance, and of «what today's records say stays»; 0 is perfect.
        NaN without scored evaluations.
    gain, gain_low
        ``baseline − brier`` and the lower end of its one-sided 97.5 % interval over evaluations.
    spread, variance
        By how much the number of holders strays more than independent partners would: the mean
        squared standardised error of the expected number, at least 1; and its mean variance.
    """

    days_before: int
    evaluations: int
    forecasts: int
    brier: float
    baseline: float
    gain: float
    gain_low: float
    spread: float
    variance: float

    def widened(self, independent: float) -> float:
        """Return the variance of a number of holders whose partners share their month.

        Parameters
        ----------
        independent
            The variance if partners were independent. What strays beyond that in the replay is
            put down to the month that all share, so it grows with the square of the size.
        """
        if self.variance <= 0:
            return independent
        return independent * (1 + (self.spread - 1) * independent / self.variance)

    @property
    def proven(self) -> bool:
        """Return whether per cent may be shown; without a proven gain bands are."""
        return self.evaluations >= LEAST_EVALUATIONS and self.gain_low > 0


def scored(replayed: pd.DataFrame, warm_up: int = WARM_UP) -> pd.DataFrame:
    """Return the replayed rows that count: all but the first ``warm_up`` evaluations."""
    days = np.sort(replayed["evaluated_on"].unique())
    return replayed[replayed["evaluated_on"].isin(days[warm_up:])]


def by_evaluation(replayed: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of each evaluation.

    Grain: one row an evaluation, oldest first: ``evaluated_on``, ``forecasts``, ``open``
    (not settled by the rule), ``brier``, ``baseline``, ``expected`` (sum of the chances),
    ``variance`` (of the number of holders, partners independent), ``holders``.
    """
    held = replayed["held"].astype(float)
    squares = replayed.assign(
        forecasts=1,
        open=(replayed["state"] == Settled.OPEN.value).astype(int),
        brier=(replayed["chance"] - held) ** 2,
        baseline=(replayed["stays"].astype(float) - held) ** 2,
        expected=replayed["chance"],
        variance=replayed["chance"] * (1 - replayed["chance"]),
        holders=replayed["held"].astype(int),
    )
    how = {
        "forecasts": "sum",
        "open": "sum",
        "brier": "mean",
        "baseline": "mean",
        "expected": "sum",
        "variance": "sum",
        "holders": "sum",
    }
    return squares.groupby("evaluated_on").agg(how).reset_index()


def proof(replayed: pd.DataFrame, days_before: int) -> Proof:
    """Judge whether the forecast is better than «what today's records say stays».

    The unit is the evaluation, not the partner: all partners of an evaluation share its month.
    Diebold and Mariano's test with the small-sample correction of Harvey, Leybourne and Newbold
    (1997, doi:10.1016/S0169-2070(96)00719-4); forecasts from more than a month before overlap,
    which the variance allows for.

    Parameters
    ----------
    replayed
        From :func:`replay`; its first ``WARM_UP`` evaluations are not scored.
    """
    rows = by_evaluation(scored(replayed))
    n = len(rows)
    if n == 0:
        nothing = float("nan")
        return Proof(days_before, 0, 0, nothing, nothing, nothing, nothing, 1.0, 0.0)
    weights = rows["forecasts"].to_numpy()
    brier, baseline = (
        float(np.average(rows[name].to_numpy(), weights=weights)) for name in ("brier", "baseline")
    )
    differences = (rows["baseline"] - rows["brier"]).to_numpy()
    low = lower_end(differences, overlap=days_before // 31)
    error = (rows["expected"] - rows["holders"]).to_numpy()
    spread = float(np.mean(error**2 / np.maximum(rows["variance"].to_numpy(), 0.25)))
    return Proof(
        days_before,
        n,
        int(weights.sum()),
        brier,
        baseline,
        float(differences.mean()),
        low,
        max(1.0, spread),
        float(rows["variance"].mean()),
    )


def lower_end(differences: Floats, overlap: int) -> float:
    """Return the lower end of the one-sided interval of the mean, −inf where it is unknown.

    Parameters
    ----------
    differences
        Gains of consecutive evaluations.
    overlap
        How many later evaluations a forecast shares days with; their covariances count.
    """
    n = len(differences)
    steps = overlap + 1
    if n < 2 or n <= 2 * steps:
        return float("-inf")
    centred = differences - differences.mean()
    variance = float(centred @ centred) / n
    variance += 2 * sum(float(centred[k:] @ centred[:-k]) / n for k in range(1, steps))
    if variance <= 0:  # equal differences, or autocovariances that cancel: nothing is certain
        variance = float(centred @ centred) / n
    small_sample = (n + 1 - 2 * steps + steps * (steps - 1) / n) / n
    error = np.sqrt(variance / n / small_sample)
    if error == 0:
        return 0.0
    return float(differences.mean() - student.ppf(1 - DOUBT, n - 1) * error)


def reliability(replayed: pd.DataFrame, bins: Sequence[float] = RELIABILITY_BINS) -> pd.DataFrame:
    """Return how often forecasts of each size came true, of what the rule had not settled.

    Grain: one row a bin with any forecast, ascending: ``low``, ``high``, ``n``, ``said`` (mean
    chance), ``held`` (count), ``observed`` (share). A well calibrated forecast lies on the
    diagonal; at small n it strays, so the chart draws Wilson intervals.
    """
    rows = scored(replayed)
    rows = rows[rows["state"] == Settled.OPEN.value]
    edges = np.asarray(bins)
    place = np.clip(np.searchsorted(edges, rows["chance"], side="right") - 1, 0, len(edges) - 2)
    table = (
        rows.assign(place=place)
        .groupby("place")
        .agg(n=("held", "size"), said=("chance", "mean"), held=("held", "sum"))
        .reset_index()
    )
    where = table["place"].to_numpy(dtype=np.int64)
    return table.assign(
        low=edges[where], high=edges[where + 1], observed=table["held"] / table["n"]
    )[["low", "high", "n", "said", "held", "observed"]]
