"""The 50 % rule: coverage, what is still needed, and where a partner stands (deck, «Компетенция»).

Coverage is a count over *all* keys of the base, not a sample, so it carries no interval. Integers
decide; a float is only ever shown. Every function takes integers or integer arrays of one shape
and answers in the same shape.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from program.rules import DECK_RULES, ProgramRules

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Group(StrEnum):
    """Where a partner stands for one coming evaluation; the groups are disjoint and complete."""

    WILL_LOSE = "will_lose"
    CAN_GAIN = "can_gain"
    NEAR = "near"
    IN_RESERVE = "in_reserve"
    NO_BASE = "no_base"  # and does not hold the competence now: a holder without a base loses it


class State(StrEnum):
    """What happens at an evaluation if nothing more is delivered."""

    SECURED = "secured"
    HOLDS_UNLESS_ACTIVATIONS = "holds_unless_activations"
    SHORT = "short"
    NO_BASE = "no_base"


def _counts(values: ArrayLike, name: str) -> Counts:
    array = np.asarray(values)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"{name} must be whole numbers, not {array.dtype}")
    array = array.astype(np.int64)
    if (array < 0).any():
        raise ValueError(f"{name} cannot be negative")
    return array


def _base_and_delivered(base: ArrayLike, delivered: ArrayLike) -> tuple[Counts, Counts]:
    bases, deliveries = _counts(base, "base"), _counts(delivered, "delivered")
    if (deliveries > bases).any():
        raise ValueError("more keys delivered than there are in the base")
    return bases, deliveries


def coverage(base: ArrayLike, delivered: ArrayLike) -> NDArray[np.float64]:
    """Return delivered / base as a fraction 0..1, NaN where the base is empty (never 0 %)."""
    bases, deliveries = _base_and_delivered(base, delivered)
    return np.divide(
        deliveries, bases, out=np.full(bases.shape, np.nan, dtype=np.float64), where=bases > 0
    )


def least_deliveries(base: ArrayLike, rules: ProgramRules = DECK_RULES) -> Counts:
    """Return how many delivered keys a base of this size asks for: ⌈base · threshold⌉."""
    bases = _counts(base, "base")
    top, bottom = rules.threshold.numerator, rules.threshold.denominator
    required: Counts = -(-bases * top // bottom)
    return required


def holds(base: ArrayLike, delivered: ArrayLike, rules: ProgramRules = DECK_RULES) -> Flags:
    """Return whether the competence is held: base > 0 and 2·delivered ≥ base, in integers."""
    bases, deliveries = _base_and_delivered(base, delivered)
    held: Flags = (bases >= rules.minimum_base) & (deliveries >= least_deliveries(bases, rules))
    return held


def deliveries_needed(
    base: ArrayLike, delivered: ArrayLike, rules: ProgramRules = DECK_RULES
) -> Counts:
    """Return how many more keys of the base must be delivered, 0 when enough are.

    An empty base needs nothing and still does not hold: look at the state, not at this zero.
    """
    bases, deliveries = _base_and_delivered(base, delivered)
    missing: Counts = np.maximum(0, least_deliveries(bases, rules) - deliveries)
    return missing


def deliveries_needed_worst(
    base: ArrayLike,
    delivered: ArrayLike,
    pending_activation: ArrayLike,
    rules: ProgramRules = DECK_RULES,
) -> Counts:
    """Return :func:`deliveries_needed` once every pending key is activated and undelivered."""
    bases, deliveries = _base_and_delivered(base, delivered)
    pending = _counts(pending_activation, "pending_activation")
    missing: Counts = np.maximum(0, least_deliveries(bases + pending, rules) - deliveries)
    return missing


def spare_deliveries(
    base: ArrayLike, delivered: ArrayLike, rules: ProgramRules = DECK_RULES
) -> Counts:
    """Return delivered − ⌈base · threshold⌉: the reserve in keys, negative when short."""
    bases, deliveries = _base_and_delivered(base, delivered)
    return deliveries - least_deliveries(bases, rules)


def is_near(base: ArrayLike, delivered: ArrayLike, rules: ProgramRules = DECK_RULES) -> Flags:
    """Return whether the decision turns on few keys («у порога»).

    True where ``|2·delivered − base| ≤ 2·near_keys`` or ``|coverage − 50 %| ≤ near_margin``,
    both in integers; False where the base is empty.
    """
    bases, deliveries = _base_and_delivered(base, delivered)
    top, bottom = rules.threshold.numerator, rules.threshold.denominator
    distance = np.abs(bottom * deliveries - top * bases)
    few_keys = distance <= bottom * rules.near_keys
    # |d/b − t/s| ≤ m/k  ⇔  k·|s·d − t·b| ≤ m·s·b
    margin = rules.near_margin
    small_margin = margin.denominator * distance <= margin.numerator * bottom * bases
    near: Flags = (bases > 0) & (few_keys | small_margin)
    return near


def state_of(
    base: ArrayLike,
    delivered: ArrayLike,
    pending_activation: ArrayLike,
    rules: ProgramRules = DECK_RULES,
) -> NDArray[np.object_]:
    """Return the :class:`State` of each partner for one evaluation, as its text value."""
    bases, deliveries = _base_and_delivered(base, delivered)
    held = holds(bases, deliveries, rules)
    worst = deliveries_needed_worst(bases, deliveries, pending_activation, rules)
    return _named(
        [bases == 0, held & (worst == 0), held],
        [State.NO_BASE, State.SECURED, State.HOLDS_UNLESS_ACTIVATIONS, State.SHORT],
    )


def _named(conditions: Sequence[Flags], names: Sequence[StrEnum]) -> NDArray[np.object_]:
    """Return the name of the first condition that holds, the last name where none does."""
    # Numbers are chosen and each text exists once: texts for every row take ten times as long.
    texts = np.array([name.value for name in names], dtype=object)
    first: NDArray[np.object_] = texts[
        np.select(conditions, range(len(conditions)), len(conditions))
    ]
    return first


def group_of(
    base: ArrayLike,
    delivered: ArrayLike,
    pending_activation: ArrayLike,
    held_now: ArrayLike,
    rules: ProgramRules = DECK_RULES,
) -> NDArray[np.object_]:
    """Return the :class:`Group` of each partner for one evaluation, as its text value.

    A holder that would not hold loses the competence, also where its base is empty and no
    delivery can help. A holder that would stay but stands near the threshold, or whom late
    activations could still sink, is «у порога»; a partner without the competence and with keys
    can gain it, whether the deliveries are already there or not.
    """
    bases, deliveries = _base_and_delivered(base, delivered)
    has_it = np.asarray(held_now, dtype=bool)
    states = state_of(bases, deliveries, pending_activation, rules)
    close = is_near(bases, deliveries, rules) | (states == State.HOLDS_UNLESS_ACTIVATIONS.value)
    return _named(
        [has_it & ~holds(bases, deliveries, rules), bases == 0, ~has_it, close],
        [Group.WILL_LOSE, Group.NO_BASE, Group.CAN_GAIN, Group.NEAR, Group.IN_RESERVE],
    )


def with_outlook(counts: pd.DataFrame, rules: ProgramRules = DECK_RULES) -> pd.DataFrame:
    """Return ``counts`` with everything the rule says of each row.

    Parameters
    ----------
    counts
        Grain: one row a partner and evaluation; integer columns ``base``, ``delivered``,
        ``pending_activation``; optionally boolean ``held_now``.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``coverage`` (fraction, NaN without a base), ``held``, ``needed``,
        ``needed_worst``, ``spare``, ``near``, ``state`` and, where ``held_now`` is given,
        ``group``.
    """
    base, delivered = counts["base"].to_numpy(), counts["delivered"].to_numpy()
    pending = counts["pending_activation"].to_numpy()
    outlook = counts.assign(
        coverage=coverage(base, delivered),
        held=holds(base, delivered, rules),
        needed=deliveries_needed(base, delivered, rules),
        needed_worst=deliveries_needed_worst(base, delivered, pending, rules),
        spare=spare_deliveries(base, delivered, rules),
        near=is_near(base, delivered, rules),
        state=state_of(base, delivered, pending, rules),
    )
    if "held_now" in counts:
        outlook["group"] = group_of(base, delivered, pending, counts["held_now"].to_numpy(), rules)
    return outlook


def as_decided(history: pd.DataFrame, decisions: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """Return one partner's history with stored decisions in place of recomputed counts.

    Parameters
    ----------
    history
        Grain: one row an evaluation; from :func:`with_outlook`, with ``evaluated_on``.
    decisions
        Grain: one row a stored evaluation; ``evaluated_on``, ``base``, ``delivered``, ``held``.

    Returns
    -------
    pandas.DataFrame
        ``history`` with ``is_stored`` and ``decided`` (the evaluation is not to come); where a
        decision is stored its counts stand, since it is history and is never recomputed
        silently. ``pending_activation`` is 0 once decided.
    """
    merged = history.merge(
        decisions[["evaluated_on", "base", "delivered", "held"]],
        on="evaluated_on",
        how="left",
        suffixes=("", "_stored"),
    )
    stored = merged["held_stored"].notna()
    decided = merged["evaluated_on"] <= pd.Timestamp(today)
    base = merged["base_stored"].where(stored, merged["base"]).astype("int64")
    delivered = merged["delivered_stored"].where(stored, merged["delivered"]).astype("int64")
    return history.assign(
        is_stored=stored.to_numpy(),
        decided=decided.to_numpy(),
        base=base.to_numpy(),
        delivered=delivered.to_numpy(),
        coverage=coverage(base.to_numpy(), delivered.to_numpy()),
        held=merged["held_stored"].where(stored, merged["held"]).astype(bool).to_numpy(),
        pending_activation=merged["pending_activation"].where(~decided, 0).to_numpy(),
    )
