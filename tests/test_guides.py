"""The user guides show every page of the menu, in both languages, in the words of the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from program.language import LOCALES
from program.settings import PROJECT_ROOT
from tests.menu import MENU

DOCS = PROJECT_ROOT / "docs"
IMAGE = re.compile(r"!\[[^\]]+\]\(([^)]+)\)")
#: What a clone has to carry for its pictures, in bytes.
MOST_BYTES = 4_000_000
QUOTED = re.compile("«([^«»]+)»")
#: Quoted, and no words of the screen: a mark, an example, what the guide itself puts in quotes.
NOT_ON_SCREEN = {
    *("?", "62 % (48–74 %), n = 45", "назад", "вперёд"),
    *("останется как по записям", "it stays as recorded"),
    # A page in a case that only the guide needs.
    "Порога 50 %",
}


@pytest.mark.parametrize(
    ("guide", "ending"), [("user-guide.ru.md", ""), ("user-guide.en.md", ".en")]
)
def test_a_guide_shows_every_page(guide: str, ending: str) -> None:
    shown = IMAGE.findall((DOCS / guide).read_text(encoding="utf-8"))
    assert shown == [name for name in dict.fromkeys(shown) if (DOCS / name).is_file()]
    assert set(shown) == {f"images/{page.path}{ending}.png" for page in MENU}


def test_the_picture_of_the_readme_exists() -> None:
    shown = IMAGE.findall((PROJECT_ROOT / "README.md").read_text(encoding="utf-8"))
    assert shown
    assert all((PROJECT_ROOT / name).is_file() for name in shown)


def test_pictures_stay_small() -> None:
    assert sum(picture.stat().st_size for picture in (DOCS / "images").iterdir()) < MOST_BYTES


def words_on_screen(*, russian: bool) -> Iterator[str]:
    """Every message in one language, the parts of those that are made of several too."""
    for path in sorted((LOCALES / "ru" / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file):
                said = entry.string if russian else entry.id
                yield from (said,) if isinstance(said, str) else said


def pattern_of(message: str) -> str:
    """Return what matches a message with anything in the places of its figures."""
    parts = Formatter().parse(message)
    return "".join(re.escape(text) + (".+" if name is not None else "") for text, name, *_ in parts)


@pytest.mark.parametrize(
    ("guide", "russian"), [("user-guide.ru.md", True), ("user-guide.en.md", False)]
)
def test_what_a_guide_quotes_stands_on_the_screen(guide: str, russian: bool) -> None:
    known = re.compile("|".join(pattern_of(m) for m in words_on_screen(russian=russian) if m), re.I)
    quoted = QUOTED.findall(" ".join((DOCS / guide).read_text(encoding="utf-8").split()))
    assert len(quoted) > 50
    assert [w for w in quoted if w not in NOT_ON_SCREEN and not known.fullmatch(w)] == []


@pytest.mark.parametrize(
    ("guide", "sections"),
    [
        (
            "user-guide.ru.md",
            ("Заметки и задачи", "Сохранённые виды", "Что происходило в программе"),
        ),
        (
            "user-guide.en.md",
            ("Notes and follow-ups", "Saved views", "What happened in the programme"),
        ),
    ],
)
def test_a_guide_says_what_can_be_written(guide: str, sections: tuple[str, ...]) -> None:
    text = (DOCS / guide).read_text(encoding="utf-8")
    assert all(f"\n## {section}\n" in text for section in sections)
