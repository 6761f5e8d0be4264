"""What to do: the shortest list of keys whose delivery keeps or gains the competence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.coverage import deliveries_needed, deliveries_needed_worst
from metrics.keys import BASE_REASONS, OPEN_REASONS, KeyReason
from program.calendar import next_evaluation
from program.rules import DECK_RULES, ProgramRules

Ints = NDArray[np.int64]

#: Among keys that count equally long: those that need the least work first.
_LEAST_WORK = {
    KeyReason.DELIVERY_PENDING.value: 0,
    KeyReason.DELIVERY_REJECTED.value: 1,
}
_ANY_WORK = 2
_NOT_PICKED = -1


def coming_evaluations_of_keys(
    purchased_on: pd.Series, today: dt.date, rules: ProgramRules = DECK_RULES
) -> Ints:
    """Return in how many coming evaluations each key is still in the window.

    A key bought in month m is looked at by the evaluations m + 3 … m + 14 under the deck's rule:
    twelve of them, of which those up to ``today`` are over.
    """
    month = purchased_on.dt.year * 12 + purchased_on.dt.month
    nearest = next_evaluation(today)
    first = np.maximum(month + rules.window_to_months + 1, nearest.year * 12 + nearest.month)
    left = month + rules.window_from_months - first + 1
    counts: Ints = np.maximum(left, 0).to_numpy(dtype=np.int64)
    return counts


def keys_to_deliver(
    keys: pd.DataFrame,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
    within_reach: Sequence[bool] | None = None,
) -> pd.DataFrame:
    """Return the fewest keys that make each partner hold at ``evaluations``.

    Taken evaluation by evaluation, the nearest first, the key that counts longest first: no
    shorter list exists, because a key counts in consecutive evaluations. Keys that are needed
    only if pending ones are activated come on top of that list and are marked.

    Parameters
    ----------
    keys
        Keys of one or more partners from ``metrics.keys.keys_that_decide`` for the same
        ``evaluations``.
    within_reach
        Evaluations worth working for; by default all. Nothing is listed for the others.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a key to deliver, partners in the order of ``keys``, what counts longest
        first. The columns of ``keys``, ``counts_in`` (coming evaluations that look at the key),
        ``for_evaluation`` (place of the nearest one that needs it) and ``if_activated`` (needed
        only if pending keys are activated). A partner that holds anyway, or has no open key,
        has no row.
    """
    wanted = list(within_reach) if within_reach is not None else [True] * len(evaluations)
    listed = keys.assign(
        counts_in=coming_evaluations_of_keys(keys["purchased_on"], today, rules),
        if_activated=False,
        for_evaluation=_NOT_PICKED,
    )
    chosen: list[pd.DataFrame] = [listed.head(0)]
    for _partner, own in listed.groupby("partner_id", sort=False):
        reasons = [own[f"reason_{i}"].to_numpy(dtype=object) for i in range(len(evaluations))]
        first, worst = _needs(reasons, wanted, rules)
        work = _work(own)
        order = np.lexsort((np.arange(len(own)), work, -own["counts_in"].to_numpy()))
        sure = _picked(reasons, first, order, np.full(len(own), _NOT_PICKED))
        more = _picked(reasons, worst, order, sure)
        places = order[more[order] != _NOT_PICKED]
        chosen.append(
            own.iloc[places].assign(
                if_activated=sure[places] == _NOT_PICKED, for_evaluation=more[places]
            )
        )
    found = pd.concat(chosen, ignore_index=True)
    return found.astype({"counts_in": "int64", "for_evaluation": "int64", "if_activated": "bool"})


def _needs(
    reasons: Sequence[NDArray[np.object_]], wanted: Sequence[bool], rules: ProgramRules
) -> tuple[list[int], list[int]]:
    needed, worst = [], []
    for values, worth in zip(reasons, wanted, strict=True):
        base = int(np.isin(values, BASE_REASONS).sum())
        delivered = int((values == KeyReason.DELIVERED.value).sum())
        pending = int((values == KeyReason.NOT_ACTIVATED.value).sum())
        needed.append(int(deliveries_needed(base, delivered, rules)) if worth else 0)
        worst.append(int(deliveries_needed_worst(base, delivered, pending, rules)) if worth else 0)
    return needed, worst


def _work(own: pd.DataFrame) -> Ints:
    """Return how much is left to do for each key, by its reason in the nearest evaluation."""
    effort = own["reason_0"].map(_LEAST_WORK).fillna(_ANY_WORK)
    work: Ints = effort.to_numpy(dtype=np.int64)
    return work


def _picked(
    reasons: Sequence[NDArray[np.object_]],
    needed: Sequence[int],
    order: Ints,
    already: Ints,
) -> Ints:
    """Return the evaluation that each key is picked for, so that all meet ``needed``.

    Keys of ``already`` stay picked and count; further ones are picked in ``order``.
    """
    picked = already.copy()
    for i, (values, need) in enumerate(zip(reasons, needed, strict=True)):
        is_open = np.isin(values, OPEN_REASONS)
        missing = need - int(((picked != _NOT_PICKED) & is_open).sum())
        free = order[is_open[order] & (picked[order] == _NOT_PICKED)]
        picked[free[: max(missing, 0)]] = i
    return picked
