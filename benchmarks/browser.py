"""How long a page takes in a real Chromium: until everything is drawn, seen by the page itself.

A clock inside the page runs from the beginning of the navigation, or from the click, to the frame
in which the server has finished (fragments included), every figure and table is there and the
heading too. The floor is a blank Streamlit application in the same browser.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from benchmarks.serving import BLANK, serving
from tests.browser.server import Server
from tests.menu import MENU

PATIENCE = 60_000
CARD = "partner"
#: Runs in every document before anything else.
CLOCK = """
(() => {
  let clicked = 0, ran = false, heard = 0;
  document.addEventListener('click', () => { clicked = performance.now(); }, true);
  new MutationObserver(() => { ran = true; }).observe(
    document, {subtree: true, attributeFilter: ['data-test-script-state']});
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...how) {
      super(...how);
      this.addEventListener('message', () => { heard = performance.now(); });
    }
  };
  // A run so short that the page never shows it as running has still been heard of.
  const over = () => !ran && heard > clicked && performance.now() - heard > 150;
  const drawn = () => {
    const app = document.querySelector('[data-testid="stApp"]');
    const state = app && app.getAttribute('data-test-script-state');
    if (state && state !== 'notRunning') ran = true;
    const all = name => [...document.querySelectorAll(`[data-testid="${name}"]`)];
    return (ran || over()) && state === 'notRunning'
      && document.querySelector('[data-testid="stMain"] h1')
      && all('stPlotlyChart').every(figure => figure.querySelector('.main-svg'))
      && all('stDataFrame').every(table => table.querySelector('canvas'))
      && !document.querySelector('[data-testid="stAppSkeleton"], [data-testid="stSkeleton"]');
  };
  const look = () => {
    if (drawn()) {
      window.drawnAfter = (ran ? performance.now() : heard) - clicked;
      return;
    }
    requestAnimationFrame(look);
  };
  window.startClock = () => { ran = false; heard = 0; window.drawnAfter = undefined; look(); };
  window.startClock();
})();
"""


@dataclass
class Times:
    """Milliseconds of one page: a first visit, a switch to it, a filter turned on it."""

    first: list[float] = field(default_factory=list)
    switch: list[float] = field(default_factory=list)
    turned: list[float] = field(default_factory=list)


def _drawn_after(page: Page) -> float:
    page.wait_for_function("window.drawnAfter !== undefined", timeout=PATIENCE)
    for failure in ("stException", "stAlertContentError"):
        if page.locator(f'[data-testid="{failure}"]').count():
            raise RuntimeError(f"{page.url} shows {failure}: its time would say nothing")
    if page.locator(".st-key-failure").count():
        raise RuntimeError(f"{page.url} could not be shown: its time would say nothing")
    return float(page.evaluate("window.drawnAfter"))


def _after_click(page: Page, what: Locator) -> float:
    page.evaluate("window.startClock()")
    what.click()
    return _drawn_after(page)


def first_visit(browser: Browser, server: Server, address: str) -> tuple[Page, float]:
    """Open an address in a browser that has never been here."""
    context = browser.new_context(
        locale="ru-RU", timezone_id="Europe/Moscow", viewport={"width": 1280, "height": 800}
    )
    context.add_init_script(CLOCK)
    page = context.new_page()
    page.goto(f"{server.url}/{address}")
    return page, _drawn_after(page)


def switch(page: Page, path: str) -> float:
    """Go to a page by the menu; the first page of the menu has the bare address."""
    links = page.locator('[data-testid="stSidebarNavLink"]')
    wanted = links.first if not path else page.locator(f'a[data-testid][href$="/{path}"]').first
    return _after_click(page, wanted)


def turn(page: Page, number: int) -> float | None:
    """Choose another option of the page's first box, ``None`` if there is no such box."""
    box = page.locator('[data-testid="stMain"] [data-testid="stSelectbox"]:visible').first
    if not box.count():
        return None
    box.locator("input").click()
    options = page.locator('[role="option"]:not([aria-selected="true"])')
    options.first.wait_for()
    return _after_click(page, options.nth(number % options.count()))


