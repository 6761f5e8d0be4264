"""What people come for, done as they do it: by keyboard, by mouse, by links and files."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import duckdb
import openpyxl
import pytest
from playwright.sync_api import Download, expect

from tests.browser.conftest import OpenTab
from tests.browser.server import Server
from tests.browser.visit import Visit
from tests.menu import MENU

pytestmark = pytest.mark.browser

#: A row of a table begins so many pixels below its top: the heading, then half a row.
FIRST_ROW, TICK = 35 + 17, 16
CARD = "Open the partner's card"
CYRILLIC = re.compile("[а-яё]", re.I)


def asked(path: Path, statement: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(statement).fetchall()


def tick_first_row(visit: Visit) -> None:
    table = visit.page.locator('[data-testid="stDataFrame"]').first
    table.scroll_into_view_if_needed()
    with visit.telling():
        table.click(position={"x": TICK, "y": FIRST_ROW})


def stand_on(visit: Visit, key: str) -> None:
    """Put the focus on a list, and let the page scroll there: scrolling closes an open list."""
    visit.settled().widget(key).locator("input").focus()
    visit.settled()


def open_by_keyboard(visit: Visit, key: str) -> list[str]:
    """Open a list with the arrow key and return what it offers."""
    stand_on(visit, key)
    visit.page.keyboard.press("ArrowDown")
    options = visit.page.get_by_role("option")
    options.first.wait_for()
    return options.all_inner_texts()


def pick_by_keyboard(visit: Visit, key: str, words: str) -> None:
    stand_on(visit, key)
    visit.page.keyboard.type(words)
    visit.page.get_by_role("option").first.wait_for()
    with visit.telling():
        visit.page.keyboard.press("Enter")


def downloaded(visit: Visit, key: str, kind: str) -> Download:
    visit.widget(f"{key}-menu").get_by_role("button").first.click()
    with visit.page.expect_download() as waiting:
        visit.widget(f"{key}-{kind}").get_by_role("button").click()
    visit.page.keyboard.press("Escape")
    return waiting.value


def test_a_manager_goes_from_the_list_to_the_keys_to_the_card_by_keyboard(
    server: Server, tab: OpenTab
) -> None:
    visit = tab(server, language="en").open("threshold")
    card = visit.page.get_by_role("button", name=CARD)
    expect(card).to_have_count(0)
    name = open_by_keyboard(visit, "threshold_partner")[0].split(" · ")[0]
    visit.page.keyboard.press("Escape")
    pick_by_keyboard(visit, "threshold_partner", name)
    expect(card).to_be_visible()
    card.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.heading).to_have_text(name)
    assert "/partner?" in visit.page.url
    visit.drawn().no_fault()


def test_a_tick_in_the_list_opens_the_keys_of_that_partner(server: Server, tab: OpenTab) -> None:
    visit = tab(server, language="en").open("threshold")
    card = visit.page.get_by_role("button", name=CARD)
    expect(card).to_have_count(0)
    tick_first_row(visit)
    expect(card).to_be_visible()
    assert visit.widget("threshold_partner").locator("input").input_value()
    visit.no_fault()


def test_a_pick_by_keyboard_wins_over_an_earlier_tick(server: Server, tab: OpenTab) -> None:
    visit = tab(server).open("threshold")
    tick_first_row(visit)
    picked = visit.widget("threshold_partner").locator("input")
    before = picked.input_value()
    other = next(name for name in open_by_keyboard(visit, "threshold_partner") if name != before)
    visit.page.keyboard.press("Escape")
    pick_by_keyboard(visit, "threshold_partner", other)
    assert picked.input_value()
    assert picked.input_value() != before
    visit.no_fault()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_list_leaves_as_a_workbook_with_real_numbers(
    server: Server, tab: OpenTab, demo_file: Path, tmp_path: Path, language: str
) -> None:
    visit = tab(server, language=language).open("threshold")
    chosen = visit.widget("threshold_group").get_by_role("radio", checked=True)
    expect(chosen).to_contain_text(re.compile(r"\d"))
    shown = int(re.findall(r"\d+", chosen.inner_text())[0])
    file = tmp_path / "list.xlsx"
    downloaded(visit, "threshold_file", "xlsx").save_as(file)
    book = openpyxl.load_workbook(file)
    assert len(book.sheetnames) == 2
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) == shown + 1
    names = {name for (name,) in asked(demo_file, "SELECT name FROM partner")}
    assert {row[0] for row in rows[1:]} <= names
    assert any(isinstance(cell, int | float) for cell in rows[1])
    words = [cell for row in rows for cell in row[1:5] if isinstance(cell, str)]
    assert bool(CYRILLIC.search(" ".join(words))) == (language == "ru")
    visit.no_fault()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_list_leaves_as_a_csv_that_excel_opens(
    server: Server, tab: OpenTab, tmp_path: Path, language: str
) -> None:
    visit = tab(server, language=language).open("threshold")
    file = tmp_path / "list.csv"
    downloaded(visit, "threshold_file", "csv").save_as(file)
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert len({len(row) for row in rows}) == 1
    assert len(rows[0]) > 5
    assert any(re.fullmatch(r"0,\d+", cell) for row in rows[1:] for cell in row)
    words = " ".join(cell for row in rows for cell in row[1:5])
    assert bool(CYRILLIC.search(words)) == (language == "ru")
    visit.no_fault()


def test_a_link_with_filters_opens_what_its_sender_saw(server: Server, tab: OpenTab) -> None:
    sent = "threshold?on=2027-01&tier=gold"
    first = tab(server).open(sent)
    assert "on=2027-01" in first.page.url
    assert "tier=gold" in first.page.url
    plain = tab(server).open("threshold")
    second = tab(server).open(first.page.url.removeprefix(server.url))
    groups = [visit.widget("threshold_group").inner_text() for visit in (first, second, plain)]
    assert groups[0] == groups[1] != groups[2]
    assert first.heading.inner_text() == second.heading.inner_text() != plain.heading.inner_text()


def test_filters_follow_through_the_menu_and_back_and_forward(server: Server, tab: OpenTab) -> None:
    visit = tab(server).open("threshold?tier=gold")
    filtered = visit.heading.inner_text()
    menu = visit.page.locator('[data-testid="stSidebarNavLink"]')
    menu.nth(0).click()
    visit.page.wait_for_url(re.compile(r"/\?(.*&)?tier=gold"))
    visit.drawn()
    visit.page.go_back()
    visit.page.wait_for_url(re.compile(r"/threshold\?(.*&)?tier=gold"))
    visit.drawn()
    expect(visit.heading).to_have_text(filtered)
    visit.page.go_forward()
    visit.page.wait_for_url(re.compile(r"/\?(.*&)?tier=gold"))
    visit.drawn().no_fault()


def test_every_entry_of_the_menu_opens_its_page(server: Server, tab: OpenTab) -> None:
    visit = tab(server).open("")
    for number, page in list(enumerate(MENU))[1:]:
        visit.page.locator('[data-testid="stSidebarNavLink"]').nth(number).click()
        visit.page.wait_for_url(re.compile(f"/{page.path}([?#]|$)"))
        visit.drawn()
    visit.no_fault()


def test_the_switch_turns_the_page_into_the_other_language(server: Server, tab: OpenTab) -> None:
    visit = tab(server, language="ru").open("threshold")
    russian = visit.heading.inner_text()
    expect(visit.page.locator("html")).to_have_attribute("lang", "ru")
    visit.widget("language_switch").get_by_text("English").click()
    visit.page.wait_for_url(re.compile("lang=en"))
    visit.drawn()
    expect(visit.heading).not_to_have_text(russian)
    expect(visit.page.locator("html")).to_have_attribute("lang", "en")
    assert not CYRILLIC.search(visit.heading.inner_text())
    visit.page.locator('[data-testid="stSidebarNavLink"]').nth(0).click()
    visit.page.wait_for_url(re.compile(r"/\?(.*&)?lang=en"))
    visit.drawn()
    assert not CYRILLIC.search(visit.heading.inner_text())
    visit.widget("language_switch").get_by_text("Русский").click()
    visit.page.wait_for_url(re.compile("lang=ru"))
    visit.drawn()
    assert CYRILLIC.search(visit.heading.inner_text())
    expect(visit.page.locator("html")).to_have_attribute("lang", "ru")
    visit.no_fault()


def test_charts_follow_the_theme_of_the_visitor(server: Server, tab: OpenTab) -> None:
    inks = set()
    for theme in ("light", "dark"):
        visit = tab(server, theme=theme).open("threshold")
        label = visit.page.locator('[data-testid="stPlotlyChart"] text').first
        label.wait_for(state="attached")
        inks.add(label.evaluate("text => getComputedStyle(text).fill"))
        visit.no_fault()
    assert len(inks) == 2


def test_home_opens_the_list_of_those_who_will_lose(server: Server, tab: OpenTab) -> None:
    visit = tab(server, language="en").open("")
    losing = re.findall(r"\d+", visit.heading.inner_text())[0]
    visit.page.get_by_role("button", name="Open the list").first.click()
    visit.page.wait_for_url(re.compile("/threshold"))
    visit.drawn()
    expect(visit.heading).to_contain_text(losing)
    visit.no_fault()


def test_the_framework_speaks_russian_where_it_can_be_taught(server: Server, tab: OpenTab) -> None:
    """Its own English is drawn in no size, and our words after it."""
    visit = tab(server).open("partners")
    drawn = "part => [getComputedStyle(part).fontSize, getComputedStyle(part, '::after').content]"
    stand_on(visit, "shortlist")
    visit.page.keyboard.type("zzzz")
    nothing = visit.page.get_by_test_id("stMultiSelectDropdown").get_by_text("No results")
    assert nothing.evaluate(drawn) == ["0px", '"Ничего не найдено"']
    visit.page.keyboard.press("Escape")
    visit.widget("catalogue_search").locator("input").fill("аб")
    apply = visit.page.get_by_test_id("InputInstructions").locator("span").first
    assert apply.evaluate(drawn) == ["0px", '"Enter — применить"']
    visit.no_fault()
