"""Figures about recommending, from one answer on, on both scales, never mixed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.annotations import Mark
from charts.answers import pair_grid, score_columns, score_columns_alt
from charts.formats import EN_DASH
from charts.survey import interval_dots
from components import survey_trend
from components.download import csv_file
from components.survey_answers import (
    bar_span,
    bars,
    centred_bars,
    figure_columns,
    question_figures,
    tally,
)
from components.survey_association import recommending_associations
from components.survey_card import beside_others
from components.survey_compare import (
    compared_questions,
    comparison_columns,
    comparison_words,
)
from components.survey_figures import (
    Measure,
    Reading,
    Subject,
    pairs,
    segment_figures,
    trend,
)
from components.survey_questions import questionnaire, wordings
from components.survey_recommendation import response_words, standing_out
from components.survey_trend import notes, trend_marks
from components.survey_view import trend_start
from components.survey_words import basis_words, change_words, signal_sentences
from components.table import written_column
from components.text import plain
from metrics.difference import Verdict, index_difference, share_difference
from metrics.distribution import goodman
from metrics.estimate import Estimate
from metrics.recommendation import IndexMapping
from queries.facts import RECOMMEND_PARTNER
from queries.survey import NO_ANSWER, Part
from tests.survey_programmes import QUESTIONS

QUESTION_ROWS = pd.DataFrame([dataclasses.asdict(question) for question in QUESTIONS])
DAY = dt.date(2026, 11, 23)
CAMPAIGN = Mark(dt.date(2024, 6, 15), "кампания")


@pytest.fixture(autouse=True)
def russian(speak: Callable[[str], None]) -> None:
    """Pages that other tests import listen to a session; here there is none."""
    speak("ru")


def reading(version: int = 1, mapping: IndexMapping = IndexMapping.STRICT) -> Reading:
    asked = {a.code: a for a in questionnaire(QUESTION_ROWS, version)}
    return Reading.of(Subject.DEVELOPER, asked[RECOMMEND_PARTNER], mapping)


def rows(scores: list[int], version: int = 1, month: str = "2026-01-01") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "segment": "RU-MOW",
            "version": version,
            "month": pd.Timestamp(month),
            "partner_score": scores,
            "platform_score": 5,
            "surveys": 1,
        }
    )


# Wordings ----------------------------------------------------------------------------------------


def test_question_keeps_its_answers_across_versions_only_while_it_is_worded_alike() -> None:
    second = {a.code: a.versions for a in questionnaire(QUESTION_ROWS, 2)}
    assert second["design"] == (1, 2)
    assert second["goals"] == (2,)
    assert second["recommend_partner"] == (2,)


def test_every_wording_of_a_question_is_known_oldest_first() -> None:
    assert [(a.versions, a.scale_max) for a in wordings(QUESTION_ROWS, "recommend_partner")] == [
        ((1,), 5),
        ((2,), 10),
    ]
    assert [a.versions for a in wordings(QUESTION_ROWS, "design")] == [(1, 2)]


def test_scale_decides_about_the_mapping_whatever_is_wished() -> None:
    assert reading(2, IndexMapping.BALANCED).mapping is IndexMapping.CLASSIC
    assert reading(1, IndexMapping.BALANCED).mapping is IndexMapping.BALANCED


def test_answers_are_said_as_the_client_heard_them() -> None:
    asked = {a.code: a for a in questionnaire(QUESTION_ROWS, 1)}
    assert asked["goals"].answer(3) == "Сложно сказать"
    assert asked["goals"].answer(5) == "Да, решает"
    assert asked["goals"].answer(NO_ANSWER) == "нет ответа"
    assert reading(2).asked.answer(0) == "0 из 10"


# Shares and indices ------------------------------------------------------------------------------


@given(st.lists(st.sampled_from([NO_ANSWER, 1, 2, 3, 4, 5]), max_size=10))
def test_every_answer_is_counted_once_and_a_missing_one_never(scores: list[int]) -> None:
    counts, of = rows(scores), reading()
    answered = [score for score in scores if score != NO_ANSWER]
    share, index = of.share(counts), of.index(counts)
    assert share.n == index.n == len(answered)
    assert of.missing(counts) == len(scores) - len(answered)
    if answered:
        good = sum(score >= 4 for score in answered)
        critics = sum(score <= 3 for score in answered)
        promoters = sum(score == 5 for score in answered)
        assert share.value == pytest.approx(good / len(answered))
        assert index.value == pytest.approx((promoters - critics) / len(answered))
        assert share.low <= share.value <= share.high
        assert index.low <= index.value <= index.high


def test_hard_to_say_is_a_critic_only_by_the_strict_mapping() -> None:
    counts = rows([5, 3, 1])
    assert reading(mapping=IndexMapping.STRICT).groups(counts).critics == 2
    assert reading(mapping=IndexMapping.BALANCED).groups(counts).critics == 1
    assert reading().share_against(counts).value == pytest.approx(1 / 3)


def test_ten_point_answers_are_read_classically_and_apart_from_five_point_ones() -> None:
    both = pd.concat([rows([5, 5, 1]), rows([10, 9, 8, 7, 6, 0, NO_ANSWER], version=2)])
    new, old = reading(2), reading(1)
    assert new.groups(both) == dataclasses.replace(
        new.groups(both), promoters=2, passives=2, critics=2
    )
    assert new.share(both).value == pytest.approx(2 / 6)
    assert new.missing(both) == 1
    assert old.groups(both).n == 3
    assert old.share(both).value == pytest.approx(2 / 3)


def test_difference_is_newcombe_for_shares_and_mover_for_indices() -> None:
    first, second = rows([5] * 12 + [4] * 5 + [1] * 4), rows([5] * 6 + [3] * 8)
    of = reading()
    assert of.difference(first, second, Measure.SHARE) == share_difference(17, 21, 6, 14)
    assert of.difference(first, second, Measure.INDEX) == index_difference(
        of.groups(first), of.groups(second)
    )


# Segments ----------------------------------------------------------------------------------------


def segments(**scores: list[int]) -> pd.DataFrame:
    return pd.concat([rows(s).assign(segment=name) for name, s in scores.items()])


@pytest.mark.parametrize("measure", list(Measure))
def test_segment_is_compared_with_the_others_never_with_a_total_that_includes_it(
    measure: Measure,
) -> None:
    counts = segments(a=[5] * 9 + [1] * 11, b=[5] * 18 + [2] * 2, c=[4] * 10)
    found = segment_figures(counts, reading(), measure).set_index("segment")
    expected = reading().difference(
        counts[counts["segment"] == "a"], counts[counts["segment"] != "a"], measure
    )
    assert found.loc["a", "difference"] == pytest.approx(expected.value)
    assert found.loc["a", "difference_low"] == pytest.approx(expected.low)
    assert found.loc["a", "difference_high"] == pytest.approx(expected.high)
    assert found.loc["a", "verdict"] == Verdict.LOWER


@pytest.mark.parametrize(("n", "judged"), [(1, False), (4, False), (9, False), (10, True)])
def test_segment_is_judged_from_ten_answers_on(n: int, judged: bool) -> None:
    found = segment_figures(segments(a=[1] * n, b=[5] * 40), reading(), Measure.SHARE)
    of_a = found.set_index("segment").loc["a", "verdict"]
    assert of_a == (Verdict.LOWER if judged else Verdict.TOO_FEW)


def test_segments_stand_by_size_so_that_nothing_is_ranked() -> None:
    found = segment_figures(segments(a=[5], b=[1] * 7, c=[4] * 3), reading(), Measure.SHARE)
    assert found["segment"].tolist() == ["b", "c", "a"]


@pytest.mark.parametrize("better", [0, 3, 20])
@pytest.mark.parametrize("worse", [0, 6, 20])
def test_both_directions_are_told_the_largest_first_with_how_many_more(
    worse: int, better: int
) -> None:
    steps = [-0.01 * at for at in range(1, worse + 1)] + [0.02 * at for at in range(1, better + 1)]
    found = pd.DataFrame({"difference": steps}, dtype=float).assign(
        name=[f"{step:+.2f}" for step in steps],
        words="",
        n=50,
        difference_low=0.0,
        difference_high=0.0,
        verdict=[(Verdict.LOWER if step < 0 else Verdict.HIGHER).value for step in steps],
    )
    for verdict, all_of, largest in (
        (Verdict.LOWER, worse, -0.01 * worse),
        (Verdict.HIGHER, better, 0.02 * better),
    ):
        told = standing_out(found, verdict, index=False)
        assert len(told) == min(all_of, 7)
        if all_of:
            assert plain(f"{largest:+.2f}") in told[0]
        assert [f"и ещё {all_of - 6}" in line for line in told] == [
            at == 6 for at in range(len(told))
        ]


# Series ------------------------------------------------------------------------------------------


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


# Pairs of the same respondent --------------------------------------------------------------------


def test_pairs_leave_out_whoever_answered_one_question_only() -> None:
    counts = rows([5, 1, NO_ANSWER, 3]).assign(platform_score=[5, 5, 5, NO_ANSWER])
    asked = {a.code: a for a in questionnaire(QUESTION_ROWS, 1)}
    platform = Reading.of(Subject.PLATFORM, asked["recommend_platform"], IndexMapping.STRICT)
    found = pairs(counts, reading(), platform).set_index(["developer", "platform"])["surveys"]
    assert found.sum() == 2
    assert found["for", "for"] == 1
    assert found["against", "for"] == 1
    assert len(found) == 9


# Whole questionnaire -----------------------------------------------------------------------------


def answers(scores: dict[int, int], code: str = "goals", version: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        {"version": version, "code": code, "score": list(scores), "answers": list(scores.values())}
    )


def test_intervals_and_counts_of_no_answer_are_not_torn_at_a_lines_end() -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]
    (scale,) = question_figures(tally(answers({5: 3})), asked)["scale"]
    assert scale == f"1{EN_DASH}5"
    words = basis_words(Estimate.nothing("wilson"), 8)
    assert words == "нет\u00a0ответа:\u00a08"


def test_middle_answer_and_no_answer_stand_apart_in_the_figures() -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]
    figures = question_figures(tally(answers({5: 3, 3: 5, 1: 2, NO_ANSWER: 7})), asked).iloc[0]
    assert (figures["n"], figures["missing"]) == (10, 7)
    assert figures["good"] == pytest.approx(0.3)
    assert figures["middle"] == pytest.approx(0.5)
    assert figures["bad"] == pytest.approx(0.2)


def test_worst_question_stands_first_and_one_without_answers_last() -> None:
    asked = questionnaire(QUESTION_ROWS, 1)
    counts = pd.concat(
        [answers({5: 8, 1: 2}, "design"), answers({5: 2, 1: 8}, "budget"), answers({NO_ANSWER: 3})]
    )
    found = question_figures(tally(counts), asked)
    assert found["code"].tolist()[:2] == ["budget", "design"]
    assert found["n"].tolist()[2:] == [0] * 8


def test_judged_questions_stand_before_those_that_say_nothing() -> None:
    """Nothing is ranked by one answer, however bad: the questionnaire's order stands."""
    asked = questionnaire(QUESTION_ROWS, 1)
    counts = pd.concat(
        [
            answers({1: 1}, asked[0].code),
            answers({1: 9}, asked[1].code),
            answers({5: 9, 1: 1}, asked[2].code),
            answers({1: 7}, asked[3].code),
            answers({5: 8, 1: 2}, asked[4].code),
        ]
    )
    found = question_figures(tally(counts), asked)["code"].tolist()
    order = (4, 2, 1, 3, 0, *range(5, 10))
    assert found == [asked[place].code for place in order]


