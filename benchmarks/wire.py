"""How many bytes a page sends to the browser, counted on the websocket."""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.serving import serving
from tests.browser.server import Server
from tests.load.crowd import token_of
from tests.load.visitor import visitor
from tests.menu import MENU

CARD = "partner"


async def _received(server: Server, page: str, partner: int) -> int:
    """Open a page in a new tab; nothing is in the browser's memory."""
    parameters = {"partner": str(partner)} if page == CARD else {}
    async with visitor(server.url, token=token_of(server)) as tab:
        run = await tab.open(page, **parameters)
    if run.faults:
        raise RuntimeError(f"/{page}: {run.faults}: its bytes would say nothing")
    return run.received


def bytes_of_pages(database: Path, partner: int) -> dict[str, int]:
    """Return the bytes of all messages of a first visit, by page."""
    with serving(database) as server:
        return {
            page.path: asyncio.run(_received(server, "" if i == 0 else page.path, partner))
            for i, page in enumerate(MENU)
        }
