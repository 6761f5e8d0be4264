"""Will the partner hold 50 %? The chance, where the rule itself does not decide already.

The exact part comes first and never depends on the model: a partner whose deliveries suffice
whatever is activated holds (1), one that cannot have a base does not (0). In between each open
key is delivered by the evaluation with a chance from the lag curve and the partner's pace, and
each key not activated yet enlarges the base (−1), comes delivered (+1) or stays out (0); the
number of deliveries is a Poisson-binomial sum for each value of the pace.

A partner's keys are not independent. Given its pace they are taken to be so; the pace itself is
uncertain, and the chance is the mean over ``metrics.delivery_habit.Habits.nodes``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.coverage import deliveries_needed_worst
from metrics.lag_curve import LagCurve
from metrics.poisson_binomial import capped_sum
from program.rules import DECK_RULES, ProgramRules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Numbers held at once while sums are computed, about 16 MB.
_AT_ONCE = 2_000_000


class Settled(StrEnum):
    """What the rule alone says of a partner at a coming evaluation."""

    HOLDS = "holds"
    CANNOT_HOLD = "cannot_hold"
    OPEN = "open"


def _no_ints() -> Ints:
    return np.empty(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.empty(0, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Situation:
    """One coming evaluation as seen on some day; partners are indices 0 … N − 1.

    Attributes
    ----------
    base, delivered, pending
        Counts of each partner, as from ``queries.coverage.partner_counts``.
    open_partner, open_hazard
        One entry for each open key of the base: whose it is and the common hazard that it meets
        until the evaluation (``LagCurve.hazard_between``).
    review_partner
        One entry for each open key whose delivery is under review.
    accepted_share
        The chance that such a delivery is accepted.
    pending_partner, pending_activation, pending_hazard
        One entry for each key bought in the window and not activated yet: whose it is, the
        chance that it is activated in time, and the common hazard that it then meets.
    """

    base: Ints
    delivered: Ints
    pending: Ints
    open_partner: Ints = field(default_factory=_no_ints)
    open_hazard: Floats = field(default_factory=_no_floats)
    review_partner: Ints = field(default_factory=_no_ints)
    accepted_share: float = 1.0
    pending_partner: Ints = field(default_factory=_no_ints)
    pending_activation: Floats = field(default_factory=_no_floats)
    pending_hazard: Floats = field(default_factory=_no_floats)

    def __post_init__(self) -> None:
        size = len(self.base)
        open_keys = np.bincount(self.open_partner, minlength=size)
        open_keys = open_keys + np.bincount(self.review_partner, minlength=size)
        if not np.array_equal(open_keys, self.base - self.delivered):
            raise ValueError("the open keys listed are not the base less what is delivered")
        if not np.array_equal(np.bincount(self.pending_partner, minlength=size), self.pending):
            raise ValueError("the pending keys listed are not those counted")


def settled(situation: Situation, rules: ProgramRules = DECK_RULES) -> NDArray[np.object_]:
    """Return what the rule alone says of each partner, as the text value of :class:`Settled`."""
    worst = deliveries_needed_worst(situation.base, situation.delivered, situation.pending, rules)
    return np.select(
        [
            (situation.base >= rules.minimum_base) & (worst == 0),
            situation.base + situation.pending < rules.minimum_base,
        ],
        [Settled.HOLDS.value, Settled.CANNOT_HOLD.value],
        Settled.OPEN.value,
    ).astype(object)


def together(situations: Sequence[Situation]) -> Situation:
    """Return several situations as one: the partners of each stand after those of the last one.

    Raises
    ------
    ValueError
        If there is none, or if their deliveries under review have different chances.
    """
    if len({known.accepted_share for known in situations}) != 1:
        raise ValueError("situations are put together that accept deliveries alike")
    before = np.cumsum([0, *(len(known.base) for known in situations)])

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(known, name) for known in situations])

    def whose(name: str) -> Ints:
        return np.concatenate(
            [getattr(known, name) + start for known, start in zip(situations, before, strict=False)]
        )

    return Situation(
        base=joined("base"),
        delivered=joined("delivered"),
        pending=joined("pending"),
        open_partner=whose("open_partner"),
        open_hazard=joined("open_hazard"),
        review_partner=whose("review_partner"),
        accepted_share=situations[0].accepted_share,
        pending_partner=whose("pending_partner"),
        pending_activation=joined("pending_activation"),
        pending_hazard=joined("pending_hazard"),
    )


def chance_of_holding(
    situation: Situation, pace: Floats, rules: ProgramRules = DECK_RULES
) -> Floats:
    """Return the chance that each partner holds the competence at the evaluation.

    Exactly 1 where the rule has settled it, exactly 0 where it cannot be; in between as the
    module says. Raw: the replay shows how far such chances have been right, and
    ``metrics.calibration`` corrects them.

    Parameters
    ----------
    pace
        Shape (partners, nodes): the values that each partner's multiplier of the hazard may have,
        each of equal weight (``metrics.delivery_habit.Habits.nodes``).

    Raises
    ------
    ValueError
        If there is not a pace for each partner.
    """
    if len(pace) != len(situation.base):
        raise ValueError("a pace is needed for each partner")
    state = settled(situation, rules)
    chances = np.where(state == Settled.HOLDS.value, 1.0, 0.0)
    open_keys = _Lists(situation.open_partner, len(chances))
    review = _Lists(situation.review_partner, len(chances))
    # A key that nobody expects to be activated any more changes nothing.
    alive = situation.pending_activation > 0
    pending = _Lists(situation.pending_partner[alive], len(chances))
    gap = np.maximum(0, rules.minimum_base - situation.base)
    width = open_keys.count + review.count
    for part in _parts(np.flatnonzero(state == Settled.OPEN.value), width, pending.count, gap):
        own = pace[part]
        sure = np.where(review.inside(part), situation.accepted_share, 0.0)
        hurried = -np.expm1(-own[:, :, None] * open_keys.of(part, situation.open_hazard)[:, None])
        given = np.broadcast_to(sure[:, None], (*own.shape, sure.shape[1]))
        deliveries = np.concatenate([hurried, given], axis=2)
        activated = pending.of(part, situation.pending_activation[alive])
        met = pending.of(part, situation.pending_hazard[alive])
        handed = -np.expm1(-own[:, :, None] * met[:, None])
        balance = _balance(activated, handed, int(gap[part[0]]), rules)
        chances[part] = _joined(situation, part, deliveries, balance, rules)
    return np.clip(chances, 0.0, 1.0)


def _joined(
    situation: Situation,
    part: Ints,
    deliveries: Floats,
    balance: Floats,
    rules: ProgramRules,
) -> Floats:
    """Return P(deliveries of open keys and the balance of pending keys reach the threshold)."""
    top, bottom = rules.threshold.numerator, rules.threshold.denominator
    margin = bottom * situation.delivered[part] - top * situation.base[part]
    change = np.arange(len(balance)) - top * ((len(balance) - 1) // bottom)
    needed = np.maximum(-((margin + change[:, None]) // bottom), 0)
    sums = np.moveaxis(capped_sum(deliveries, int(needed.max())), -1, 0)
    tails = sums[::-1].cumsum(axis=0)[::-1]
    reached = np.take_along_axis(tails, needed[:, :, None], axis=0)
    joined: Floats = (balance * reached).sum(axis=0).mean(axis=1)
    return joined


def _balance(activated: Floats, handed: Floats, gap: int, rules: ProgramRules) -> Floats:
    """Return how n pending keys change ``bottom · delivered − top · base``, by convolution.

    Only outcomes in which at least ``gap`` of them are activated count: the rest has no base.

    Returns
    -------
    numpy.ndarray
        Shape (n · bottom + 1, partners, nodes): the probability of each change from
        ``−n · top`` to ``n · (bottom − top)``.
    """
    top, bottom = rules.threshold.numerator, rules.threshold.denominator
    partners, nodes, n = handed.shape
    # Axes: change, activations seen up to ``gap``, partner, node.
    weight = np.zeros((n * bottom + 1, gap + 1, partners, nodes))
    weight[n * top, 0] = 1.0
    for i in range(n):
        chance = activated[:, i, None]
        moved = np.zeros_like(weight)
        moved[:-top] += weight[top:] * (chance * (1 - handed[:, :, i]))
        moved[bottom - top :] += weight[: len(weight) - bottom + top] * (chance * handed[:, :, i])
        weight *= 1 - chance
        weight[:, gap] += moved[:, gap]
        weight[:, 1:] += moved[:, :-1]
    return weight[:, gap]


class _Lists:
    """Keys grouped by partner, handed out as rows of equal length."""

    def __init__(self, partner: Ints, size: int) -> None:
        self._order = np.argsort(partner, kind="stable")
        self.count = np.bincount(partner, minlength=size)
        self._start = np.r_[0, np.cumsum(self.count)]

    def inside(self, part: Ints) -> Flags:
        """Return, for each partner of ``part``, which places of its row hold a key."""
        counts = self.count[part]
        filled: Flags = np.arange(counts.max(initial=0)) < counts[:, None]
        return filled

    def of(self, part: Ints, values: Floats) -> Floats:
        """Return the values of the partners' keys in rows, 0 where a row is shorter."""
        filled = self.inside(part)
        rows = np.zeros(filled.shape)
        place = self._start[part][:, None] + np.arange(filled.shape[1])
        rows[filled] = values[self._order[place[filled]]]
        return rows