def file_of(scores: dict[int, int]) -> dict[str, str]:
    """What a file says about one question, by heading."""
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]
    file = csv_file(question_figures(tally(answers(scores)), asked), figure_columns())
    heading, row = file.decode("utf-8-sig").splitlines()
    return dict(zip(heading.split(";"), row.split(";"), strict=True))


@pytest.mark.parametrize("n", range(1, 5))
def test_no_figure_of_fewer_than_five_answers_leaves_in_a_file(n: int) -> None:
    told = file_of({5: n, NO_ANSWER: 2})
    words = {"Вопрос", "Формулировка", "Шкала", "Версия анкеты"}
    numbers = {name: text for name, text in told.items() if text != "скрыто" and name not in words}
    assert numbers == {"Ответов": str(n), "Нет ответа": "2"}
    assert list(told.values()).count("скрыто") == 7 + 5 * 4


def test_no_answers_are_not_called_hidden() -> None:
    told = file_of({NO_ANSWER: 2})
    assert "скрыто" not in told.values()
    assert told["Хорошо (5 и 4)"] == "нет ответов"


def test_file_and_table_hold_all_five_answers_with_their_joint_intervals() -> None:
    told = file_of({5: 50, 4: 30, 3: 10, 2: 6, 1: 4})
    for score, count in ((5, 50), (4, 30), (3, 10), (2, 6), (1, 4)):
        joint = goodman({5: 50, 4: 30, 3: 10, 2: 6, 1: 4})[score - 1]
        assert told[f"Ответов «{score}»"] == str(count)
        assert float(told[f"Доля «{score}»"].replace(",", ".")) == count / 100
        for end, value in (("от", joint.low), ("до", joint.high)):
            said = told[f"Общий интервал 95\u00a0% для «{score}»: {end}"].replace(",", ".")
            assert float(said) == pytest.approx(value, abs=1e-4)


