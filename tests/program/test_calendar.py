from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program.calendar import (
    add_months,
    evaluations_between,
    last_evaluation,
    next_evaluation,
    same_day_next_year,
)

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))


@given(DAYS, st.integers(-60, 60))
def test_adding_months_and_taking_them_away_returns(day, months):
    first = day.replace(day=1)
    assert add_months(add_months(first, months), -months) == first


def test_months_are_added_to_firsts_only():
    with pytest.raises(ValueError, match="1st of a month"):
        add_months(dt.date(2026, 1, 31), 1)


@given(DAYS)
def test_next_evaluation_lies_ahead_and_the_last_one_does_not(day):
    assert last_evaluation(day) <= day < next_evaluation(day)
    assert add_months(last_evaluation(day), 1) == next_evaluation(day)


def test_on_the_first_itself_that_evaluation_is_already_decided():
    assert last_evaluation(dt.date(2026, 12, 1)) == dt.date(2026, 12, 1)
    assert next_evaluation(dt.date(2026, 12, 1)) == dt.date(2027, 1, 1)


def test_evaluations_between_include_both_ends():
    days = evaluations_between(dt.date(2026, 11, 1), dt.date(2027, 1, 1))
    assert days == [dt.date(2026, 11, 1), dt.date(2026, 12, 1), dt.date(2027, 1, 1)]
    assert evaluations_between(dt.date(2027, 1, 1), dt.date(2026, 11, 1)) == []


def test_29_february_comes_back_as_28_february():
    assert same_day_next_year(dt.date(2024, 2, 29)) == dt.date(2025, 2, 28)
    assert same_day_next_year(dt.date(2024, 2, 29), 4) == dt.date(2028, 2, 29)
    assert same_day_next_year(dt.date(2025, 12, 31)) == dt.date(2026, 12, 31)
