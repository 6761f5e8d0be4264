"""The state database: what staff write from the dashboard, apart from the program data.

A SQLite file in WAL mode by default, PostgreSQL by URL; a pool of its own. Whatever happens to it
(locked, full, read-only, gone), an answer or one of the errors below comes within the time limit,
and the next use tries anew: nothing has to be restarted.

The demonstration and an own programme share it and never meet: a connection is about one of the
two, and every statement on what staff wrote asks :func:`of_programme`.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from program.settings import PROJECT_ROOT, Settings
from queries.address import database_address
from queries.state_migrations import MIGRATIONS, migrate, present_version

#: After a failure reads are refused at once for so long, so that a page does not wait every run.
BREATHER_SECONDS = 3.0
_WRITES, _DEMONSTRATION = "state_writes", "state_demonstration"
_STEPS_BETWEEN_LOOKS = 2000


class StateDatabaseError(Exception):
    """The state database cannot be used; the message is for the log, not for the screen."""


class StateBusy(StateDatabaseError):
    """Somebody holds the lock, or the time limit passed."""


class StateFull(StateDatabaseError):
    """There is no room to write."""


class StateReadOnly(StateDatabaseError):
    """The dashboard may read and not write."""


class StateDown(StateDatabaseError):
    """The file or the server cannot be reached, or is damaged."""


class StateTooNew(StateDatabaseError):
    """A newer version of the dashboard has written it; an older one keeps its hands off."""


class ProgrammeReplaced(StateDatabaseError):
    """The demonstration has taken the place of an own programme since the visit began, or back."""


class StateFailed(StateDatabaseError):
    """The database answered with an error of another kind."""


_SQLITE_KINDS: dict[int, type[StateDatabaseError]] = {
    sqlite3.SQLITE_BUSY: StateBusy,
    sqlite3.SQLITE_LOCKED: StateBusy,
    sqlite3.SQLITE_INTERRUPT: StateBusy,
    sqlite3.SQLITE_FULL: StateFull,
    sqlite3.SQLITE_READONLY: StateReadOnly,
    sqlite3.SQLITE_PERM: StateDown,
    sqlite3.SQLITE_AUTH: StateDown,
    sqlite3.SQLITE_CANTOPEN: StateDown,
    sqlite3.SQLITE_IOERR: StateDown,
    sqlite3.SQLITE_CORRUPT: StateDown,
    sqlite3.SQLITE_NOTADB: StateDown,
}
_POSTGRES_KINDS: dict[str, type[StateDatabaseError]] = {
    "57014": StateBusy,  # statement timeout
    "55P03": StateBusy,  # lock timeout
    "40001": StateBusy,  # serialization failure
    "40P01": StateBusy,  # deadlock
    "53100": StateFull,
    "25006": StateReadOnly,
    "42501": StateReadOnly,  # no grant
}


def _in_our_words(error: Exception) -> StateDatabaseError:
    if isinstance(error, PoolTimeout):
        return StateBusy(str(error))
    original = getattr(error, "orig", None) or error
    code = getattr(original, "sqlite_errorcode", None)
    if code is not None:
        # Extended codes carry the primary one in the low byte.
        return _SQLITE_KINDS.get(code & 0xFF, StateFailed)(str(original))
    if kind := _POSTGRES_KINDS.get(str(getattr(original, "sqlstate", None))):
        return kind(str(original))
    if isinstance(error, OperationalError | InterfaceError):
        return StateDown(str(original))
    return StateFailed(str(original))


def state_path(url: str) -> Path | None:
    """Return the file behind a SQLite URL (relative paths lie in the project), else ``None``.

    Raises
    ------
    ValueError
        If the URL names neither a SQLite file nor PostgreSQL.
    """
    parsed = database_address("QUALITY_STATE_URL", url, "sqlite", "postgresql")
    if parsed.get_backend_name() == "postgresql":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("QUALITY_STATE_URL must name a SQLite file, not a database in memory")
    return PROJECT_ROOT / parsed.database


def _file_engine(path: Path, pool_size: int, seconds: float) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=seconds,
        connect_args={"check_same_thread": False, "timeout": seconds},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own transactions begin too late to take the write lock first.
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _server_engine(url: str, pool_size: int, seconds: float) -> Engine:
    milliseconds = int(seconds * 1000)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=seconds,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": max(2, int(seconds)),  # less is no limit to libpq
            "tcp_user_timeout": milliseconds,
            "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
            " -c timezone=UTC",
        },
    )


def _switch_to_wal(raw: Any, deadline: float) -> None:
    """Let readers and a writer work side by side; kept in the file, so needed once."""
    while True:
        try:
            raw.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # Two processes that both switch: the loser is told at once, without waiting.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


class StateDatabase:
    """One per process: connections for reading and for writing, always with its present tables."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.state_url
        self._path = state_path(self._url)
        self._seconds = settings.state_timeout_seconds
        self._pool_size = settings.state_pool_size
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._identity: object = None
        self._failure: StateDatabaseError | None = None
        self._failed_at = 0.0

    @contextmanager
    def reading(self, *, demonstration: bool | None = None) -> Iterator[Connection]:
        """Yield a connection that sees one moment of the database.

        Parameters
        ----------
        demonstration
            Whether it is about the demonstration or about the own programme; without either what
            staff wrote can not be asked for.

        Raises
        ------
        StateDatabaseError
            One of its kinds, within the time limit; for a moment after a failure at once.
        """
        failure = self._failure
        if failure is not None and time.monotonic() - self._failed_at < BREATHER_SECONDS:
            raise type(failure)(str(failure))
        with self._transaction(writes=False, demonstration=demonstration) as connection:
            yield connection

    @contextmanager
    def writing(self, *, demonstration: bool | None = None) -> Iterator[Connection]:
        """Yield a connection whose changes are kept together if the block ends normally.

        Parameters
        ----------
        demonstration
            As for :meth:`reading`.

        Raises
        ------
        StateDatabaseError
            One of its kinds, within the time limit; then nothing of the block has been kept,
            unless the connection broke at the very end (writes are idempotent, so repeat).
        """
        with self._transaction(writes=True, demonstration=demonstration) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writes: bool, demonstration: bool | None) -> Iterator[Connection]:
        deadline = time.monotonic() + self._seconds
        try:
            engine = self._current_engine(deadline)
            with self._open(engine, deadline, writes=writes) as connection:
                connection.execution_options(**{_DEMONSTRATION: demonstration})
                yield connection
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise self._remembered(_in_our_words(error), writes=writes) from error
        except StateDatabaseError as error:
            self._remembered(error, writes=writes)
            raise
        self._failure = None

    def _remembered(self, error: StateDatabaseError, *, writes: bool) -> StateDatabaseError:
        if isinstance(error, StateDown | StateFailed):
            self._identity = None  # whatever comes back there may be without our tables
        # What cannot be written now can be read.
        if not (writes and isinstance(error, StateBusy | StateReadOnly | StateFull)):
            self._failure, self._failed_at = error, time.monotonic()
        return error

    @contextmanager
    def _open(self, engine: Engine, deadline: float, *, writes: bool) -> Iterator[Connection]:
        with engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            if self._path is not None:
                left = max(0, int((deadline - time.monotonic()) * 1000))
                raw.execute(f"PRAGMA busy_timeout={left}")
                raw.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
            try:
                with connection.execution_options(**{_WRITES: writes}).begin():
                    yield connection
            finally:
                if self._path is not None:
                    raw.set_progress_handler(None, 0)

    def _current_engine(self, deadline: float) -> Engine:
        if not self._lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise StateBusy("another thread is still opening the state database")
        try:
            if self._engine is None or self._identity is None or self._identity != self._seen():
                if self._engine is not None:
                    self._engine.dispose()  # connections to a file that was replaced
                self._engine = self._opened(deadline)
                self._identity = self._seen()
            return self._engine
        finally:
            self._lock.release()

    def _seen(self) -> object:
        """Return what tells one database from another at the same address."""
        if self._path is None:
            return "server"
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return None

    def _opened(self, deadline: float) -> Engine:
        if self._path is None:
            engine = _server_engine(self._url, self._pool_size, self._seconds)
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            engine = _file_engine(self._path, self._pool_size, self._seconds)
        try:
            self._brought_up_to_date(engine, deadline)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _brought_up_to_date(self, engine: Engine, deadline: float) -> None:
        with self._open(engine, deadline, writes=False) as connection:
            version = present_version(connection)
        if version > len(MIGRATIONS):
            raise StateTooNew(
                f"the state database has structure {version}, this dashboard knows "
                f"{len(MIGRATIONS)}: update the dashboard"
            )
        if version == len(MIGRATIONS):
            return
        if self._path is not None:
            with engine.connect() as connection:
                _switch_to_wal(connection.connection.dbapi_connection, deadline)
        with self._open(engine, deadline, writes=True) as connection:
            migrate(connection)

    def dispose(self) -> None:
        """Close every idle connection; the next use opens anew."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            self._engine, self._identity, self._failure = None, None, None


def _is_about_demonstration(connection: Connection) -> bool:
    about = connection.get_execution_options().get(_DEMONSTRATION)
    if about is None:
        raise LookupError("say whether the connection is about the demonstration")
    return bool(about)


def of_programme(connection: Connection, table: Table) -> ColumnElement[bool]:
    """Return the condition on ``table`` that every statement on what staff wrote must carry."""
    condition: ColumnElement[bool] = table.c.demonstration == _is_about_demonstration(connection)
    return condition


def insert_once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is not there yet and return how many those are.

    A row that does not say which programme it is about is about that of the connection.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    written = 0
    for row in rows:
        if "demonstration" not in row:
            row = {**row, "demonstration": _is_about_demonstration(connection)}  # noqa: PLW2901
        result = connection.execute(
            insert(table).values(**row).on_conflict_do_nothing(),
            execution_options={"preserve_rowcount": True},
        )
        written += result.rowcount
    return written
