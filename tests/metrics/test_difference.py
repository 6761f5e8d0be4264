import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from metrics.difference import (
    Verdict,
    index_difference,
    other_groups,
    others,
    share_difference,
    verdict,
)
from metrics.estimate import Estimate, Status
from metrics.proportion import share
from metrics.recommendation import Groups

counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
some_groups = st.builds(Groups, st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [  # Newcombe (1998), table II, method 10
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_newcombes_own_examples_are_reproduced(
    first: tuple[int, int], second: tuple[int, int], expected: tuple[float, float]
) -> None:
    difference = share_difference(*first, *second)
    assert (difference.low, difference.high) == pytest.approx(expected, abs=5.1e-5)


@given(counts, counts)
def test_shares_agree_with_statsmodels_and_mirror(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    ours, mirrored = share_difference(*first, *second), share_difference(*second, *first)
    theirs = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    assert (ours.low, ours.high) == pytest.approx(theirs, abs=1e-12)
    assert -1 <= ours.low <= ours.value <= ours.high <= 1
    assert (mirrored.value, mirrored.low, mirrored.high) == (-ours.value, -ours.high, -ours.low)
    assert ours.n == min(first[1], second[1])


@given(some_groups, some_groups)
def test_indices_differ_within_their_interval_and_mirror(first: Groups, second: Groups) -> None:
    ours, mirrored = index_difference(first, second), index_difference(second, first)
    if ours.n == 0:
        assert (ours.status, verdict(ours)) == (Status.NONE, Verdict.TOO_FEW)
        return
    assert -2 <= ours.low <= ours.value <= ours.high <= 2
    assert (mirrored.low, mirrored.high) == pytest.approx((-ours.high, -ours.low), abs=1e-12)


def test_one_answer_each_leaves_everything_possible() -> None:
    difference = share_difference(1, 1, 0, 1)
    assert difference.low < 0 < difference.value
    assert difference.high == 1
    assert verdict(difference, minimum=1) is Verdict.WITHIN_CHANCE
    assert verdict(difference) is Verdict.TOO_FEW


def test_everybody_on_both_sides_still_leaves_a_width() -> None:
    difference = share_difference(5, 5, 8, 8)
    assert difference.low < difference.value == 0 < difference.high


def test_an_empty_side_is_nothing() -> None:
    difference = share_difference(0, 0, 3, 4)
    assert math.isnan(difference.value)
    assert verdict(difference) is Verdict.TOO_FEW
    assert verdict(difference, minimum=0) is Verdict.TOO_FEW


def test_the_verdict_asks_only_whether_zero_lies_in_the_interval() -> None:
    def difference(low: float, high: float, n: int = 20) -> Estimate:
        return Estimate((low + high) / 2, low, high, n, Status.OK, "newcombe")

    assert verdict(difference(0.01, 0.3)) is Verdict.HIGHER
    assert verdict(difference(-0.3, -0.01)) is Verdict.LOWER
    assert verdict(difference(0.0, 0.3)) is Verdict.WITHIN_CHANCE
    assert verdict(difference(-0.3, 0.0)) is Verdict.WITHIN_CHANCE
    assert verdict(difference(0.01, 0.3, n=4)) is Verdict.TOO_FEW


def test_overlapping_whiskers_do_not_hide_a_real_difference() -> None:
    first, second = share(60, 100), share(45, 100)
    assert first.low < second.high
    assert verdict(share_difference(60, 100, 45, 100)) is Verdict.HIGHER


def test_the_others_never_include_the_partner_itself() -> None:
    assert others(3, 4, 30, 50) == (27, 46)
    assert other_groups(Groups(1, 2, 3), Groups(10, 10, 10)) == Groups(9, 8, 7)
    with pytest.raises(ValueError, match="not contained"):
        others(3, 4, 2, 50)
    with pytest.raises(ValueError, match="not contained"):
        others(0, 4, 5, 6)
    with pytest.raises(ValueError, match="negative"):
        other_groups(Groups(1, 2, 3), Groups(0, 10, 10))