def test_table_of_questions_opens_with_short_names_and_figures() -> None:
    names = [column.name for column in figure_columns()]
    assert names[:5] == ["name", "good", "good_low", "n", "missing"]
    assert names.index("text") > names.index("low_1")


def test_bars_name_the_share_with_its_interval_from_five_answers_on() -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]

    def label(n: int) -> str:
        drawn = bars(tally(answers({5: n, 1: n})), asked, ["goals"])["label"].iloc[0]
        return str(drawn).replace("\u00a0", " ").replace("\u2060", "")

    assert label(50) == "Бизнес-задачи: 50,0 % (40,4–59,6 %)"
    assert label(3) == "Бизнес-задачи: 50 % (19–81 %)"
    assert label(2) == "Бизнес-задачи"


def test_side_by_side_hides_below_five_and_judges_from_ten() -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]

    def compared(n: int) -> pd.Series:
        return compared_questions(
            tally(answers({1: n})), tally(answers({5: 30})), asked, whole=True
        ).iloc[0]

    assert np.isnan(compared(4)["first"])
    assert np.isnan(compared(4)["delta"])
    assert "скрыто" in compared(4)["verdict"]
    assert compared(9)["first"] == 0
    assert "мало ответов" in compared(9)["verdict"]
    assert compared(10)["verdict"].startswith("▼")
    assert compared(10)["delta"] == -1


