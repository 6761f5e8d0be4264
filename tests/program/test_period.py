from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program.period import Period, calendar_year, last_months, months_before

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31))


def test_last_twelve_months_end_today_and_follow_the_twelve_before_without_a_gap():
    period = last_months(dt.date(2026, 11, 23), 12)
    assert period == Period(dt.date(2025, 11, 24), dt.date(2026, 11, 23))
    assert period.previous() == Period(dt.date(2024, 11, 24), dt.date(2025, 11, 23))


def test_year_is_preceded_by_the_year_before_it_even_around_a_leap_year():
    assert calendar_year(2025).previous() == calendar_year(2024)
    assert calendar_year(2024).year_before() == calendar_year(2023)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-05-31", 3, "2026-02-28"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
    ],
)
def test_day_that_a_month_lacks_becomes_its_last(day, months, expected):
    assert months_before(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


@given(DAYS, st.integers(0, 1500))
def test_previous_period_is_disjoint_and_touches(first, length):
    period = Period(first, first + dt.timedelta(days=length))
    previous = period.previous()
    assert previous.last + dt.timedelta(days=1) == period.first
    assert not period.overlaps(previous)


@given(DAYS, st.sampled_from([3, 6, 12]))
def test_presets_leave_no_gap_to_what_precedes_them(today, months):
    period = last_months(today, months)
    assert period.last == today
    assert period.previous().last + dt.timedelta(days=1) == period.first


@given(DAYS, st.integers(0, 1500))
def test_same_days_a_year_before_are_offered_only_when_disjoint(first, length):
    period = Period(first, first + dt.timedelta(days=length))
    before = period.year_before()
    assert before is None or not before.overlaps(period)


def test_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends after it begins"):
        Period(dt.date(2026, 1, 2), dt.date(2026, 1, 1))
