"""Series of answers over time: what may be claimed of them, on screen and in words."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.annotations import Mark
from components import survey_trend
from components.survey_figures import (
    Measure,
    Reading,
    trend,
)
from components.survey_questions import wordings
from components.survey_trend import notes, trend_marks
from components.survey_view import trend_start
from components.survey_words import signal_sentences
from metrics.recommendation import IndexMapping
from tests.components.survey_samples import DAY, QUESTION_ROWS, reading, rows

pytestmark = pytest.mark.usefixtures("russian")

CAMPAIGN = Mark(dt.date(2024, 6, 15), "кампания")


def series(months: int, n: int = 12, version: int = 1, start: str = "2024-01-01") -> pd.DataFrame:
    high = 5 if version == 1 else 10
    return pd.concat(
        rows([high] * (n - 2 - at % 3) + [1] * (2 + at % 3), version).assign(month=month)
        for at, month in enumerate(pd.date_range(start, periods=months, freq="MS"))
    )


def test_series_stays_monthly_with_ten_answers_a_month_and_becomes_quarterly_below() -> None:
    assert not trend(series(9, 10), [reading()], Measure.SHARE, DAY).quarterly
    few = trend(series(9, 9), [reading()], Measure.SHARE, DAY)
    assert few.quarterly
    assert few.frame["n"].tolist() == [27, 27, 27]
    assert few.frame["month"].dt.month.tolist() == [1, 4, 7]


def test_quarter_of_few_answers_is_drawn_unflagged_and_one_of_four_left_out() -> None:
    months = pd.date_range("2024-01-01", periods=12, freq="QS")
    good = [9, 10, 9, 10, 9, 10, 9, 10]
    counts = pd.concat(
        rows([5] * g + [1] * (n - g)).assign(month=month)
        for month, g, n in zip(months, [*good, 0, 0, 0, 10], [*[12] * 8, 9, 4, 10, 12], strict=True)
    )
    # One month of three answers makes the series quarterly.
    counts = pd.concat([counts, rows([5] * 3).assign(month=pd.Timestamp("2024-02-01"))])
    found = trend(counts, [reading()], Measure.SHARE, dt.date(2026, 12, 31)).frame
    by_quarter = found.set_index("month")["signal"]
    assert pd.Timestamp("2026-04-01") not in by_quarter.index
    assert by_quarter[pd.Timestamp("2026-01-01")] == "none"
    assert by_quarter[pd.Timestamp("2026-07-01")] == "below_limit"


def quarters(
    good: list[int], n: list[int], start: str = "2024-01-01", version: int = 1
) -> pd.DataFrame:
    months = pd.date_range(start, periods=len(n), freq="QS")
    return pd.concat(
        rows([5] * g + [1] * (of - g), version).assign(month=month)
        for month, g, of in zip(months, good, n, strict=True)
    )


END = dt.date(2026, 12, 31)


def test_where_every_quarter_has_few_answers_nothing_is_claimed_and_no_limits_are_drawn() -> None:
    found = trend(quarters([1, 6, 2, 7, 5, 3], [6, 9, 5, 8, 7, 6]), [reading()], Measure.SHARE, END)
    assert set(found.frame["variation"]) == {"not_judged"}
    assert found.frame[["low", "high"]].isna().all(axis=None)
    said = " ".join(notes(found))
    assert "ничего не оценивается" in said
    assert "Сигналов нет" not in said
    assert "редварительные" not in said


def test_no_signals_are_claimed_of_judged_quarters_only() -> None:
    found = trend(quarters([6, 7, 6, 7, 6], [12, 12, 9, 12, 7]), [reading()], Measure.SHARE, END)
    assert found.judged == 3
    assert "Сигналов нет; оценено точек: 3 из 5." in notes(found)


def test_series_without_change_claims_nothing() -> None:
    found = trend(quarters([6] * 5, [12, 12, 12, 12, 12]), [reading()], Measure.SHARE, END)
    assert not found.judged
    assert "Сигналов нет" not in " ".join(notes(found))


def test_quarter_left_out_breaks_the_series_and_is_counted() -> None:
    n = [12, 12, 12, 3, 12, 12, 12]
    counts = quarters([6, 7, 6, 1, 11, 10, 11], n)
    # A quarter without any answer is left out as much as one with three.
    counts = counts[counts["month"] != pd.Timestamp("2025-04-01")]
    found = trend(counts, [reading()], Measure.SHARE, END)
    assert found.left_out == 2
    assert "не показано: 2" in " ".join(notes(found))
    reach = found.frame["high"] - found.frame["mean"]
    assert reach.iloc[0] == pytest.approx(2.66 / 12)


@pytest.mark.parametrize("measure", list(Measure))
def test_whole_series_leaves_no_period_out(measure: Measure) -> None:
    found = trend(series(8), [reading()], measure, DAY)
    assert found.left_out == 0
    assert "прервана" not in " ".join(notes(found))


def test_first_quarter_is_drawn_only_if_none_of_its_answers_is_missing() -> None:
    counts = series(14, 9, start="2023-11-01")
    since = dt.date(2023, 11, 1)
    found = trend(counts, [reading()], Measure.SHARE, END, complete_from=since).frame
    assert found["month"].iloc[0] == pd.Timestamp("2024-01-01")
    whole = trend(counts, [reading()], Measure.SHARE, END, complete_from=dt.date(2023, 10, 1)).frame
    assert whole["month"].iloc[0] == pd.Timestamp("2023-10-01")


@given(st.dates(dt.date(2012, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 3000))
def test_trend_begins_with_a_quarter_three_years_back_or_with_a_longer_period(
    first: dt.date, days: int
) -> None:
    last = first + dt.timedelta(days)
    since = trend_start(last, first)
    assert (since.day, since.month % 3) == (1, 1)
    assert since <= first
    assert (last.year - since.year) * 12 + last.month - since.month >= 36
    assert first - since < dt.timedelta(31 * 39)


def test_month_that_is_not_over_is_left_out() -> None:
    counts = series(11, 12, start="2026-01-01")
    found = trend(counts, [reading()], Measure.SHARE, DAY).frame
    assert found["month"].iloc[-1] == pd.Timestamp("2026-10-01")
    whole = trend(counts, [reading()], Measure.SHARE, dt.date(2026, 11, 30)).frame
    assert whole["month"].iloc[-1] == pd.Timestamp("2026-11-01")


def test_other_scale_is_in_no_series_of_this_one() -> None:
    counts = pd.concat([series(6), series(6, version=2, start="2024-07-01")])
    old = trend(counts, [reading(1)], Measure.INDEX, DAY)
    new = trend(counts, [reading(2)], Measure.INDEX, DAY)
    assert old.frame["month"].max() < new.frame["month"].min()
    assert len(old.frame) == len(new.frame) == 6


def test_limits_start_anew_where_the_wording_changed_and_the_change_is_marked_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reworded = [Reading(a, IndexMapping.STRICT, "score") for a in wordings(QUESTION_ROWS, "goals")]
    counts = pd.concat([series(8), series(8, start="2024-09-01").assign(version=2)])
    found = trend(counts.assign(score=counts["partner_score"]), reworded, Measure.SHARE, DAY)
    assert found.changes == (dt.date(2024, 9, 1),)
    assert found.chart.segments == (0, 8)
    assert found.chart.preliminary

    def others(*, told: set[str]) -> tuple[Mark, ...]:
        assert told == {"2"}
        return (CAMPAIGN,)

    monkeypatch.setattr(survey_trend, "change_marks", others)
    assert trend_marks(found) == (Mark(dt.date(2024, 9, 1), "новая формулировка"), CAMPAIGN)


def test_signals_are_told_as_periods_not_point_by_point() -> None:
    counts = pd.concat(
        rows([5] * good + [1] * (20 - good)).assign(month=month)
        for good, month in zip(
            [12, 13] * 4 + [14, 15] * 4,
            pd.date_range("2025-01-01", periods=16, freq="MS"),
            strict=True,
        )
    )
    found = trend(counts, [reading()], Measure.SHARE, DAY)
    told = signal_sentences(found.frame)
    assert [sentence.replace("\u00a0", " ") for sentence in told] == [
        "**сент. 2025 – апр. 2026**: не меньше семи точек подряд выше среднего.",
        "**янв. 2025 – авг. 2025**: не меньше семи точек подряд ниже среднего.",
    ]


def test_signals_of_quarters_are_told_in_quarters_and_never_across_a_gap() -> None:
    frame = pd.DataFrame(
        {
            "month": pd.to_datetime(
                ["2025-04-01", "2025-07-01", "2025-10-01", "2026-04-01", "2026-07-01"]
            ),
            "signal": ["none", *["run_above_mean"] * 4],
        }
    )
    told = [s.split(":")[0].replace("\u00a0", " ") for s in signal_sentences(frame, quarterly=True)]
    assert told == ["**II–\u2060III кв. 2026**", "**III–\u2060IV кв. 2025**"]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_series_too_short_for_limits_draws_no_signals(n: int) -> None:
    found = trend(series(max(n, 1)).head(0 if n == 0 else 10**6), [reading()], Measure.SHARE, DAY)
    assert len(found.frame) == n
    assert set(found.frame["signal"]) <= {"none"}
