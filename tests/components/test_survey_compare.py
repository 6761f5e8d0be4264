"""Two sides of a comparison, question by question, and what is said of all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from components.survey_answers import (
    tally,
)
from components.survey_compare import (
    compared_questions,
    comparison_columns,
    comparison_words,
)
from components.survey_questions import questionnaire
from components.table import written_column
from tests.components.survey_samples import QUESTION_ROWS, answers, said

pytestmark = pytest.mark.usefixtures("russian")


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
