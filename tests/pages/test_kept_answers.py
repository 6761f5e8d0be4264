"""What is kept in memory is shared: nobody may change it, and nobody is shown another's."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.data import kept_answers
from program.roles import Role
from tests.menu import MENU
from tests.pages.visitor import open_page


def address_of(path: str) -> dict[str, str]:
    return {"partner": "17"} if path == "partner" else {}


@pytest.mark.usefixtures("on_demo", "nothing_kept")
@pytest.mark.parametrize("page", MENU, ids=lambda page: page.path)
def test_a_page_leaves_what_it_shares_as_it_found_it(page) -> None:
    open_page(page.script, **address_of(page.path))
    before = {key: pickle.dumps(answer) for key, answer in kept_answers().items()}
    assert before
    open_page(page.script, **address_of(page.path))
    changed = [key for key, answer in before.items() if pickle.dumps(kept_answers()[key]) != answer]
    assert changed == []


# The journal shows the visit itself.
QUIET = [page for page in MENU if page.path != "journal"]


@pytest.mark.usefixtures("on_demo", "nothing_kept")
@pytest.mark.parametrize("page", QUIET, ids=lambda page: page.path)
def test_a_second_visit_asks_nothing_anew(page) -> None:
    open_page(page.script, **address_of(page.path))
    before = set(kept_answers())
    open_page(page.script, **address_of(page.path))
    assert set(kept_answers()) == before


#: What a visitor reads, by AppTest's names; the rest is to be pressed or filled in.
READ = {"title", "header", "markdown", "caption", "metric", "image", "dataframe", "plotly_chart"}
#: Visits of which each differs from another one in a single respect.
VISITS: tuple[dict[str, Any], ...] = (
    {},
    {"tier": "gold"},
    {"survey": "all"},
    {"on": "2026-09"},
    {"language": "en"},
    {"role": "manager"},
)


def read(app: AppTest) -> list[tuple[str, bytes]]:
    """Return everything that is to be read on a page, from top to bottom, as it is sent."""

    def parts(block: Any) -> Iterator[tuple[str, bytes]]:
        for part in block.children.values():
            if part.type in READ:
                yield part.type, part.proto.SerializeToString(deterministic=True)
            if hasattr(part, "children"):
                yield from parts(part)

    return list(parts(app._tree))


@pytest.mark.usefixtures("on_demo", "nothing_kept")
@pytest.mark.parametrize("page", QUIET, ids=lambda page: page.path)
def test_a_visit_shows_the_same_whoever_came_before(page) -> None:
    """Of any two visits each comes before the other once: what one leaves the other would show."""
    visits = [visit for visit in VISITS if Role(visit.get("role", "admin")) in page.roles]
    there = [read(open_page(page.script, **address_of(page.path), **v)) for v in visits]
    assert all(there)
    kept_answers().clear()
    back = [read(open_page(page.script, **address_of(page.path), **v)) for v in reversed(visits)]
    for visit, before, after in zip(visits, there, reversed(back), strict=True):
        assert before == after, visit
