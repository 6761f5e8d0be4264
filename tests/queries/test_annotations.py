"""Annotations: analysts say what happened, once; everybody reads it."""

from __future__ import annotations

import datetime as dt

import pytest

from program.roles import Role
from queries.annotations import (
    Annotation,
    AnnotationKind,
    NotAnEditor,
    keep_annotation,
    noted_changes,
    remove_annotation,
)
from queries.state import StateDatabase

NOW = dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC).replace(tzinfo=None)


def event(number: int) -> Annotation:
    day = dt.date(2026, 1, 1) + dt.timedelta(days=number)
    return Annotation(f"a{number}", day, AnnotationKind.CAMPAIGN, f"Campaign {number}", "anna")


def texts(state: StateDatabase) -> list[str]:
    with state.reading(demonstration=False) as connection:
        return noted_changes(connection)["text"].tolist()


def test_an_annotation_is_kept_once_and_read_by_day(state: StateDatabase) -> None:
    for number in (2, 1, 2):
        with state.writing(demonstration=False) as connection:
            keep_annotation(connection, Role.ANALYST, event(number), NOW)
    assert texts(state) == ["Campaign 1", "Campaign 2"]


def test_a_removed_annotation_is_gone_and_stays_gone(state: StateDatabase) -> None:
    with state.writing(demonstration=False) as connection:
        keep_annotation(connection, Role.ADMIN, event(1), NOW)
        remove_annotation(connection, Role.ADMIN, "a1", "boris", NOW)
        remove_annotation(connection, Role.ADMIN, "a1", "anna", NOW)
        keep_annotation(connection, Role.ADMIN, event(1), NOW)
    assert texts(state) == []


@pytest.mark.parametrize("role", [Role.MANAGER, Role.LEADER])
def test_others_only_read(state: StateDatabase, role: Role) -> None:
    with state.writing(demonstration=False) as connection, pytest.raises(NotAnEditor):
        keep_annotation(connection, role, event(1), NOW)
    with state.writing(demonstration=False) as connection, pytest.raises(NotAnEditor):
        remove_annotation(connection, role, "a1", "anna", NOW)
    assert texts(state) == []
