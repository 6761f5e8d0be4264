"""The user guides show every page of the menu, in both languages, with pictures that exist."""

from __future__ import annotations

import re

import pytest

from program.settings import PROJECT_ROOT
from tests.menu import MENU

DOCS = PROJECT_ROOT / "docs"
IMAGE = re.compile(r"!\[[^\]]+\]\(([^)]+)\)")
#: What a clone has to carry for its pictures, in bytes.
MOST_BYTES = 4_000_000


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
