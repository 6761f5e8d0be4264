"""The Kaplan–Meier curve against scipy and statsmodels, and at its edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf
from statsmodels.duration.survfunc import SurvfuncRight

from metrics.lag_curve import LagCurve, lag_curve

keys = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60)


def table(observed: list[tuple[int, bool]]) -> pd.DataFrame:
    rows = pd.DataFrame(observed, columns=["lag", "is_delivered"])
    return (
        rows.assign(delivered=rows["is_delivered"].astype(int), censored=~rows["is_delivered"])
        .groupby("lag")[["delivered", "censored"]]
        .sum()
        .reset_index()
    )


@given(keys)
def test_curve_is_that_of_scipy(observed: list[tuple[int, bool]]) -> None:
    done = [lag for lag, is_delivered in observed if is_delivered]
    waiting = [lag for lag, is_delivered in observed if not is_delivered]
    theirs = ecdf(CensoredData(uncensored=done, right=waiting)).sf
    ours = lag_curve(table(observed))
    days = np.arange(-1, 45)
    assert np.allclose(ours.surviving(days), theirs.evaluate(days))


@given(keys.filter(lambda observed: any(done for _, done in observed)))
def test_curve_and_its_variance_are_those_of_statsmodels(observed: list[tuple[int, bool]]) -> None:
    lags, done = zip(*observed, strict=True)
    theirs = SurvfuncRight(np.asarray(lags, dtype=float), np.asarray(done, dtype=int))
    ours = lag_curve(table(observed))
    days = theirs.surv_times.astype(int)
    assert np.allclose(ours.surviving(days), theirs.surv_prob)
    assert ours.at_risk[days].tolist() == theirs.n_risk.astype(int).tolist()


def test_interval_is_the_log_log_one_of_scipy() -> None:
    rng = np.random.default_rng(1)
    observed = [(int(lag), bool(rng.random() < 0.7)) for lag in rng.integers(0, 60, 200)]
    done = [lag for lag, is_delivered in observed if is_delivered]
    waiting = [lag for lag, is_delivered in observed if not is_delivered]
    theirs = ecdf(CensoredData(uncensored=done, right=waiting)).sf
    with pytest.warns(RuntimeWarning, match="undefined at some observations"):
        limits = theirs.confidence_interval(method="log-log")
    low, high = lag_curve(table(observed)).interval()
    days = theirs.quantiles.astype(int)
    inside = (theirs.probabilities > 0) & (theirs.probabilities < 1)
    assert inside.sum() > 20
    assert np.isnan(low[days][~inside]).all()
    assert np.allclose(low[days][inside], limits.low.probabilities[inside])
    assert np.allclose(high[days][inside], limits.high.probabilities[inside])


@given(keys, st.integers(-1, 50), st.integers(0, 50))
def test_chance_in_between_is_one_minus_the_ratio(
    observed: list[tuple[int, bool]], age: int, more: int
) -> None:
    curve = lag_curve(table(observed))
    now, later = curve.surviving(age), curve.surviving(age + more)
    chance = -np.expm1(-curve.hazard_between(age, age + more))
    assert 0 <= chance <= 1
    if now > 0:
        assert chance == pytest.approx(1 - later / now)


@given(keys)
def test_no_delivery_is_expected_beyond_the_last_observed_lag(
    observed: list[tuple[int, bool]],
) -> None:
    curve = lag_curve(table(observed))
    assert curve.hazard_between(curve.last_observed, 400) == 0
    if curve.last_observed >= 0:
        assert curve.hazard_between(curve.last_observed - 1, curve.last_observed) > 0


@given(keys)
def test_order_gaps_and_repeated_rows_of_the_table_do_not_matter(
    observed: list[tuple[int, bool]],
) -> None:
    rows = table(observed)
    shuffled = pd.concat([rows.iloc[::-1], rows.iloc[:0]], ignore_index=True)
    single = pd.DataFrame(
        [(lag, int(done), int(not done)) for lag, done in observed],
        columns=["lag", "delivered", "censored"],
    )
    expected = lag_curve(rows).survival
    assert np.allclose(lag_curve(shuffled).survival, expected)
    assert np.allclose(lag_curve(single).survival, expected)


def test_without_keys_every_chance_is_zero() -> None:
    curve = lag_curve(table([(0, True)]).iloc[:0])
    assert curve.observations == 0
    assert curve.last_observed == -1
    assert curve.hazard_between(0, 1000) == 0
    assert curve.median() is None


def test_median_is_the_day_by_which_half_are_delivered() -> None:
    assert lag_curve(table([(3, True), (5, True), (9, False), (9, False)])).median() == 5
    assert lag_curve(table([(3, True), (5, False), (9, False)])).median() is None


@pytest.mark.parametrize("wrong", [{"lag": -1}, {"delivered": -1}, {"censored": -2}])
def test_negative_lags_and_counts_are_refused(wrong: dict[str, int]) -> None:
    row = {"lag": 1, "delivered": 1, "censored": 1} | wrong
    with pytest.raises(ValueError, match="negative"):
        lag_curve(pd.DataFrame([row]))


def test_a_curve_that_reaches_zero_stays_finite() -> None:
    curve = lag_curve(table([(2, True), (4, True)]))
    assert isinstance(curve, LagCurve)
    assert np.isfinite(curve.hazard_until([4, 5, 100])).all()
    assert -np.expm1(-curve.hazard_between(3, 4)) == pytest.approx(1)
    low, high = curve.interval()
    assert np.isnan([low[0], high[0], low[4], high[4]]).all()
