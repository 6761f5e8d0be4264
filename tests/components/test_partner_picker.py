from __future__ import annotations

import pandas as pd
import pytest

from components.partner_picker import matching

PARTNERS = pd.DataFrame(
    {
        "partner_id": [1, 2, 3],
        "name": ["Студия «Ёлочный Тезис»", "Бюро «Ельник»", "Студия (A+B)"],
        "city": ["Орёл", "Орск", "Тверь"],
    }
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [1, 2, 3]),
        ("елоч", [1]),
        ("ЁЛЬНИК", [2]),
        ("орел студия", [1]),
        ("студия", [1, 3]),
        ("(a+b)", [3]),
        (".*", []),
    ],
)
def test_search_ignores_case_reads_yo_as_ye_and_takes_signs_literally(words, found):
    assert matching(PARTNERS, words)["partner_id"].tolist() == found
