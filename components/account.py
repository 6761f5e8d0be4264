"""Who the visitor is, in the side panel: name and role, the way out, or the role to try."""

from __future__ import annotations

import streamlit as st

from components.access import DEMONSTRATION_PORTFOLIO, DEMONSTRATION_ROLE, Basis, User
from components.data import ask
from components.session import sign_out
from components.text import one_line, plain
from program.language import N_, _
from program.roles import Role
from queries.choices import managers
from queries.scope import EVERYTHING

ROLES = {
    Role.ADMIN: N_("Administrator"),
    Role.LEADER: N_("Leader"),
    Role.ANALYST: N_("Analyst"),
    Role.MANAGER: N_("Partner manager"),
}


def account(user: User) -> None:
    """Say who is looking; let a demonstration's visitor look as somebody else."""
    if user.basis is Basis.SIGNED_IN:
        st.markdown(f"**{plain(user.name)}**  \n{_(ROLES[user.role])}")
        if st.button(_("Sign out"), icon=":material/logout:", type="tertiary", key="sign_out"):
            sign_out(user)
    elif user.basis is Basis.DEMONSTRATION:
        _role_switch(user)


def _role_switch(user: User) -> None:
    st.selectbox(
        _("Look as"),
        [role.value for role in ROLES],
        key=DEMONSTRATION_ROLE,
        format_func=lambda code: _(ROLES[Role(code)]),
        help=_(
            "Only in the demonstration: with sign-in the staff list decides. A manager sees the "
            "own portfolio, everybody else all partners."
        ),
    )
    if user.role is Role.MANAGER:
        portfolios = ask(managers, EVERYTHING).set_index("email")["name"]
        st.selectbox(
            _("Portfolio of"),
            list(portfolios.index),
            key=DEMONSTRATION_PORTFOLIO,
            format_func=lambda email: one_line(portfolios[email]),
        )


#: Pages on which a manager's partners stand beside all the others.
AMONG_OTHERS = frozenset({"comparison"})


def standing_notes(user: User, page: str) -> list[str]:
    """Return badges for every page: what limits the view, and that nobody is asked who looks."""
    notes = []
    if user.role is Role.MANAGER:
        words = (
            _("Your portfolio by name, the others without names")
            if page in AMONG_OTHERS
            else _("Figures of your portfolio")
        )
        notes.append(f":blue-badge[:material/folder_shared: {words}]")
    if user.basis is Basis.SINGLE_USER:
        words = _("No sign-in: whoever uses this computer sees everything")
        notes.append(f":yellow-badge[:material/lock_open: {words}]")
    return notes
