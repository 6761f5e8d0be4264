"""How pages reach what staff have written, and what they say when it cannot be reached."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from sqlalchemy import Connection

from program.language import _
from program.settings import settings
from queries.state import (
    StateBusy,
    StateDatabase,
    StateDatabaseError,
    StateFull,
    StateReadOnly,
    StateTooNew,
)

log = logging.getLogger("quality_program.state")
Answer = TypeVar("Answer")
Instead = TypeVar("Instead")


@st.cache_resource(show_spinner=False, on_release=StateDatabase.dispose)
def state_database() -> StateDatabase:
    """Return the process's state database."""
    return StateDatabase(settings())


def told_trouble(error: StateDatabaseError) -> str:
    """Return what is the matter with the state database, in the visitor's language."""
    if isinstance(error, StateBusy):
        return _("the database of notes is busy")
    if isinstance(error, StateFull):
        return _("the database of notes has no room left")
    if isinstance(error, StateReadOnly):
        return _("the database of notes is open for reading only")
    if isinstance(error, StateTooNew):
        return _("the database of notes was written by a newer version of the dashboard")
    return _("the database of notes does not answer")


def read_state(question: Callable[[Connection], Answer], instead: Instead) -> Answer | Instead:
    """Return the answer to ``question``; without one say so in a line and return ``instead``.

    The page lives on without what staff have written.
    """
    try:
        with state_database().reading() as connection:
            return question(connection)
    except StateDatabaseError as error:
        log.warning("nothing read: %s: %s", type(error).__name__, error)
        st.caption(
            ":material/cloud_off: "
            + _("Cannot be shown now: {trouble}. Nothing is lost; try again later.").format(
                trouble=told_trouble(error)
            )
        )
        return instead
