"""Questions by the answers they got, from one answer on: figures, files, bars."""

from __future__ import annotations

import pandas as pd
import pytest

from charts.answers import pair_grid, score_columns, score_columns_alt
from charts.survey import interval_dots
from components.download import csv_file
from components.survey_answers import (
    bar_span,
    bars,
    centred_bars,
    figure_columns,
    question_figures,
    tally,
)
from components.survey_questions import questionnaire
from components.survey_words import basis_words
from metrics.distribution import goodman
from queries.survey import NO_ANSWER
from tests.checked import checked
from tests.components.survey_samples import QUESTION_ROWS, answers, reading, rows

pytestmark = pytest.mark.usefixtures("russian")


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


@pytest.mark.parametrize("n", range(1, 11))
@pytest.mark.parametrize("score", [1, 3, 5])
def test_charts_draw_from_one_answer_on_at_every_extreme(n: int, score: int) -> None:
    asked = questionnaire(QUESTION_ROWS, 1)
    counts = tally(pd.concat(answers({score: n}, a.code) for a in asked))
    figures = question_figures(counts, asked)
    left, right = bar_span(figures)
    assert left < 0 < right
    assert checked(
        centred_bars(
            bars(counts, asked, figures["code"].tolist()), theme="dark", span=(left, right)
        )
    ).layout.height
    share = reading().share(rows([score] * n))
    dot = pd.DataFrame(
        [{"label": "a", "value": share.value, "low": share.low, "high": share.high, "n": n}]
    )
    assert checked(interval_dots(dot, theme="light")).layout.height
    grid = pd.DataFrame({"across": ["for"], "down": ["for"], "count": [n]})
    assert checked(
        pair_grid(grid, theme="light", names={"for": "a", "against": "b"}, across="x", down="y")
    ).data
    assert basis_words(share, 0)


def test_ten_point_scores_are_drawn_in_three_named_groups() -> None:
    frame = pd.DataFrame({"score": range(11), "count": [1] * 11})
    drawn = checked(score_columns(frame, theme="light"))
    assert [(bar.name, list(bar.x)) for bar in drawn.data] == [
        ("критики", [0, 1, 2, 3, 4, 5, 6]),
        ("нейтральные", [7, 8]),
        ("сторонники", [9, 10]),
    ]
    assert "10: 1" in score_columns_alt(frame)
