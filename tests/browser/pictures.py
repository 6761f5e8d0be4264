"""``make pictures``: the screenshots of the README and the user guide, from demonstration data."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from program.settings import PROJECT_ROOT
from tests.browser.chromium import find_chromium
from tests.browser.server import start_server
from tests.browser.visit import Visit
from tests.databases import build_demo

FOLDER = PROJECT_ROOT / "docs" / "images"
#: File name, address, language of the browser, height of the window.
PICTURES = (
    ("threshold.png", "threshold", "ru-RU", 800),
    ("threshold.en.png", "threshold", "en-US", 800),
    ("home.png", "", "ru-RU", 1000),
    ("home.en.png", "", "en-US", 1000),
    ("partner.png", "partner?partner=37", "ru-RU", 1100),
    ("partner.en.png", "partner?partner=37", "en-US", 1100),
)


def main() -> None:
    """Take every picture anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = start_server(build_demo(Path(folder) / "program.duckdb"), Path(folder) / "log")
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            for name, address, locale, height in PICTURES:
                page = browser.new_page(
                    locale=locale, color_scheme="light", viewport={"width": 1280, "height": height}
                )
                Visit(page, server).open(address)
                page.wait_for_timeout(1500)  # charts slide into place
                page.screenshot(path=FOLDER / name)
                page.close()
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