def times_of(
    browser: Browser,
    server: Server,
    paths: Sequence[str],
    partner: int | None,
    visits: range,
) -> dict[str, Times]:
    """Measure pages one after another; the server has been visited before.

    Every turn of the filter chooses an option that nobody has chosen on this server yet.
    """
    times = {path: Times() for path in paths}
    for visit in visits:
        for path in paths:
            address = f"{path}?partner={partner}" if path == CARD and partner else path
            page, took = first_visit(browser, server, address)
            times[path].first.append(took)
            if path != CARD and (turned := turn(page, visit)) is not None:
                times[path].turned.append(turned)
            page.context.close()
        page, _ = first_visit(browser, server, paths[-1])
        for path in (paths[0], paths[-1]):
            switch(page, path)  # what the browser fetches at the first figure was paid above
        for path in paths:
            times[path].switch.append(switch(page, path))
        page.context.close()
    return times


@dataclass(frozen=True)
class Seen:
    """What was measured on one database, milliseconds; ``fresh``: the server's very first visit."""

    fresh: float
    pages: dict[str, Times]


def seen_on(
    browser: Browser, database: Path, partner: int | None, repeat: int, folder: Path | None = None
) -> Seen:
    """Measure the dashboard on a database, or the blank application in ``folder``."""
    paths = ("", "other") if folder else tuple(p.path if i else "" for i, p in enumerate(MENU))
    with serving(database, folder=folder) as server:
        page, fresh = first_visit(browser, server, "")
        page.context.close()
        times_of(browser, server, paths, partner, range(1))
        return Seen(fresh, times_of(browser, server, paths, partner, range(1, repeat + 1)))


def _median(times: Sequence[float]) -> float | None:
    return statistics.median(times) if times else None


def _cell(times: Sequence[float], floor: Sequence[float]) -> str:
    middle, least = _median(times), _median(floor)
    return f"{middle:.0f} | {middle / least:.1f}" if middle and least else "– | –"


#: The promise, milliseconds: a first visit, and a switch or a filter.
FIRST_MOST, CHANGE_MOST = 3000, 1000

HEAD = """## In the browser

Milliseconds in Chromium until everything is drawn, medians of {repeat}: a first visit with nothing
in the browser's cache; a switch to the page by the menu, asked before; the page's first filter
turned to what nobody had asked of this page. × is against a blank Streamlit application in the
same run: first visit {first:.0f}, switch {switch:.0f}, box turned {turned:.0f} ms. The promise:
first visit < {first_most} ms on the demonstration; switch and filter < {change_most} ms."""


def _kept(times: Times, *, first_visit_counts: bool) -> bool:
    first = _median(times.first) or 0.0
    changes = [_median(times.switch) or 0.0, _median(times.turned) or 0.0]
    return max(changes) < CHANGE_MOST and (first < FIRST_MOST or not first_visit_counts)


def browser_report(
    browser: Browser, databases: dict[str, tuple[Path, int]], repeat: int
) -> tuple[str, bool]:
    """Return the tables, one for each database by its name, and whether all promises are kept.

    Parameters
    ----------
    databases
        File and partner whose card is opened; the first one is the demonstration.
    """
    demo = next(iter(databases))
    floor = seen_on(browser, databases[demo][0], None, repeat, BLANK).pages["other"]
    parts = [
        HEAD.format(
            repeat=repeat,
            first=_median(floor.first),
            switch=_median(floor.switch),
            turned=_median(floor.turned),
            first_most=FIRST_MOST,
            change_most=CHANGE_MOST,
        )
    ]
    kept = True
    for name, (database, partner) in databases.items():
        seen = seen_on(browser, database, partner, repeat)
        lines = [
            f"On {name} (the server's very first visit: {seen.fresh:.0f} ms):",
            "",
            "| Page | First visit | × | Switch | × | Filter | × | Kept |",
            "|---|---:|---:|---:|---:|---:|---:|---|",
        ]
        for path, times in seen.pages.items():
            fine = _kept(times, first_visit_counts=name == demo)
            kept = kept and fine
            cells = (
                _cell(times.first, floor.first),
                _cell(times.switch, floor.switch),
                _cell(times.turned, floor.turned),
                "yes" if fine else "NO",
            )
            lines.append(f"| {path or MENU[0].path} | {' | '.join(cells)} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts), kept
