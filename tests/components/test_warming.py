"""Nobody is the first to wait: the costly answers are there before the first visit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from components import warming
from components.data import KEPT
from components.data_check_list import check_rows
from components.warming import ask_for_checks, warm_up, warm_up_after_loads
from queries.data_checks import SCANS
from queries.engine import DatabaseDown, QueryTooSlow
from tests.loops import awaited
from tests.pages.conftest import (  # noqa: F401 - fixtures
    demo_file,
    empty_file,
    nothing_kept,
    on_demo,
    point_at,
)
from tests.pages.visitor import open_page

COSTLY = {"partners_outlook", "groups_by_evaluation", "raw_chances", "replay_evidence"}


def asked() -> set[str]:
    """Names of the questions whose answers are kept."""
    return {part.__name__ for key in KEPT for part in key if callable(part)}


@pytest.mark.usefixtures("on_demo", "nothing_kept")
@pytest.mark.parametrize("script", ["home.py", "threshold.py"])
def test_the_first_visit_finds_every_costly_answer(script: str) -> None:
    warm_up()
    kept = {key for key in KEPT if any(getattr(p, "__name__", "") in COSTLY for p in key)}
    assert asked() >= COSTLY
    open_page(script)
    assert {k for k in KEPT if any(getattr(p, "__name__", "") in COSTLY for p in k)} == kept


def test_an_empty_programme_is_no_trouble(
    point_at: Callable[[Path], None],  # noqa: F811 - the fixture
    empty_file: Path,  # noqa: F811 - the fixture
    nothing_kept: None,  # noqa: F811 - the fixture
) -> None:
    del nothing_kept
    point_at(empty_file)
    warm_up()
    assert "partners_outlook" in asked()


def test_new_data_are_warmed_up_once_and_trouble_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = iter(["a", "a", DatabaseDown("away"), "b", "b", "c"])
    warmed: list[str] = []
    checked: list[str] = []

    class Database:
        now = ""

        def version(self) -> str:
            found = next(versions)
            if isinstance(found, Exception):
                raise found
            self.now = found
            return found

    database = Database()
    monkeypatch.setattr(warming, "program_database", lambda: database)
    monkeypatch.setattr(warming, "warm_up", lambda: warmed.append(database.now))

    def too_slow() -> None:
        checked.append(database.now)
        raise QueryTooSlow("a scan of the data")

    monkeypatch.setattr(warming, "ask_for_checks", too_slow)

    async def until_told_all() -> None:
        with pytest.raises(RuntimeError):  # the versions are used up
            await warm_up_after_loads(every=0)

    awaited(until_told_all)
    assert warmed == ["a", "b", "c"]
    assert checked == warmed, "checks that are too slow are not asked again and again"


@pytest.mark.usefixtures("on_demo", "nothing_kept")
def test_whoever_looks_at_the_checks_first_finds_them_counted() -> None:
    ask_for_checks()
    counted = {key for key in KEPT if check_rows in key}
    assert len(counted) == len(SCANS)
    open_page("data_checks.py", role="analyst")
    assert {key for key in KEPT if check_rows in key} == counted
