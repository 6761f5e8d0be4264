"""The tour of each role: it leads only where the role may go, and takes two minutes."""

from __future__ import annotations

import pytest

from components.tour import READING, TOURS
from program.language import catalogue
from program.roles import Role
from tests.menu import MENU
from tests.pages.visitor import open_page, page_text

every_role = pytest.mark.parametrize("role", list(Role))
#: Silent reading of plain prose: 180 words a minute is slow.
WORDS_IN_TWO_MINUTES = 360


@every_role
def test_a_tour_names_only_pages_of_the_role(role: Role) -> None:
    allowed = {page.path for page in MENU if role in page.roles}
    assert TOURS[role]
    assert {step.path for step in TOURS[role]} <= allowed


def test_every_page_is_in_somebodys_tour() -> None:
    named = {step.path for tour in TOURS.values() for step in tour}
    assert {page.path for page in MENU} - named == {"tour"}


@every_role
@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_tour_takes_two_minutes(role: Role, language: str) -> None:
    said = catalogue(language).gettext
    told = [said(text) for step in TOURS[role] for text in (step.question, step.hint)]
    words = " ".join([*told, *(said(line) for line in READING)]).split()
    assert len(words) <= WORDS_IN_TWO_MINUTES


@pytest.mark.usefixtures("on_demo")
@every_role
def test_everybody_gets_the_tour_of_the_own_role(role: Role) -> None:
    app = open_page("tour.py", role=role.value)
    text = page_text(app)
    said = catalogue("ru").gettext
    for step in TOURS[role]:
        assert said(step.question) in text
    foreign = {s.question for tour in TOURS.values() for s in tour} - {
        step.question for step in TOURS[role]
    }
    assert not [question for question in foreign if said(question) in text]
