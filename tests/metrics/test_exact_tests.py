import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from metrics.exact_tests import balance_distribution, index_test, share_test
from metrics.recommendation import Groups

small = st.builds(Groups, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


def by_enumeration(first: Groups, second: Groups) -> tuple[float, float, float]:
    """Every way to split the pooled answers, each counted once."""
    pooled = (
        [1] * (first.promoters + second.promoters)
        + [0] * (first.passives + second.passives)
        + [-1] * (first.critics + second.critics)
    )
    sums = [
        sum(pooled[at] for at in chosen) for chosen in combinations(range(len(pooled)), first.n)
    ]
    expected = first.n * sum(pooled) / len(pooled)
    away = abs(first.balance - expected)
    return (
        sum(s <= first.balance for s in sums) / len(sums),
        sum(s >= first.balance for s in sums) / len(sums),
        sum(abs(s - expected) >= away - 1e-9 for s in sums) / len(sums),
    )


@settings(max_examples=60, deadline=None)
@given(small, small)
def test_the_index_test_counts_every_split_of_the_answers(first: Groups, second: Groups) -> None:
    result = index_test(first, second)
    if first.n == 0 or second.n == 0:
        assert math.isnan(result.two_sided)
        return
    assert (result.lower, result.higher, result.two_sided) == pytest.approx(
        by_enumeration(first, second), abs=1e-12
    )


@given(small, small)
def test_the_index_test_is_the_same_seen_from_the_other_side(first: Groups, second: Groups) -> None:
    ours, theirs = index_test(first, second), index_test(second, first)
    assert (ours.lower, ours.higher, ours.two_sided) == pytest.approx(
        (theirs.higher, theirs.lower, theirs.two_sided), abs=1e-12, nan_ok=True
    )


def test_without_passives_the_index_test_is_the_share_test() -> None:
    index = index_test(Groups(7, 0, 2), Groups(3, 0, 7))
    shares = share_test(7, 9, 3, 10)
    assert (index.lower, index.higher) == pytest.approx((shares.lower, shares.higher), abs=1e-12)


def test_the_share_test_is_fishers() -> None:
    table = [[7, 2], [3, 7]]
    result = share_test(7, 9, 3, 10)
    for value, side in (
        (result.lower, "less"),
        (result.higher, "greater"),
        (result.two_sided, "two-sided"),
    ):
        assert value == pytest.approx(fisher_exact(table, alternative=side).pvalue, abs=1e-12)


def test_the_lady_tasting_tea_is_reproduced() -> None:
    # Fisher (1935): 3 of 4 cups right, one-sided 17/70, two-sided 34/70.
    result = share_test(3, 4, 1, 4)
    assert (result.higher, result.two_sided) == pytest.approx((17 / 70, 34 / 70), abs=1e-12)


def test_one_answer_can_hardly_prove_anything() -> None:
    assert index_test(Groups(0, 0, 1), Groups(9, 3, 0)).lower == pytest.approx(1 / 13)
    assert share_test(0, 1, 9, 9).lower == pytest.approx(1 / 10)


def test_an_empty_sample_has_no_test() -> None:
    assert math.isnan(share_test(0, 0, 3, 4).two_sided)
    assert math.isnan(index_test(Groups(0, 0, 0), Groups(1, 1, 1)).lower)


def test_the_distribution_adds_up_for_thousands_of_answers() -> None:
    everyone = Groups(30_000, 15_000, 5_000)
    chances = balance_distribution(everyone, 2_000)
    mean = float(chances @ np.arange(-2_000, 2_001))
    assert chances.sum() == pytest.approx(1, abs=1e-12)
    assert mean == pytest.approx(2_000 * 25_000 / 50_000, abs=1e-6)


def test_drawing_more_than_there_is_is_refused() -> None:
    assert balance_distribution(Groups(1, 1, 1), 0).tolist() == [1.0]
    with pytest.raises(ValueError, match="cannot draw"):
        balance_distribution(Groups(1, 1, 1), 4)
