"""Roles of the people who look at the dashboard."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody does in the programme; the staff list says which.

    A manager sees the own portfolio in detail, everybody else all partners; checks of the data
    are for analysts and administrators.
    """

    LEADER = "leader"
    MANAGER = "manager"
    ANALYST = "analyst"
    ADMIN = "admin"


EVERYBODY = frozenset(Role)
