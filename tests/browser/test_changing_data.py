"""The database changes under an open dashboard: nobody restarts anything."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.server import Server
from tests.browser.visit import Visit
from tests.databases import build_demo, changed_copy
from tests.menu import MENU

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-pages")]


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
    visit.widget("threshold_group").get_by_role("radio").nth(number).click(force=True)
    visit.settled()


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


HOSTILE = (
    "![x](https://foreign.test/a.png)",
    '<img src="https://foreign.test/b.png" onerror="document.title=1"><b>bold</b>',
    '=HYPERLINK("https://foreign.test/c";"x")',
    ":red[alarm] :material/home: $x^2$ [link](https://foreign.test/d) **bold** `code`",
    "\u202egnihton\u202c \u2067אבג\u2069",
    "Очень длинное имя " * 556,
)
SHOWN_AS_IS = HOSTILE[:4]


def hostile_copy(source: Path, target: Path) -> Path:
    """Copy a database and give every text that people wrote a hostile value, by turns."""
    changed = (
        ("partner", "name"),
        ("project", "name"),
        ("project", "client_name"),
        ("city", "name_ru"),
    )
    texts = ", ".join("'" + text.replace("'", "''") + "'" for text in HOSTILE)
    turn = f"[{texts}][1 + id % {len(HOSTILE)}]"
    return changed_copy(
        source,
        target,
        *(f"UPDATE {table} SET {column} = {turn}" for table, column in changed),  # noqa: S608 - a test's own words
        f"UPDATE survey SET comment = {turn}",  # noqa: S608
        f"UPDATE staff SET name = [{texts}][1 + length(email) % {len(HOSTILE)}]",  # noqa: S608
    )


def test_hostile_text_is_shown_as_the_text_it_is(
    live: Server, tab: OpenTab, demo_file: Path, tmp_path: Path
) -> None:
    publish(live, hostile_copy(demo_file, tmp_path / "hostile.duckdb"))
    visit = tab(live, language="en")
    main = visit.page.locator('[data-testid="stMain"]')
    for number, name in enumerate(HOSTILE):
        visit.open(f"partner?partner={len(HOSTILE) * 3 + number}")
        shown = visit.heading.inner_text().replace("\u2060", "")
        assert shown.strip()
        assert "\u202e" not in shown
        assert shown == name or name not in SHOWN_AS_IS
    for page in MENU:
        visit.open("" if page is MENU[0] else page.path)
        assert main.locator('img[src*="foreign"], a[href*="foreign"]').count() == 0, page.path
        assert visit.page.evaluate(
            "document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth"
        ), page.path
    visit.open("threshold")
    visit.page.locator('[data-testid="stDataFrame"]').first.click(position={"x": 16, "y": 52})
    visit.settled()
    assert main.locator('img[src*="foreign"], a[href*="foreign"]').count() == 0
    assert visit.page.title() != "1"
    visit.no_fault()
