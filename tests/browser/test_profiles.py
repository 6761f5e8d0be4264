"""Who borrows a browser finds nothing of whoever had it before."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Error

from tests.browser.profiles import Profiles
from tests.browser.server import Server

pytestmark = pytest.mark.browser

LEFT = """() => {
    document.cookie = 'left=behind; max-age=3600';
    localStorage.setItem('left', 'behind');
    sessionStorage.setItem('left', 'behind');
}"""
FOUND = """() => [
    document.cookie.includes('left=behind'), localStorage.length, sessionStorage.length
]"""


def test_a_lent_browser_remembers_nothing_of_the_visitor_before(
    chromium: Browser, server: Server
) -> None:
    profiles = Profiles(chromium)  # of its own: the next visitor gets the very same one
    with profiles.lent() as lend:
        first = lend()
        page = first.new_page()
        page.goto(f"{server.url}/_stcore/health")
        page.evaluate(LEFT)
        assert page.evaluate(FOUND) == [True, 1, 1]
    assert page.is_closed()
    with profiles.lent() as lend:
        second = lend()
        assert second is first
        page = second.new_page()
        page.goto(f"{server.url}/_stcore/health")
        assert page.evaluate(FOUND) == [False, 0, 0]
    first.close()


def test_two_visitors_at_once_share_nothing(profiles: Profiles, server: Server) -> None:
    with profiles.lent() as lend:
        pages = [lend().new_page() for _ in range(2)]
        for page in pages:
            page.goto(f"{server.url}/_stcore/health")
        pages[0].evaluate(LEFT)
        assert pages[1].evaluate(FOUND) == [False, 0, 0]


@pytest.mark.parametrize("elsewhere", ["http://example.com/", "http://192.0.2.1/"])
def test_nothing_but_this_machine_can_be_reached(profiles: Profiles, elsewhere: str) -> None:
    with profiles.lent() as lend:
        page = lend().new_page()
        with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
            page.goto(elsewhere)
