"""One Chromium and one server a worker; a tab of its own for every test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, the_chromium
from tests.browser.profiles import WIDE, Profiles
from tests.browser.server import Server, start_server
from tests.browser.visit import PATIENCE, Visit
from tests.databases import build_demo

OpenTab = Callable[..., Visit]
expect.set_options(timeout=PATIENCE)  # a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium without a window."""
    executable = the_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demonstration; nobody changes it."""
    return build_demo(tmp_path_factory.mktemp("demo") / "program.duckdb")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Iterator[Server]:
    """The dashboard over the small demonstration."""
    running = start_server(demo_file, tmp_path_factory.mktemp("server") / "server.log")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Iterator[Server]:
    """A dashboard whose database tests may replace, damage and remove."""
    database = tmp_path_factory.mktemp("live") / "program.duckdb"
    shutil.copyfile(demo_file, database)
    running = start_server(database, tmp_path_factory.mktemp("live-server") / "server.log")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def profiles(chromium: Browser) -> Profiles:
    """Browsers to be lent to visitors."""
    return Profiles(chromium)


def new_tab(
    browser: BrowserContext,
    server: Server,
    *,
    theme: str = "light",
    viewport: dict[str, int] | None = None,
) -> Visit:
    """Open an empty tab of somebody who will look at a dashboard."""
    page = browser.new_page()
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # «light» and «dark» are its literals
    page.set_viewport_size(viewport or WIDE)  # type: ignore[arg-type]  # width and height as it wants
    return Visit(page, server)


@pytest.fixture
def tab(profiles: Profiles) -> Iterator[OpenTab]:
    """Open tabs of visitors: ``tab(server, language="en", theme="dark", viewport=PHONE)``."""
    with profiles.lent() as lend:

        def opened(server: Server, *, language: str = "ru", **look: Any) -> Visit:
            return new_tab(lend(language), server, **look)

        yield opened