def _parts(chosen: Ints, width: Ints, pending: Ints, gap: Ints) -> Iterator[Ints]:
    """Split partners into parts of like size, few enough to be computed at once."""
    size_class = np.ceil(np.log2(np.maximum(width, 1))).astype(np.int64)
    pending_class = np.ceil(np.log2(np.maximum(pending, 1) + 1)).astype(np.int64)
    pending_class[pending == 0] = 0
    order = chosen[
        np.lexsort((width[chosen], pending_class[chosen], size_class[chosen], gap[chosen]))
    ]
    kind = np.stack([gap[order], size_class[order], pending_class[order]])
    edges = np.flatnonzero((np.diff(kind, axis=1) != 0).any(axis=0)) + 1
    for alike in np.split(order, edges):
        if not len(alike):
            continue
        longest = int(width[alike].max()) + 1
        most = max(1, _AT_ONCE // (longest * 20))
        yield from (alike[start : start + most] for start in range(0, len(alike), most))


def pending_chances(
    activation: LagCurve, delivery: LagCurve, age: Ints, days_left: int
) -> tuple[Floats, Floats]:
    """Return what pending keys may still do: be activated in time, and the hazard after that.

    Parameters
    ----------
    activation
        Curve of days from purchase to activation.
    delivery
        Curve of days from activation to delivery.
    age
        Days from purchase to the last whole day of the data.
    days_left
        Days from then to the last day before the evaluation.

    Returns
    -------
    tuple
        The chance of activation in time, and the mean hazard of delivery met by the keys
        activated in time; 0 where no activation is expected any more.
    """
    ages, position = np.unique(age, return_inverse=True)
    days = np.arange(1, days_left + 1)
    open_at = activation.surviving(ages)
    on_day = activation.surviving(ages[:, None] + days - 1) - activation.surviving(
        ages[:, None] + days
    )
    share = np.divide(
        on_day, open_at[:, None], out=np.zeros_like(on_day), where=open_at[:, None] > 0
    )
    in_time = share.sum(axis=1)
    met = (share * delivery.hazard_until(days_left - days)).sum(axis=1)
    hazard = np.divide(met, in_time, out=np.zeros_like(met), where=in_time > 0)
    return np.minimum(in_time, 1.0)[position], hazard[position]