GOALS = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code in ("goals", "design")]


def side_by_side(first: dict[int, int], second: dict[int, int], **options: bool) -> pd.DataFrame:
    """The comparison of two questions: the given answers, and one that differs in nothing."""
    alike = answers({5: 20}, "design")
    one, other = (pd.concat([answers(side), alike]) for side in (first, second))
    return compared_questions(tally(one), tally(other), GOALS, **options)


def said(words: str) -> str:
    """Words as they are read, without what keeps a line together or Markdown away."""
    return words.replace("\u00a0", " ").replace("\\", "")


def test_none_judged_is_not_called_within_chance() -> None:
    """Eight against eight may exclude 0 by far and still say nothing."""
    rows = compared_questions(tally(answers({5: 8})), tally(answers({1: 8})), GOALS)
    assert rows["difference_low"].iloc[0] > 0
    assert said(comparison_words(rows)) == (
        "Ни один вопрос оценить нельзя: для этого нужно не меньше 10 ответов с каждой стороны."
    )


def test_how_many_were_judged_is_said_when_none_differs_and_when_some_do() -> None:
    assert said(comparison_words(side_by_side({5: 3}, {5: 30}))) == (
        "Оценено вопросов: 1 из 2. Все различия в пределах случайного."
    )
    assert said(comparison_words(side_by_side({5: 30}, {1: 30}))) == (
        "Различаются значимо: **Бизнес-задачи** (+100 п. п.)."
    )
    half = compared_questions(tally(answers({5: 30})), tally(answers({1: 30})), GOALS)
    assert said(comparison_words(half)).endswith("п. п.). Оценено вопросов: 1 из 2.")


