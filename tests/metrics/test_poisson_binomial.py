"""Sums of unequal coin flips against enumeration of every outcome."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson_binom

from metrics.poisson_binomial import at_least, capped_sum

chances = st.lists(st.floats(0, 1), min_size=0, max_size=8)


def enumerated(flips: list[float]) -> np.ndarray:
    total = np.zeros(len(flips) + 1)
    for outcome in product((0, 1), repeat=len(flips)):
        weight = np.prod([p if hit else 1 - p for p, hit in zip(flips, outcome, strict=True)])
        total[sum(outcome)] += weight
    return total


@given(chances)
def test_distribution_is_that_of_all_outcomes(flips: list[float]) -> None:
    ours = capped_sum(np.array([flips]), len(flips))[0]
    assert np.allclose(ours, enumerated(flips))


@given(chances, st.integers(0, 10))
def test_everything_from_the_cap_on_stands_together(flips: list[float], cap: int) -> None:
    ours = capped_sum(np.array([flips]), cap)[0]
    whole = np.r_[enumerated(flips), np.zeros(cap)]
    assert np.allclose(ours, np.r_[whole[:cap], whole[cap:].sum()])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(-2, 62))
def test_tail_is_that_of_scipy(flips: list[float], needed: int) -> None:
    ours = at_least(np.array([flips]), np.array([needed]))[0]
    theirs = poisson_binom(flips).sf(needed - 1) if needed > 0 else 1.0
    assert ours == pytest.approx(float(theirs), abs=1e-9)


def test_rows_do_not_disturb_one_another() -> None:
    rng = np.random.default_rng(3)
    rows, needed = rng.random((5, 7)), np.array([0, 1, 3, 7, 8])
    together = at_least(rows, needed)
    alone = [at_least(rows[i : i + 1], needed[i : i + 1])[0] for i in range(5)]
    assert np.allclose(together, alone)


def test_nothing_needed_is_certain_and_more_than_there_are_is_impossible() -> None:
    none = np.empty((2, 0))
    assert at_least(none, np.array([0, 1])).tolist() == [1.0, 0.0]
    assert at_least(np.full((2, 3), 0.5), np.array([-4, 4])).tolist() == [1.0, 0.0]


def test_negative_cap_is_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        capped_sum(np.ones((1, 1)), -1)
