"""Many visitors at once who never stop to think, and what they saw."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from websockets.exceptions import WebSocketException

from tests.browser.server import Server
from tests.load.visitor import COOKIE, Run, Visitor, visitor

#: Boxes of the filter bar that visitors turn; a page has some of them.
FILTERS = tuple(f"filter_{name}" for name in ("manager", "country", "district", "tier", "size"))
CARD = "partner"


@dataclass
class Crowd:
    """What visitors did and saw while the clock ran.

    Attributes
    ----------
    runs
        Requests, the opening of the tabs aside, begun while the clock ran.
    opened
        The first request of every tab.
    begun, ended
        The clock around ``runs``, until the last of them was finished.
    first
        Runs that nobody had asked for before: their answers were in nobody's memory.
    """

    runs: list[Run] = field(default_factory=list)
    opened: list[Run] = field(default_factory=list)
    begun: float = 0.0
    ended: float = 0.0
    first: int = 0

    @property
    def faults(self) -> list[str]:
        """Everything that must not happen, with the page where it did."""
        return [
            f"/{run.page} ({run.what}): {fault}"
            for run in (*self.opened, *self.runs)
            for fault in run.faults
        ]

    @property
    def per_second(self) -> float:
        """Return how many requests the server finished in a second."""
        return len(self.runs) / (self.ended - self.begun) if self.runs else 0.0

    def within(self, share: float) -> float:
        """Return the seconds within which this share of the requests was finished."""
        seconds = sorted(run.seconds for run in self.runs)
        return seconds[min(len(seconds) - 1, int(share * len(seconds)))] if seconds else 0.0

    def median_of_pages(self) -> dict[str, float]:
        """Return the median seconds of every page, the slowest first."""
        seconds: dict[str, list[float]] = {}
        for run in self.runs:
            seconds.setdefault(run.page or "home", []).append(run.seconds)
        medians = {page: statistics.median(each) for page, each in seconds.items()}
        return dict(sorted(medians.items(), key=lambda item: -item[1]))


async def see_every_page(tab: Visitor, partners: Sequence[int]) -> list[Run]:
    """Go once through the whole menu, so that what is shared between visitors is there."""
    return [await _go(tab, page, partners[:1]) for page in sorted(tab.pages)]


async def step(tab: Visitor, dice: random.Random, partners: Sequence[int]) -> Run:
    """Do what somebody does next: go to another page, or turn a filter of this one.

    A filter that is on is turned off before another one is turned on, as often as not.
    """
    boxes = [key for key in FILTERS if len(tab.options(key)) > 1]
    if boxes and dice.random() < 0.5:
        on = [key for key in boxes if tab.chosen(key) != tab.options(key)[0]]
        if on and dice.random() < 0.5:
            return await tab.choose(on[0], tab.options(on[0])[0])
        key = dice.choice(on or boxes)
        return await tab.choose(key, dice.choice(tab.options(key)[1:]))
    page = dice.choice(sorted(set(tab.pages) - {tab.page}))
    return await _go(tab, page, [dice.choice(partners)] if partners else [])


def question(tab: Visitor) -> tuple[str, ...]:
    """Return what tells the screen of a tab from other screens."""
    return (tab.page, tab.parameters, *(tab.chosen(key) for key in FILTERS))


async def _go(tab: Visitor, page: str, partners: Sequence[int]) -> Run:
    if page == CARD and partners:
        return await tab.go(page, partner=str(partners[0]))
    return await tab.go(page)


async def crowd(
    server: Server,
    sessions: int,
    seconds: float,
    *,
    beside: Sequence[Server] = (),
    partners: Sequence[int] = (),
    seed: int = 1,
    asked: set[tuple[str, ...]] | None = None,
    before_they_leave: Callable[[], None] = lambda: None,
) -> Crowd:
    """Let visitors look around for some time, each in a tab of its own, and leave.

    The clock starts when every tab is drawn and stops requests, not those under way: they are
    waited for, and count with their time. A visitor whose connection breaks is a fault.

    Parameters
    ----------
    beside
        Other replicas of the server: visitors are spread over all of them and stay where they are,
        as behind a sticky proxy.
    partners
        Whose cards are looked at.
    asked
        What has been asked before, where earlier visitors count; added to.
    before_they_leave
        Called once when everybody has finished and all tabs are still open.
    """
    seen = Crowd()
    asked = set() if asked is None else asked
    replicas = [(each.url, token_of(each)) for each in (server, *beside)]
    all_in, all_done = asyncio.Barrier(sessions), asyncio.Barrier(sessions)

    async def look_around(number: int) -> None:
        dice = random.Random(f"{seed} {number}")  # noqa: S311 - no secret: the same walk every time
        url, token = replicas[number % len(replicas)]
        async with visitor(url, token=token) as tab:
            seen.opened.append(await tab.open())
            if await all_in.wait() == 0:
                seen.begun = time.perf_counter()
            await all_in.wait()
            while time.perf_counter() - seen.begun < seconds:
                seen.runs.append(await step(tab, dice, partners))
                seen.ended = time.perf_counter()
                seen.first += question(tab) not in asked
                asked.add(question(tab))
            if await all_done.wait() == 0:
                before_they_leave()
            await all_done.wait()

    try:
        async with asyncio.TaskGroup() as group:
            for number in range(sessions):
                group.create_task(look_around(number))
    except* (WebSocketException, OSError) as lost:
        faults = [f"connection lost: {error!r}" for error in lost.exceptions]
        seen.opened.append(Run("open", "", faults=faults))
    return seen


async def warmed_up(server: Server, partners: Sequence[int]) -> list[Run]:
    """Let one visitor see every page."""
    async with visitor(server.url, token=token_of(server)) as tab:
        return [await tab.open(), *await see_every_page(tab, partners)]


def token_of(server: Server) -> str:
    """Return the cookie against forged requests that the server gives every browser."""
    _, headers, _ = server.get("/_stcore/health")
    cookies = SimpleCookie(headers.get("set-cookie", ""))
    return cookies[COOKIE].value if COOKIE in cookies else ""
