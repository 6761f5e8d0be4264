"""Figures about recommending, from one answer on, on both scales, never mixed."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.formats import EN_DASH
from components.survey_answers import (
    question_figures,
    tally,
)
from components.survey_association import recommending_associations
from components.survey_figures import (
    Measure,
    Reading,
    Subject,
    pairs,
    segment_figures,
)
from components.survey_questions import questionnaire, wordings
from components.survey_recommendation import response_words
from components.survey_segments import standing_out
from components.survey_words import basis_words, change_words
from components.text import plain
from metrics.difference import Verdict, index_difference, share_difference
from metrics.estimate import Estimate
from metrics.recommendation import IndexMapping
from queries.survey import NO_ANSWER, Part
from tests.components.survey_samples import QUESTION_ROWS, answers, reading, rows, said

pytestmark = pytest.mark.usefixtures("russian")


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


def test_pairs_leave_out_whoever_answered_one_question_only() -> None:
    counts = rows([5, 1, NO_ANSWER, 3]).assign(platform_score=[5, 5, 5, NO_ANSWER])
    asked = {a.code: a for a in questionnaire(QUESTION_ROWS, 1)}
    platform = Reading.of(Subject.PLATFORM, asked["recommend_platform"], IndexMapping.STRICT)
    found = pairs(counts, reading(), platform).set_index(["developer", "platform"])["surveys"]
    assert found.sum() == 2
    assert found["for", "for"] == 1
    assert found["against", "for"] == 1
    assert len(found) == 9


def test_intervals_and_counts_of_no_answer_are_not_torn_at_a_lines_end() -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]
    (scale,) = question_figures(tally(answers({5: 3})), asked)["scale"]
    assert scale == f"1{EN_DASH}5"
    words = basis_words(Estimate.nothing("wilson"), 8)
    assert words == "нет\u00a0ответа:\u00a08"


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
