"""The program database as the dashboard sees it: read-only, bounded in time and connections.

DuckDB files are attached read-only to an in-memory instance of their own, another one for every
content. Opening the file directly would keep showing the old content for as long as any old
connection lives, because DuckDB shares one instance per path inside a process.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, Executable, create_engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from program.schema import load_batch
from program.settings import PROJECT_ROOT, Settings
from queries.address import database_address
from queries.columns import from_arrow, from_tuples

#: How long a server's data version is believed before it is asked again, seconds.
VERSION_LIFE = 2.0
_CONNECT_SECONDS = 5
#: How long the end of the process waits for queries that were told to end, seconds.
_ENDING_SECONDS = 5.0
_ENDING = "the dashboard is ending"
_ENGINES = ("duckdb", "postgresql", "clickhousedb")


class ProgramDatabaseError(Exception):
    """The program database cannot answer; the message is for the log, not for the screen."""


class DatabaseMissing(ProgramDatabaseError):
    """There is no database at the configured address yet."""


class DatabaseDown(ProgramDatabaseError):
    """The database does not answer or refuses the connection."""


class QueryTooSlow(ProgramDatabaseError):
    """A query ran into the time limit, or no connection became free within it."""


class QueryTooBig(ProgramDatabaseError):
    """A query needed more memory than the dashboard may use."""


class QueryFailed(ProgramDatabaseError):
    """The database answered with an error, most often because its schema is another one."""


def duckdb_path(url: str) -> Path | None:
    """Return the file behind a DuckDB URL (relative paths lie in the project), or ``None``."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "duckdb":
        return None
    if not parsed.database or parsed.database.startswith(":memory:"):
        raise ValueError("QUALITY_DATABASE_URL must name a DuckDB file, not an in-memory database")
    return PROJECT_ROOT / parsed.database


def _file_identity(path: Path) -> str:
    try:
        stat = path.stat()
    except FileNotFoundError:
        raise DatabaseMissing(f"no database file {path.name}") from None
    except OSError as error:
        raise DatabaseDown(f"the database file cannot be read: {error.strerror}") from error
    return f"{stat.st_ino:x}-{stat.st_mtime_ns:x}-{stat.st_size:x}"


