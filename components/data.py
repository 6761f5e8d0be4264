"""How pages ask questions: one database per process, answers cached by data version and scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st
from sqlalchemy import Connection

from program.settings import settings
from queries.contract import ContractProblem, contract_problems
from queries.engine import ProgramDatabase
from queries.freshness import Freshness, freshness
from queries.scope import Scope

P = ParamSpec("P")
Answer = TypeVar("Answer")


@st.cache_resource(show_spinner=False)
def program_database() -> ProgramDatabase:
    """Return the process's program database."""
    return ProgramDatabase(settings())


#: Answers kept in memory, all visitors together; the least recently used ones go first.
ANSWERS_KEPT = "128MB"


@st.cache_data(show_spinner=False, max_entries=512, max_size=ANSWERS_KEPT)
def _answer(
    version: str,
    question: str,
    scope: Scope,
    details: str,
    _ask: Callable[..., Any],
    _arguments: tuple[Any, ...],
) -> Any:
    del version, question, details  # part of the cache key only
    with program_database().connect() as connection:
        return _ask(connection, scope, *_arguments)


def ask(
    query: Callable[Concatenate[Connection, Scope, P], Answer],
    scope: Scope,
    *arguments: P.args,
    **nothing: P.kwargs,
) -> Answer:
    """Ask ``query`` within ``scope``; the same question on the same data is answered from memory.

    The arguments are frozen values whose ``repr`` tells them apart (dates, filters, rules); the
    scope and the version of the data are part of the key. The answer is a copy of one's own.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot answer.
    """
    if nothing:
        raise TypeError("give the arguments of a query by position")
    question = f"{query.__module__}.{query.__qualname__}"
    answer: Answer = _answer(
        program_database().version(), question, scope, repr(arguments), query, arguments
    )
    return answer


@st.cache_resource(show_spinner=False, max_entries=8)
def _shared_answer(
    version: str,
    question: str,
    scope: Scope,
    details: str,
    _ask: Callable[..., Any],
    _arguments: tuple[Any, ...],
) -> Any:
    del version, question, details  # part of the cache key only
    with program_database().connect() as connection:
        return _ask(connection, scope, *_arguments)


def ask_shared(
    query: Callable[Concatenate[Connection, Scope, P], Answer],
    scope: Scope,
    *arguments: P.args,
    **nothing: P.kwargs,
) -> Answer:
    """Ask as :func:`ask` does, for few large frames: the answer is shared and must not be changed.

    Copying fifteen thousand partners for every visit costs more than all else on a page.
    """
    if nothing:
        raise TypeError("give the arguments of a query by position")
    question = f"{query.__module__}.{query.__qualname__}"
    answer: Answer = _shared_answer(
        program_database().version(), question, scope, repr(arguments), query, arguments
    )
    return answer


def schema_problems(connection: Connection, scope: Scope) -> list[ContractProblem]:
    """Return what the live schema lacks; the same for every scope."""
    del scope
    return contract_problems(connection)


@dataclass(frozen=True, slots=True)
class Moment:
    """When the data is from: what «today» means on every page."""

    today: dt.date
    freshness: Freshness | None

    @property
    def as_of(self) -> dt.datetime | None:
        """Return the moment the data is complete up to, if the database says."""
        return self.freshness.data_as_of if self.freshness else None


def data_moment(scope: Scope) -> Moment:
    """Return the day that the data speaks of.

    It comes from the data, not from the clock: an old copy shows its own world, and says how
    old it is. Only a database without any load record falls back to the clock.
    """
    fresh = ask(freshness, scope)
    today = fresh.data_as_of.date() if fresh else dt.datetime.now().astimezone().date()
    return Moment(today, fresh)
