"""What to do: the shortest list of keys whose delivery keeps or gains the competence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.coverage import deliveries_needed, deliveries_needed_worst
from metrics.keys import BASE_REASONS, OPEN_REASONS, KeyReason
from program.calendar import next_evaluation
from program.rules import DECK_RULES, ProgramRules

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Among keys that count equally long: those that need the least work first.
_LEAST_WORK = {KeyReason.DELIVERY_PENDING.value: 0, KeyReason.DELIVERY_REJECTED.value: 1}
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
    within_reach: Mapping[int, Sequence[bool]] | None = None,
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
        By partner the evaluations worth working for; by default all. Nothing is listed for the
        others.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a key to deliver, partners in the order of ``keys``, what counts longest
        first. The columns of ``keys``, ``counts_in`` (coming evaluations that look at the key),
        ``for_evaluation`` (place of the nearest one that needs it) and ``if_activated`` (needed
        only if pending keys are activated). A partner that holds anyway, or has no open key,
        has no row.
    """
    counts_in = coming_evaluations_of_keys(keys["purchased_on"], today, rules)
    partner, owners = pd.factorize(keys["partner_id"])
    work = keys["reason_0"].map(_LEAST_WORK).fillna(_ANY_WORK).to_numpy()
    order = np.lexsort((np.arange(len(keys)), work, -counts_in, partner))
    sorted_keys, partner = keys.iloc[order], partner[order]
    worth = np.ones((len(owners), len(evaluations)), dtype=bool)
    if within_reach is not None:
        worth &= np.array([within_reach[int(owner)] for owner in owners], dtype=bool).reshape(
            worth.shape
        )
    sure = np.full(len(keys), _NOT_PICKED)
    needs = [_needs(sorted_keys[f"reason_{i}"], partner, rules) for i in range(len(evaluations))]
    for i, (is_open, needed, _worst) in enumerate(needs):
        sure = _picked(sure, i, is_open, np.where(worth[:, i], needed, 0), partner)
    more = sure
    for i, (is_open, _needed, worst) in enumerate(needs):
        more = _picked(more, i, is_open, np.where(worth[:, i], worst, 0), partner)
    listed = sorted_keys.assign(
        counts_in=counts_in[order], if_activated=sure == _NOT_PICKED, for_evaluation=more
    )
    return listed[more != _NOT_PICKED].reset_index(drop=True)


def _needs(reasons: pd.Series, partner: Ints, rules: ProgramRules) -> tuple[Flags, Ints, Ints]:
    """Return which keys are open for one evaluation, and what each partner needs of them."""

    def count(*names: KeyReason) -> Ints:
        chosen = partner[reasons.isin(names).to_numpy()]
        return np.bincount(chosen, minlength=partner.max(initial=-1) + 1)

    base, delivered = count(*BASE_REASONS), count(KeyReason.DELIVERED)
    return (
        reasons.isin(OPEN_REASONS).to_numpy(),
        deliveries_needed(base, delivered, rules),
        deliveries_needed_worst(base, delivered, count(KeyReason.NOT_ACTIVATED), rules),
    )


def _picked(already: Ints, evaluation: int, is_open: Flags, needed: Ints, partner: Ints) -> Ints:
    """Return the evaluation that each key is picked for, once ``evaluation`` has enough too.

    Keys of ``already`` stay picked and count; further ones are taken in the order of the keys,
    in which partners stay together.
    """
    counted = np.bincount(partner[is_open & (already != _NOT_PICKED)], minlength=len(needed))
    missing = np.maximum(needed - counted, 0)
    free = is_open & (already == _NOT_PICKED)
    seen = np.cumsum(free)
    before = np.zeros(len(needed), dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, np.diff(partner) != 0]) if len(partner) else before[:0]
    before[partner[starts]] = seen[starts] - free[starts]
    place = seen - before[partner]
    return np.where(free & (place <= missing[partner]), evaluation, already)
