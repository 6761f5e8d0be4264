"""Drift with a conformal interval: by hand, in properties, and on simulated random walks."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.drift import (
    FEWEST,
    OVER,
    carried_on,
    conformal_width,
    drift_forecast,
    past_misses,
    replayed_intervals,
)

HORIZONS = (3, 4, 5, 6)
LONG_ENOUGH = OVER + HORIZONS[-1] + FEWEST
value = st.floats(0, 1e6) | st.just(math.nan)
any_series = st.lists(value, max_size=70)
whole_series = st.lists(st.floats(0, 1e6), min_size=LONG_ENOUGH, max_size=70)


def test_a_year_of_twelve_more_goes_on_with_one_more_a_month() -> None:
    series = [100.0, *[math.nan] * 11, 112.0]
    assert carried_on(series, 3)[-1] == 115.0
    assert np.isnan(carried_on(series, 3)[:-1]).all()


def test_a_forecast_computed_by_hand() -> None:
    # Straight up by one a month, but the last twelve values lie 1, 2, … 12 above that line.
    series = np.arange(27.0)
    series[15:] += np.arange(1, 13)
    (three,) = drift_forecast(series, [3])
    # 38 at the end, 14 a year before.
    assert three.value == 38 + 3 * (38 - 14) / 12 == 44.0
    # Misses: nothing is above the line in months 12–14; later origins lie k above it and say
    # k + 3 k / 12 of what comes k + 3 above it: |3 − k / 4| for k = 1 … 9.
    misses = [1.0, 2.0, 3.0, *(3 - k / 4 for k in range(1, 10))]
    assert past_misses(series, 3) == pytest.approx(misses)
    assert three.n == len(misses) == 12
    # ⌈13 · 0.8⌉ = 11: the second largest of twelve.
    assert sorted(misses)[10] == 2.75
    assert (three.low, three.high) == (44 - 2.75, 44 + 2.75)


@pytest.mark.parametrize(("n", "place"), [(4, 4), (9, 8), (12, 11), (14, 12), (30, 25)])
def test_the_width_is_the_miss_in_its_place(n: int, place: int) -> None:
    assert conformal_width(np.arange(1, n + 1)[::-1]) == place


@pytest.mark.parametrize("n", range(4))
def test_four_misses_are_the_fewest_for_a_finite_width(n: int) -> None:
    assert conformal_width(np.ones(n)) == math.inf
    assert conformal_width(np.ones(4)) == 1


@given(any_series, st.floats(0, 1e5), st.floats(1e5, 1e6))
def test_an_interval_holds_its_forecast_within_the_limits_and_never_narrows(
    series: list[float], lowest: float, highest: float
) -> None:
    free = drift_forecast(series, HORIZONS, lowest=-math.inf)
    widths = [ahead.high - ahead.value for ahead in free]
    assert all(later >= sooner - 1e-3 for sooner, later in pairwise(widths))
    for ahead in drift_forecast(series, HORIZONS, lowest=lowest, highest=highest):
        assert lowest <= ahead.low <= ahead.value <= ahead.high <= highest
        assert ahead.n >= FEWEST


@given(whole_series, st.integers(1, 20))
def test_what_came_before_the_year_and_the_misses_changes_nothing(
    series: list[float], months: int
) -> None:
    said = carried_on(series, months)[-1]
    assert said == carried_on(series[-OVER - 1 :], months)[-1]


@given(st.floats(0, 1e6), st.integers(LONG_ENOUGH, 70))
def test_a_constant_series_stays_without_any_width(level: float, length: int) -> None:
    found = drift_forecast([level] * length, HORIZONS)
    assert [(a.low, a.value, a.high) for a in found] == [(level, level, level)] * len(HORIZONS)


def test_a_straight_line_goes_on_without_any_width() -> None:
    found = drift_forecast(np.arange(50.0), HORIZONS)
    assert [(a.low, a.value, a.high) for a in found] == [(49.0 + h,) * 3 for h in HORIZONS]


@given(whole_series)
def test_one_missing_month_takes_its_misses_and_no_more(series: list[float]) -> None:
    place = len(series) - OVER - 8
    gapped = [*series[:place], math.nan, *series[place + 1 :]]
    lost = len(past_misses(series, 3)) - len(past_misses(gapped, 3))
    assert 0 <= lost <= 3  # as what came, as where it was said from, as the year before that
    assert carried_on(gapped, 3)[-1] == carried_on(series, 3)[-1]


@pytest.mark.parametrize("length", [0, 1, OVER, OVER + 1, LONG_ENOUGH - 4])
def test_a_short_series_has_no_forecast(length: int) -> None:
    assert drift_forecast(np.arange(float(length)), HORIZONS) == []


def test_the_farthest_forecasts_need_the_longest_series() -> None:
    lengths = {n: [a.months for a in drift_forecast(np.ones(n), HORIZONS)] for n in range(26, 31)}
    assert lengths == {26: [], 27: [3], 28: [3, 4], 29: [3, 4, 5], 30: [3, 4, 5, 6]}


@pytest.mark.parametrize("missing", [-1, -1 - OVER])
def test_without_the_last_value_or_that_of_a_year_before_there_is_no_forecast(
    missing: int,
) -> None:
    series = np.arange(60.0)
    series[missing] = np.nan
    assert drift_forecast(series, HORIZONS) == []


@pytest.mark.parametrize(("steps", "months"), [(30, 6), (48, 3), (48, 6), (96, 6)])
def test_the_interval_holds_four_of_five_on_random_walks_with_drift(
    steps: int, months: int
) -> None:
    rng = np.random.default_rng(20261124)
    walks, held = 2000, 0
    for walk in 5_000 + np.cumsum(rng.normal(20, 40, (walks, steps + months)), axis=1):
        (ahead,) = drift_forecast(walk[:steps], [months])
        held += ahead.low <= walk[-1] <= ahead.high
    assert 0.77 < held / walks < 0.85


def test_intervals_of_the_past_are_replayed_from_what_was_known_then() -> None:
    # Constant until the last month: no interval of the past could know of the jump.
    assert replayed_intervals(np.ones(48), 3) == (19, 19)
    assert replayed_intervals([*np.ones(47), 9.0], 3) == (18, 19)
    assert replayed_intervals(np.ones(29), 3) == (0, 0)


@given(any_series)
def test_replayed_intervals_are_no_more_than_the_misses(series: list[float]) -> None:
    held, drawn = replayed_intervals(series, 4)
    assert 0 <= held <= drawn <= len(past_misses(series, 4))


def test_what_is_no_series_is_refused() -> None:
    with pytest.raises(ValueError, match="finite number a month"):
        drift_forecast([1.0, math.inf], HORIZONS)
    with pytest.raises(ValueError, match="finite number a month"):
        carried_on([[1.0], [2.0]], 1)
    with pytest.raises(ValueError, match="at least a month"):
        past_misses([1.0], 0)
    with pytest.raises(ValueError, match="must ascend"):
        drift_forecast([1.0], [4, 3])
    with pytest.raises(ValueError, match="nothing lies between"):
        drift_forecast([1.0], [3], lowest=2, highest=1)
