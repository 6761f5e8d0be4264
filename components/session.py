"""Who is looking, in which language, and what that person may see."""

from __future__ import annotations

from collections.abc import Collection
from typing import NoReturn

import streamlit as st

from components.access import Basis, Refused, User, visitor
from components.access_events import access_notes
from components.data import program_database
from components.signed_out import signed_out_sessions
from program.language import DEFAULT_LANGUAGE, LANGUAGES, speak, use_language_source
from program.roles import Role

__all__ = [
    "User",
    "admit",
    "admitted_data",
    "admitted_user",
    "dismiss",
    "is_still_admitted",
    "require_user",
    "sign_out",
]

_ADMITTED = "admitted"
_ROLES = "admitted_roles"
_DATA = "admitted_data"
_PERSON = "admitted_person"
_LANGUAGE = "language"


def dismiss() -> None:
    """Forget whom an earlier run let in; the router's first act in every run."""
    st.session_state.pop(_ADMITTED, None)
    st.session_state.pop(_ROLES, None)
    st.session_state.pop(_DATA, None)


def admit(user: User, roles: Collection[Role]) -> None:
    """Let ``user`` in to a page of ``roles``; only the router does so, before any page runs.

    What another person left in the session is forgotten, and what was left of another programme:
    a text typed about a partner of the demonstration must not end up at a real one.
    """
    person = (
        *(user.basis.value, user.email if user.basis is Basis.SIGNED_IN else ""),
        user.demonstration,
    )
    if st.session_state.get(_PERSON) != person:
        if _PERSON in st.session_state:
            st.session_state.clear()
        if user.basis is Basis.SIGNED_IN:
            access_notes().signed_in(user.session_id, user.email, user.role.value)
        st.session_state[_PERSON] = person
    st.session_state[_ADMITTED] = user
    st.session_state[_ROLES] = frozenset(roles)
    st.session_state[_DATA] = program_database().version()


def admitted_user() -> User | None:
    """Return whom the router let in in this run, if anybody."""
    user: User | None = st.session_state.get(_ADMITTED)
    return user


def admitted_data() -> str:
    """Return which version of the data somebody was let in to, nothing if nobody was."""
    return str(st.session_state.get(_DATA, ""))


def _looking() -> User | None:
    """Return who is looking, decided anew, if the router let this very person in to this page."""
    try:
        user = visitor()
    except Refused:
        return None
    roles = st.session_state.get(_ROLES, frozenset())
    return user if user.role in roles and user == admitted_user() else None


def require_user() -> User:
    """Return who is looking; the first line of every page.

    The guard decides by itself, it does not trust the router: whoever is not signed in any more,
    has no role for this page, or reached the script around the router is shown nothing.
    """
    user = _looking()
    if user is None:
        st.stop()
    return user


def is_still_admitted(user: User | None) -> bool:
    """Return whether ``user``, who was let in when a page was drawn, is the one who is looking."""
    return user is not None and _looking() == user


def sign_out(user: User) -> NoReturn:
    """End the session for good, here and wherever a copy of its cookie is.

    If that cannot be written down, the address that Streamlit goes to next says so.
    """
    signed_out_sessions().add(user.session_id)
    access_notes().signed_out(user.session_id, user.email, user.role.value)
    dismiss()
    st.logout()
    st.stop()


def choose_language(language: str | None) -> None:
    """Remember the language for this session; ``None`` goes back to the browser's."""
    st.session_state[_LANGUAGE] = language
    speak(session_language())


def session_language() -> str:
    """Return the chosen language, else the browser's if we speak it, else Russian."""
    chosen = st.session_state.get(_LANGUAGE)
    if chosen in LANGUAGES:
        return str(chosen)
    browser = (st.context.locale or DEFAULT_LANGUAGE).split("-")[0].lower()
    return browser if browser in LANGUAGES else DEFAULT_LANGUAGE


use_language_source(session_language)