def processors() -> int:
    """Return how many processors this process may use: a container may have fewer than all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # systems that cannot bind a process to processors


#: DuckDB's own 128 MB and 512 MB are for a process that does nothing else.
_FLUSHED_FROM = "4MB"


def _duckdb_engine(path: Path, settings: Settings, spilled: str) -> Engine:
    config = {
        "memory_limit": settings.duckdb_memory_limit,
        "threads": settings.duckdb_threads or processors(),
        # Gives the memory of a finished query back to the system: 200 MB at full scale.
        "allocator_background_threads": "true",
        "allocator_flush_threshold": _FLUSHED_FROM,
        "allocator_bulk_deallocation_flush_threshold": _FLUSHED_FROM,
        "temp_directory": spilled,
        "autoinstall_known_extensions": "false",
    }
    engine = create_engine(
        # Connections of one name share an instance, and its folder: both are this engine's alone.
        f"duckdb:///:memory:{Path(spilled).name}",
        poolclass=QueuePool,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.query_timeout_seconds,
        connect_args={"config": config},
    )
    quoted = str(path).replace("'", "''")

    @event.listens_for(engine, "connect")
    def attach(connection: Any, _record: object) -> None:
        connection.execute(f"ATTACH IF NOT EXISTS '{quoted}' AS program (READ_ONLY)")
        connection.execute("USE program")

    return engine


def _server_engine(settings: Settings) -> Engine:
    url = make_url(settings.database_url)
    options: dict[str, Any] = {}
    if url.get_backend_name() == "postgresql":
        milliseconds = int(settings.query_timeout_seconds * 1000)
        options["connect_args"] = {
            "connect_timeout": _CONNECT_SECONDS,
            # A server that vanishes without a word would otherwise be waited for a quarter hour.
            "tcp_user_timeout": milliseconds,
            "options": f"-c default_transaction_read_only=on -c statement_timeout={milliseconds}",
        }
    return create_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.query_timeout_seconds,
        pool_pre_ping=True,
        **options,
    )


def _clickhouse_engine(settings: Settings, database: str, pool_size: int) -> Engine:
    try:
        from queries.clickhouse import reading_engine  # noqa: PLC0415 - its driver is optional
    except ImportError as error:
        raise DatabaseDown(f"pip install -r requirements-clickhouse.txt: {error}") from error
    return reading_engine(
        make_url(settings.database_url),
        database=database,
        seconds=settings.query_timeout_seconds,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=settings.query_timeout_seconds,
    )


class ProgramDatabase:
    """One per process: hands out connections and says which version of the data they show.

    Raises
    ------
    ValueError
        If the settings name no database that we can read.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._url = database_address("QUALITY_DATABASE_URL", settings.database_url, *_ENGINES)
        self._path = duckdb_path(settings.database_url)
        self._on_clickhouse = self._url.get_backend_name() == "clickhousedb"
        self._lock = threading.Lock()
        self._closed = False
        self._engine: Engine | None = None
        #: DuckDB: the connections that may be in the middle of a query.
        self._asked: set[Any] = set()
        self._answered = threading.Condition(self._lock)
        #: DuckDB: take away what engines spilled. A process ended by a signal collects nothing.
        self._clear_up: list[weakref.finalize[..., Engine]] = []
        #: ClickHouse: where it is written which database holds the program, and that database.
        self._directory: Engine | None = None
        self._content = ""
        self._identity = ""
        self._version = ""
        self._version_asked = -VERSION_LIFE

    def _current_engine(self) -> Engine:
        if self._path:
            identity = _file_identity(self._path)
        else:
            identity = self.version() if self._on_clickhouse else "server"
        with self._lock:
            self._refuse_if_closed()
            if self._engine is None or identity != self._identity:
                # Connections in use finish their query on the old content and close on return.
                if self._engine is not None:
                    self._engine.dispose()
                self._engine = self._new_engine()
                self._identity = identity
            return self._engine

    def _new_engine(self) -> Engine:
        if self._path:
            # Files are called alike in every process and instance: in one folder they would mix.
            spilled = tempfile.mkdtemp(prefix="quality-program-duckdb-")
            engine = _duckdb_engine(self._path, self._settings, spilled)
            self._clear_up = [
                *(older for older in self._clear_up if older.alive),
                weakref.finalize(engine, shutil.rmtree, spilled, ignore_errors=True),
            ]
            return engine
        if self._on_clickhouse:
            return _clickhouse_engine(self._settings, self._content, self._settings.pool_size)
        return _server_engine(self._settings)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Yield a read-only connection that is given back at the end.

        Raises
        ------
        ProgramDatabaseError
            One of its kinds: missing, down, too slow, failed. Every driver error inside the
            block is turned into one of them.
        """
        with (
            self._errors_in_our_words(),
            self._current_engine().connect() as connection,
            self._time_limit(connection),
        ):
            yield connection

    @contextmanager
    def _errors_in_our_words(self) -> Iterator[None]:
        deadline = time.monotonic() + self._settings.query_timeout_seconds
        try:
            yield
        except (PoolTimeout, NoSuchModuleError, SQLAlchemyError) as error:
            self._version_asked = -VERSION_LIFE  # the content may be another one meanwhile
            if self._closed:
                raise DatabaseDown(_ENDING) from error
            raise _in_our_words(error, out_of_time=time.monotonic() >= deadline) from error

    @contextmanager
    def _time_limit(self, connection: Connection) -> Iterator[None]:
        """Interrupt DuckDB after the time limit; servers enforce theirs themselves."""
        if self._path is None:
            yield
            return
        raw: Any = connection.connection.dbapi_connection
        timer = threading.Timer(self._settings.query_timeout_seconds, raw.interrupt)
        timer.daemon = True
        with self._lock:
            self._refuse_if_closed()
            self._asked.add(raw)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._asked.discard(raw)
                self._answered.notify_all()

    def version(self) -> str:
        """Return what changes whenever the data changes: part of every cache key.

        Raises
        ------
        ProgramDatabaseError
            If the database cannot be asked.
        """
        if self._path:
            return _file_identity(self._path)
        if time.monotonic() - self._version_asked >= VERSION_LIFE:
            self._version = self._published() if self._on_clickhouse else self._newest_batch()
            self._version_asked = time.monotonic()
        return self._version

    def _newest_batch(self) -> str:
        with self.connect() as connection:
            return f"batch-{connection.execute(select(func.max(load_batch.c.id))).scalar()}"

    def _published(self) -> str:
        """Return the version of the program on ClickHouse, and remember its database."""
        with self._lock:
            self._refuse_if_closed()
            if self._directory is None:
                self._directory = _clickhouse_engine(
                    self._settings, self._url.database or "default", 1
                )
            directory = self._directory
        from queries.clickhouse import published  # noqa: PLC0415 - as above

        with self._errors_in_our_words(), directory.connect() as connection:
            newest = published(connection)
        if newest is None:
            raise DatabaseMissing("nothing was ever loaded into the database")
        self._content, version = newest
        return version

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise DatabaseDown(_ENDING)

    def close(self, seconds: float = _ENDING_SECONDS) -> None:
        """Answer nothing more: end what is asked, close connections, take away what was spilled.

        Threads of visits and chores may still run. What they asked of DuckDB is interrupted and
        waited for, at most ``seconds``: a running query, or a new one, would spill again.
        """
        with self._lock:
            self._closed = True
            until = time.monotonic() + seconds
            while self._asked and time.monotonic() < until:
                for raw in self._asked:
                    raw.interrupt()
                self._answered.wait(0.02)  # a block of several statements begins the next one
            for engine in (self._engine, self._directory):
                if engine is not None:
                    engine.dispose()
            self._engine = self._directory = None
            for clear_up in self._clear_up:
                clear_up()


#: By ClickHouse's own names of its errors; the others are failed queries.
_CLICKHOUSE_KINDS: Mapping[str, type[ProgramDatabaseError]] = {
    "TIMEOUT_EXCEEDED": QueryTooSlow,
    "TOO_MANY_SIMULTANEOUS_QUERIES": QueryTooSlow,
    "MEMORY_LIMIT_EXCEEDED": QueryTooBig,
    "AUTHENTICATION_FAILED": DatabaseDown,
    "UNKNOWN_DATABASE": DatabaseMissing,  # two publications ago; the next attempt looks again
}


def _in_our_words(error: SQLAlchemyError, *, out_of_time: bool) -> ProgramDatabaseError:
    original = str(getattr(error, "orig", None) or error)
    if isinstance(error, PoolTimeout) or "statement timeout" in original:
        return QueryTooSlow(original)
    told = None
    if isinstance(error, DBAPIError) and not error.connection_invalidated:
        told = error.orig
    if kind := _kind_told(told):
        return kind(original)
    if out_of_time:  # DuckDB was interrupted, or a server fell silent
        return QueryTooSlow(original)
    if isinstance(told, Exception) and type(told).__name__ not in _OF_CONNECTION:
        return QueryFailed(original)
    return DatabaseDown(original)


_OF_CONNECTION = frozenset({"OperationalError", "IOException"})


def _kind_told(original: BaseException | None) -> type[ProgramDatabaseError] | None:
    """Return the kind of an error that the engine itself names, however late it came."""
    if name := getattr(original, "name", ""):
        return _CLICKHOUSE_KINDS.get(name, QueryFailed)
    name = type(original).__name__
    if name in {"OutOfMemoryException", "OutOfMemory"}:
        return QueryTooBig
    if name in {"UndefinedTable", "UndefinedColumn", "CatalogException", "BinderException"}:
        return QueryFailed
    return None


#: DuckDB makes room for a whole batch in every column, and texts keep it for as long as their frame
#: lives: with its own million rows, five rows held 28 MB.
_BATCH_ROWS = 2048


def frame(
    connection: Connection, statement: Executable, columns: Mapping[str, str]
) -> pd.DataFrame:
    """Run ``statement`` and return its rows with exactly the dtypes of ``columns``.

    Parameters
    ----------
    columns
        Name and pandas dtype of every column of the statement, in its order. The cast happens
        for zero rows too, so that a page never meets an ``object`` column.

    Raises
    ------
    ValueError
        If the statement returns other columns than announced.
    """
    if connection.dialect.name == "duckdb":
        result: Any = connection.execute(statement, execution_options={"duckdb_arrow": True})
        with result.batches(_BATCH_ROWS) as batches:
            rows = batches.read_all()
    elif connection.dialect.name == "clickhousedb":
        from queries.clickhouse import rows_at_once  # noqa: PLC0415 - as above

        rows = rows_at_once(connection, statement)
    else:
        answer = connection.execute(statement)
        _expect(columns, list(answer.keys()))
        return from_tuples(answer.cursor.fetchall(), columns)
    _expect(columns, rows.column_names)
    return from_arrow(rows, columns)


def _expect(columns: Mapping[str, str], names: Sequence[str]) -> None:
    if list(names) != list(columns):
        raise ValueError(f"expected columns {list(columns)}, the query returned {list(names)}")
