import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.recommendation import (
    Groups,
    IndexMapping,
    counts_by_score,
    groups,
    mapping_for,
    not_recommending,
    recommending,
    scale_of,
)

FIVE = {5: 10, 4: 7, 3: 4, 2: 2, 1: 1}


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [(IndexMapping.STRICT, Groups(10, 7, 7)), (IndexMapping.BALANCED, Groups(10, 11, 3))],
)
def test_each_named_mapping_cuts_the_five_point_scale_its_own_way(
    mapping: IndexMapping, expected: Groups
) -> None:
    assert groups(FIVE, mapping) == expected
    assert groups([1, 2, 4, 7, 10], mapping) == expected


def test_the_classic_mapping_cuts_the_scale_from_0_to_10() -> None:
    counts = {score: score + 1 for score in range(11)}
    assert groups(counts, IndexMapping.CLASSIC) == Groups(10 + 11, 8 + 9, sum(range(1, 8)))


def test_the_mapping_follows_the_scale_of_the_question() -> None:
    assert mapping_for(5) is IndexMapping.STRICT
    assert mapping_for(5, IndexMapping.BALANCED) is IndexMapping.BALANCED
    assert mapping_for(10, IndexMapping.BALANCED) is IndexMapping.CLASSIC
    with pytest.raises(ValueError, match="classic"):
        mapping_for(5, IndexMapping.CLASSIC)
    with pytest.raises(ValueError, match="7"):
        mapping_for(7)


def test_recommending_and_not_leave_the_middle_answer_to_neither() -> None:
    yes, no = recommending(FIVE), not_recommending(FIVE)
    assert (yes.value, no.value) == (17 / 24, 3 / 24)
    assert yes.n == no.n == 24
    assert yes.low < yes.value < yes.high


def test_on_the_long_scale_promoters_recommend_and_critics_do_not() -> None:
    counts = [1, 0, 0, 0, 0, 0, 2, 3, 4, 5, 6]
    assert recommending(counts, 10).value == 11 / 21
    assert not_recommending(counts, 10).value == 3 / 21


def test_scores_off_the_scale_and_wrong_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[0\]"):
        counts_by_score({0: 1}, 5)
    with pytest.raises(ValueError, match="expected 5 counts"):
        counts_by_score([1, 2, 3], 5)
    with pytest.raises(ValueError, match="negative"):
        counts_by_score({5: -1}, 5)
    with pytest.raises(ValueError, match="negative"):
        Groups(1, -1, 0)
    with pytest.raises(ValueError, match="not known"):
        scale_of(7)


def test_nobody_answering_is_nothing() -> None:
    assert recommending({}).n == 0
    assert not_recommending([0] * 11, 10).n == 0
    assert groups({}).n == 0


@given(st.lists(st.integers(0, 50), min_size=5, max_size=5))
def test_every_answer_falls_into_exactly_one_group(counts: list[int]) -> None:
    for mapping in (IndexMapping.STRICT, IndexMapping.BALANCED):
        assert groups(counts, mapping).n == sum(counts)
    strict, balanced = groups(counts), groups(counts, IndexMapping.BALANCED)
    assert strict.balance <= balanced.balance
