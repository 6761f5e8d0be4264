"""The first request that a fresh server gets is a deep link: no page runs around the router.

Streamlit serves scripts of a ``pages/`` folder beside the entry script by their names, without
the entry script, until some visitor has reached the navigation. The servers here run a copy of
the dashboard in which a script that is in no menu leaves a trace when it runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from program.settings import PROJECT_ROOT
from tests.browser.conftest import OpenTab
from tests.browser.server import Server, start_server
from tests.browser.visit import PATIENCE
from tests.menu import MENU

pytestmark = pytest.mark.browser

PRODUCT = (
    *("dashboard.py", "pages", "components", "charts", "queries", "metrics", "program"),
    *("locales", "assets", ".streamlit"),
)
TRACE = "secret-ran"
SECRET = f"""
from pathlib import Path
import streamlit as st
Path(__file__).parent.parent.joinpath({TRACE!r}).write_text("ran")
st.title("Secret")
"""


@pytest.fixture(scope="module")
def copy_with_a_secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dashboard with a script beside the pages that no menu names."""
    folder = tmp_path_factory.mktemp("copy") / "dashboard"
    folder.mkdir()
    for name in PRODUCT:
        source = PROJECT_ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copyfile(source, folder / name)
    (folder / "pages" / "secret.py").write_text(SECRET)
    return folder


@pytest.fixture
def fresh_server(copy_with_a_secret: Path, demo_file: Path, tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has visited yet."""
    running = start_server(demo_file, tmp_path / "server.log", folder=copy_with_a_secret)
    yield running
    running.stop()
    (copy_with_a_secret / TRACE).unlink(missing_ok=True)


#: A server starts anew for each; pages differ in nothing that could matter here but their roles.
OPENED_FIRST = (MENU[1], MENU[len(MENU) // 2], MENU[-1])


@pytest.mark.parametrize("path", [page.path for page in OPENED_FIRST])
def test_a_page_opened_first_comes_through_the_router(
    fresh_server: Server, tab: OpenTab, path: str
) -> None:
    visit = tab(fresh_server).open(path)
    expect(visit.widget("language_switch")).to_be_visible()
    expect(visit.page.locator('[data-testid="stSidebarNavLink"]')).to_have_count(len(MENU))
    current = visit.page.locator('[data-testid="stSidebarNavLink"][aria-current="page"]')
    assert (current.get_attribute("href") or "").endswith(f"/{path}")
    visit.no_fault()


@pytest.mark.parametrize("path", ["secret", "_router"])
def test_what_is_in_no_menu_does_not_run(
    fresh_server: Server, tab: OpenTab, copy_with_a_secret: Path, path: str
) -> None:
    visit = tab(fresh_server)
    # Below a path of its own the front end finds none of its files: nothing is drawn, nothing runs.
    visit.page.goto(f"{fresh_server.url}/pages/{path}")
    for address in (path, f"{path}.py"):
        visit.page.goto(f"{fresh_server.url}/{address}")
        expect(visit.widget("language_switch")).to_be_visible(timeout=PATIENCE)
        visit.settled()
        assert "Secret" not in visit.page.locator("body").inner_text()
    assert not (copy_with_a_secret / TRACE).exists()
