"""Past monthly decisions of the synthetic programme, by the 50 % rule and its own arithmetic.

This deliberately does not use the product's metrics: the demonstration data stays a second,
independent reading of the rule (deck, slide «Компетенция»), against which the recomputation audit
can be seen to work. Almost every decision agrees with the records of today; a very few were taken
before a delivery was recorded, as happens in real life.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jobs.demo import columns
from jobs.demo.deliveries import ACCEPTED, Deliveries
from jobs.demo.habits import counts_in_base, window_slice
from jobs.demo.keys import Keys
from jobs.demo.recipe import NEVER, Days, Flags, Ints, Recipe, day_number
from program.rules import DECK_RULES

_LATE_RECORDS = 0.003


@dataclass(frozen=True, slots=True)
class Decisions:
    """The stored decisions of one 1st of a month; ``late`` were taken without a late record."""

    evaluated_on: int
    partner: Ints
    base: Ints
    delivered: Ints
    late: Flags

    @property
    def held(self) -> Flags:
        """Return the 50 % rule's answer in whole numbers."""
        return (self.base > 0) & (2 * self.delivered >= self.base)


def first_own_deliveries(keys: Keys, deliveries: Deliveries) -> Days:
    """Return the day each key's own partner first delivered it and was accepted, or ``NEVER``."""
    own = deliveries.status == ACCEPTED
    own &= deliveries.partner == keys.partner[deliveries.key]
    first = np.full(len(keys), NEVER, dtype=np.int32)
    np.minimum.at(first, deliveries.key[own], deliveries.day[own])
    return first


def past_decisions(recipe: Recipe, keys: Keys, deliveries: Deliveries) -> Iterator[Decisions]:
    """Return the decisions of every past 1st: who had a base, or held the month before."""
    rng = recipe.rng("decisions")
    first = first_own_deliveries(keys, deliveries)
    held = np.zeros(recipe.scale.partners, dtype=bool)
    for evaluated_on in (day_number(day) for day in recipe.evaluations):
        part = window_slice(keys, evaluated_on)
        counted = counts_in_base(keys, part, evaluated_on)
        partner = keys.partner[part]
        base = np.bincount(partner[counted], minlength=recipe.scale.partners)
        in_time = counted & (first[part] < evaluated_on)
        delivered = np.bincount(partner[in_time], minlength=recipe.scale.partners)
        recent = in_time & (first[part] >= evaluated_on - 31)
        late = np.zeros_like(held)
        wanted = round(_LATE_RECORDS * int((base > 0).sum()) + rng.uniform(-0.5, 0.5))
        late_partners = rng.permutation(np.unique(partner[recent]))[: max(0, wanted)]
        late[late_partners] = True
        rows = np.flatnonzero((base > 0) | held)
        decisions = Decisions(evaluated_on, rows, base[rows], (delivered - late)[rows], late[rows])
        held = np.zeros_like(held)
        held[rows] = decisions.held
        yield decisions


def competence_evaluation_table(decisions: Decisions) -> pa.Table:
    """Return one month's ``competence_evaluation`` rows."""
    n = len(decisions.partner)
    return pa.table(
        {
            "evaluated_on": columns.dates(np.full(n, decisions.evaluated_on)),
            "partner_id": columns.ids(decisions.partner + 1),
            "base": columns.ids(decisions.base),
            "delivered": columns.ids(decisions.delivered),
            "held": pa.array(decisions.held),
            "rules_version": columns.picks((DECK_RULES.version,), np.zeros(n, dtype=int)),
        }
    )
