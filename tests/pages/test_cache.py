"""Answers are remembered for one question, one scope and one version of the data, nothing wider."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Connection, func, select

from components import outlook_table
from components.data import ask
from metrics.coverage import Group
from program.schema import partner
from queries.scope import EVERYTHING, Scope, Sight
from tests.databases import changed_copy
from tests.pages.visitor import open_page

asked: list[tuple[Scope, tuple[object, ...]]] = []


def partners(connection: Connection, scope: Scope, *details: object) -> pd.DataFrame:
    """Count the partners in scope, and note that the database was really asked."""
    asked.append((scope, details))
    statement = select(func.count()).select_from(partner).where(scope.partner_condition())
    return pd.DataFrame({"n": [connection.execute(statement).scalar_one()]})


def how_many(scope: Scope, *details: object) -> int:
    return int(ask(partners, scope, *details)["n"].iloc[0])


@pytest.fixture(autouse=True)
def nothing_asked_yet(on_demo: None, nothing_kept: None) -> None:
    """Start every test with an empty notebook and an empty memory."""
    del on_demo, nothing_kept
    asked.clear()


def test_the_same_question_is_asked_once() -> None:
    assert how_many(EVERYTHING) == how_many(EVERYTHING) == 400
    assert len(asked) == 1


def test_an_answer_of_one_scope_is_never_given_to_another() -> None:
    everything = how_many(EVERYTHING)
    portfolio = how_many(Scope(Sight.PORTFOLIO, "nobody@example.test"))
    nothing = how_many(Scope())
    assert (everything, portfolio, nothing) == (400, 0, 0)
    assert len(asked) == 3


def test_other_details_are_another_question() -> None:
    how_many(EVERYTHING, "a")
    how_many(EVERYTHING, "b")
    assert [details for _, details in asked] == [("a",), ("b",)]


def test_new_data_are_asked_for_again(
    point_at: Callable[[Path], None], demo_file: Path, tmp_path: Path
) -> None:
    """A job swaps the file under a running dashboard: nobody restarts anything."""
    live = changed_copy(demo_file, tmp_path / "live.duckdb")
    point_at(live)
    assert how_many(EVERYTHING) == 400
    smaller = changed_copy(demo_file, tmp_path / "new.duckdb", "DELETE FROM partner WHERE id > 7")
    os.replace(smaller, live)  # noqa: PTH105 - what a job does to publish
    assert how_many(EVERYTHING) == 7
    assert len(asked) == 2


def test_changing_an_answer_does_not_change_the_next_one() -> None:
    frame = ask(partners, EVERYTHING)
    frame["n"] = 0
    assert how_many(EVERYTHING) == 400


def test_a_question_with_named_arguments_is_refused() -> None:
    with pytest.raises(TypeError, match="by position"):
        ask(partners, EVERYTHING, details=1)


def test_a_load_in_the_middle_of_a_page_leaves_nothing_old_behind(
    point_at: Callable[[Path], None],
    demo_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the page asked before the load must not be remembered as made of what was loaded."""
    live = changed_copy(demo_file, tmp_path / "live.duckdb")
    loaded = changed_copy(
        demo_file, tmp_path / "new.duckdb", "UPDATE partner SET name = 'Loaded ' || id"
    )
    point_at(live)
    of_group = outlook_table.of_group

    def load_meanwhile(outlook: pd.DataFrame, group: Group) -> pd.DataFrame:
        if loaded.exists():
            os.replace(loaded, live)  # noqa: PTH105 - what a job does to publish
        return of_group(outlook, group)

    monkeypatch.setattr(outlook_table, "of_group", load_meanwhile)
    open_page("threshold.py")
    assert not loaded.exists()
    shown = open_page("threshold.py").dataframe[0].value["name"]
    assert len(shown) > 0
    assert shown.str.startswith("Loaded ").all()
