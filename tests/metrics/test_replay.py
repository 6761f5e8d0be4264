"""The replay: fair to the past, better than no forecast where there is something to learn."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from metrics.calibration import UNCORRECTED
from metrics.evidence import evidence, evidence_of, replayable
from metrics.forecast import Settled
from metrics.key_history import NEVER, KeyHistory, day_number
from metrics.proof import proof
from metrics.replay import REPLAY_COLUMNS, learnt_calibration, replay
from program.calendar import evaluations_between
from program.rules import DECK_RULES
from tests.metrics.past_programmes import (
    BEGIN,
    TODAY,
    nothing_moves,
    past_misleads,
    with_habits,
)

EVALUATIONS = evaluations_between(dt.date(2025, 1, 1), dt.date(2026, 11, 1))


@pytest.fixture(scope="module", params=[15, 45])
def habits_replayed(request: pytest.FixtureRequest) -> tuple[int, pd.DataFrame]:
    return request.param, replay(with_habits(), EVALUATIONS, request.param)


def test_with_habits_the_forecast_is_proven_better(habits_replayed) -> None:
    days, rows = habits_replayed
    judged = proof(rows, days)
    assert judged.proven
    assert judged.brier < judged.baseline
    assert 0 < judged.gain_low < judged.gain


def test_chances_come_true_as_often_as_they_say(habits_replayed) -> None:
    days, rows = habits_replayed
    table = evidence_of(rows, days).reliability
    error = np.sqrt(table["said"] * (1 - table["said"]) / table["n"])
    assert len(table) >= 6
    assert ((table["said"] - table["observed"]).abs() <= 3.5 * error).all()


@pytest.mark.parametrize(
    ("programme", "days"), [(nothing_moves, 15), (nothing_moves, 45), (past_misleads, 15)]
)
def test_without_anything_to_learn_no_gain_is_proven(programme, days: int) -> None:
    judged = proof(replay(programme(), EVALUATIONS, days), days)
    assert judged.evaluations == len(EVALUATIONS) - 3
    assert not judged.proven


def test_what_the_rule_settles_is_certain_in_the_replay(habits_replayed) -> None:
    _days, rows = habits_replayed
    sure = rows[rows["state"] == Settled.HOLDS.value]
    never = rows[rows["state"] == Settled.CANNOT_HOLD.value]
    assert (sure["chance"] == 1).all()
    assert sure["held"].all()
    assert (never["chance"] == 0).all()
    assert not never["held"].any()
    assert rows["chance"].between(0, 1).all()


def test_a_forecast_knows_nothing_of_what_came_later() -> None:
    keys = with_habits()
    evaluated_on, days = dt.date(2025, 6, 1), 20
    told = replay(keys, EVALUATIONS[:6], days)
    known = day_number(evaluated_on) - days
    rng = np.random.default_rng(4)
    later = np.where(
        keys.delivered > known, known + 1 + rng.integers(0, 300, len(keys.partner)), keys.delivered
    )
    other = KeyHistory(keys.partners, keys.partner, keys.purchased, keys.activated, later)
    retold = replay(other, EVALUATIONS[:6], days)
    last = told["evaluated_on"] == pd.Timestamp(evaluated_on)
    same = ["partner", "state", "needed", "open_keys", "stays", "raw"]
    pd.testing.assert_frame_equal(told.loc[last, same], retold.loc[last, same])
    assert not told.loc[last, "held"].equals(retold.loc[last, "held"])


def test_corrections_are_learnt_from_earlier_evaluations_only() -> None:
    rows = replay(with_habits(), EVALUATIONS[:8], 15)
    first = rows[rows["evaluated_on"] == rows["evaluated_on"].min()]
    assert np.allclose(first["chance"], first["raw"], atol=1e-4)
    assert not np.allclose(rows["chance"], rows["raw"], atol=0.01)
    shorter = replay(with_habits(), EVALUATIONS[:5], 15)
    pd.testing.assert_frame_equal(rows.head(len(shorter)), shorter)


def test_no_evaluation_is_an_empty_replay_without_proof() -> None:
    rows = replay(with_habits(), [], 15)
    assert rows.dtypes.astype(str).to_dict() == REPLAY_COLUMNS
    found = evidence_of(rows, 15)
    assert not found.proof.proven
    assert np.isnan(found.proof.brier)
    assert found.calibration == learnt_calibration([]) == UNCORRECTED
    assert found.reliability.empty
    assert not found.record.out_of_reach(np.array([50]), np.array([60])).any()


def test_few_evaluations_prove_nothing_however_good() -> None:
    found = evidence(with_habits(), TODAY, 15, latest=8)
    assert found.proof.evaluations == 5
    assert found.proof.gain > 0
    assert not found.proof.proven


def test_only_evaluations_with_a_whole_window_are_replayed() -> None:
    keys = with_habits()
    past = replayable(keys, TODAY)
    assert DECK_RULES.window(past[0]).start == BEGIN
    assert past[-1] == dt.date(2026, 11, 1)
    assert replayable(keys, TODAY, latest=4) == past[-4:]
    assert replayable(keys, dt.date(2024, 7, 31)) == []
    none = np.empty(0, dtype=np.int64)
    assert replayable(KeyHistory(0, none, none, none, none), TODAY) == []


def test_progress_is_told_after_each_evaluation() -> None:
    told: list[dt.date] = []
    replay(with_habits(10, 20), EVALUATIONS[:3], 15, progress=told.append)
    assert told == EVALUATIONS[:3]


def test_a_key_counts_from_its_days_on() -> None:
    day = day_number
    keys = KeyHistory(
        1,
        np.zeros(3, dtype=np.int64),
        np.array([day(dt.date(2026, 1, 5))] * 3),
        np.array([day(dt.date(2026, 1, 9)), day(dt.date(2026, 5, 20)), NEVER]),
        np.array([day(dt.date(2026, 5, 25)), NEVER, NEVER]),
    )
    on = dt.date(2026, 6, 1)
    for seen_on, expected in (
        (dt.date(2026, 5, 19), (1, 0, 2)),
        (dt.date(2026, 5, 20), (2, 0, 1)),
        (dt.date(2026, 5, 25), (2, 1, 1)),
    ):
        assert tuple(int(n[0]) for n in keys.counts(on, seen_on)) == expected
        now = keys.known(on, seen_on).situation
        assert (int(now.base[0]), int(now.delivered[0]), int(now.pending[0])) == expected
    assert keys.delivered_between(on, dt.date(2026, 5, 24)).tolist() == [1]
    assert keys.delivered_between(on, dt.date(2026, 5, 25)).tolist() == [0]
