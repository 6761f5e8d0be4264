from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from metrics.cohorts import SHARE_COLUMNS, cohort_shares, fixed_maturity

TODAY = dt.date(2026, 11, 23)


def counted(*rows):
    """Rows of (month of purchase, months to delivery or None, keys, delivered in time)."""
    frame = pd.DataFrame(rows, columns=["bought", "months_since", "keys", "in_time"])
    return frame.astype(
        {"bought": "datetime64[us]", "months_since": "Int64", "keys": "int64", "in_time": "int64"}
    )


def monthly(first, count, keys, in_time):
    """``count`` months from ``first`` on; ``in_time`` of month i as a function of i."""
    months = pd.date_range(first, periods=count, freq="MS")
    return counted(*((month, None, keys, in_time(i)) for i, month in enumerate(months)))


def test_shares_add_up_over_whole_months_only():
    counts = counted(
        ("2026-08-01", 0, 1, 1),
        ("2026-08-01", 2, 2, 2),
        ("2026-08-01", 3, 4, 0),
        ("2026-08-01", None, 3, 0),
        ("2026-11-01", 0, 5, 5),
    )
    shares = cohort_shares(counts, TODAY, cohorts=12, months=12)
    assert set(shares["bought"]) == {pd.Timestamp("2026-08-01")}
    # August to October are over; what November delivered is not told yet.
    assert shares["months_since"].tolist() == [0, 1, 2]
    assert shares["delivered"].tolist() == [1, 1, 3]
    assert shares["share"].tolist() == [0.1, 0.1, 0.3]
    assert shares["keys"].tolist() == [10, 10, 10]


def test_cohorts_and_months_are_limited():
    counts = monthly("2024-01-01", 30, 10, lambda _: 0)
    shares = cohort_shares(counts, TODAY, cohorts=6, months=2)
    assert shares["bought"].min() == pd.Timestamp("2026-05-01")
    assert shares["months_since"].max() == 2


def test_no_keys_give_no_shares_with_columns():
    shares = cohort_shares(counted(), TODAY, cohorts=6, months=2)
    assert shares.empty
    assert shares.dtypes.astype(str).to_dict() == SHARE_COLUMNS


@pytest.mark.parametrize(
    ("today", "newest"),
    [
        # 31 July + 90 days is 29 October, 31 August + 90 days is 29 November.
        ("2026-11-28", "2026-07-01"),
        ("2026-11-29", "2026-08-01"),
    ],
)
def test_the_newest_point_is_the_last_month_whose_keys_all_had_their_days(today, newest):
    counts = monthly("2025-01-01", 23, 20, lambda i: i % 7)
    series = fixed_maturity(counts, dt.date.fromisoformat(today), days=90, cohorts=36)
    assert series.frame["month"].iloc[-1] == pd.Timestamp(newest)
    assert not series.quarterly


def test_small_months_are_joined_to_whole_quarters():
    counts = monthly("2025-02-01", 20, 5, lambda i: i % 3)
    series = fixed_maturity(counts, TODAY, days=90, cohorts=18)
    assert series.quarterly
    months = series.frame["month"]
    assert set(months.dt.month) <= {1, 4, 7, 10}
    # The first quarter begins in January, before the oldest month; the last one must be over.
    assert months.iloc[0] == pd.Timestamp("2025-04-01")
    assert months.iloc[-1] == pd.Timestamp("2026-04-01")
    assert set(series.frame["n"]) == {15}


def test_limits_are_left_out_where_nothing_varies():
    series = fixed_maturity(monthly("2025-01-01", 20, 20, lambda _: 5), TODAY, days=90, cohorts=36)
    assert series.frame["low"].isna().all()
    assert set(series.frame["variation"]) == {"not_judged"}
    assert set(series.frame["value"]) == {0.25}


def test_a_jump_is_a_signal_against_the_own_limits():
    series = fixed_maturity(
        monthly("2024-11-01", 22, 100, lambda i: 20 + i % 3 if i < 20 else 60),
        TODAY,
        days=90,
        cohorts=36,
    )
    assert series.frame["variation"].iloc[-1] == "special_cause_improvement"
    assert np.isfinite(series.frame["high"]).all()
    assert not series.preliminary


def test_cohorts_of_few_keys_are_not_judged_and_those_without_any_are_a_gap():
    few = fixed_maturity(monthly("2025-01-01", 18, 2, lambda i: i % 3), TODAY, days=90, cohorts=36)
    assert set(few.frame["variation"]) == {"not_judged"}
    assert few.frame["high"].isna().all()
    counts = monthly("2025-01-01", 20, 20, lambda i: 5 + i % 2 if i < 8 else 15 + i % 2)
    counts.loc[8, ["keys", "in_time"]] = 0
    gaping = fixed_maturity(counts, TODAY, days=90, cohorts=36).frame
    assert (gaping["high"] - gaping["mean"]).iloc[0] == pytest.approx(2.66 / 20)


def test_before_any_month_has_matured_there_is_no_point():
    series = fixed_maturity(monthly("2026-10-01", 2, 20, lambda _: 5), TODAY, days=90, cohorts=36)
    assert series.frame.empty
    assert fixed_maturity(counted(), TODAY, days=90, cohorts=36).frame.empty
