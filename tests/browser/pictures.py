"""``make pictures``: the screenshots of the README and the user guides, from demonstration data."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from program.settings import PROJECT_ROOT
from tests.browser.chromium import find_chromium
from tests.browser.server import Server, start_server
from tests.browser.visit import Visit
from tests.databases import build_demo
from tests.menu import MENU

FOLDER = PROJECT_ROOT / "docs" / "images"
#: Ending of the file's name and language of the browser.
LANGUAGES = {"": "ru-RU", ".en": "en-US"}
#: A page and the card of one partner are this high; the guides show what the first screen answers.
SIZE = {"width": 1280, "height": 800}
#: Enough for our palette; a picture takes a third of the bytes.
COLOURS = 128


def pictures() -> dict[str, str]:
    """Return the name of each picture, without its ending, and the address that it shows."""
    addresses = {page.path: page.path for page in MENU}
    return addresses | {"home": "", "partner": "partner?partner=37"}


def take(browser: Browser, server: Server, address: str, locale: str) -> Image.Image:
    """Return the first screen of a page in few colours."""
    page = browser.new_page(locale=locale, color_scheme="light", viewport=SIZE)  # type: ignore[arg-type]  # width and height as it wants
    Visit(page, server).open(address)
    page.wait_for_timeout(1500)  # charts slide into place
    shot = Image.open(io.BytesIO(page.screenshot()))
    page.close()
    return shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


def main() -> None:
    """Take every picture anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = start_server(build_demo(Path(folder) / "program.duckdb"), Path(folder) / "log")
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            for name, address in pictures().items():
                for ending, locale in LANGUAGES.items():
                    picture = take(browser, server, address, locale)
                    picture.save(FOLDER / f"{name}{ending}.png", optimize=True)
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
