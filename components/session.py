"""Who is looking, in which language, and what that person may see."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from program.language import DEFAULT_LANGUAGE, LANGUAGES, use_language_source
from queries.scope import EVERYTHING, Scope

_ROUTED = "routed"
_LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class User:
    """The person behind the session; until sign-in exists everybody is the same visitor."""

    role: str
    scope: Scope


VISITOR = User(role="analyst", scope=EVERYTHING)


def admit() -> None:
    """Let this session in; only the router does so, before any page runs."""
    st.session_state[_ROUTED] = True


def require_user() -> User:
    """Return who is looking; the first line of every page.

    A page script that was reached around the router stops here and shows nothing.
    """
    if not st.session_state.get(_ROUTED):
        st.stop()
    return VISITOR


def choose_language(language: str | None) -> None:
    """Remember the language for this session; ``None`` goes back to the browser's."""
    st.session_state[_LANGUAGE] = language


def session_language() -> str:
    """Return the chosen language, else the browser's if we speak it, else Russian."""
    chosen = st.session_state.get(_LANGUAGE)
    if chosen in LANGUAGES:
        return str(chosen)
    browser = (st.context.locale or DEFAULT_LANGUAGE).split("-")[0].lower()
    return browser if browser in LANGUAGES else DEFAULT_LANGUAGE


use_language_source(session_language)
