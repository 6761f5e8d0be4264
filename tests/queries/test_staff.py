"""The staff list decides on access: exactly one person, whatever the case of the letters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, delete, insert

from program.roles import Role
from program.schema import staff
from queries.scope import EVERYTHING, Scope, Sight, scope_of
from queries.staff import StaffMember, staff_member, staff_roles

PEOPLE = (
    ("Anna.K@Example.test", "Anna", "leader"),
    ("boris@example.test", "Boris", "manager"),
    ("BORIS2@example.test", "Boris", "manager"),
    ("boris2@example.test", "Another Boris", "admin"),
    ("olga@example.test", "Olga", "owner"),
    ("пётр@example.test", "Пётр", "analyst"),
)


@pytest.fixture
def filled(both_engines: tuple[Connection, Connection]) -> Iterator[tuple[Connection, Connection]]:
    for connection in both_engines:
        connection.execute(
            insert(staff), [dict(zip(("email", "name", "role"), p, strict=True)) for p in PEOPLE]
        )
    yield both_engines
    for connection in both_engines:
        connection.execute(delete(staff))


@pytest.mark.parametrize(
    ("email", "found"),
    [
        ("anna.k@example.TEST", StaffMember("Anna.K@Example.test", "Anna", Role.LEADER)),
        ("boris@example.test", StaffMember("boris@example.test", "Boris", Role.MANAGER)),
        ("пётр@example.test", StaffMember("пётр@example.test", "Пётр", Role.ANALYST)),
        ("boris2@example.test", None),  # two people: nobody is guessed
        ("olga@example.test", None),  # a role that is none of ours
        ("ПЁТР@example.test", None),
        ("anna.\u212a@example.test", None),  # the Kelvin sign, whose lower case is a Latin k
        ("", None),
        ("%", None),
        ("boris_@example.test", None),
    ],
)
def test_one_person_or_nobody(
    filled: tuple[Connection, Connection], email: str, found: StaffMember | None
) -> None:
    for connection in filled:
        assert staff_member(connection, email) == found, connection.dialect.name


def test_the_list_of_roles_names_those_who_have_access_and_nobody_else(
    filled: tuple[Connection, Connection],
) -> None:
    for connection in filled:
        roles = staff_roles(connection, EVERYTHING)
        members = (staff_member(connection, email) for email, _name, _role in PEOPLE)
        assert roles == {member.email: member.role for member in members if member}
        assert len(roles) == 3


def test_only_a_manager_is_held_to_a_portfolio() -> None:
    assert scope_of(Role.MANAGER, "b@example.test") == Scope(Sight.PORTFOLIO, "b@example.test")
    for role in set(Role) - {Role.MANAGER}:
        assert scope_of(role, "b@example.test") == EVERYTHING
