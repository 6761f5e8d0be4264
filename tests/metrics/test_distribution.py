import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.stats.proportion import multinomial_proportions_confint

from metrics.distribution import bottom_box, distribution, goodman, top_box
from metrics.estimate import Status

five_counts = st.lists(st.integers(0, 60), min_size=5, max_size=5)


@given(five_counts.filter(any))
def test_goodman_agrees_with_statsmodels_and_contains_every_share(counts: list[int]) -> None:
    theirs = multinomial_proportions_confint(counts, method="goodman")
    for estimate, (low, high) in zip(goodman(counts), theirs, strict=True):
        assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=1e-12)
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_goodman_by_hand_on_the_scale_from_0_to_10() -> None:
    shares = goodman({10: 4}, scale_max=10)
    upper = float(chi2.isf(0.05 / 11, 1))
    assert len(shares) == 11
    assert shares[-1].high == 1.0
    assert shares[0].low == 0.0
    assert shares[0].high == pytest.approx(upper / (4 + upper), abs=1e-12)


def test_missing_answers_are_in_no_denominator() -> None:
    result = distribution({5: 2, 3: 1, 1: 1}, missing=6)
    assert (result.n, result.missing, result.status) == (4, 6, Status.HIDDEN)
    assert result.mean == 3.5
    assert [share.value for share in result.shares] == [0.25, 0, 0.25, 0, 0.5]
    assert result.scores == (1, 2, 3, 4, 5)
    assert sum(result.counts) == 4


def test_all_missing_is_nothing_and_never_the_middle_answer() -> None:
    result = distribution({}, missing=9)
    assert (result.n, result.missing, result.status) == (0, 9, Status.NONE)
    assert math.isnan(result.mean)
    assert all(share.n == 0 for share in result.shares)
    assert top_box({}).n == 0


def test_boxes_take_the_ends_of_the_scale() -> None:
    counts = {5: 5, 4: 4, 3: 3, 2: 2, 1: 1}
    assert top_box(counts).value == 9 / 15
    assert bottom_box(counts).value == 3 / 15
    assert top_box(counts, boxes=1).value == 5 / 15
    assert top_box(counts, boxes=5).high == 1.0
    for boxes in (0, 6):
        with pytest.raises(ValueError, match="boxes"):
            top_box(counts, boxes)
        with pytest.raises(ValueError, match="boxes"):
            bottom_box(counts, boxes)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        distribution({5: 1}, missing=-1)
    with pytest.raises(ValueError, match="off the scale"):
        distribution({6: 1})
