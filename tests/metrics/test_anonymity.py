"""What is told of others cannot be subtracted: two rounded totals leave more than one answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.anonymity import ROUNDED_TO, rounded

COUNTS = st.lists(st.integers(0, 100_000), max_size=20)


@given(COUNTS)
def test_a_count_is_told_as_the_nearest_multiple(counts):
    told = rounded(counts)
    assert not (told % ROUNDED_TO).any()
    assert (np.abs(told - np.array(counts, dtype="int64")) <= ROUNDED_TO // 2).all()


def test_ones_and_twos_are_nothing_and_three_is_five():
    assert rounded([0, 1, 2, 3, 7, 8]).tolist() == [0, 0, 0, 5, 5, 10]


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_difference_of_two_totals_leaves_several_true_differences(with_one, without):
    def meant_by(told):
        return [n for n in range(max(told - ROUNDED_TO, 0), told + ROUNDED_TO)
                if rounded(n) == told]  # fmt: skip

    larger, smaller = (int(rounded(n)) for n in (max(with_one, without), min(with_one, without)))
    possible = {a - b for a in meant_by(larger) for b in meant_by(smaller) if a >= b}
    assert len(possible) >= (ROUNDED_TO if larger else ROUNDED_TO // 2 + 1)


@pytest.mark.parametrize("wrong", [-1, 1.5, float("nan")])
def test_what_is_no_count_is_refused(wrong):
    with pytest.raises(ValueError, match="counts"):
        rounded([wrong])
