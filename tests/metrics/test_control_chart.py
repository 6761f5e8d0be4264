import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.control_chart import (
    Assurance,
    ControlChart,
    Variation,
    assurance,
    control_chart,
    gaps,
    needs_quarters,
)
from metrics.control_rules import Signal

GOLD = json.loads((Path(__file__).parents[1] / "gold" / "xmr.json").read_text("utf-8"))
CASES = [pytest.param(case, id=case["id"]) for case in GOLD["cases"]]
LABELS = {
    "Common Cause": Signal.NONE,
    "Above UCL": Signal.ABOVE_LIMIT,
    "Below LCL": Signal.BELOW_LIMIT,
    "7 Point Trend (Increasing)": Signal.TREND_UP,
    "7 Point Trend (Decreasing)": Signal.TREND_DOWN,
    "2 in 3 Above CL": Signal.TWO_OF_THREE_HIGH,
    "2 in 3 Below CL": Signal.TWO_OF_THREE_LOW,
    "7 Points Above CL": Signal.RUN_ABOVE_MEAN,
    "7 Points Below CL": Signal.RUN_BELOW_MEAN,
}
#: Series without variation in their moving ranges: the reference draws them, we do not.
FLAT = {"syn_equal_to_mean", "syn_equal_to_mean_noscreen", "syn_constant_then_jump"}


def chart_of(case: dict[str, Any]) -> ControlChart:
    given_ = case["inputs"]
    return control_chart(
        given_["y"],
        better=given_["improvement_direction"],
        rebase_at=[given_["dates"].index(date) for date in given_["rebase"] or []],
        screen=given_["screen_outliers"],
        baseline=given_["fix_after_n_points"],
    )


