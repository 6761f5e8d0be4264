"""A page script that somebody reaches without the router must not show anything."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.menu import MENU, PAGES_FOLDER
from tests.pages.visitor import headings, open_page


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("script", [page.script for page in MENU])
def test_a_page_without_the_router_shows_nothing(script: str) -> None:
    alone = AppTest.from_file(str(PAGES_FOLDER / script), default_timeout=60).run()
    assert not alone.exception
    assert len([element for element in alone.main if element.type != "main"]) == 0
    # The same script does show something behind the router, so the check above can fail.
    assert headings(open_page(script))
