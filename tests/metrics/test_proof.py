"""What counts as proof, and the tables of a replay."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metrics.proof import Proof, by_evaluation, lower_end, proof, reliability


def replayed(chances, held, stays, state: str = "open") -> pd.DataFrame:
    """One row an evaluation and partner from arrays of shape (evaluations, partners)."""
    chances, held, stays = (np.asarray(values) for values in (chances, held, stays))
    days = pd.date_range("2024-01-01", periods=len(chances), freq="MS")
    return pd.DataFrame(
        {
            "evaluated_on": np.repeat(days.to_numpy(), chances.shape[1]),
            "state": state,
            "chance": chances.ravel().astype(float),
            "held": held.ravel().astype(bool),
            "stays": stays.ravel().astype(bool),
        }
    )


def coins(chance: float, months: int = 24, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    held = rng.random((months, 40)) < 0.3
    return replayed(np.full(held.shape, chance), held, np.zeros_like(held))


def test_an_honest_chance_beats_the_state_that_does_not_stay() -> None:
    judged = proof(coins(0.3), 15)
    assert judged.brier == pytest.approx(0.21, abs=0.02)
    assert judged.baseline == pytest.approx(0.3, abs=0.03)
    assert judged.proven
    assert judged.evaluations == 21
    assert judged.forecasts == 21 * 40


def test_the_same_chance_as_the_baseline_proves_nothing() -> None:
    judged = proof(coins(0.0), 15)
    assert judged.gain == 0
    assert judged.gain_low == 0
    assert not judged.proven


def test_a_wrong_forecast_is_not_proven() -> None:
    assert not proof(coins(0.9), 15).proven


def test_a_gain_of_one_lucky_month_is_not_proven() -> None:
    held = np.zeros((24, 40))
    held[20] = 1
    chances = np.full(held.shape, 0.01)
    chances[20] = 0.9
    judged = proof(replayed(chances, held, np.zeros_like(held)), 15)
    assert judged.gain > 0
    assert not judged.proven


def test_gains_without_a_signal_are_rarely_believed() -> None:
    rng = np.random.default_rng(1)
    believed = [lower_end(rng.normal(0, 1, 24), overlap=0) > 0 for _ in range(4000)]
    assert 0.015 < np.mean(believed) < 0.035


def test_overlapping_errors_widen_the_interval() -> None:
    rng = np.random.default_rng(2)
    believed = []
    for _ in range(4000):
        months = rng.normal(0, 1, 49)
        believed.append(lower_end(months[1:] + months[:-1], overlap=1) > 0)
    assert np.mean(believed) < 0.045


@pytest.mark.parametrize("days", [10, 45, 61])
def test_overlapping_forecasts_need_more_evaluations(days: int) -> None:
    assert proof(coins(0.3), days).proven
    assert not proof(coins(0.3, months=6), days).proven


def test_spread_grows_when_partners_share_their_month() -> None:
    rng = np.random.default_rng(6)
    good_month = rng.random((24, 1)) < 0.5
    held = rng.random((24, 40)) < np.where(good_month, 0.6, 0.0)
    shared = proof(replayed(np.full(held.shape, 0.3), held, np.zeros_like(held)), 15)
    assert shared.spread > 5
    assert proof(coins(0.3), 15).spread < 2
    assert shared.widened(100.0) > shared.widened(10.0) * 10
    assert Proof(15, 0, 0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0).widened(7.0) == 7.0


def test_reliability_counts_every_open_forecast_once() -> None:
    rng = np.random.default_rng(9)
    chances = rng.random((10, 50))
    rows = replayed(chances, rng.random((10, 50)) < chances, np.zeros((10, 50)))
    table = reliability(rows)
    assert table["n"].sum() == 7 * 50
    assert ((table["said"] >= table["low"]) & (table["said"] <= table["high"])).all()
    assert np.allclose(table["observed"], table["held"] / table["n"])
    assert reliability(rows.assign(state="holds")).empty


def test_scores_of_an_evaluation_are_means_over_its_partners() -> None:
    rows = by_evaluation(replayed([[0.5, 1.0]], [[1, 1]], [[0, 1]]))
    assert rows["brier"].tolist() == [0.125]
    assert rows["baseline"].tolist() == [0.5]
    assert rows["expected"].tolist() == [1.5]
    assert rows["holders"].tolist() == [2]
    assert rows["variance"].tolist() == [0.25]
