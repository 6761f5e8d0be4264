"""Whose rows a question may touch: deny unless allowed, enforced in every statement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, false, true

from program.roles import Role
from program.schema import partner


class Sight(StrEnum):
    """How far a person sees."""

    NOTHING = "nothing"
    PORTFOLIO = "portfolio"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose partners may be seen in detail; part of every statement and every cache key.

    The default sees nothing, so forgetting to fill it in shows an empty page, never a leak.
    """

    sight: Sight = Sight.NOTHING
    manager_email: str | None = None

    def __post_init__(self) -> None:
        if (self.sight is Sight.PORTFOLIO) != (self.manager_email is not None):
            raise ValueError("a portfolio, and only a portfolio, needs the manager's e-mail")

    def partner_condition(self) -> ColumnElement[bool]:
        """Return the condition on ``partner`` that every query on named partners must carry."""
        if self.sight is Sight.EVERYTHING:
            return true()
        if self.sight is Sight.PORTFOLIO:
            return partner.c.manager_email == self.manager_email
        return false()


EVERYTHING = Scope(Sight.EVERYTHING)


def scope_of(role: Role, email: str) -> Scope:
    """Return what a member of staff may see in detail; ``email`` as the staff list spells it."""
    return Scope(Sight.PORTFOLIO, email) if role is Role.MANAGER else EVERYTHING
