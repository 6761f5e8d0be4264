import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.difference import other_groups
from metrics.exact_tests import index_test
from metrics.recommendation import Groups
from metrics.tails import benjamini_hochberg, index_tails, share_tails

GOLD = json.loads((Path(__file__).parents[1] / "gold" / "funnel_exact.json").read_text("utf-8"))
ROWS = GOLD["providers"]
X = np.array([row["x"] for row in ROWS])
N = np.array([row["n"] for row in ROWS])


def test_tails_against_all_the_others_agree_with_r() -> None:
    lower, higher = share_tails(X, N)
    assert lower == pytest.approx([row["hyper_p_lower"] for row in ROWS], abs=1e-9)
    assert higher == pytest.approx([row["hyper_p_upper"] for row in ROWS], abs=1e-9)


def test_false_discovery_values_agree_with_r() -> None:
    for p, name in zip(share_tails(X, N), ("bh_q_lower", "bh_q_upper"), strict=True):
        assert benjamini_hochberg(p) == pytest.approx([row[name] for row in ROWS], abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=5))
def test_tails_are_those_of_counting_every_way_to_draw(units: list[tuple[int, int]]) -> None:
    x = [yes for yes, _ in units]
    n = [yes + no for yes, no in units]
    total, successes = sum(n), sum(x)
    lower, higher = share_tails(x, n)
    for at, (seen, size) in enumerate(zip(x, n, strict=True)):
        if size == 0:
            assert math.isnan(lower[at])
            continue
        ways = [
            math.comb(successes, k) * math.comb(total - successes, size - k)
            for k in range(size + 1)
        ]
        assert lower[at] == pytest.approx(float(Fraction(sum(ways[: seen + 1]), sum(ways))))
        assert higher[at] == pytest.approx(float(Fraction(sum(ways[seen:]), sum(ways))))


def test_tails_stay_right_in_a_large_programme() -> None:
    n = np.array([40, 200_000])
    x = np.array([20, 150_000])
    ways = [math.comb(150_020, k) * math.comb(50_020, 40 - k) for k in range(41)]
    expected = float(Fraction(sum(ways[:21]), sum(ways)))
    assert share_tails(x, n)[0][0] == pytest.approx(expected, rel=1e-8)


@given(
    st.lists(
        st.builds(Groups, st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)),
        min_size=2,
        max_size=6,
    )
)
def test_index_tails_are_the_exact_test_against_the_others(units: list[Groups]) -> None:
    p, d, n = (np.array([getattr(u, a) for u in units]) for a in ("promoters", "critics", "n"))
    whole = Groups(int(p.sum()), int((n - p - d).sum()), int(d.sum()))
    lower, higher = index_tails(p, d, n)
    for at, unit in enumerate(units):
        if unit.n == 0:
            assert math.isnan(lower[at])
        elif unit.n < whole.n:
            test = index_test(unit, other_groups(unit, whole))
            assert (lower[at], higher[at]) == pytest.approx((test.lower, test.higher), abs=1e-12)


def test_a_partner_without_others_cannot_stand_out() -> None:
    lower, higher = share_tails([3, 0], [7, 0])
    assert (lower[0], higher[0]) == (1, 1)
    assert np.isnan([lower[1], higher[1]]).all()
    assert all(len(tail) == 0 for tail in share_tails([], []))
    assert all(len(tail) == 0 for tail in index_tails([], [], []))


def test_missing_p_values_are_not_counted_as_tests() -> None:
    q = benjamini_hochberg([0.01, math.nan, 0.02])
    assert q[[0, 2]].tolist() == [0.02, 0.02]
    assert np.isnan(q[1])
    assert benjamini_hochberg([]).shape == (0,)
    assert np.isnan(benjamini_hochberg([math.nan])).all()


def test_a_p_value_a_rounding_error_above_1_is_1() -> None:
    assert benjamini_hochberg([1 + 1e-15, 0.5]).max() == 1.0
    for bad in (1.1, -0.1, math.inf):
        with pytest.raises(ValueError, match="p-values"):
            benjamini_hochberg([bad])
