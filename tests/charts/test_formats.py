"""Numbers, dates and undefined values read as program.md §6 says, in both languages."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts import formats
from metrics.estimate import Estimate, status_of

NB = "\u00a0"
#: After the dash of an interval, so that no line ends there.
WJ = "\u2060"
NEW_YEAR = dt.date(2027, 1, 1)
SIX = pd.Timestamp(2026, 11, 14, 6)


def estimate(value: float, low: float, high: float, n: int) -> Estimate:
    return Estimate(value, low, high, n, status_of(n), "wilson")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234.5, 1, f"1{NB}234,5"),
        (1234567, 0, f"1{NB}234{NB}567"),
        (-3, 0, "−3"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-0.04, 1, "0,0"),
    ],
)
def test_russian_number_has_no_break_spaces_a_comma_and_a_real_minus(value, decimals, text):
    assert formats.number(value, decimals) == text


@pytest.mark.usefixtures("english")
def test_english_number_has_commas_and_a_point():
    assert formats.number(1234.5, 1) == "1,234.5"


@pytest.mark.parametrize("nothing", [None, math.nan, float("nan"), pd.NaT])
def test_undefined_becomes_words(nothing):
    for writer in (formats.number, formats.signed, formats.share, formats.index_points):
        assert writer(nothing) == "нет данных"
        assert writer(nothing, undefined="нет базы") == "нет базы"
    assert formats.percentage_points(nothing) == "нет данных"
    assert formats.date_short(nothing) == formats.date_long(nothing) == "нет данных"


def test_signed_number_shows_its_sign_and_nothing_at_zero():
    assert [formats.signed(value) for value in (3, -2, 0)] == ["+3", "−2", "0"]


@pytest.mark.parametrize(
    ("value", "n", "text"),
    [
        (0.467, 99, f"47{NB}%"),
        (0.467, 100, f"46,7{NB}%"),
        (0.467, None, f"46,7{NB}%"),
        (0, 5, f"0{NB}%"),
        (1, 5000, f"100{NB}%"),
    ],
)
def test_share_has_whole_per_cents_below_a_hundred_cases(value, n, text):
    assert formats.share(value, n) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.49999, "49,9"), (0.50001, "50,0"), (0.99999, "99,9"), (0.00001, "<0,1")],
)
def test_share_never_rounds_across_zero_the_threshold_or_the_whole(value, text):
    assert formats.share(value, 100_000) == f"{text}{NB}%"


@given(st.integers(1, 99).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_share_below_the_threshold_never_reads_as_fifty(counts):
    delivered, base = counts
    text = formats.share(delivered / base, base)
    if 2 * delivered < base:
        assert text != f"50{NB}%"
    if 0 < delivered < base:
        assert text not in (f"0{NB}%", f"100{NB}%")


def test_share_of_counts_shows_both_counts():
    assert formats.share_of(9, 24) == f"9 из 24 (37,5{NB}%)"
    assert formats.share_of(12, 24) == f"12 из 24 (50{NB}%)"
    assert formats.share_of(1, 3) == f"1 из 3 (33,3{NB}%)"


def test_coverage_without_a_base_is_not_zero():
    assert formats.coverage(0, 0) == "нет базы"
    assert formats.coverage(0, 4) == f"0 из 4 (0{NB}%)"


def test_change_of_a_share_is_in_percentage_points():
    assert formats.percentage_points(0.021) == f"+2,1{NB}п.{NB}п."
    assert formats.percentage_points(-0.0312, 40) == f"−3{NB}п.{NB}п."


def test_index_is_in_points_with_its_sign():
    assert [formats.index_points(v) for v in (0.35, -0.12, 0.0, 1.0)] == ["+35", "−12", "0", "+100"]


def test_estimate_says_value_interval_and_n():
    assert formats.estimate(estimate(0.622, 0.476, 0.749, 45)) == (
        f"62{NB}% (48–{WJ}75{NB}%), n{NB}={NB}45"
    )
    assert formats.estimate(estimate(0.2, -0.05, 0.41, 45), index=True) == (
        f"+20 (−5…+41), n{NB}={NB}45"
    )


def test_estimate_on_few_answers_is_hidden_only_where_asked():
    few = estimate(0.5, 0.15, 0.85, 4)
    assert formats.estimate(few, hide_few=True) == f"мало ответов (n{NB}={NB}4), скрыто"
    assert formats.estimate(few).startswith("50")
    assert formats.estimate(Estimate.nothing("wilson")) == "нет ответов"


def test_dates_in_tables_sentences_and_on_axes():
    assert formats.date_short(NEW_YEAR) == "01.01.2027"
    assert formats.date_long(NEW_YEAR) == f"1{NB}января{NB}2027"
    assert formats.month(NEW_YEAR) == f"янв.{NB}2027"
    assert formats.month(dt.date(2027, 3, 5)) == f"март{NB}2027"


@pytest.mark.usefixtures("english")
def test_english_dates_name_the_month():
    assert formats.date_short(NEW_YEAR) == "1 Jan 2027"
    assert formats.month(dt.date(2027, 3, 5)) == f"Mar{NB}2027"
    assert formats.moment(SIX) == f"14 Nov 2026{NB}06:00"


def test_days_are_counted_whole_or_with_the_half_that_a_median_has(speak):
    assert [formats.days(n) for n in (1, 2.0, 5, 12.5, 20.5)] == [
        f"{n}{NB}{noun}"
        for n, noun in (
            ("1", "день"),
            ("2", "дня"),
            ("5", "дней"),
            ("12,5", "дня"),
            ("20,5", "дня"),
        )
    ]
    speak("en")
    assert [formats.days(n) for n in (1, 1.5)] == [f"1{NB}day", f"1.5{NB}days"]


@pytest.mark.parametrize(
    ("first", "last", "russian", "english"),
    [
        ((2026, 4), (2026, 4), "II кв. 2026", "Q2 2026"),
        ((2026, 4), (2026, 7), f"II–{WJ}III кв. 2026", f"Q2–{WJ}Q3 2026"),
        ((2025, 10), (2026, 1), "IV кв. 2025 – I кв. 2026", "Q4 2025 – Q1 2026"),
    ],
)
def test_quarters_are_written_as_one_span(first, last, russian, english, speak):
    days = [dt.date(*month, 1) for month in (first, last)]
    assert formats.months_or_quarters(*days, quarterly=True).replace(NB, " ") == russian
    speak("en")
    assert formats.months_or_quarters(*days, quarterly=True).replace(NB, " ") == english


def test_window_is_spelled_out_with_both_its_days():
    assert (
        formats.window(dt.date(2025, 11, 1), dt.date(2026, 11, 1)) == f"01.11.2025–{WJ}31.10.2026"
    )


def test_data_moment_is_said_or_that_there_is_none():
    assert formats.data_as_of(SIX) == f"Данные на 14.11.2026{NB}06:00"
    assert formats.data_as_of(None) == "Данные не загружены"


@pytest.mark.parametrize(
    ("writer", "forms"),
    [
        (formats.keys, ("1 ключ", "2 ключа", "5 ключей", "21 ключ", "112 ключей")),
        (formats.deliveries, ("1 сдача", "2 сдачи", "5 сдач", "21 сдача", "112 сдач")),
        (formats.answers, ("1 ответ", "2 ответа", "5 ответов", "21 ответ", "112 ответов")),
        (formats.points, ("1 балл", "2 балла", "5 баллов", "21 балл", "112 баллов")),
    ],
)
def test_russian_plurals_have_three_forms(writer, forms):
    written = [writer(n) for n in (1, 2, 5, 21, 112)]
    assert written == [form.replace(" ", NB) for form in forms]


def test_distance_from_the_threshold_in_keys():
    assert formats.distance(3, 0, 0) == f"запас{NB}+3"
    assert formats.distance(-2, 2, 2) == f"не хватает 2{NB}сдач"
    assert formats.distance(-3, 3, 4) == f"не хватает 3–{WJ}4{NB}сдач"
    assert formats.distance(0, 0, 1) == f"запас{NB}0, с учётом активаций не хватает 1{NB}сдачи"


@pytest.mark.usefixtures("english")
def test_english_distance():
    assert formats.distance(-1, 1, 1) == f"short by 1{NB}delivery"
    assert formats.distance(-1, 1, 2) == f"short by 1–{WJ}2{NB}deliveries"


def test_list_in_a_sentence():
    assert [formats.listed(x) for x in ([], ["А"], ["А", "Б"], ["А", "Б", "В"])] == [
        "", "А", "А и Б", "А, Б и В",
    ]  # fmt: skip


def test_disputed_decisions_tell_other_counts_from_another_decision(speak):
    told = "сохранённых решений с другими числами по сегодняшним записям, из них"
    assert formats.disputed_decisions(1770, 290) == f"1{NB}770 {told} 290 с другим решением"
    assert (
        formats.disputed_decisions(0, 0)
        == "Сегодняшние записи повторяют каждое сохранённое решение"
    )
    speak("en")
    assert formats.disputed_decisions(1, 0) == (
        "1 stored decision differs from today's records in its counts, 0 of them in the decision"
    )


def test_month_ticks_are_few_and_tell_each_year_once():
    ticks, texts = formats.month_ticks(dt.date(2025, 11, 20), dt.date(2027, 2, 3))
    assert len(ticks) == len(texts) <= 6
    assert all(tick.day == 1 for tick in ticks)
    assert [text for text in texts if "2026" in text] == ["янв.<br>2026"]


@given(st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1)), st.integers(0, 12000), st.integers(1, 9))
def test_month_ticks_never_exceed_their_number(first, length, most):
    last = first + dt.timedelta(days=length)
    ticks, _texts = formats.month_ticks(first, last, most)
    assert 0 < len(ticks) <= most


def test_month_ticks_refuse_an_impossible_period():
    with pytest.raises(ValueError, match="period"):
        formats.month_ticks(NEW_YEAR, dt.date(2026, 1, 1))


def test_plotly_separators_follow_the_language(speak):
    assert formats.plotly_separators() == f",{NB}"
    speak("en")
    assert formats.plotly_separators() == ".,"
