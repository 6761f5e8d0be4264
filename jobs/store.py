"""How every job writes the program database: all or nothing, one job at a time.

    with new_program(url) as writer:       # a whole new program: demo, load
        writer.append("region", frame)
        writer.record_batch(source="load", data_as_of=moment, content_sha256=digest)

    with edit_program(url) as writer:      # the current program plus changes: award
        writer.append("competence_evaluation", frame)
        writer.record_batch(source="award", data_as_of=moment, content_sha256=digest)

Leaving normally publishes; an exception, or the death of the process, leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import ArgumentError

from jobs.writer import Batch, StoreError, Writer, last_batch
from program.schema import REQUIRED_TABLES
from queries.contract import ContractBreach, contract_problems
from queries.engine import duckdb_path

__all__ = [
    "Batch",
    "StoreError",
    "Writer",
    "current_program",
    "edit_program",
    "last_batch",
    "new_program",
    "readable_program",
]


def _backend(url: str) -> str:
    """Return the kind of engine; the address itself may hold a password, never say it."""
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        raise StoreError("the address of the database is not a URL such as duckdb:///…") from None
    if backend not in {"duckdb", "postgresql", "clickhousedb"}:
        raise StoreError(
            f"jobs cannot write to «{backend}»; "
            "the database must be duckdb:///<file>, postgresql+psycopg://… or clickhousedb://…"
        )
    if backend == "clickhousedb" and find_spec("clickhouse_connect") is None:
        raise StoreError("ClickHouse needs: pip install -r requirements-clickhouse.txt")
    return backend


@contextmanager
def _program(url: str, *, keep_content: bool) -> Iterator[Writer]:
    if _backend(url) == "duckdb":
        from jobs.store_duckdb import duckdb_program  # noqa: PLC0415 - only the engine in use

        path = duckdb_path(url)
        if path is None:  # pragma: no cover - the backend has just been looked at
            raise StoreError("not a DuckDB address")
        with duckdb_program(path, keep_content=keep_content) as writer:
            yield writer
    elif _backend(url) == "clickhousedb":
        from jobs.store_clickhouse import clickhouse_program  # noqa: PLC0415 - as above

        with clickhouse_program(url, keep_content=keep_content) as writer:
            yield writer
    else:
        from jobs.store_postgresql import postgresql_program  # noqa: PLC0415 - as above

        with postgresql_program(url, keep_content=keep_content) as writer:
            yield writer


@contextmanager
def new_program(url: str) -> Iterator[Writer]:
    """Yield a writer of a whole new program; earlier ``load_batch`` rows stay as its history.

    Raises
    ------
    StoreError
        If the database cannot be written; nothing has changed.
    """
    with _program(url, keep_content=False) as writer:
        yield writer


@contextmanager
def edit_program(url: str) -> Iterator[Writer]:
    """Yield a writer that begins with the current content; its fact tables are filled.

    Raises
    ------
    StoreError
        If there is no program yet, or it cannot be written; nothing has changed.
    """
    with _program(url, keep_content=True) as writer:
        with writer.previous() as published:
            _require_records(published)
        writer.complete_facts()
        yield writer


def _require_records(published: Connection | None) -> None:
    """Refuse content whose records are of another form; optional and derived tables may lack."""
    problems = contract_problems(published) if published else []
    if any(
        problem.breach is not ContractBreach.NO_TABLE or problem.table in REQUIRED_TABLES
        for problem in problems
        if not problem.is_of_facts
    ):
        raise StoreError(
            "the tables of the program database are not as expected; «python -m jobs check» "
            "names every difference"
        )


@contextmanager
def current_program(url: str) -> Iterator[Connection | None]:
    """Yield a read-only connection to the published content, ``None`` if there is none yet.

    Takes no lock. Raises :class:`StoreError` if the database is there and cannot be read.
    """
    if _backend(url) == "duckdb":
        from jobs.store_duckdb import reading  # noqa: PLC0415 - only the engine in use

        path = duckdb_path(url)
        if path is None:  # pragma: no cover - the backend has just been looked at
            raise StoreError("not a DuckDB address")
        with reading(path) as connection:
            yield connection
    elif _backend(url) == "clickhousedb":
        from jobs.store_clickhouse import reading as reading_clickhouse  # noqa: PLC0415 - as above

        with reading_clickhouse(url) as connection:
            yield connection
    else:
        from jobs.store_postgresql import reading as reading_server  # noqa: PLC0415 - as above

        with reading_server(url) as connection:
            yield connection


@contextmanager
def readable_program(url: str) -> Iterator[Connection]:
    """Yield a read-only connection to a program that the queries understand.

    Raises
    ------
    StoreError
        If there is no program yet, it cannot be read, its schema is another one, or its fact
        tables have not been filled, so that every figure would be 0.
    """
    with current_program(url) as connection:
        if connection is None:
            raise StoreError(
                "there is no program yet; run «python -m jobs demo» or «python -m jobs load»"
            )
        if contract_problems(connection):
            raise StoreError(
                "the program database is of another version: «python -m jobs facts» brings one of "
                "an earlier version up to date, «python -m jobs check» names every difference"
            )
        yield connection