@pytest.mark.parametrize(
    ("first", "second", "cells"),
    [
        ({5: 1}, {}, ("скрыто", "нет ответов", "не с чем сравнить")),
        ({}, {}, ("нет ответов", "нет ответов", "нет ответов")),
        ({5: 4}, {5: 30}, ("скрыто", "100 %", "мало ответов (n = 4), скрыто")),
        ({5: 9}, {5: 30}, ("100 %", "100 %", "мало ответов (n = 9)")),
    ],
)
@pytest.mark.parametrize("whole", [False, True])
def test_every_cell_says_what_is_so(
    first: dict[int, int], second: dict[int, int], cells: tuple[str, ...], whole: bool
) -> None:
    rows = side_by_side(first, second, whole=whole)
    columns = {c.name: c for c in comparison_columns("1", "2", whole=whole)}
    told = [written_column(rows, columns[name])[0] for name in ("first", "second", "verdict")]
    assert tuple(map(said, told)) == cells


def test_comparison_of_whole_distributions_is_judged_and_told_by_delta() -> None:
    """The same good answers, of another kind: only whole distributions see it."""
    first, second = {5: 90, 1: 10}, {4: 90, 1: 10}
    assert side_by_side(first, second)["verdict"].iloc[0] == "в пределах случайного"
    rows = side_by_side(first, second, whole=True)
    assert rows["verdict"].iloc[0] == "▲ первая отвечает лучше"
    assert said(comparison_words(rows, whole=True)) == (
        "Различаются значимо: **Бизнес-задачи** (δ × 100 = +81)."
    )
    columns = comparison_columns("1", "2", whole=True)
    assert [c.name for c in columns[:5]] == ["name", "delta", "delta_low", "p", "verdict"]
    assert [said(text) for text in written_column(rows, columns[3])] == ["p < 0,001", "p = 1,00"]


def test_changed_wording_is_in_no_comparison_with_the_old_one() -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 2) if a.code == "goals"]
    found = compared_questions(
        tally(answers({5: 20}, version=1)), tally(answers({5: 20}, version=2)), asked
    ).iloc[0]
    assert (found["first_n"], found["second_n"]) == (0, 20)


@pytest.mark.parametrize("n", range(1, 11))
@pytest.mark.parametrize("score", [1, 3, 5])
def test_charts_draw_from_one_answer_on_at_every_extreme(n: int, score: int) -> None:
    asked = questionnaire(QUESTION_ROWS, 1)
    counts = tally(pd.concat(answers({score: n}, a.code) for a in asked))
    figures = question_figures(counts, asked)
    left, right = bar_span(figures)
    assert left < 0 < right
    assert centred_bars(
        bars(counts, asked, figures["code"].tolist()), theme="dark", span=(left, right)
    ).layout.height
    share = reading().share(rows([score] * n))
    dot = pd.DataFrame(
        [{"label": "a", "value": share.value, "low": share.low, "high": share.high, "n": n}]
    )
    assert interval_dots(dot, theme="light").layout.height
    grid = pd.DataFrame({"across": ["for"], "down": ["for"], "count": [n]})
    assert pair_grid(
        grid, theme="light", names={"for": "a", "against": "b"}, across="x", down="y"
    ).data
    assert basis_words(share, 0)


