"""How pages ask questions: one database per process, answers cached by data version and scope."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from threading import Condition
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd
from cachetools import LRUCache, cached
from sqlalchemy import Connection

from charts.picture import Picture
from program.settings import settings
from queries.contract import ContractProblem, contract_problems
from queries.engine import ProgramDatabase, processors
from queries.freshness import Freshness, freshness
from queries.scope import EVERYTHING, Scope

P = ParamSpec("P")
Answer = TypeVar("Answer")


@cache
def program_database() -> ProgramDatabase:
    """Return the process's program database."""
    return ProgramDatabase(settings())


#: The many small values of a picture take about so many times the bytes they are written in.
_SMALL_VALUES = 3


def weight(answer: object) -> int:
    """Return the bytes that an answer takes, a picture's roughly."""
    if isinstance(answer, Picture):
        return _SMALL_VALUES * len(pickle.dumps(answer, protocol=5))
    if isinstance(answer, pd.DataFrame):
        return int(answer.memory_usage().sum())
    arrays: list[int] = []
    rest = pickle.dumps(
        answer, protocol=5, buffer_callback=lambda array: arrays.append(array.raw().nbytes)
    )
    return len(rest) + sum(arrays)


@cache
def kept_answers() -> LRUCache[Hashable, Any]:
    """Return the process's answers, all visitors' together; the least recently used go first."""
    return LRUCache(settings().answers_memory_mb * 2**20, getsizeof=weight)


def _frames_of(made: object) -> Iterator[pd.DataFrame]:
    if isinstance(made, pd.DataFrame):
        yield made
    elif isinstance(made, tuple):
        for part in made:
            yield from _frames_of(part)
    elif is_dataclass(made) and not isinstance(made, type):
        for each in fields(made):
            yield from _frames_of(getattr(made, each.name))


def _ready(make: Callable[[], Any], *_told: Hashable) -> Any:
    made = make()
    for frame in _frames_of(made):
        # pandas builds the index of its labels at first use, which is not safe from threads.
        for labels in (frame.columns, frame.index):
            labels.get_indexer_for(labels[:1])
    return made


#: What many ask for at once is made once.
_ONE_MAKES_IT = Condition()


@cache
def _keeper() -> Callable[..., Any]:
    by_question = cached(kept_answers(), key=lambda _make, *told: told, condition=_ONE_MAKES_IT)
    return by_question(_ready)


def kept(make: Callable[[], Answer], *told: Hashable) -> Answer:
    """Return what ``make`` makes, from memory if it was made under the same key before.

    It is shared between visitors and must not be changed. The key has to tell everything it
    depends on, the version of the data and the scope first.
    """
    answer: Answer = _keeper()(make, *told)
    return answer


def ask(
    query: Callable[Concatenate[Connection, Scope, P], Answer],
    scope: Scope,
    *arguments: P.args,
    **nothing: P.kwargs,
) -> Answer:
    """Ask ``query`` within ``scope``; the same question on the same data is answered from memory.

    The arguments are frozen, hashable values (dates, filters, rules); the scope and the version
    of the data are part of the key. Answers are shared: a frame is handed out as a copy that
    pandas makes when somebody writes to it, everything else must not be changed.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot answer.
    """
    if nothing:
        raise TypeError("give the arguments of a query by position")

    def asked() -> Answer:
        with program_database().connect() as connection:
            return query(connection, scope, *arguments, **nothing)

    answer = kept(asked, program_database().version(), query, scope, arguments)
    return answer.copy(deep=False) if isinstance(answer, pd.DataFrame) else answer


def ask_of_all(
    query: Callable[Concatenate[Connection, Scope, P], Answer],
    *arguments: P.args,
    **nothing: P.kwargs,
) -> Answer:
    """Ask what is the same for every scope, and nobody's secret: one answer for all visitors.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot answer.
    """
    return ask(query, EVERYTHING, *arguments, **nothing)


#: How the threads are called that answer ahead.
ASK_AHEAD = "ask-ahead"
_HELPERS = ThreadPoolExecutor(processors(), thread_name_prefix=ASK_AHEAD)


def ask_ahead(scope: Scope, *questions: tuple[Any, ...]) -> None:
    """Begin to answer questions that the page will :func:`ask` later, beside the first ones.

    Each is a query and its arguments. Whoever asks meanwhile waits for the answer that is under
    way; an error is met again, and told, by whoever asks then.
    """
    version = program_database().version()
    for query, *arguments in questions:
        if (version, query, scope, tuple(arguments)) not in kept_answers():
            _HELPERS.submit(ask, query, scope, *arguments)


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


def data_moment() -> Moment:
    """Return the day that the data speaks of.

    It comes from the data, not from the clock: an old copy shows its own world, and says how
    old it is. Only a database without any load record falls back to the clock.
    """
    fresh = ask_of_all(freshness)
    today = fresh.data_as_of.date() if fresh else dt.datetime.now().astimezone().date()
    return Moment(today, fresh)
