"""One browser tab without the browser: the front end's own messages over its own websocket.

What the front end of Streamlit does is done here too: the first request names the page by its
address, later ones by its hash; every request carries the values of the widgets on screen and the
hashes of the large messages kept from the last two runs; a run has ended when the server says so
and is not about to run the script again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from components.session_cookie import USER_COOKIE
from tests.load.widgets import key_of, shown_value, widget_of

STREAM, COOKIE = "/_stcore/stream", "_streamlit_xsrf"
#: A run that takes longer is given up and counted as an error.
PATIENCE_SECONDS = 120.0


@dataclass
class Run:
    """What came of one request.

    Attributes
    ----------
    what
        The request in a word: ``open``, ``page``, ``filter`` or ``fragment``.
    page
        The page's address.
    drawn, seconds
        Seconds until the last part of the page itself had arrived, and until its parallel
        fragments had too and the server called the run finished.
    received, messages
        Bytes and number of all messages from the server.
    faults
        Everything that must not happen.
    """

    what: str
    page: str
    begun: float = field(default_factory=time.perf_counter)
    drawn: float = 0.0
    seconds: float = 0.0
    received: int = 0
    messages: int = 0
    headed: bool = False
    faults: list[str] = field(default_factory=list)

    @property
    def elapsed(self) -> float:
        """Return the seconds since the request was sent."""
        return time.perf_counter() - self.begun


@dataclass
class _Kept:
    """A large message that the front end keeps, and the run that used it last."""

    message: ForwardMsg
    used: int


class Visitor:
    """One session at the server."""

    def __init__(self, socket: ClientConnection, url: str, language: str) -> None:
        self._socket, self._url, self._language = socket, url, language
        self._kept: dict[str, _Kept] = {}
        self._runs_ended = 0
        self._kept_for = 2
        self._values: dict[str, WidgetState] = {}
        self._of_frame: set[str] = set()
        self._main_script = ""
        self._page_hash = ""
        self._address = ""
        self.widgets: dict[str, Any] = {}
        #: Kind and text of every element that the last request brought, and the fragments met.
        self.brought: list[tuple[str, str]] = []
        self.fragments: set[str] = set()
        self.pages: dict[str, str] = {}
        self.page = ""
        self.parameters = ""

    async def open(self, page: str = "", **parameters: str) -> Run:
        """Open the dashboard at an address, as the first thing in a tab."""
        self.page, self._address = page, urlencode(parameters)
        return await self._request("open", page_name=page)

    async def go(self, page: str, **parameters: str) -> Run:
        """Choose a page of the menu, with parameters if by a link."""
        self.page, self._address = page, urlencode(parameters)
        self.parameters = self._address
        self._page_hash = self.pages[page]
        # Values of the page that is left go with it; those of the shared frame stay.
        self._values = {id_: v for id_, v in self._values.items() if id_ in self._of_frame}
        return await self._request("page")

    async def choose(self, key: str, option: str) -> Run:
        """Choose an option of a select box."""
        self._values[self.widgets[key].id].string_value = option
        return await self._request("filter")

    async def again(self, fragment: str) -> Run:
        """Ask for one fragment of the page alone, as a widget inside it does."""
        return await self._request("fragment", fragment=fragment)

    def chosen(self, key: str) -> str:
        """Return what a select box shows; nothing if the page has no such box."""
        return self._values[self.widgets[key].id].string_value if key in self.widgets else ""

    def options(self, key: str) -> list[str]:
        """Return what a select box offers; nothing if the page has no such box."""
        return list(self.widgets[key].options) if key in self.widgets else []

    async def _request(self, what: str, page_name: str = "", fragment: str = "") -> Run:
        request = BackMsg()
        rerun = request.rerun_script
        rerun.query_string, rerun.fragment_id = self._address, fragment
        rerun.page_name, rerun.page_script_hash = page_name, self._page_hash
        rerun.widget_states.widgets.extend(self._values.values())
        rerun.cached_message_hashes.extend(self._kept)
        about = rerun.context_info
        about.locale, about.timezone, about.timezone_offset = self._language, "Europe/Moscow", -180
        about.url, about.color_scheme = f"{self._url}/{self.page}", "light"
        run = Run(what, self.page)
        self.brought.clear()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._socket.send(request.SerializeToString())
                await self._read(run)
        except TimeoutError:
            run.faults.append("no answer in time")
        if not run.headed and what != "fragment":
            run.faults.append("the page has no heading")
        run.seconds = run.elapsed
        return run

    async def _read(self, run: Run) -> None:
        """Take messages until the run has ended."""
        seen: set[str] = set()
        while True:
            data = await self._socket.recv(decode=False)
            message = ForwardMsg.FromString(data)
            run.received += len(data)
            run.messages += 1
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                message, kind = self._recalled(message, run), "delta"
            elif message.metadata.cacheable:
                self._kept[message.hash] = _Kept(message, self._runs_ended)
            if kind == "new_session":
                seen.clear()
                run.headed = False
                self._main_script = message.new_session.main_script_hash
                self._kept_for = message.new_session.config.max_cached_message_age
            elif kind == "navigation":
                self.pages = {
                    "" if page.is_default else page.url_pathname: page.page_script_hash
                    for page in message.navigation.app_pages
                    if not page.is_hidden
                }
                self._page_hash = message.navigation.page_script_hash
                self.page = next(
                    (name for name, hash_ in self.pages.items() if hash_ == self._page_hash), ""
                )
            elif kind == "page_info_changed":
                self._address = message.page_info_changed.query_string
            elif kind == "delta":
                self._take(message.delta, message.metadata.active_script_hash, run, seen)
            elif kind in {"session_event", "page_not_found"}:
                run.faults.append(f"{kind}: {message!s:.300}")
            elif kind == "script_finished" and self._ended(message, run, seen):
                return

    def _recalled(self, reference: ForwardMsg, run: Run) -> ForwardMsg:
        """Return the message that the server did not send again."""
        kept = self._kept.get(reference.ref_hash)
        if kept is None:
            run.faults.append("the server refers to a message that was not kept")
            return ForwardMsg()
        kept.used = self._runs_ended
        message = ForwardMsg()
        message.CopyFrom(kept.message)
        message.metadata.CopyFrom(reference.metadata)
        return message

    def _take(self, delta: Delta, script: str, run: Run, seen: set[str]) -> None:
        """Put one part on the screen."""
        if delta.fragment_id:
            self.fragments.add(delta.fragment_id)
        else:
            run.drawn = run.elapsed
        run.faults.extend(faults_of(delta))
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        self.brought.append((str(element.WhichOneof("type")), text_of(element)))
        run.headed |= element.WhichOneof("type") == "heading" and element.heading.tag == "h1"
        widget = widget_of(element)
        if widget is None:
            return
        seen.add(widget.id)
        self.widgets[key_of(widget.id)] = widget
        if script == self._main_script:
            self._of_frame.add(widget.id)
        if widget.id not in self._values or widget.set_value:
            self._values[widget.id] = shown_value(element)

    def _ended(self, message: ForwardMsg, run: Run, seen: set[str]) -> bool:
        """Return whether nothing more will come, and forget what is no longer on screen."""
        if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return False
        if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            run.faults.append("the script does not compile")
            return True
        self._runs_ended += 1
        if message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            return True  # the rest of the page stays on screen
        self._kept = {
            hash_: kept
            for hash_, kept in self._kept.items()
            if self._runs_ended - kept.used <= self._kept_for
        }
        self._values = {id_: value for id_, value in self._values.items() if id_ in seen}
        self.widgets = {key: widget for key, widget in self.widgets.items() if widget.id in seen}
        return True


def text_of(element: Element) -> str:
    """Return the words of a heading or a paragraph, nothing of other elements."""
    kind = element.WhichOneof("type")
    return str(getattr(element, kind).body) if kind in {"heading", "markdown"} else ""


def faults_of(delta: Delta) -> list[str]:
    """Return what is wrong with one part: an exception, an error box, or our own failure page."""
    if delta.WhichOneof("type") == "add_block":
        failed = key_of(delta.add_block.id) == "failure"
        return ["the page says that it could not be shown"] if failed else []
    element = delta.new_element
    if element.WhichOneof("type") == "exception":
        return [f"exception: {element.exception.type} {element.exception.message}"]
    if element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
        return [f"error box: {element.alert.body}"]
    return []


@asynccontextmanager
async def visitor(
    url: str, *, language: str = "ru-RU", token: str = "", signed_in: str = ""
) -> AsyncIterator[Visitor]:
    """Yield a tab with an open connection to the dashboard at ``url``.

    Parameters
    ----------
    token
        The cookie against forged requests that the server gave with the page.
    signed_in
        The cookie of a session; nobody is signed in without.
    """
    parts = urlsplit(url)
    cookies = {COOKIE: token, USER_COOKIE: signed_in}
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
    async with connect(
        f"ws://{parts.netloc}{STREAM}",
        origin=url,  # type: ignore[arg-type]  # a NewType of str
        # The second entry is the token; the third, a session to take up again, is not asked for.
        additional_headers={"Cookie": sent} if sent else None,
        subprotocols=["streamlit", *([token] if token else [])],  # type: ignore[list-item]  # NewTypes of str
        max_size=None,
    ) as socket:
        yield Visitor(socket, url, language)
