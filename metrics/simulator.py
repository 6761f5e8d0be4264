"""What another rule would have decided: the sequence of decisions from counts of keys by month.

The deck's rule looks at one evaluation at a time. A variant may also remember: a holder can be
given months of grace below the threshold, or a lower threshold to keep than to gain. Both make
decisions a sequence, evaluated from the first evaluation on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.coverage import holds, least_deliveries
from program.rules import DECK_RULES, ProgramRules

Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RuleVariant:
    """A rule to try: the programme's parameters, and what a holder is forgiven.

    Attributes
    ----------
    rules
        Threshold to gain, window, smallest base, counted kinds.
    grace_months
        A holder keeps the competence for so many evaluations in a row below the threshold; an
        empty or too small base is below it too.
    keep_threshold
        Lower threshold that a holder must reach to keep; ``None``: the one to gain.
    """

    rules: ProgramRules = field(default=DECK_RULES)
    grace_months: int = 0
    keep_threshold: Fraction | None = None

    def __post_init__(self) -> None:
        if self.grace_months < 0:
            raise ValueError("months of grace cannot be negative")
        if self.keep_threshold is not None and not 0 < self.keep_threshold <= self.rules.threshold:
            raise ValueError("the threshold to keep lies above 0 and not above the one to gain")


@dataclass(frozen=True, slots=True, eq=False)
class KeyMonths:
    """Counts of keys by owner and months, as the queries of ``queries.key_months`` have them.

    All arrays have one length: an element for each row of that frame, of integers of any size
    that hold the months and two years more.

    Attributes
    ----------
    partner
        Place of the partner in the caller's list, 0..partners − 1.
    bought, activated, delivered
        Index of the month, year × 12 + month − 1; a month after all evaluations where it has
        not happened.
    keys
        How many keys.
    partners
        How many partners there are, also those without any key.
    """

    partner: Whole
    bought: Whole
    activated: Whole
    delivered: Whole
    keys: Whole
    partners: int


def counts_at(
    cube: KeyMonths, first: int, last: int, rules: ProgramRules = DECK_RULES
) -> tuple[Ints, Ints]:
    """Return base and delivered of every partner at every evaluation from ``first`` to ``last``.

    A key bought in month b is in the window of the evaluations b + window_to + 1 … b +
    window_from, in the base of those after its month of activation, and delivered in those also
    after its month of delivery; each key is therefore one stretch of evaluations.

    Parameters
    ----------
    first, last
        Month indices of evaluations, both included.

    Returns
    -------
    base, delivered
        Each of shape ``(partners, evaluations)``.

    Raises
    ------
    ValueError
        If ``last`` lies before ``first``.
    """
    if last < first:
        raise ValueError("the last evaluation lies before the first")
    begin = np.maximum(cube.bought + rules.window_to_months, cube.activated) + 1
    end = cube.bought + rules.window_from_months
    evaluations = last - first + 1
    # A place behind the last evaluation takes whatever begins or ends after it.
    row = cube.partner.astype(np.int64) * (evaluations + 1)
    weights = cube.keys.astype(np.float64)  # exact: far below 2**53
    closed = np.clip(end + 1 - first, 0, evaluations)

    def added_up(begin: Whole) -> Ints:
        opened = np.clip(begin - first, 0, evaluations)
        # A stretch that ends before it begins counts nowhere.
        some = np.flatnonzero(closed > opened)
        rows, counted, size = row[some], weights[some], cube.partners * (evaluations + 1)
        change = np.bincount(rows + opened[some], counted, size)
        change -= np.bincount(rows + closed[some], counted, size)
        by_place = change.reshape(cube.partners, evaluations + 1)[:, :evaluations]
        return np.rint(np.cumsum(by_place, axis=1)).astype(np.int64)

    return added_up(begin), added_up(np.maximum(begin, cube.delivered + 1))


def decisions(base: Ints, delivered: Ints, variant: RuleVariant) -> Flags:
    """Return who holds the competence at each evaluation under a variant.

    Parameters
    ----------
    base, delivered
        Shape ``(partners, evaluations)``, from :func:`counts_at` with the variant's rules, oldest
        evaluation first. Nobody holds before the first one.

    Returns
    -------
    numpy.ndarray
        Shape ``(partners, evaluations)``. Without grace and a threshold of its own to keep, each
        evaluation stands for itself, as the deck's rule says.

    Notes
    -----
    A holder who reaches the threshold to keep starts a new count of grace; who falls below it
    for more evaluations in a row than the grace has lost, and must reach the threshold to gain.
    """
    gains = holds(base, delivered, variant.rules)
    if variant.grace_months == 0 and variant.keep_threshold is None:
        return gains
    keeps = gains
    if variant.keep_threshold is not None:
        rules = variant.rules
        lower = ProgramRules(threshold=variant.keep_threshold)
        keeps = (base >= rules.minimum_base) & (delivered >= least_deliveries(base, lower))
    held = np.zeros(base.shape, dtype=bool)
    before = np.zeros(len(base), dtype=bool)
    below = np.zeros(len(base), dtype=np.int64)
    for i in range(base.shape[1]):
        below = np.where(before & ~keeps[:, i], below + 1, 0)
        before = gains[:, i] | (before & (below <= variant.grace_months))
        held[:, i] = before
    return held


def simulate(cube: KeyMonths, first: int, last: int, variant: RuleVariant) -> tuple[Flags, Ints]:
    """Return who would hold at each evaluation and the base it was decided on.

    Both of shape ``(partners, evaluations)``; see :func:`counts_at` and :func:`decisions`.
    """
    base, delivered = counts_at(cube, first, last, variant.rules)
    return decisions(base, delivered, variant), base


def switches(held: Flags) -> Ints:
    """Return how often each partner gained or lost between neighbouring evaluations."""
    changed: Ints = (held[:, 1:] != held[:, :-1]).sum(axis=1)
    return changed


def switches_per_year(held: Flags, base: Ints) -> float:
    """Return gains and losses per partner and year.

    Only the time counts in which a partner had a base or the competence, at either of two
    neighbouring evaluations; NaN when there is no such time.
    """
    there = (base > 0) | held
    months = int((there[:, 1:] | there[:, :-1]).sum())
    return float(switches(held).sum()) / (months / 12) if months else float("nan")
