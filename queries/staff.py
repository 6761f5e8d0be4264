"""Who works here, and in which role: what decides on access."""

from __future__ import annotations

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


def staff_roles(connection: Connection, scope: Scope, emails: tuple[str, ...]) -> dict[str, Role]:
    """Return the roles of those of ``emails`` that have access, as the list spells them.

    The same for any scope, as :func:`staff_names`.
    """
    del scope
    rows = connection.execute(
        select(staff.c.email, func.max(staff.c.role).label("role"))
        .where(staff.c.email.in_(emails))
        .group_by(staff.c.email)
        .having(func.count() == 1)
    ).all()
    return {row.email: Role(row.role) for row in rows if row.role in list(Role)}
