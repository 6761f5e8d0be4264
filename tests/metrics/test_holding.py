from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.holding import gains_and_losses

EVALUATIONS = 5
holdings = st.sets(st.tuples(st.integers(1, 6), st.integers(0, EVALUATIONS - 1)))


@given(holdings, st.randoms())
def test_changes_are_those_of_plain_sets_in_any_order(held, dice):
    rows = sorted(held)
    dice.shuffle(rows)
    partners, places = (np.array([row[i] for row in rows], dtype=np.int32) for i in (0, 1))
    gained, lost = gains_and_losses(partners, places, EVALUATIONS)
    at = [{who for who, place in held if place == i} for i in range(EVALUATIONS)]
    before = [set(), *at]
    assert gained.tolist() == [len(now - then) for then, now in zip(before, at, strict=False)]
    assert lost.tolist() == [len(then - now) for then, now in zip(before, at, strict=False)]


def test_the_largest_ids_do_not_meet():
    most = np.array([2**31 - 1, 2**31 - 2, 2**31 - 2], dtype=np.int32)
    gained, lost = gains_and_losses(most, np.array([0, 1, 2], dtype=np.int16), 3)
    assert (gained.tolist(), lost.tolist()) == ([1, 1, 0], [0, 1, 0])


def test_nobody_and_no_evaluation_change_nothing():
    nobody = np.empty(0, dtype=np.int32)
    assert [counts.tolist() for counts in gains_and_losses(nobody, nobody, 2)] == [[0, 0], [0, 0]]
    assert [counts.tolist() for counts in gains_and_losses(nobody, nobody, 0)] == [[], []]


@pytest.mark.parametrize("place", [-1, 3])
def test_a_place_that_is_no_evaluation_is_refused(place):
    with pytest.raises(ValueError, match="outside"):
        gains_and_losses(np.array([1]), np.array([place]), 3)
