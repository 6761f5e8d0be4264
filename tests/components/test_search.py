from __future__ import annotations

import pandas as pd
import pytest

from components.search import matching

ROWS = pd.DataFrame(
    {
        "name": ["Студия «Ёлка»", "Бюро «Сосна»", "Елена (1+1)"],
        "city": ["Орёл", "Москва", "Самара"],
    }
)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", [0, 1, 2]),
        ("   ", [0, 1, 2]),
        ("елка", [0]),
        ("ЁЛК", [0]),
        ("орел студия", [0]),
        ("елка москва", []),
        ("ЕЛ", [0, 2]),
        ("(1+1)", [2]),
        (".*", []),
    ],
)
def test_case_and_yo_do_not_matter_and_every_word_must_occur(said, found):
    assert matching(ROWS, said, ("name", "city")).index.tolist() == found


def test_a_word_does_not_run_from_one_column_into_the_next():
    assert matching(ROWS, "1)самара", ("name", "city")).empty


def test_no_rows_stay_no_rows():
    assert matching(ROWS.iloc[:0], "ёлка", ("name", "city")).empty
