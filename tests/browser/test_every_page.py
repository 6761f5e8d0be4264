"""Every page in a real browser: wide and narrow, light and dark, Russian and English.

A tab for each look stays open and goes on from page to page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from playwright.sync_api import expect

from program.settings import PROJECT_ROOT
from tests.browser.accessibility import faults
from tests.browser.conftest import new_tab
from tests.browser.profiles import LOCALES, PHONE, WIDE, Profiles
from tests.browser.server import Server
from tests.browser.visit import Visit
from tests.menu import MENU

pytestmark = pytest.mark.browser

SCREENSHOTS = PROJECT_ROOT / "artifacts" / "screenshots"
#: The landing page has the bare address; the card is looked at with and without a partner.
ADDRESSES = ("", *(page.path for page in MENU[1:]), "partner?partner=17")


@dataclass(frozen=True)
class Look:
    """How a visitor looks at the dashboard."""

    width: int
    theme: str
    language: str

    def __str__(self) -> str:
        return f"{self.width}-{self.theme}-{self.language}"


#: Two opposite looks show a page in both sizes, both themes and both languages. The four pairs
#: take turns along the menu, so that all eight looks are seen somewhere.
LOOKS = (
    (Look(1280, "light", "ru"), Look(390, "dark", "en")),
    (Look(1280, "dark", "en"), Look(390, "light", "ru")),
    (Look(1280, "light", "en"), Look(390, "dark", "ru")),
    (Look(1280, "dark", "ru"), Look(390, "light", "en")),
)
SEEN = [(address, LOOKS[number % len(LOOKS)]) for number, address in enumerate(ADDRESSES)]


def keep_screenshot(visit: Visit, name: str) -> None:
    """Keep a picture of the whole page; the page scrolls inside its main part."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    size = visit.page.viewport_size
    assert size is not None
    height = visit.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    visit.page.set_viewport_size({"width": size["width"], "height": min(int(height), 6000)})
    visit.page.wait_for_timeout(200)
    visit.page.screenshot(path=SCREENSHOTS / f"{name}.png")
    visit.page.set_viewport_size(size)


@pytest.fixture(scope="module")
def tab_of(profiles: Profiles, server: Server) -> Iterator[Callable[[Look], Visit]]:
    """The tab of somebody who looks at the dashboard so."""
    with profiles.lent() as lend:
        browsers = {language: lend(language) for language in LOCALES}

        @cache
        def opened(look: Look) -> Visit:
            size = WIDE if look.width == WIDE["width"] else PHONE
            return new_tab(browsers[look.language], server, theme=look.theme, viewport=size)

        yield opened


@pytest.mark.parametrize(("address", "looks"), SEEN, ids=ADDRESSES)
def test_a_page_reads_well_and_nothing_goes_wrong(
    tab_of: Callable[[Look], Visit], address: str, looks: tuple[Look, ...]
) -> None:
    """Only a card, which is headed by a partner's name, is headed alike in both languages."""
    said = [look_at(tab_of(look), address, look) for look in looks]
    assert (said[0] == said[1]) == ("?partner=" in address)


def look_at(visit: Visit, address: str, look: Look) -> str:
    """Go to a page, keep its picture, fail if anything is wrong with it; return its heading."""
    visit.faults.clear()
    page = visit.go_on(address).page
    for chart in page.locator('[data-testid="stPlotlyChart"]').all():
        chart.locator(".main-svg").first.wait_for(state="attached")
    assert page.locator('[data-testid="stMain"] h1').count() == 1
    heading = visit.heading.inner_text().strip()
    assert heading
    expect(page.locator("html")).to_have_attribute("lang", look.language)
    assert page.evaluate(
        """() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]
            .every(part => part.scrollWidth <= part.clientWidth)"""
    ), "the page scrolls sideways"
    white = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert (white == "rgb(255, 255, 255)") == (look.theme == "light")
    assert page.locator(".stApp").evaluate("app => app.innerText").count("undefined") == 0
    keep_screenshot(visit, f"{re.sub(r'[^a-z_]+', '-', address) or 'home'}-{look}")
    assert not (found := faults(page)), "\n".join(found)
    visit.no_fault()
    return heading
