"""State databases for tests, of both kinds."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from program.settings import Settings
from queries.audit import Action, AuditEvent, keep_events
from queries.state import StateDatabase, StateFull

LIMIT = 0.5


def state_of(url: str, *, seconds: float = LIMIT, pool: int = 2) -> StateDatabase:
    return StateDatabase(
        Settings(state_url=url, state_timeout_seconds=seconds, state_pool_size=pool)
    )


def file_url(path: Path) -> str:
    return f"sqlite:///{path}"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process is in the middle of a write."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def fill(database: StateDatabase) -> None:
    """Leave no room, as on a full disk; for a pool of one, since the limit is a connection's."""
    with database.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    at = dt.datetime(2026, 11, 1, tzinfo=dt.UTC).replace(tzinfo=None)
    for number in count():
        event = AuditEvent(f"fill-{number}", at, "x", "x", Action.OPENED, "x")
        try:
            with database.writing() as connection:
                keep_events(connection, [event])
        except StateFull:
            return


def make_room(database: StateDatabase) -> None:
    """Take the limit back."""
    with database.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