@pytest.mark.parametrize("case", CASES)
def test_limits_are_those_of_nhsrplotthedots(case: dict[str, Any]) -> None:
    chart = chart_of(case)
    for ours, name in ((chart.mean, "mean"), (chart.low, "lpl"), (chart.high, "upl")):
        expected = np.array(case["expected"][name], dtype=float)
        assert ours == pytest.approx(expected, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("case", CASES)
def test_labels_and_icons_are_those_of_nhsrplotthedots(case: dict[str, Any]) -> None:
    chart, expected = chart_of(case), case["expected"]
    assert list(chart.signals) == [LABELS[name] for name in expected["special_cause_type"]]
    assert [str(kind) for kind in chart.variations] == expected["point_type"]
    assert [str(icon) for icon in chart.icons] == expected["variation_icon"]
    assert chart.preliminary == expected["short_group_warning"]
    assert np.sign(chart.y - chart.mean).tolist() == expected["relative_to_mean"]


@pytest.mark.parametrize("case", CASES)
def test_near_and_outside_are_those_of_nhsrplotthedots(case: dict[str, Any]) -> None:
    chart, expected = chart_of(case), case["expected"]
    outside = (chart.y > chart.high) | (chart.y < chart.low)
    near = ((chart.y > chart.near_high) | (chart.y < chart.near_low)) & ~outside
    assert outside.tolist() == [bool(flag) for flag in expected["outside_limits"]]
    assert near.tolist() == [bool(flag) for flag in expected["close_to_limits"]]


@pytest.mark.parametrize("case", CASES)
def test_assurance_is_that_of_nhsrplotthedots(case: dict[str, Any]) -> None:
    given_ = case["inputs"]
    if given_["target"] is None:
        assert case["expected"]["assurance"] is None
        return
    verdict = assurance(chart_of(case), given_["target"], given_["improvement_direction"])
    assert verdict == case["expected"]["assurance"]


def test_only_series_with_moving_ranges_are_drawn() -> None:
    assert {case["id"] for case in GOLD["cases"] if not chart_of(case).drawn} == FLAT


@pytest.mark.parametrize("y", [[], [3.0], [3.0, 3.0, 3.0]])
def test_without_anything_to_average_there_is_no_chart_and_no_signal(y: list[float]) -> None:
    chart = control_chart(y)
    assert not chart.drawn
    assert set(chart.signals) <= {Signal.NONE}
    assert len(chart.low) == len(y)
    assert len(chart.icons) == min(len(y), 1)


def test_one_flat_segment_is_enough_not_to_draw() -> None:
    assert not control_chart([1, 2, 1, 3, 5, 5, 5], rebase_at=[4]).drawn
    assert control_chart([1, 2, 1, 3, 5, 6, 5], rebase_at=[4]).drawn


def test_rules_start_anew_at_a_rebase() -> None:
    y = [10, 12, 10, 12, 10, 12, 10, 1, 2, 3, 4, 5, 6, 2, 1, 3]
    whole, parts = control_chart(y), control_chart(y, rebase_at=[7])
    assert parts.segments == (0, 7)
    assert set(parts.signals) == {Signal.NONE}
    assert set(whole.signals) != {Signal.NONE}
    assert parts.mean[0] == 76 / 7


@pytest.mark.parametrize("baseline", [None, 3])
def test_no_moving_range_is_taken_over_a_gap_and_the_limits_stay_one(baseline: int | None) -> None:
    y = [1, 2, 1, 5, 4, 5]
    chart = control_chart(y, gaps_at=[3], baseline=baseline)
    assert chart.segments == (0,)
    assert len(set(chart.mean)) == 1
    assert chart.high - chart.mean == pytest.approx(2.66)
    whole = control_chart(y)
    assert whole.high - whole.mean == pytest.approx(2.66 * 8 / 5)


def test_gap_at_every_point_leaves_nothing_to_set_limits_by() -> None:
    assert not control_chart([1, 2, 3], gaps_at=[1, 2]).drawn


@pytest.mark.parametrize("gap", [4, 6])
def test_no_run_goes_over_a_gap(gap: int) -> None:
    y = [1, 5] * 4 + [6, 10] * 4
    assert control_chart(y).signals[9] is Signal.RUN_ABOVE_MEAN
    told = control_chart(y, gaps_at=[gap, 8 + gap]).signals
    assert {told[8 + gap], told[gap]} == {Signal.NONE}


@given(st.lists(st.integers(0, 9), min_size=2, max_size=30), st.sets(st.integers(1, 29)))
def test_a_gap_at_a_rebase_changes_nothing(y: list[int], starts: set[int]) -> None:
    at = sorted(start for start in starts if start < len(y))
    plain, gaping = control_chart(y, rebase_at=at), control_chart(y, rebase_at=at, gaps_at=at)
    assert plain.signals == gaping.signals
    assert plain.high == pytest.approx(gaping.high, nan_ok=True)


def test_gaps_are_where_a_month_or_quarter_is_missing() -> None:
    months = np.array(["2026-01", "2026-02", "2026-04", "2027-04"], dtype="datetime64[M]")
    assert gaps(months) == [2, 3]
    assert gaps(months[[0, 2, 3]], 3) == [2]
    assert gaps(months[:0]) == gaps(months[:1]) == []


def test_of_points_on_few_answers_nothing_is_claimed() -> None:
    chart = control_chart([5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 20, 21])
    told = chart.told([True] * 12 + [False, True])
    assert told["variation"][12:].tolist() == ["not_judged", "special_cause_improvement"]
    assert told["signal"][12:].tolist() == ["none", "above_limit"]
    assert told["signal"][:12].tolist() == [str(signal) for signal in chart.signals[:12]]


def test_limits_are_told_only_where_some_point_is_judged() -> None:
    chart = control_chart([1, 2, 1, 2, 5, 6, 5, 6], rebase_at=[4])
    told = chart.told([False] * 4 + [True] + [False] * 3)
    assert (
        np.isnan(told["low"]).tolist()
        == np.isnan(told["high"]).tolist()
        == [True] * 4 + [False] * 4
    )
    assert not np.isnan(told["mean"]).any()


@pytest.mark.parametrize("y", [[], [3.0], [3.0, 3.0, 3.0]])
def test_a_chart_that_is_not_drawn_judges_nothing(y: list[float]) -> None:
    told = control_chart(y).told()
    assert set(told["variation"]) <= {"not_judged"}
    assert np.isnan(told["high"].astype(float)).all()


def test_thirteen_points_are_enough_for_limits_that_are_not_preliminary() -> None:
    y = [1, 2, 1, 3, 1, 2, 1, 2, 3, 1, 2, 1, 2]
    assert not control_chart(y).preliminary
    assert control_chart(y[:12]).preliminary
    assert control_chart(y, rebase_at=[1]).preliminary


def test_good_news_depends_on_the_direction() -> None:
    y = [5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 20]
    up, down = control_chart(y), control_chart(y, better="decrease")
    assert up.signals[-1] is down.signals[-1] is Signal.ABOVE_LIMIT
    assert (up.icons, down.icons) == ((Variation.IMPROVEMENT,), (Variation.CONCERN,))


def test_a_target_on_either_side_of_the_limits_is_met_or_missed() -> None:
    chart = control_chart([5, 6, 5, 6, 5, 6])
    assert assurance(chart, 1) is Assurance.PASS
    assert assurance(chart, 1, "decrease") is Assurance.FAIL
    assert assurance(chart, 12) is Assurance.FAIL
    assert assurance(chart, 5.5) is Assurance.INCONSISTENT
    assert assurance(control_chart([]), 1) is None
    assert assurance(control_chart([4.0]), 1) is None


@given(st.lists(st.integers(0, 50), min_size=2, max_size=40), st.booleans())
def test_turning_the_series_upside_down_mirrors_the_chart(y: list[int], screen: bool) -> None:
    chart = control_chart(y, screen=screen)
    mirrored = control_chart([-value for value in y], screen=screen)
    assert mirrored.low == pytest.approx(-chart.high, abs=1e-9, nan_ok=True)
    assert [s.direction for s in mirrored.signals] == [-s.direction for s in chart.signals]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_runs_are_found_as_a_slow_reader_would_find_them(y: list[int]) -> None:
    chart = control_chart(y)
    side = np.sign(np.array(y) - math.fsum(y) / len(y))
    for at, signal in enumerate(chart.signals):
        length = 1
        for step in (-1, 1):
            reach = at + step
            while 0 <= reach < len(y) and side[reach] == side[at]:
                length, reach = length + 1, reach + step
        if signal in (Signal.RUN_ABOVE_MEAN, Signal.RUN_BELOW_MEAN):
            assert length >= 7
        if signal is Signal.NONE:
            assert length < 7 or side[at] == 0


def test_small_monthly_denominators_ask_for_quarters() -> None:
    assert needs_quarters([12, 9, 30])
    assert not needs_quarters([12, 10, 30])
    assert not needs_quarters([12, 0, 30])
    assert not needs_quarters([])


def test_impossible_input_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        control_chart([1.0, math.nan])
    with pytest.raises(ValueError, match="one-dimensional"):
        control_chart([[1.0, 2.0]])
    with pytest.raises(ValueError, match="outside"):
        control_chart([1.0, 2.0], rebase_at=[2])
    with pytest.raises(ValueError, match="outside"):
        control_chart([1.0, 2.0], gaps_at=[2])
    with pytest.raises(ValueError, match="baseline"):
        control_chart([1.0, 2.0], baseline=0)
