"""Nobody is the first to wait: the costly answers are there before the first visit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components import warming
from components.data import kept_answers
from components.warming import warm_up, warm_up_after_loads
from queries.engine import (
    DatabaseDown,
    ProgramDatabaseError,
    QueryFailed,
    QueryTooBig,
    QueryTooSlow,
)
from tests.loops import awaited
from tests.menu import MENU
from tests.pages.conftest import (  # noqa: F401 - fixtures
    demo_file,
    empty_file,
    nothing_kept,
    on_demo,
    point_at,
    unsurveyed_file,
)
from tests.pages.visitor import open_page

#: What a page asks although it was warmed up: about one partner, the reader, or chosen partners.
OF_ITS_OWN = {
    "threshold": {"keys_to_call"},
    "partner": {
        *("deliveries_of_partner", "keys_of_partners", "decisions_of_partner"),
        *("surveys_of_partner", "answers_of_partner"),
    },
    "journal": {"staff_names"},
}


def asked() -> set[str]:
    """Names of the questions whose answers are kept."""
    return {key[1].__name__ for key in questions()}


def questions() -> set[tuple[Any, ...]]:
    """Return the questions whose answers are kept."""
    return {key for key in kept_answers() if len(key) > 1 and callable(key[1])}


@pytest.mark.usefixtures("on_demo", "nothing_kept")
def test_the_first_visit_of_any_page_finds_all_that_is_the_same_for_everybody() -> None:
    warm_up()
    asked_anew = {}
    for page in MENU:
        known = questions()
        open_page(page.script, role="admin", **({"partner": "1"} if page.path == "partner" else {}))
        asked_anew[page.path] = {key[1].__name__ for key in questions() - known}
    assert asked_anew == {page.path: OF_ITS_OWN.get(page.path, set()) for page in MENU}


@pytest.mark.parametrize("file", ["empty_file", "unsurveyed_file"])
def test_a_programme_without_records_or_surveys_is_no_trouble(
    file: str,
    request: pytest.FixtureRequest,
    point_at: Callable[[Path], None],  # noqa: F811 - the fixture
    nothing_kept: None,  # noqa: F811 - the fixture
) -> None:
    del nothing_kept
    point_at(request.getfixturevalue(file))
    warm_up()
    assert asked() >= {"partners_outlook", "adoption", "records", "decisions_that_disagree"}


def test_new_data_are_warmed_up_once_and_trouble_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = iter(["a", "a", DatabaseDown("away"), "b", "b", "c"])
    warmed: list[str] = []

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

    async def until_told_all() -> None:
        with pytest.raises(RuntimeError):  # the versions are used up
            await warm_up_after_loads(every=0)

    awaited(until_told_all)
    assert warmed == ["a", "b", "c"]


@pytest.mark.usefixtures("on_demo", "nothing_kept")
def test_what_cannot_be_answered_is_asked_once_and_keeps_nothing_else_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = []

    def fails(name: str, trouble: type[ProgramDatabaseError]) -> None:
        def ask(*_question: object) -> None:
            tried.append(name)
            raise trouble("of no use")

        monkeypatch.setattr(warming, name, ask)

    fails("adoption", QueryTooSlow)
    fails("forecast", QueryTooBig)
    fails("ask_for_checks", QueryFailed)
    warm_up()
    assert tried == ["adoption", "forecast", "ask_for_checks"]
    assert asked() >= {"groups_by_evaluation", "records", "partners_surveyed"}


@pytest.mark.usefixtures("on_demo", "nothing_kept")
def test_a_database_that_went_away_ends_the_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    def adoption(*_question: object) -> None:
        raise DatabaseDown("away")

    monkeypatch.setattr(warming, "adoption", adoption)
    with pytest.raises(DatabaseDown):
        warm_up()
