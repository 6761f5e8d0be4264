"""The database changes under an open dashboard: nobody restarts anything."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.server import Server
from tests.browser.test_journeys import tick_first_row
from tests.browser.visit import Visit
from tests.databases import build_demo, changed_copy
from tests.hostile import ADDRESS, EVERY_FREE_TEXT, HOSTILE
from tests.menu import MENU

pytestmark = pytest.mark.browser


HOST = ADDRESS.removeprefix("https://")


@pytest.fixture
def live(live_server: Server, demo_file: Path) -> Iterator[Server]:
    """The server with a changeable database, put back afterwards."""
    yield live_server
    publish(live_server, demo_file)


def publish(server: Server, source: Path) -> None:
    """Put a copy of ``source`` in the place of the server's database as a job does: in one step."""
    beside = server.database.with_suffix(".new")
    shutil.copyfile(source, beside)
    beside.replace(server.database)


def switch_group(visit: Visit, number: int) -> None:
    """Click another group, as somebody at work would."""
    with visit.telling():
        visit.widget("threshold_group").get_by_role("radio").nth(number).click(force=True)


def test_a_new_build_is_shown_at_the_next_click(live: Server, tab: OpenTab) -> None:
    visit = tab(live, language="en").open("threshold")
    assert "23 Nov 2026" in visit.text
    before = visit.heading.inner_text()
    build_demo(live.database, seed=7, today=dt.date(2026, 12, 24))
    assert visit.heading.inner_text() == before
    switch_group(visit, 1)
    expect(visit.widget("freshness")).to_contain_text("24")
    assert "24 Dec 2026" in visit.text
    expect(visit.heading).not_to_have_text(before)
    assert live.readiness() == (200, {"status": "ready"})
    visit.no_fault()


def test_many_builds_in_a_row_leave_the_dashboard_answering(live: Server, tab: OpenTab) -> None:
    visit = tab(live, language="en").open("threshold")
    for day in range(1, 5):
        build_demo(live.database, seed=day, today=dt.date(2026, 12, day))
        switch_group(visit, day % 3)
        expect(visit.widget("freshness")).to_contain_text(f"{day} Dec 2026".replace(" ", "\u00a0"))
    visit.no_fault()


def test_a_removed_database_is_said_and_comes_back(live: Server, tab: OpenTab) -> None:
    visit = tab(live, language="en").open("threshold")
    aside = live.database.with_suffix(".aside")
    live.database.rename(aside)
    status, answer = live.readiness()
    assert status == 503
    assert answer == {"status": "not ready", "why": "DatabaseMissing"}
    switch_group(visit, 1)
    failure = visit.widget("failure")
    expect(failure).to_be_visible()
    assert re.search(r"\b[0-9A-F]{8}\b", failure.inner_text())
    code = re.findall(r"\b[0-9A-F]{8}\b", failure.inner_text())[0]
    assert code in live.log.read_text()
    assert str(live.database.parent) not in visit.text
    aside.rename(live.database)
    failure.get_by_role("button").click()
    visit.drawn()
    expect(failure).to_have_count(0)
    assert live.readiness()[0] == 200
    visit.no_fault()


def test_a_wrong_schema_is_named_and_not_ready(
    live: Server, tab: OpenTab, demo_file: Path, tmp_path: Path
) -> None:
    damaged = changed_copy(
        demo_file, tmp_path / "damaged.duckdb", "ALTER TABLE delivery DROP COLUMN status"
    )
    publish(live, damaged)
    status, answer = live.readiness()
    assert (status, answer["status"]) == (503, "not ready")
    visit = tab(live, language="en")
    visit.page.goto(f"{live.url}/threshold")
    expect(visit.page.get_by_text("status").first).to_be_visible()
    visit.no_fault()


def downloaded(visit: Visit, kind: str) -> bytes:
    """Take the first file of a kind that the page offers."""
    visit.page.get_by_test_id("stPopover").filter(has_text="Download").first.click()
    with visit.page.expect_download() as taken:
        visit.page.get_by_role("button", name=kind).first.click()
    visit.page.keyboard.press("Escape")
    return Path(taken.value.path()).read_bytes()


def test_hostile_text_is_shown_as_the_text_it_is(
    live: Server, tab: OpenTab, demo_file: Path, tmp_path: Path
) -> None:
    publish(live, changed_copy(demo_file, tmp_path / "hostile.duckdb", *EVERY_FREE_TEXT))
    visit = tab(live, language="en")
    dialogs: list[str] = []
    visit.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    foreign = visit.page.locator(
        f'[data-testid="stApp"] :is(img, a, script, link)[src*="{HOST}"], [href*="{HOST}"]'
    )
    # The page tests open the cards of all; here those that only a browser could act upon.
    acted_upon = [text for text in HOSTILE if ADDRESS in text or "\u202e" in text or "\0" in text]
    partners = [f"partner?partner={len(HOSTILE) + 1 + HOSTILE.index(t)}" for t in acted_upon]
    for address in ("", *(page.path for page in MENU[1:]), *partners):
        visit.go_on(address)
        assert foreign.count() == 0, address
        assert "\u202e" not in visit.heading.inner_text(), address
        assert visit.page.evaluate(
            "document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth"
        ), address
    for page in ("partners", "threshold"):
        visit.go_on(page)
        assert b"HYPERLINK" in downloaded(visit, "CSV"), page
        book = openpyxl.load_workbook(io.BytesIO(downloaded(visit, "Excel")))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert any("HYPERLINK" in str(cell.value) for cell in cells), page
        assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink], page
    tick_first_row(visit)
    assert foreign.count() == 0
    assert not dialogs
    visit.no_fault()
