"""A few people at once on a real server, by the browser's protocol: nothing fails, all are let go.

How fast it goes is measured by ``python -m benchmarks.many``, not here.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.server import Server, start_server
from tests.databases import build_demo
from tests.load.crowd import FILTERS, Crowd, crowd, token_of, warmed_up
from tests.load.process import connected_after, connected_sessions
from tests.load.visitor import faults_of, visitor
from tests.loops import awaited
from tests.menu import MENU

PEOPLE, SECONDS = 5, 3.0
PARTNERS = (17, 18, 19)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard over the small demonstration, for visitors without a browser."""
    folder = tmp_path_factory.mktemp("load")
    running = start_server(build_demo(folder / "program.duckdb"), folder / "server.log")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def visited(server: Server) -> tuple[Crowd, int]:
    """What people saw, and how many tabs the server counted when all had finished."""
    counted: list[int] = []

    async def walk() -> Crowd:
        return await crowd(
            server,
            PEOPLE,
            SECONDS,
            partners=PARTNERS,
            before_they_leave=lambda: counted.append(connected_sessions(server)),
        )

    seen = awaited(walk)
    return seen, counted[0]


def test_every_page_arrives_whole(server: Server) -> None:
    runs = awaited(warmed_up, server, PARTNERS)
    assert {run.page for run in runs} == {"", *(page.path for page in MENU[1:])}
    assert not [f"/{run.page}: {fault}" for run in runs for fault in run.faults]
    assert all(0 < run.drawn <= run.seconds and run.received > 0 for run in runs)


def test_people_at_once_see_no_failure(visited: tuple[Crowd, int]) -> None:
    seen, _ = visited
    assert not seen.faults
    assert len(seen.opened) == PEOPLE
    assert {run.what for run in seen.runs} == {"page", "filter"}


def test_the_server_lets_everybody_go(server: Server, visited: tuple[Crowd, int]) -> None:
    _, connected = visited
    assert connected == PEOPLE
    assert connected_after(server, 15) == 0


def test_nothing_unpleasant_is_logged(server: Server, visited: tuple[Crowd, int]) -> None:
    assert visited[0].runs
    said = server.log.read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert "incident" not in said


def test_a_filter_stays_on_while_the_page_changes(server: Server) -> None:
    async def visit() -> tuple[str, str, str]:
        async with visitor(server.url, token=token_of(server)) as tab:
            await tab.open("threshold")
            _, option, *_ = tab.options("filter_tier")
            await tab.choose("filter_tier", option)
            on_this_page = tab.chosen("filter_tier")
            await tab.go("coverage")
            return option, on_this_page, tab.chosen("filter_tier")

    option, before, after = awaited(visit)
    assert option == before == after
    assert "filter_tier" in FILTERS


def test_what_must_not_be_shown_is_counted_as_a_fault() -> None:
    from streamlit.proto.Alert_pb2 import Alert  # noqa: PLC0415 - only to make messages by hand
    from streamlit.proto.Delta_pb2 import Delta  # noqa: PLC0415

    exception, box, note, page = Delta(), Delta(), Delta(), Delta()
    exception.new_element.exception.type = "KeyError"
    box.new_element.alert.format = Alert.ERROR
    note.new_element.alert.format = Alert.INFO
    page.add_block.id = "$$ID-0123456789abcdef-failure"
    assert [len(faults_of(delta)) for delta in (exception, box, note, page)] == [1, 1, 0, 1]
