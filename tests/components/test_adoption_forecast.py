"""The forecast on «Охват»: only from decisions, only with enough of them, checkable by hand."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from components.adoption import keys_columns, partners_columns, with_coverage
from components.adoption_forecast import (
    adoption_forecast,
    forecast_words,
    with_forecast,
)
from program.language import speaking


def evaluations(decided: int = 40, coming: int = 2, with_base: int = 50) -> pd.DataFrame:
    """Holders climb by one a month up to 140 at the last decision; the coming ones fall."""
    days = pd.date_range("2023-01-01", periods=decided + coming, freq="MS")
    climb = np.arange(decided) + 141 - decided
    holders = np.r_[climb, np.full(coming, 90)]
    rows = pd.DataFrame(
        {
            "evaluated_on": days,
            "segment": "",
            "decided": np.arange(decided + coming) < decided,
            "members": 300,
            "with_base": with_base,
            "delivering": holders + 20,
            "holders": holders,
            "secured": holders,
            "base": 1000,
            "delivered": holders * 3,
            "pending_activation": 0,
        }
    )
    return with_coverage(rows)


def test_the_four_evaluations_after_the_coming_ones_are_forecast_from_the_last_decision() -> None:
    rows = evaluations()
    ahead = adoption_forecast(rows)
    last = rows["evaluated_on"].iloc[-1]
    assert list(ahead["evaluated_on"]) == [last + pd.DateOffset(months=k) for k in (1, 2, 3, 4)]
    assert list(ahead["holders"]) == [143, 144, 145, 146]
    assert list(ahead["holders_n"]) == [25, 24, 23, 22]
    assert list(ahead["coverage"]) == pytest.approx([0.429, 0.432, 0.435, 0.438])


def test_what_today_s_records_say_of_the_coming_evaluations_changes_no_forecast() -> None:
    rows = evaluations()
    other = rows.assign(holders=rows["holders"].where(rows["decided"], 0))
    pd.testing.assert_frame_equal(adoption_forecast(rows), adoption_forecast(other))


def test_counts_end_at_the_members_and_coverage_at_one() -> None:
    rows = evaluations().assign(members=141, coverage=np.r_[np.linspace(0.2, 0.99, 40), 0.9, 0.9])
    ahead = adoption_forecast(rows)
    assert (ahead[["holders", "holders_high"]] <= 141).all(axis=None)
    assert (ahead["coverage"] == 1).all()


def test_intervals_of_partners_are_whole_and_rounded_outward() -> None:
    rows = evaluations()
    rows["holders"] += np.random.default_rng(1).integers(-9, 9, len(rows))
    ahead = adoption_forecast(rows)
    counts = ahead[["holders", "holders_low", "holders_high"]]
    assert (counts == counts.round()).all(axis=None)
    assert (ahead["holders_low"] < ahead["holders"]).all()
    assert (ahead["holders"] < ahead["holders_high"]).all()


def test_a_decision_that_was_not_stored_is_a_gap_and_no_month_less() -> None:
    rows = evaluations()
    ahead = adoption_forecast(rows.drop(index=20))
    assert list(ahead["holders"]) == [143, 144, 145, 146]
    assert list(ahead["holders_n"]) == [22, 21, 20, 19]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (evaluations(with_base=9), "fewer than 10 partners"),
        (evaluations(decided=26), "at least 12 past evaluations"),
        (evaluations(decided=1), "at least 12 past evaluations"),
        (evaluations(decided=0), "at least 12 past evaluations"),
    ],
    ids=["few partners", "short history", "one decision", "no decision"],
)
def test_without_enough_behind_it_there_is_no_forecast_and_words_say_why(
    rows: pd.DataFrame, why: str
) -> None:
    ahead = adoption_forecast(rows)
    assert ahead.empty
    with speaking("en"):
        words = forecast_words(rows, ahead)
        assert all(why in note for note, _method in words.values())
        told = with_forecast(rows, ahead)
        for columns in (partners_columns(ahead), keys_columns(ahead)):
            assert {column.name for column in columns} <= set(told.columns)


def test_a_shorter_history_is_forecast_less_far() -> None:
    assert list(adoption_forecast(evaluations(decided=28))["holders"]) == [143, 144]


def test_the_note_says_how_many_past_evaluations_stand_behind_the_band() -> None:
    rows = evaluations()
    ahead = adoption_forecast(rows)
    with speaking("en"):
        note, method = forecast_words(rows, ahead)["holders"]
    assert "80\u00a0% interval, from 22–\u206025 past evaluations" in note
    # The example can be checked with a pencil.
    now, months, _now, before, value = map(
        int, re.search(r": (\d+) \+ (\d) × \((\d+) − (\d+)\) / 12 = (\d+)", method).groups()
    )
    assert (now, months, before, value) == (140, 3, 128, 143)
    assert now + months * (now - before) / 12 == value
    assert "3\u00a0months ahead 11 of 11" in method


def test_tables_and_files_tell_decisions_records_and_forecasts_apart() -> None:
    rows = evaluations()
    with speaking("ru"):
        ahead = adoption_forecast(rows)
        told = with_forecast(rows, ahead)
        names = [column.name for column in partners_columns(ahead)]
    assert list(told["status"].drop_duplicates()) == ["решено", "по сегодняшним записям", "прогноз"]
    assert list(told["status"]).count("прогноз") == 4
    assert {"status", "holders_low", "holders_high", "holders_n"} <= set(names)
    assert told["holders_low"].notna().sum() == 4
