"""What a cold page may find answered is what every visitor finds answered."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.page import ASKED_BY_THE_SERVER
from components.data import kept_answers
from components.warming import warm_up
from tests.menu import MENU
from tests.pages.conftest import (  # noqa: F401 - fixtures
    demo_file,
    nothing_kept,
    on_demo,
    point_at,
)
from tests.pages.visitor import open_page

CHOSEN = {"tier": "gold", "on": "2026-12", "survey": "all", "partner": "17"}


def taken_as_asked() -> set[Any]:
    """Return the questions whose answers a cold page is left."""
    return {told for told in kept_answers() if ASKED_BY_THE_SERVER.intersection(told)}


@pytest.mark.usefixtures("on_demo", "nothing_kept")
def test_a_server_asks_it_by_itself_and_no_page_or_filter_asks_it_anew() -> None:
    warm_up()
    asked = taken_as_asked()
    assert {part for told in asked for part in told} >= ASKED_BY_THE_SERVER
    for page in MENU:
        open_page(page.script, role="admin", **CHOSEN)
    assert taken_as_asked() == asked
