"""Would the forecast have helped? Every past evaluation, forecast from the days before it.

For each past evaluation and each number of days before it, the forecast is made from what was
known then by the dates of the records (``metrics.key_history``), and stands beside what the rule
decided. Chances are corrected (``metrics.calibration``) by earlier evaluations only, as they
would have been at the time. ``metrics.proof`` judges the result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.calibration import NEAREST, UNCORRECTED, Calibration, fitted_calibration
from metrics.coverage import deliveries_needed, holds
from metrics.forecast import Settled, chance_of_holding, settled, together
from metrics.key_history import KeyHistory
from program.rules import DECK_RULES, ProgramRules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: Columns by name: a frame, or arrays of one length.
Columns: TypeAlias = pd.DataFrame | Mapping[str, NDArray[Any]]

#: So many of the latest evaluations correct the next one: a year, so that all months are in it.
CORRECTED_BY = 12
#: Partners whose chances are computed at once, those of one evaluation at the least.
_AT_ONCE = 10_000

#: Raw chances of those whose chance is corrected, and whether they held.
Lesson = tuple[Floats, Flags]


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
    told: list[dict[str, NDArray[Any]]] = []
    lessons: list[Lesson] = []
    for evaluated_on, rows in _forecasts(keys, evaluations, days_before, rules):
        learnt = learnt_calibration(lessons[-CORRECTED_BY:])
        told.append(rows | {"chance": corrected(rows, learnt)})
        lessons.append(lesson(rows))
        if progress is not None:
            progress(evaluated_on)
    columns = [*REPLAY_COLUMNS]
    if not told:
        return pd.DataFrame(columns=columns).astype(REPLAY_COLUMNS)
    return pd.DataFrame(
        {name: np.concatenate([rows[name] for rows in told]) for name in columns}
    ).astype(REPLAY_COLUMNS)


def _forecasts(
    keys: KeyHistory, evaluations: Sequence[dt.date], days_before: int, rules: ProgramRules
) -> Iterator[tuple[dt.date, dict[str, NDArray[Any]]]]:
    """Yield each evaluation with the columns of its forecast, but for the corrected chance."""
    at_once = max(1, _AT_ONCE // max(keys.partners, 1))
    for start in range(0, len(evaluations), at_once):
        some = evaluations[start : start + at_once]
        days = [day - dt.timedelta(days=days_before) for day in some]
        known = [keys.known(day, today, rules) for day, today in zip(some, days, strict=True)]
        pace = np.concatenate([then.habits.nodes() for then in known])
        raw = chance_of_holding(together([then.situation for then in known]), pace, rules)
        chances = np.split(raw, len(some))
        for evaluated_on, today, then, chance in zip(some, days, known, chances, strict=True):
            now = then.situation
            base, delivered, _pending = keys.counts(evaluated_on, evaluated_on, rules)
            rows = {
                "evaluated_on": np.full(keys.partners, np.datetime64(evaluated_on, "us")),
                "partner": np.arange(keys.partners),
                "state": settled(now, rules),
                "needed": deliveries_needed(now.base, now.delivered, rules),
                "open_keys": now.base - now.delivered,
                "made": keys.delivered_between(evaluated_on, today, rules),
                "stays": holds(now.base, now.delivered, rules),
                "raw": chance,
                "held": holds(base, delivered, rules),
            }
            seen = now.base + now.pending > 0
            yield evaluated_on, {name: values[seen] for name, values in rows.items()}


def is_correctable(state: NDArray[np.object_], needed: Ints) -> Flags:
    """Return whose chance is corrected: those that deliveries of open keys would decide.

    What the rule settles stays settled, and holders whom only activations threaten keep the raw
    chance: too few of them ever fall to learn from.
    """
    correctable: Flags = (state == Settled.OPEN.value) & (needed > 0)
    return correctable


def corrected(rows: Columns, calibration: Calibration) -> Floats:
    """Return the chances of ``rows`` (``state``, ``needed``, ``raw``), corrected where due.

    0 and 1 are said only where the rule has settled it: what it leaves open stays within
    ``NEAREST`` of them.
    """
    raw: Floats = np.asarray(rows["raw"])
    state = np.asarray(rows["state"], dtype=np.object_)
    due = is_correctable(state, np.asarray(rows["needed"]))
    chances = np.where(due, calibration.corrected(raw), raw)
    is_open = state == Settled.OPEN.value
    return np.where(is_open, np.clip(chances, NEAREST, 1 - NEAREST), chances)


def lesson(rows: Columns) -> Lesson:
    """Return what ``rows`` (``state``, ``needed``, ``raw``, ``held``) teach of later chances."""
    due = is_correctable(np.asarray(rows["state"], dtype=np.object_), np.asarray(rows["needed"]))
    return np.asarray(rows["raw"])[due], np.asarray(rows["held"])[due]


def learnt_calibration(lessons: Sequence[Lesson]) -> Calibration:
    """Return the correction that replayed evaluations teach, none without any."""
    if not lessons:
        return UNCORRECTED
    chances, came_true = map(np.concatenate, zip(*lessons, strict=True))
    return fitted_calibration(chances, came_true)
