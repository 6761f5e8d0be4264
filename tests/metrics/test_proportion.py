import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from metrics.estimate import Status
from metrics.proportion import share, wilson_limits

GOLD = json.loads((Path(__file__).parents[1] / "gold" / "wilson.json").read_text("utf-8"))


@pytest.mark.parametrize("case", GOLD["cases"], ids=lambda c: f"{c['x']}of{c['n']}at{c['conf']}")
def test_wilson_agrees_with_desctools(case: dict[str, float]) -> None:
    estimate = share(case["x"], case["n"], case["conf"])
    assert (estimate.low, estimate.high) == pytest.approx(case["wilson"], abs=1e-12)


def test_wilson_agrees_with_ohid_at_both_levels() -> None:
    for case in GOLD["phe_cases"]:
        for level, name in ((0.95, "wilson95"), (0.998, "wilson99_8")):
            low, high = wilson_limits(case["x"], case["n"], level)
            assert (low, high) == pytest.approx(case[name], abs=1e-12)


def test_wilson_agrees_with_newcombes_table() -> None:
    for case in GOLD["published_cases"]:
        low, high = wilson_limits(case["x"], case["n"], case["conf"])
        assert (low, high) == pytest.approx(case["wilson_4dp"], abs=0.00011)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_statsmodels_and_contains_the_share(counts: tuple[int, int]) -> None:
    x, n = counts
    estimate = share(x, n)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    expected = proportion_confint(x, n, method="wilson")
    assert (estimate.low, estimate.high) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 49, 1_000_003])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.998])
def test_the_ends_are_exactly_0_and_1_where_nobody_and_everybody(n: int, confidence: float) -> None:
    assert share(0, n, confidence).low == 0.0
    assert share(n, n, confidence).high == 1.0
    assert share(0, n, confidence).high == pytest.approx(1 - share(n, n, confidence).low)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_more_answers_with_the_same_share_narrow_the_interval(counts: tuple[int, int]) -> None:
    x, n = counts
    small, large = share(x, n), share(2 * x, 2 * n)
    assert large.high - large.low < small.high - small.low


def test_no_answers_are_nothing_and_never_an_error() -> None:
    estimate = share(0, 0)
    assert (estimate.n, estimate.status) == (0, Status.NONE)
    assert math.isnan(estimate.low)
    low, high = wilson_limits([0, 1], [0, 2])
    assert np.isnan([low[0], high[0]]).all()
    assert np.isfinite([low[1], high[1]]).all()


@pytest.mark.parametrize(("x", "n"), [(-1, 3), (4, 3), (math.nan, 3), (1, math.nan), (0.5, 1)])
def test_impossible_counts_are_refused(x: float, n: float) -> None:
    with pytest.raises(ValueError, match=r"x|n"):
        share(x, n)


def test_the_status_follows_the_number_of_answers() -> None:
    assert [share(1, n).status for n in (1, 4, 5, 9, 10)] == [
        Status.HIDDEN,
        Status.HIDDEN,
        Status.FEW,
        Status.FEW,
        Status.OK,
    ]
