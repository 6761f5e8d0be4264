"""How much memory a real server holds while a real browser has the page open."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import the_chromium
from tests.browser.server import start_server
from tests.browser.visit import Visit


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser without a window."""
    executable = the_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        yield browser
        browser.close()


def resident_megabytes(process: int) -> float:
    """Return the resident memory of a process as the system counts it."""
    said = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(process)], check=True, capture_output=True, text=True
    )
    return int(said.stdout) / 1024


def memory_with_page_open(browser: Browser, database: Path, address: str) -> float:
    """Return megabytes of a fresh server after two visits of one page, with it still open."""
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(database, Path(folder) / "server.log")
        try:
            tab = browser.new_page()
            Visit(tab, server).open(address)
            Visit(tab, server).open(address)
            megabytes = resident_megabytes(server.process.pid)
            tab.close()
        finally:
            server.stop()
    return megabytes
