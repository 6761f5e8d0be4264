"""Who works here, and in which role: what decides on access."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from program.roles import Role
from program.schema import staff
from queries.scope import Scope


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person of the staff list."""

    email: str
    name: str
    role: Role


def staff_member(connection: Connection, email: str) -> StaffMember | None:
    """Return the member of staff with this e-mail address, ``None`` if there is not exactly one.

    Letter case does not matter within ASCII. Beyond it addresses must be equal: other alphabets
    have letters whose lower case is a Latin one, and a look-alike must not become somebody.
    Somebody whose role is none of ours has no access either.
    """
    same = func.lower(staff.c.email) == email.lower() if email.isascii() else staff.c.email == email
    found = connection.execute(select(staff.c.email, staff.c.name, staff.c.role).where(same)).all()
    if len(found) != 1 or found[0].role not in list(Role):
        return None
    (row,) = found
    return StaffMember(row.email, row.name, Role(row.role))


def staff_names(connection: Connection, scope: Scope, emails: tuple[str, ...]) -> dict[str, str]:
    """Return the names of those of ``emails`` that are in the staff list; the same for any scope.

    Colleagues are no secret to one another; which partners they have is.
    """
    del scope
    rows = connection.execute(
        select(staff.c.email, staff.c.name).where(staff.c.email.in_(emails))
    ).all()
    return {row.email: row.name for row in rows}


def staff_roles(connection: Connection, scope: Scope) -> dict[str, Role]:
    """Return everybody who has access, by e-mail as the list spells it; the same for any scope.

    Addresses that are equal but for letter case are nobody's, as in :func:`staff_member`.
    """
    del scope
    statement = select(staff.c.email, staff.c.role).order_by(staff.c.email)
    rows = connection.execute(statement).all()
    same = Counter(_compared(row.email) for row in rows)
    return {
        row.email: Role(row.role)
        for row in rows
        if same[_compared(row.email)] == 1 and row.role in list(Role)
    }


def _compared(email: str) -> str:
    return email.lower() if email.isascii() else email
