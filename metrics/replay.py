"""Would the forecast have helped? Every past evaluation, forecast from the days before it.

For each past evaluation and each number of days before it, the forecast is made from what was
known then by the dates of the records (``metrics.key_history``), and stands beside what the rule
decided. Chances are corrected (``metrics.calibration``) by earlier evaluations only, as they
would have been at the time. ``metrics.proof`` judges the result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.calibration import NEAREST, UNCORRECTED, Calibration, fitted_calibration
from metrics.coverage import deliveries_needed, holds
from metrics.forecast import Settled, chance_of_holding, settled
from metrics.key_history import KeyHistory
from program.rules import DECK_RULES, ProgramRules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: So many of the latest evaluations correct the next one: a year, so that all months are in it.
CORRECTED_BY = 12


REPLAY_COLUMNS = {
    "evaluated_on": "datetime64[us]",
    "partner": "int64",
    "state": "str",
    "needed": "int64",
    "open_keys": "int64",
    "made": "int64",
    "stays": "bool",
    "raw": "float64",
    "chance": "float64",
    "held": "bool",
}


def replay(
    keys: KeyHistory,
    evaluations: Sequence[dt.date],
    days_before: int,
    rules: ProgramRules = DECK_RULES,
    progress: Callable[[dt.date], None] | None = None,
) -> pd.DataFrame:
    """Forecast past ``evaluations`` from ``days_before`` days before each.

    Parameters
    ----------
    evaluations
        1sts of months whose outcome is known, the oldest first.
    days_before
        Today is so many days before the evaluation, at least one.
    progress
        Called after each evaluation.

    Returns
    -------
    pandas.DataFrame
        Grain: one row an evaluation and partner with a key in the window. ``evaluated_on``,
        ``partner`` (index), ``state`` (``metrics.forecast.Settled``), ``needed``, ``open_keys``,
        ``made`` (open keys delivered in the days left), ``stays`` (held if nothing more
        happens), ``raw`` and ``chance`` (corrected), ``held`` (what the rule decided).
    """
    frames: list[pd.DataFrame] = []
    for evaluated_on in evaluations:
        today = evaluated_on - dt.timedelta(days=days_before)
        known = keys.known(evaluated_on, today, rules)
        now = known.situation
        base, delivered, _pending = keys.counts(evaluated_on, evaluated_on, rules)
        rows = pd.DataFrame(
            {
                "evaluated_on": pd.Timestamp(evaluated_on),
                "partner": np.arange(keys.partners),
                "state": settled(now, rules),
                "needed": deliveries_needed(now.base, now.delivered, rules),
                "open_keys": now.base - now.delivered,
                "made": keys.delivered_between(evaluated_on, today, rules),
                "stays": holds(now.base, now.delivered, rules),
                "raw": chance_of_holding(now, known.habits, rules),
                "held": holds(base, delivered, rules),
            }
        )
        rows = rows[now.base + now.pending > 0]
        learnt = learnt_calibration(frames[-CORRECTED_BY:])
        frames.append(rows.assign(chance=corrected(rows, learnt)))
        if progress is not None:
            progress(evaluated_on)
    columns = [*REPLAY_COLUMNS]
    if not frames:
        return pd.DataFrame(columns=columns).astype(REPLAY_COLUMNS)
    return pd.concat(frames, ignore_index=True)[columns].astype(REPLAY_COLUMNS)


def is_correctable(state: NDArray[np.object_], needed: Ints) -> Flags:
    """Return whose chance is corrected: those that deliveries of open keys would decide.

    What the rule settles stays settled, and holders whom only activations threaten keep the raw
    chance: too few of them ever fall to learn from.
    """
    correctable: Flags = (state == Settled.OPEN.value) & (needed > 0)
    return correctable


def corrected(rows: pd.DataFrame, calibration: Calibration) -> Floats:
    """Return the chances of ``rows`` (``state``, ``needed``, ``raw``), corrected where due.

    0 and 1 are said only where the rule has settled it: what it leaves open stays within
    ``NEAREST`` of them.
    """
    raw = rows["raw"].to_numpy()
    state = rows["state"].to_numpy(dtype=object)
    due = is_correctable(state, rows["needed"].to_numpy())
    chances = np.where(due, calibration.corrected(raw), raw)
    is_open = state == Settled.OPEN.value
    return np.where(is_open, np.clip(chances, NEAREST, 1 - NEAREST), chances)


def learnt_calibration(frames: Sequence[pd.DataFrame]) -> Calibration:
    """Return the correction that replayed evaluations teach, none without any."""
    if not frames:
        return UNCORRECTED
    rows = pd.concat(frames)
    due = is_correctable(rows["state"].to_numpy(dtype=object), rows["needed"].to_numpy())
    return fitted_calibration(rows["raw"].to_numpy()[due], rows["held"].to_numpy()[due])
