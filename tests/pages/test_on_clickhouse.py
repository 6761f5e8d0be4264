"""The dashboard on ClickHouse: every page says what it says on DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from jobs.demo.command import build
from jobs.demo.recipe import SCALES, Recipe
from tests.databases import SEED, TODAY
from tests.menu import MENU
from tests.pages.conftest import forget_everything
from tests.pages.visitor import open_page, page_text

#: The journal tells of visits, this one included, and asks the program nothing.
PAGES = [page.script for page in MENU if page.script != "journal.py"]


@pytest.fixture(scope="module")
def demo_on_clickhouse(clickhouse_engine_room: str) -> str:
    """The same demonstration, written by the same command."""
    url = make_url(clickhouse_engine_room).set(database="pages").render_as_string()
    build(url, Recipe(SCALES["small"], SEED, TODAY))
    return url


@pytest.mark.parametrize("script", PAGES)
def test_a_page_says_the_same_as_on_duckdb(
    script: str,
    demo_on_clickhouse: str,
    demo_file: Path,
    point_at: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    point_at(demo_file)
    on_duckdb = page_text(open_page(script))
    monkeypatch.setenv("QUALITY_DATABASE_URL", demo_on_clickhouse)
    forget_everything()
    assert page_text(open_page(script)) == on_duckdb
