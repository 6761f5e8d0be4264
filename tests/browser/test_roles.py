"""What each role comes for, from opening the dashboard to the exported file; and the visit itself:
two tabs, the theme, the phone.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from components.access import DEMONSTRATION_ROLE
from tests.browser.conftest import OpenTab
from tests.browser.profiles import PHONE
from tests.browser.server import Server
from tests.browser.test_journeys import downloaded, pick_by_keyboard, tick_first_row
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

LINKS = '[data-testid="stSidebarNavLink"]'


def look_as(visit: Visit, role: str) -> None:
    pick_by_keyboard(visit, DEMONSTRATION_ROLE, role)
    visit.drawn()


def follow(visit: Visit, title: str, path: str) -> None:
    visit.page.locator(LINKS).get_by_text(title, exact=True).click()
    visit.page.wait_for_url(re.compile(rf"/{path}([?#]|$)"))
    visit.drawn()


def workbook(visit: Visit, key: str, folder: Path) -> list[tuple[object, ...]]:
    """Download a list and return the rows below its heading."""
    file = folder / f"{key}.xlsx"
    downloaded(visit, key, "xlsx").save_as(file)
    book = openpyxl.load_workbook(file)
    assert len(book.sheetnames) == 2
    return list(book.worksheets[0].iter_rows(min_row=2, values_only=True))


def test_a_leader_reads_the_state_and_takes_the_coverage_along(
    server: Server, tab: OpenTab, tmp_path: Path
) -> None:
    visit = tab(server, language="en").open("")
    look_as(visit, "Leader")
    expect(visit.page.locator(LINKS).get_by_text("Data checks", exact=True)).to_have_count(0)
    follow(visit, "Coverage", "coverage")
    follow(visit, "Home", "")
    rows = workbook(visit, "home_trend-download", tmp_path)
    assert len(rows) > 12
    visit.no_fault()


def test_a_manager_sees_the_own_portfolio_and_takes_the_keys_of_a_partner(
    server: Server, tab: OpenTab, tmp_path: Path
) -> None:
    visit = tab(server, language="en").open("threshold")
    everybody = visit.text
    look_as(visit, "Partner manager")
    expect(visit.page.get_by_text("Figures of your portfolio")).to_be_visible()
    assert visit.text != everybody
    tick_first_row(visit)
    visit.page.get_by_role("button", name="Open the partner's card").click()
    visit.page.wait_for_url(re.compile(r"/partner\?"))
    visit.drawn()
    number = re.findall(r"partner=(\d+)", visit.page.url)[0]
    assert workbook(visit, f"keys_{number}_file", tmp_path)
    visit.no_fault()


def test_an_analyst_goes_from_a_check_to_its_rows_in_a_file(
    server: Server, tab: OpenTab, tmp_path: Path
) -> None:
    visit = tab(server, language="en").open("data_checks")
    look_as(visit, "Analyst")
    tick_first_row(visit)
    menu = visit.page.locator('[class*="st-key-found_"][class*="_file-menu"]').first
    key = re.findall(r"st-key-(found_\w+_file)-menu", menu.get_attribute("class") or "")[0]
    assert workbook(visit, key, tmp_path)
    visit.no_fault()


def test_an_administrator_finds_an_opened_page_in_the_journal_and_its_file(
    server: Server, tab: OpenTab, tmp_path: Path
) -> None:
    visit = tab(server, language="en").open("simulator")
    follow(visit, "Journal", "journal")
    file = tmp_path / "journal.csv"
    downloaded(visit, "journal_file", "csv").save_as(file)
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig")), delimiter=";"))
    assert any("If the rule changes" in row for row in rows)
    visit.no_fault()


def test_two_tabs_of_one_visitor_keep_filters_of_their_own(server: Server, tab: OpenTab) -> None:
    first = tab(server).open("threshold?tier=gold")
    second = Visit(first.page.context.new_page(), server).open("threshold")
    told = first.heading.inner_text()
    assert second.heading.inner_text() != told
    second.page.reload()
    second.drawn()
    assert "tier=gold" not in second.page.url
    first.page.reload()
    first.drawn()
    assert "tier=gold" in first.page.url
    expect(first.heading).to_have_text(told)
    first.no_fault()
    second.no_fault()


def test_charts_follow_a_change_of_the_theme(server: Server, tab: OpenTab) -> None:
    visit = tab(server, theme="light").open("threshold")
    label = visit.page.locator('[data-testid="stPlotlyChart"] text').first
    label.wait_for(state="attached")
    read = "text => getComputedStyle(text).fill"
    light = label.evaluate(read)
    visit.page.emulate_media(color_scheme="dark")
    expect(visit.page.locator(".stApp")).not_to_have_css("background-color", "rgb(255, 255, 255)")
    visit.page.reload()
    visit.drawn()
    label.wait_for(state="attached")
    assert label.evaluate(read) != light
    visit.no_fault()


def test_a_phone_has_menu_filters_and_files(server: Server, tab: OpenTab, tmp_path: Path) -> None:
    visit = tab(server, language="en", viewport=PHONE).open("")
    visit.page.get_by_test_id("stExpandSidebarButton").click()
    follow(visit, "Threshold 50 %", "threshold")
    collapse = visit.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button")
    if collapse.is_visible():  # the framework closes the menu by itself after a choice, or not
        collapse.click()
    everybody = visit.heading.inner_text()
    visit.widget("filter_bar").get_by_test_id("stPopover").get_by_role("button").click()
    pick_by_keyboard(visit, "filter_tier", "Gold")
    visit.page.wait_for_url(re.compile("tier=gold"))
    visit.page.keyboard.press("Escape")
    visit.drawn()
    assert visit.heading.inner_text() != everybody
    assert workbook(visit, "threshold_file", tmp_path)
    assert visit.page.evaluate(
        "document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth"
    )
    visit.no_fault()
