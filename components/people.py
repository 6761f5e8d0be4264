"""People as the state database knows them: a code for each, and its words on screen."""

from __future__ import annotations

from collections.abc import Collection

from components.access import Basis, User
from components.account import ROLES
from components.data import ask
from program.language import _
from program.roles import Role
from queries.scope import EVERYTHING
from queries.staff import staff_names

#: Codes of visits without sign-in: none of them can be an e-mail address.
_NOBODY_ASKED = "local"
_DEMONSTRATION = "demonstration:"


def person_code(user: User) -> str:
    """Return by what the state database knows the visitor.

    In a demonstration a manager is whose portfolio is looked at; other roles have no name.
    """
    if user.email:
        return user.email
    if user.basis is Basis.DEMONSTRATION:
        return f"{_DEMONSTRATION}{user.role.value}"
    return _NOBODY_ASKED


def is_without_sign_in(code: str) -> bool:
    """Return whether a code is nobody's e-mail address: that of a visit without sign-in."""
    return code == _NOBODY_ASKED or code.startswith(_DEMONSTRATION)


def people_words(codes: Collection[str]) -> dict[str, str]:
    """Return the name of each code; whoever left the staff list is shown by e-mail."""
    names = ask(staff_names, EVERYTHING, tuple(sorted(set(codes))))
    return {code: names.get(code) or _words_of(code) for code in codes}


def _words_of(code: str) -> str:
    if code == _NOBODY_ASKED:
        return _("without sign-in")
    role = code.removeprefix(_DEMONSTRATION)
    if role != code and role in list(Role):
        return _("{role} (demonstration)").format(role=_(ROLES[Role(role)]))
    return code
