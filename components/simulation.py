"""Two rules over the same keys: what each decides, and who would be decided otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from metrics.simulator import (
    Flags,
    Ints,
    KeyMonths,
    RuleVariant,
    Whole,
    counts_at,
    decisions,
    switches_per_year,
)
from program.calendar import add_months, evaluations_between
from program.rules import ProgramRules
from queries.key_months import month_number, partner_months, stored_holders
from queries.scope import Scope

#: Changes are told of the last so many evaluations.
_YEAR = 12


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Everything that any variant of the rule is answered from.

    Attributes
    ----------
    partner_ids
        Of the places in ``cube`` and in ``holders``, ascending.
    cube
        Counted keys by month.
    holders
        Who held at each stored evaluation: places of partners, and month indices.
    """

    partner_ids: NDArray[np.int32]
    cube: KeyMonths
    holders: tuple[Whole, NDArray[np.int16]]

    def of(self, partner_ids: NDArray[np.int32]) -> Records:
        """Return the records of some of the partners; copies of them where they are not all."""
        chosen = np.isin(self.partner_ids, partner_ids)
        if chosen.all():
            return self
        place = np.cumsum(chosen) - 1
        cube, (holder, month) = self.cube, self.holders
        own, held = chosen[cube.partner], chosen[holder]
        months = (cube.bought[own], cube.activated[own], cube.delivered[own])
        count = int(chosen.sum())
        return Records(
            self.partner_ids[chosen],
            KeyMonths(place[cube.partner[own]], *months, cube.keys[own], count),
            (place[holder[held]], month[held]),
        )


def records(connection: Connection, scope: Scope, today: dt.date, rules: ProgramRules) -> Records:
    """Return keys and stored holders of the partners in scope, ready to be calculated with.

    They are asked for once: the filters choose among them (:meth:`Records.of`).
    """
    months = partner_months(connection, scope, today, rules)
    held = stored_holders(connection, scope)
    owners, holders = months["partner_id"].to_numpy(), held["partner_id"].to_numpy()
    begins = np.flatnonzero(np.diff(owners, prepend=-1))  # the rows of a partner stand together
    ids = np.union1d(owners[begins], pd.unique(holders))
    places = np.min_scalar_type(len(ids))
    owner = np.searchsorted(ids, owners[begins]).astype(places)
    cube = KeyMonths(
        partner=owner.repeat(np.diff(begins, append=len(owners))),
        bought=months["bought"].to_numpy(),
        activated=months["activated"].to_numpy(),
        delivered=months["delivered"].to_numpy(),
        keys=months["keys"].to_numpy(),
        partners=len(ids),
    )
    holder = np.searchsorted(ids, holders).astype(places)
    return Records(ids, cube, (holder, held["month"].to_numpy()))


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one rule decides.

    Attributes
    ----------
    base, delivered
        Counts at the latest evaluation, one a partner.
    held
        Who holds, of shape (partners, evaluations).
    switches_a_year
        Gains and losses per partner and year over all evaluations, NaN where nobody had a base.
    """

    variant: RuleVariant
    base: Ints
    delivered: Ints
    held: Flags
    switches_a_year: float

    @property
    def holders(self) -> int:
        """Return how many hold at the latest evaluation."""
        return int(self.held[:, -1].sum())

    @property
    def decided_about(self) -> int:
        """Return how many the rule says anything of at the latest evaluation.

        Whoever has a base that the rule asks for, and whoever still holds through months of grace
        without one: every holder is among them.
        """
        asked = self.base >= self.variant.rules.minimum_base
        return int((asked | self.held[:, -1]).sum())

    def changes(self) -> tuple[int, int]:
        """Return gains and losses at the last twelve evaluations."""
        held = self.held[:, -_YEAR - 1 :].astype(np.int8)
        steps = np.diff(held, axis=1)
        return int((steps > 0).sum()), int((steps < 0).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """The rule in force beside a variant, over the evaluations that both can answer.

    Attributes
    ----------
    partner_ids
        Of the rows of every array.
    evaluations
        Of the columns of every array, oldest first.
    stored
        Who held as it was decided; ``None`` where the evaluation was not stored.
    shortened
        The variant looks back farther than the records: its history begins later.
    disagreements
        How many stored decisions today's records would not repeat.
    """

    partner_ids: NDArray[np.int32]
    evaluations: tuple[dt.date, ...]
    in_force: Side
    variant: Side
    stored: tuple[NDArray[np.bool_] | None, ...]
    shortened: bool
    disagreements: int


def simulation(
    known: Records,
    stored_on: Sequence[dt.date],
    in_force: RuleVariant,
    variant: RuleVariant,
    last: dt.date,
) -> Simulation | None:
    """Return both rules over the stored history, ``None`` when there is nothing to decide on.

    Parameters
    ----------
    stored_on
        The stored evaluations.
    last
        The latest evaluation to look at.
    """
    if not len(known.cube.keys):
        return None
    past = [day for day in stored_on if day <= last]
    reach = in_force.rules.window_from_months
    # The first decision was taken on a whole window, so the records begin where it began.
    if past:
        begin = add_months(past[0], -reach)
    else:
        year, month = divmod(int(known.cube.bought.min()), 12)
        begin = dt.date(year, month + 1, 1)
    usual = add_months(begin, reach)
    first = max(usual, add_months(begin, variant.rules.window_from_months))
    if first > last:
        return None
    ends = (month_number(first), month_number(last))
    now = _side(known.cube, *ends, in_force)
    then = now if variant == in_force else _side(known.cube, *ends, variant)
    evaluations = tuple(evaluations_between(first, last))
    held = np.zeros(now.held.shape[::-1], dtype=bool)
    places, months = known.holders
    seen = (months >= ends[0]) & (months <= ends[1])
    held[months[seen] - ends[0], places[seen]] = True
    decided = np.isin([month_number(day) for day in evaluations], [*map(month_number, past)])
    stored = tuple(there if known else None for there, known in zip(held, decided, strict=True))
    disagreements = int((held != now.held.T)[decided].sum())
    return Simulation(
        known.partner_ids, evaluations, now, then, stored, first > usual, disagreements
    )


def _side(cube: KeyMonths, first: int, last: int, variant: RuleVariant) -> Side:
    base, delivered = counts_at(cube, first, last, variant.rules)
    held = decisions(base, delivered, variant)
    # Copies: a view of one column would keep the whole history in memory.
    latest = (base[:, -1].copy(), delivered[:, -1].copy())
    return Side(variant, *latest, held, switches_per_year(held, base))
