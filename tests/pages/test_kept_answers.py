"""What is kept in memory is shared by all visitors: nobody may change it."""

from __future__ import annotations

import pickle

import pytest

from components.data import KEPT
from tests.menu import MENU
from tests.pages.visitor import open_page


def address_of(path: str) -> dict[str, str]:
    return {"partner": "17"} if path == "partner" else {}


@pytest.mark.usefixtures("on_demo", "nothing_kept")
@pytest.mark.parametrize("page", MENU, ids=lambda page: page.path)
def test_a_page_leaves_what_it_shares_as_it_found_it(page) -> None:
    open_page(page.script, **address_of(page.path))
    before = {key: pickle.dumps(answer) for key, answer in KEPT.items()}
    assert before
    open_page(page.script, **address_of(page.path))
    changed = [key for key, answer in before.items() if pickle.dumps(KEPT[key]) != answer]
    assert changed == []


# The journal shows the visit itself.
QUIET = [page for page in MENU if page.path != "journal"]


@pytest.mark.usefixtures("on_demo", "nothing_kept")
@pytest.mark.parametrize("page", QUIET, ids=lambda page: page.path)
def test_a_second_visit_asks_nothing_anew(page) -> None:
    open_page(page.script, **address_of(page.path))
    before = set(KEPT)
    open_page(page.script, **address_of(page.path))
    assert set(KEPT) == before
