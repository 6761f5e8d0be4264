"""Saved views: everybody's own, once each."""

from __future__ import annotations

import datetime as dt

import pytest

from queries.saved_views import (
    MOST_VIEWS,
    NameTaken,
    SavedView,
    TooManyViews,
    forget_view,
    keep_view,
    views_of,
)
from queries.state import StateDatabase

NOW = dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC).replace(tzinfo=None)


def view(number: int, person: str = "anna", name: str | None = None) -> SavedView:
    return SavedView(f"{person}-{number}", person, name or f"View {number:02}", "home", "tier=gold")


def keep(state: StateDatabase, *views: SavedView) -> None:
    for one in views:
        with state.writing(demonstration=False) as connection:
            keep_view(connection, one, NOW)


def names(state: StateDatabase, person: str = "anna") -> list[str]:
    with state.reading(demonstration=False) as connection:
        return [one.name for one in views_of(connection, person)]


def test_a_view_is_kept_once_for_its_owner_only(state: StateDatabase) -> None:
    keep(state, view(1), view(1), view(1, "boris", "Mine"))
    assert names(state) == ["View 01"]
    assert names(state, "boris") == ["Mine"]


def test_a_name_is_taken_once(state: StateDatabase) -> None:
    keep(state, view(1))
    with pytest.raises(NameTaken):
        keep(state, view(2, name="View 01"))
    keep(state, view(2, "boris", "View 01"))
    assert names(state) == ["View 01"]


def test_there_is_a_limit(state: StateDatabase) -> None:
    keep(state, *(view(number) for number in range(MOST_VIEWS)))
    with pytest.raises(TooManyViews):
        keep(state, view(99))
    keep(state, view(0))
    assert len(names(state)) == MOST_VIEWS


def test_only_the_owner_deletes_and_deleting_again_changes_nothing(state: StateDatabase) -> None:
    keep(state, view(1), view(2))
    with state.writing(demonstration=False) as connection:
        forget_view(connection, "boris", "anna-1")
    assert len(names(state)) == 2
    for _ in range(2):
        with state.writing(demonstration=False) as connection:
            forget_view(connection, "anna", "anna-1")
    assert names(state) == ["View 02"]
