"""«Out of reach» is a record of what nobody ever did, not a model."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.forecast import Settled
from metrics.reach import LEAST_CHANCES, Band, bands, pace_record, wrongly_given_up
from metrics.replay import replay
from tests.metrics.past_programmes import with_habits
from tests.metrics.test_replay import EVALUATIONS


def past(rows: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Open keys and deliveries made of past cases told as (open keys, made, how often)."""
    had, made, times = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return np.repeat(had, times), np.repeat(made, times)


def gives_up(rows: list[tuple[int, int, int]], needed: int, open_keys: int) -> bool:
    record = pace_record(*past(rows))
    return bool(record.out_of_reach(np.array([needed]), np.array([open_keys]))[0])


@pytest.mark.parametrize(
    ("needed", "open_keys", "given_up"),
    [(3, 10, False), (4, 10, True), (4, 9, True), (0, 10, False), (9, 20, False), (10, 20, True)],
)
def test_more_than_anybody_ever_delivered_with_as_many_keys(
    needed: int, open_keys: int, given_up: bool
) -> None:
    rows = [(9, 1, 400), (9, 3, 1), (10, 2, 400), (20, 9, 1), (20, 0, 400)]
    assert gives_up(rows, needed, open_keys) is given_up


def test_who_did_it_with_fewer_keys_sets_the_record_for_more() -> None:
    rows = [(8, 5, 1), (8, 0, 400), (12, 1, 400)]
    assert not gives_up(rows, 5, 12)
    assert gives_up(rows, 6, 12)


def test_few_past_cases_say_nothing() -> None:
    assert not gives_up([(10, 1, LEAST_CHANCES - 1)], 5, 10)
    assert gives_up([(10, 1, LEAST_CHANCES)], 5, 10)


def test_cases_without_enough_open_keys_are_no_chances() -> None:
    assert not gives_up([(4, 1, 5000), (10, 1, 10)], 5, 10)


def test_without_a_record_nobody_is_given_up() -> None:
    assert not gives_up([], 99, 99)


def test_what_the_rule_settles_is_never_overruled() -> None:
    record = pace_record(*past([(10, 1, 1000)]))
    state = np.array([Settled.HOLDS, Settled.CANNOT_HOLD, Settled.OPEN, Settled.OPEN], dtype=object)
    said = bands(state, np.array([0, 0, 5, 1]), np.array([10, 0, 10, 10]), record)
    assert said.tolist() == [Band.HOLDS, Band.OUT_OF_REACH, Band.OUT_OF_REACH, Band.OPEN]


@pytest.mark.parametrize("days", [15, 45])
def test_whom_the_replay_gives_up_does_not_hold(days: int) -> None:
    said, wrong = wrongly_given_up(replay(with_habits(), EVALUATIONS, days))
    assert said > 20
    assert wrong <= 0.01 * said
