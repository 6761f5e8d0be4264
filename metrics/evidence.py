"""What a replay is remembered as: the proof, the correction, the record, and their tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.calibration import Calibration
from metrics.key_history import KeyHistory
from metrics.proof import Proof, by_evaluation, proof, reliability, scored
from metrics.reach import PaceRecord, pace_record, wrongly_given_up
from metrics.replay import CORRECTED_BY, learnt_calibration, lesson, replay
from program.calendar import add_months, evaluations_between, last_evaluation, month_start
from program.rules import DECK_RULES, ProgramRules

_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Evidence:
    """What is known of forecasts from so many days before an evaluation.

    Attributes
    ----------
    proof
        Whether they are better than «what today's records say stays».
    calibration
        The correction that the latest evaluations teach, for the coming one.
    record
        The most deliveries that partners have made in as many days.
    given_up, given_up_wrongly
        How often «out of reach» was said in the replay, and how often it was wrong.
    partners
        How many partners were replayed.
    reliability, evaluations
        Tables of ``metrics.proof.reliability`` and ``metrics.proof.by_evaluation``.
    """

    proof: Proof
    calibration: Calibration
    record: PaceRecord
    given_up: int
    given_up_wrongly: int
    partners: int
    reliability: pd.DataFrame
    evaluations: pd.DataFrame


def replayable(
    keys: KeyHistory, today: dt.date, rules: ProgramRules = DECK_RULES, latest: int | None = None
) -> list[dt.date]:
    """Return the past evaluations whose whole window the keys cover, the oldest first.

    The first month with a purchase begins the history; without keys there is no evaluation.
    """
    if not len(keys.purchased):
        return []
    first_day = _EPOCH + dt.timedelta(days=int(keys.purchased.min()))
    first = add_months(month_start(first_day), rules.window_from_months)
    last = last_evaluation(today)
    past = evaluations_between(first, last) if first <= last else []
    return past if latest is None else past[-latest:]


def evidence_of(replayed: pd.DataFrame, days_before: int) -> Evidence:
    """Return what a replay (``metrics.replay.replay``) is remembered as."""
    days = np.sort(replayed["evaluated_on"].unique())
    latest = replayed[replayed["evaluated_on"].isin(days[-CORRECTED_BY:])]
    said, wrong = wrongly_given_up(replayed)
    return Evidence(
        proof=proof(replayed, days_before),
        calibration=learnt_calibration([lesson(latest)]),
        record=pace_record(replayed["open_keys"].to_numpy(), replayed["made"].to_numpy()),
        given_up=said,
        given_up_wrongly=wrong,
        partners=int(replayed["partner"].nunique()),
        reliability=reliability(replayed),
        evaluations=by_evaluation(scored(replayed)),
    )


def evidence(
    keys: KeyHistory,
    today: dt.date,
    days_before: int,
    rules: ProgramRules = DECK_RULES,
    latest: int | None = None,
) -> Evidence:
    """Replay the past evaluations of ``keys`` from ``days_before`` days and judge them."""
    return evidence_of(
        replay(keys, replayable(keys, today, rules, latest), days_before, rules), days_before
    )
