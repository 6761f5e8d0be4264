"""A partner's card on paper: one sheet that says who, in which state, and which keys to deliver."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from program.settings import PROJECT_ROOT
from tests.browser.conftest import OpenTab
from tests.browser.server import Server
from tests.browser.test_journeys import tick_first_row
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

STYLES = PROJECT_ROOT / "components" / "document.css"
PRINTED = PROJECT_ROOT / "artifacts" / "printed"
#: Pixels of A4 between the margins of the style sheet: 186 mm.
PAPER = 703
CHARTS = '[data-testid="stPlotlyChart"] .main-svg'


def first_to_be_called(visit: Visit) -> tuple[str, str]:
    """Open the card of the first partner who will lose; return its name and the key to deliver."""
    visit.open("threshold")
    tick_first_row(visit)
    visit.page.get_by_role("button", name="Открыть карточку партнёра").click()
    visit.page.wait_for_url(re.compile("/partner"))
    visit.drawn()
    visit.page.locator(CHARTS).first.wait_for(state="attached")
    marked = visit.page.locator(".st-key-only_on_paper tr", has_text="●").first
    return visit.heading.inner_text(), marked.locator("td").nth(2).text_content() or ""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_card_is_printed_on_one_sheet(server: Server, tab: OpenTab, theme: str) -> None:
    visit = tab(server, theme=theme)
    name, key = first_to_be_called(visit)
    PRINTED.mkdir(parents=True, exist_ok=True)
    pdf = visit.page.pdf(path=PRINTED / f"card-{theme}.pdf", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type */Page\b", pdf)) == 1
    visit.page.emulate_media(media="print", color_scheme=theme)  # type: ignore[arg-type]  # its literals
    printed = visit.text
    assert name in printed
    assert "Потеряет компетенцию" in printed
    assert re.fullmatch("[0-9a-f]{8}", key)
    assert key in printed
    for hidden in ("stSidebar", "stSelectbox", "stButton", "stPopover", "stDataFrame"):
        for element in visit.page.get_by_test_id(hidden).all():
            expect(element).not_to_be_visible()
    visit.no_fault()


def test_figures_fit_the_sheet_from_a_large_screen_too(server: Server, tab: OpenTab) -> None:
    """Charts are printed as wide as they are on the screen, made smaller by the style sheet."""
    visit = tab(server, viewport={"width": 1920, "height": 1080})
    first_to_be_called(visit)
    shrunk = float(re.findall(r"zoom: (0\.\d+);\n    gap", STYLES.read_text())[0])
    for key in ("card_history", "card_answers"):
        box = visit.page.locator(f'[class*="st-key-{key}"] .main-svg').first.bounding_box()
        assert box
        assert box["width"] * shrunk <= PAPER
    visit.no_fault()


def test_the_button_opens_the_print_dialog_once_for_each_click(
    server: Server, tab: OpenTab
) -> None:
    visit = tab(server)
    visit.page.add_init_script("window.asked = 0; window.print = () => { window.asked += 1; };")
    first_to_be_called(visit)
    for times in (1, 2):
        visit.page.get_by_role("button", name="Распечатать").click()
        visit.page.wait_for_function(f"window.asked === {times}")
        visit.settled()
    assert visit.page.evaluate("document.documentElement.classList.contains('printing')") is False
    visit.no_fault()
