"""What can still be done in the days left, and what nobody has ever done in as few.

Whether a partner can still reach the threshold is a question to the record, not to a model: with
so many open keys, has any partner ever delivered so many in so few days? Where a few hundred
chances to do so passed without it, asking the partner is a wasted call. With no success in n
chances the upper 95 % limit of the rate is about 3 / n (Hanley and Lippman-Hand 1983,
doi:10.1001/jama.1983.03330370053031): 300 chances stand for «under one per cent».
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.forecast import Settled

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Fewer comparable chances in the past say nothing.
LEAST_CHANCES = 300


class Band(StrEnum):
    """What is said of a coming evaluation without any per cent; disjoint and complete."""

    HOLDS = "holds"
    OPEN = "open"
    OUT_OF_REACH = "out_of_reach"


@dataclass(frozen=True, slots=True)
class PaceRecord:
    """How many of their open keys partners have delivered in as many days as are left.

    Attributes
    ----------
    open_keys
        Ascending numbers of open keys that partners had so many days before an evaluation.
    most
        The most deliveries ever made by a partner with so many open keys or fewer.
    chances
        How often partners had so many open keys or fewer.
    """

    open_keys: Ints
    most: Ints
    chances: Ints

    def out_of_reach(self, needed: Ints, open_keys: Ints) -> Flags:
        """Return where nobody ever delivered ``needed`` with ``open_keys`` or fewer.

        Only where at least ``LEAST_CHANCES`` past cases had enough open keys for it; False
        where nothing is needed and where there is no record.
        """
        if not len(self.open_keys):
            return np.zeros(np.shape(needed), dtype=bool)
        record = np.r_[0, self.most]
        seen = np.r_[0, self.chances]
        upto = np.searchsorted(self.open_keys, open_keys, side="right")
        below = np.searchsorted(self.open_keys, needed, side="left")
        never: Flags = (needed > 0) & (needed > record[upto])
        enough: Flags = seen[upto] - seen[below] >= LEAST_CHANCES
        return never & enough


def pace_record(open_keys: Ints, made: Ints) -> PaceRecord:
    """Return the record of a replay: the ``open_keys`` and what was ``made`` of each forecast."""
    some = open_keys > 0
    had, place, times = np.unique(open_keys[some], return_inverse=True, return_counts=True)
    most = np.zeros(len(had), dtype=np.int64)
    np.maximum.at(most, place, made[some])
    return PaceRecord(had, np.maximum.accumulate(most), times.cumsum())


def bands(
    state: NDArray[np.object_], needed: Ints, open_keys: Ints, record: PaceRecord
) -> NDArray[np.object_]:
    """Return the :class:`Band` of each partner, as its text value.

    Parameters
    ----------
    state
        Values of ``metrics.forecast.Settled``: what the rule settles is never overruled.
    needed, open_keys
        Deliveries still needed as activated today, and the open keys they can come from.
    """
    return np.select(
        [
            state == Settled.HOLDS.value,
            (state == Settled.CANNOT_HOLD.value) | record.out_of_reach(needed, open_keys),
        ],
        [Band.HOLDS.value, Band.OUT_OF_REACH.value],
        Band.OPEN.value,
    ).astype(object)


def wrongly_given_up(replayed: pd.DataFrame, warm_up: int = 6) -> tuple[int, int]:
    """Return how often «out of reach» was said in a replay, and how often it was wrong.

    Each evaluation is judged by the record of the evaluations before it; the first ``warm_up``
    only make the record.
    """
    said = wrong = 0
    day = replayed["evaluated_on"].to_numpy()
    needed, open_keys, made, held = (
        replayed[name].to_numpy() for name in ("needed", "open_keys", "made", "held")
    )
    for evaluated_on in np.unique(day)[warm_up:]:
        now, before = day == evaluated_on, day < evaluated_on
        record = pace_record(open_keys[before], made[before])
        given_up = record.out_of_reach(needed[now], open_keys[now])
        said += int(given_up.sum())
        wrong += int((given_up & held[now]).sum())
    return said, wrong
