import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, rankdata

from metrics import ordinal
from metrics.difference import Verdict
from metrics.ordinal import cliffs_delta, compare_ordinal, mann_whitney

few = st.lists(st.integers(0, 2), min_size=5, max_size=5)
many = st.lists(st.integers(0, 30), min_size=5, max_size=5)


def rng() -> np.random.Generator:
    return np.random.default_rng(20)


def scores(counts: list[int]) -> list[int]:
    return [score for score, count in enumerate(counts, start=1) for _ in range(count)]


def by_enumeration(first: list[int], second: list[int]) -> float:
    """Every way to split the pooled answers between the segments, with midranks."""
    a, b = scores(first), scores(second)
    ranks = rankdata(a + b)
    centre = len(a) * ranks.mean()
    observed = abs(ranks[: len(a)].sum() - centre)
    far = [
        abs(ranks[list(chosen)].sum() - centre) >= observed - 1e-9
        for chosen in combinations(range(len(ranks)), len(a))
    ]
    return sum(far) / len(far)


@settings(max_examples=60, deadline=None)
@given(few.filter(lambda c: 0 < sum(c) < 7), few.filter(lambda c: 0 < sum(c) < 7))
def test_the_p_value_counts_every_permutation_with_ties(
    first: list[int], second: list[int]
) -> None:
    p, exact = mann_whitney(first, second, rng())
    assert exact
    assert p == pytest.approx(by_enumeration(first, second), abs=1e-12)


def test_without_ties_it_is_the_textbook_test() -> None:
    first, second = [1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0], [0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0]
    p, _ = mann_whitney(first, second, rng(), scale_max=10)
    expected = mannwhitneyu([0, 2, 8], [1, 3, 5, 6, 7], method="exact").pvalue
    assert p == pytest.approx(expected, abs=1e-12)


def test_one_answer_against_many_works() -> None:
    p, exact = mann_whitney({1: 1}, {5: 19}, rng())
    assert (p, exact) == (pytest.approx(1 / 20), True)


def test_identical_answers_everywhere_are_no_difference() -> None:
    result = compare_ordinal({4: 7}, {4: 9}, rng())
    assert (result.p, result.delta.value, result.verdict) == (1.0, 0.0, Verdict.WITHIN_CHANCE)


def test_random_permutations_agree_with_counting_and_repeat_by_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = [4, 3, 8, 6, 9], [9, 7, 6, 3, 2]
    counted, exact = mann_whitney(first, second, rng())
    monkeypatch.setattr(ordinal, "EXACT_CELLS", 0)
    drawn = mann_whitney(first, second, rng())
    assert exact
    assert drawn == mann_whitney(first, second, rng())
    assert not drawn[1]
    assert drawn[0] == pytest.approx(counted, abs=0.004)


def test_a_p_value_from_random_permutations_is_never_zero() -> None:
    p, exact = mann_whitney([900, 0, 0, 0, 900], [0, 0, 0, 0, 2000], rng())
    assert (p, exact) == (1 / 20_000, False)


@given(many.filter(any), many.filter(any))
def test_delta_is_the_share_of_wins_less_losses_and_mirrors(
    first: list[int], second: list[int]
) -> None:
    a, b = np.array(scores(first)), np.array(scores(second))
    ours, mirrored = cliffs_delta(first, second), cliffs_delta(second, first)
    assert ours.value == pytest.approx(np.sign(a[:, None] - b[None, :]).mean(), abs=1e-12)
    assert -1 <= ours.low <= ours.value <= ours.high <= 1
    assert (mirrored.low, mirrored.high) == pytest.approx((-ours.high, -ours.low), abs=1e-9)
    assert ours.n == min(len(a), len(b))


def test_complete_separation_still_leaves_a_width() -> None:
    for n in (1, 2, 5):
        delta = cliffs_delta({5: n}, {1: n})
        assert delta.low < delta.value == delta.high == 1.0
    assert cliffs_delta({5: 1}, {1: 1}).low < 0
    assert cliffs_delta({5: 30}, {1: 30}).low > 0.7


def test_the_interval_solves_newcombes_equation() -> None:
    estimate = cliffs_delta([0, 1, 2, 5, 7], [3, 4, 2, 1, 2])
    theta, m, n = (estimate.value + 1) / 2, 15, 12
    for end in (estimate.low, estimate.high):
        t = (end + 1) / 2
        extra = (m + n) / 2 - 1
        variance = t * (1 - t) * (1 + extra * ((1 - t) / (2 - t) + t / (1 + t))) / (m * n)
        assert (t - theta) ** 2 == pytest.approx(1.959963984540054**2 * variance, rel=1e-9)


def test_delta_covers_as_promised_with_few_answers_on_a_five_point_scale() -> None:
    draw = rng()
    p, q = np.array([0.05, 0.1, 0.15, 0.3, 0.4]), np.array([0.15, 0.15, 0.2, 0.3, 0.2])
    truth = sum(p[i] * (q[:i].sum() - q[i + 1 :].sum()) for i in range(5))
    held = 0
    for first, second in zip(
        draw.multinomial(6, p, size=1000), draw.multinomial(9, q, size=1000), strict=True
    ):
        delta = cliffs_delta(first, second)
        held += delta.low <= truth <= delta.high
    assert held / 1000 > 0.94


def test_an_empty_segment_is_nothing() -> None:
    result = compare_ordinal({}, {5: 3}, rng())
    assert math.isnan(result.p)
    assert (result.delta.n, result.verdict) == (0, Verdict.TOO_FEW)
