"""State databases for tests, of both kinds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from program.settings import Settings
from queries.state import StateDatabase

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
