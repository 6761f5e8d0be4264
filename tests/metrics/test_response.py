import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.estimate import Status
from metrics.response import response, response_rates, worst_case


def test_pending_contacts_are_not_yet_part_of_the_rate() -> None:
    result = response(
        {"completed": 6, "refused": 1, "unreachable": 2, "wrong_contact": 3, "pending": 50}
    )
    assert (result.ended, result.rate.value, result.rate.n) == (12, 0.5, 12)


def test_a_rate_before_anything_ended_is_undefined_and_not_zero() -> None:
    assert math.isnan(response({"pending": 4}).rate.value)
    assert response({}).rate.status is Status.NONE
    assert response({"refused": 3}).rate.value == 0


def test_the_rate_has_the_interval_of_every_share() -> None:
    rate = response({"completed": 6, "refused": 6}).rate
    assert (rate.low, rate.high) == pytest.approx((0.2538, 0.7462), abs=1e-4)


def test_unknown_outcomes_and_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="called_back"):
        response({"called_back": 1})
    with pytest.raises(ValueError, match="completed"):
        response({"completed": -1})
    with pytest.raises(ValueError, match="completed must not exceed ended"):
        response_rates([5], [4])


def test_rates_of_a_table_leave_the_empty_rows_undefined() -> None:
    rates = response_rates([3, 0, 0], [4, 5, 0])
    assert rates[:2].tolist() == [0.75, 0.0]
    assert np.isnan(rates[2])


def test_the_worst_case_lets_the_silent_answer_either_way() -> None:
    bounds = worst_case(6, 8, 4)
    assert (bounds.value, bounds.low, bounds.high) == (6 / 8, 6 / 12, 10 / 12)
    assert (bounds.n, bounds.status) == (8, Status.FEW)


def test_without_silence_the_bounds_close_on_the_share() -> None:
    bounds = worst_case(6, 8, 0)
    assert bounds.low == bounds.value == bounds.high


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500))
def test_the_bounds_hold_the_share_and_whatever_the_missing_say(
    n: int, some: int, missing: int
) -> None:
    x = min(some, n)
    bounds = worst_case(x, n, missing)
    assert 0 <= bounds.low <= bounds.value <= bounds.high <= 1
    assert bounds.high - bounds.low == pytest.approx(missing / (n + missing))


def test_all_missing_is_nothing() -> None:
    assert worst_case(0, 0, 7).status is Status.NONE
    with pytest.raises(ValueError, match="missing"):
        worst_case(1, 2, -1)
