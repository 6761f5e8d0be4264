"""How pages reach what staff have written, and what they say when it cannot be reached."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import streamlit as st
from sqlalchemy import Connection

from components.access import User, is_demonstration
from program.language import _
from program.settings import settings
from queries.state import (
    ProgrammeReplaced,
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
    if isinstance(error, ProgrammeReplaced):
        return _("the data have just been replaced by another programme's")
    if isinstance(error, StateTooNew):
        return _("the database of notes was written by a newer version of the dashboard")
    return _("the database of notes does not answer")


def _programme_of(user: User) -> bool:
    """Return whether ``user`` was let in to the demonstration, if that is still what is there."""
    if is_demonstration() != user.demonstration:
        raise ProgrammeReplaced("the program database has changed its kind since the visit began")
    return user.demonstration


def reading_state(user: User) -> AbstractContextManager[Connection]:
    """Read what was written about the programme that ``user`` was let in to, and no other.

    Raises
    ------
    StateDatabaseError
        If it cannot be read, or if that programme is no longer the one on screen.
    """
    return state_database().reading(demonstration=_programme_of(user))


def writing_state(user: User) -> AbstractContextManager[Connection]:
    """Write about the programme that ``user`` was let in to.

    Raises
    ------
    StateDatabaseError
        If it cannot be written, or if that programme is no longer the one on screen.
    """
    return state_database().writing(demonstration=_programme_of(user))


def read_state(
    user: User, question: Callable[[Connection], Answer], instead: Instead
) -> Answer | Instead:
    """Return the answer to ``question``; without one say so in a line and return ``instead``.

    The page lives on without what staff have written.
    """
    try:
        with reading_state(user) as connection:
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
