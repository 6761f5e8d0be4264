"""A page as a visitor's browser has it: waits for it and notes everything that went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response, expect

from tests.browser.server import Server

#: What the framework itself writes on the console, told by the address it complains about.
FRAMEWORK_CONSOLE = (
    # A deep link: the front end asks for the server below the page's own path first, because the
    # application might live under a prefix, and then finds it at the root.
    re.compile(r"/[a-z_]+/_stcore/(health|host-config)$"),
)
#: Milliseconds until a wait has failed. A busy machine is slow, not wrong: with every processor
#: taken by other tests half a minute was too short now and then.
PATIENCE = 90_000
#: Remembers when something on the page was last changed; runs before the page's own scripts.
WATCH = """
if (globalThis.lastChange === undefined) {
  globalThis.lastChange = performance.now();
  new MutationObserver(() => { globalThis.lastChange = performance.now(); })
    .observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  globalThis.lastSaid = globalThis.lastHeard = 0;
  const Native = globalThis.WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(...how) {
      super(...how);
      this.addEventListener("message", () => { globalThis.lastHeard = performance.now(); });
    }
    send(message) {
      globalThis.lastSaid = performance.now();
      super.send(message);
    }
  };
}
"""
#: No script runs, nothing is still to be drawn (the front end fetches the code of each kind of
#: widget when it first meets one), nothing is left of an earlier run, the server has answered what
#: it was told last, and all is quiet.
DRAWN = """
() => document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]')
  && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stAppSkeleton"]')
  && !document.querySelector('[data-stale="true"]')
  && globalThis.lastHeard >= globalThis.lastSaid
  && performance.now() - globalThis.lastChange > 250
"""
#: What the front end notices of «back» and «forward».
GO_ON = """
address => {
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate", {state: null}));
}
"""


def settled(page: Page) -> Page:
    """Wait until no script runs and nothing changes; a click needs a moment to be heard.

    The page has to be opened after ``add_init_script(WATCH)``.
    """
    page.wait_for_timeout(100)
    page.wait_for_function(DRAWN, timeout=PATIENCE, polling=50)
    return page


@dataclass
class Visit:
    """One tab on the dashboard."""

    page: Page
    server: Server
    faults: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.add_init_script(WATCH)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        about = message.location.get("url", "")
        known = any(pattern.search(about) for pattern in FRAMEWORK_CONSOLE)
        if message.type in {"error", "warning"} and not known:
            self.faults.append(f"console {message.type}: {message.text} {about}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self._home:
            self.faults.append(f"foreign request: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the visitor went on to another page
            self.faults.append(f"failed request: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        self.responses.append(response)

    @property
    def _home(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    def open(self, path: str) -> Visit:
        """Go to an address of the dashboard and wait until the page is drawn."""
        self.page.goto(f"{self.server.url}/{path.lstrip('/')}")
        return self.drawn()

    def go_on(self, path: str) -> Visit:
        """Go to another address in the tab as it is, which costs a third of opening it anew.

        As the browser's own «forward» does: the front end stays and asks for the other page.
        """
        if not self.page.url.startswith(self.server.url):
            return self.open(path)
        with self.telling():
            self.page.evaluate(GO_ON, f"/{path.lstrip('/')}")
        return self.drawn()

    def drawn(self) -> Visit:
        """Wait until the script has ended and the heading is there."""
        self.settled()
        failure = self.widget("failure")
        expect(self.heading.or_(failure).first).to_be_visible(timeout=PATIENCE)
        if failure.count():
            told = failure.first.inner_text()
            raise AssertionError(f"{told}\n{self.server.log.read_text()[-2500:]}")
        return self

    def settled(self) -> Visit:
        """Wait until no script runs and nothing changes."""
        settled(self.page)
        return self

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Do what the server has to hear of and wait for what it makes of it.

        Tables and sliders tell it a moment after they are touched.
        """
        said = self.page.evaluate("globalThis.lastSaid")
        yield
        self.page.wait_for_function("said => globalThis.lastSaid > said", arg=said)
        self.settled()

    @property
    def heading(self) -> Locator:
        """The page's title."""
        return self.page.locator('[data-testid="stMain"] h1').first

    @property
    def text(self) -> str:
        """Everything to be read in the main part; no-break marks are spaces or nothing."""
        text = self.page.locator('[data-testid="stMain"]').inner_text()
        return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2060", "")

    def widget(self, key: str) -> Locator:
        """The element with a key of the code."""
        return self.page.locator(f".st-key-{key}")

    def no_fault(self) -> None:
        """Fail if anything went wrong since the tab was opened."""
        exceptions = self.page.locator('[data-testid="stException"]')
        self.faults += [f"exception on screen: {text}" for text in exceptions.all_inner_texts()]
        assert not self.faults, "\n".join(self.faults)
