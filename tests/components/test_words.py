"""Words for what the records call by a code or a name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from components import words
from components.words import district
from jobs.demo.partners import read_rows

DISTRICTS = sorted({row["district_ru"] for row in read_rows("regions.csv")} - {""})


@pytest.mark.parametrize("name", DISTRICTS)
def test_a_district_is_named_in_the_language_of_the_page(
    name: str, speak: Callable[[str], None]
) -> None:
    speak("ru")
    assert district(name) == name
    speak("en")
    assert district(name).isascii()


def test_another_name_of_a_district_stands_for_itself(speak: Callable[[str], None]) -> None:
    for code in ("ru", "en"):
        speak(code)
        assert district("Заречный") == "Заречный"


def test_every_district_has_an_english_name_of_its_own(speak: Callable[[str], None]) -> None:
    speak("en")
    assert len(DISTRICTS) == 8
    assert {district(name) for name in DISTRICTS} == {*words.DISTRICTS}