def test_ten_point_scores_are_drawn_in_three_named_groups() -> None:
    frame = pd.DataFrame({"score": range(11), "count": [1] * 11})
    drawn = score_columns(frame, theme="light")
    assert [(bar.name, list(bar.x)) for bar in drawn.data] == [
        ("критики", [0, 1, 2, 3, 4, 5, 6]),
        ("нейтральные", [7, 8]),
        ("сторонники", [9, 10]),
    ]
    assert "10: 1" in score_columns_alt(frame)


# Card --------------------------------------------------------------------------------------------


def beside(own: int, region: int, partners: int, others: int) -> pd.DataFrame:
    return pd.concat(
        answers({5: n}).assign(beside=name, partners=of)
        for name, n, of in (
            ("partner", own, 1),
            ("region", region, partners),
            ("others", others, 9),
        )
    )


@pytest.mark.parametrize(("partners", "shown"), [(1, False), (2, False), (3, True)])
def test_region_is_shown_only_when_three_other_partners_stand_behind_it(
    partners: int, shown: bool
) -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]
    found = beside_others(beside(12, 20, partners, 50), asked=asked).iloc[0]
    assert bool(np.isnan(found["region"])) is not shown
    assert found["others_n"] == 50


def test_card_hides_the_comparison_of_four_answers() -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]
    found = beside_others(beside(4, 20, 5, 50), asked=asked).iloc[0]
    assert np.isnan(found["own"])
    assert "скрыто" in found["verdict"]


def test_card_tells_every_share_with_its_interval() -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]
    found = beside_others(beside(12, 20, 3, 30), asked=asked).iloc[0]
    for who in ("own", "region", "others"):
        assert found[f"{who}_low"] < found[who] <= found[f"{who}_high"]
    hidden = beside_others(beside(4, 20, 3, 30), asked=asked).iloc[0]
    assert np.isnan(hidden["own_low"])


# Words and associations --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (share_difference(60, 100, 30, 100), "+30,0 п. п., значимо"),
        (share_difference(50, 100, 48, 100), "+2,0 п. п., в пределах случайного"),
        (share_difference(1, 9, 50, 100), "мало ответов для сравнения"),
        (Estimate.nothing("newcombe"), None),
    ],
)
def test_change_is_told_with_what_it_is_worth(difference: Estimate, words: str | None) -> None:
    told = change_words(difference)
    assert (told.replace("\u00a0", " ") if told else told) == words


def test_response_is_told_with_its_interval_once_a_call_has_ended() -> None:
    def told(**outcomes: int) -> str:
        frame = pd.DataFrame({"outcome": list(outcomes), "contacts": list(outcomes.values())})
        return said(response_words(frame.assign(part=Part.CURRENT.value))).replace("\u2060", "")

    assert told(completed=1480, refused=1060) == (
        "отклик 1 480 из 2 540 (58,3 %), интервал 95 %: 56,3–60,2 %"
    )
    assert told(pending=3) == "отклик нет данных"


def test_associations_use_pairs_of_one_wording_only(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = pd.DataFrame(
        {
            "version": [1, 1, 1, 2, 2],
            "code": "design",
            "score": [1, 3, 5, 5, 1],
            "outcome": [1, 3, 5, 0, 10],
            "answers": [10, 10, 10, 50, 50],
        }
    )
    monkeypatch.setattr(
        "components.survey_association.answers_with_outcome", lambda *_arguments: counts
    )
    found = recommending_associations(
        None, None, None, ("recommend_partner", (1,)), [("design", (1, 2))], None
    ).iloc[0]
    assert found["n"] == 30
    assert found["rho"] == pytest.approx(1.0)
    assert found["q"] < 0.001
