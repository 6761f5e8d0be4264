"""Browser profiles that are lent to one visitor after another and forget everything in between.

Most of what a page costs in a fresh browser is compiling the front end. Here a profile keeps an
empty tab of the dashboard's site open, and with it the process that has compiled it before. What
a visitor leaves behind (cookies, storage, tabs) is removed; what was fetched stays in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Frame, Page

from tests.browser.visit import PATIENCE, WATCH

Lend = Callable[..., BrowserContext]
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOCALES = {"ru": "ru-RU", "en": "en-US"}
#: The dashboard's site on the port of nobody: answered here, never asked for.
EMPTY = "http://127.0.0.1:9/"


@dataclass
class Profile:
    """One browser as somebody's own: cookies, storage, language."""

    context: BrowserContext
    language: str
    keeper: Page = field(init=False)
    origins: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(WATCH)
        self.keeper = self.context.new_page()
        self.keeper.route(EMPTY, lambda route: route.fulfill(body="", content_type="text/html"))
        self.keeper.goto(EMPTY)
        self.context.on("page", lambda page: page.on("framenavigated", self._went))

    def _went(self, frame: Frame) -> None:
        address = urlsplit(frame.url)
        if address.scheme in {"http", "https"}:
            self.origins.add(f"{address.scheme}://{address.netloc}")

    def forget(self) -> None:
        """Close every tab and remove what visits left."""
        for page in self.context.pages:
            if page is not self.keeper:
                page.close()
        storage = self.context.new_cdp_session(self.keeper)
        for origin in self.origins:
            storage.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        storage.detach()
        self.origins.clear()
        self.context.clear_cookies()
        self.context.clear_permissions()


@dataclass
class Profiles:
    """The profiles of one Chromium; at any moment nobody shares one with anybody."""

    browser: Browser
    free: list[Profile] = field(default_factory=list)

    @contextmanager
    def lent(self) -> Iterator[Lend]:
        """Lend a profile at each call until the end of the block."""
        out: list[Profile] = []

        def lend(language: str = "en") -> BrowserContext:
            out.append(self._take(language))
            return out[-1].context

        try:
            yield lend
        finally:
            for profile in out:
                profile.forget()
            self.free += out

    def _take(self, language: str) -> Profile:
        for profile in self.free:
            if profile.language == language:
                self.free.remove(profile)
                return profile
        context = self.browser.new_context(
            locale=LOCALES[language],
            viewport=WIDE,  # type: ignore[arg-type]  # width and height as it wants
            color_scheme="light",
            timezone_id="Europe/Moscow",
            accept_downloads=True,
        )
        return Profile(context, language)
