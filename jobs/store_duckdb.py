"""DuckDB: a new file is built beside the old one and takes its place in one step."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import (
    ColumnClause,
    Connection,
    Engine,
    NullPool,
    Table,
    column,
    create_engine,
    insert,
    select,
)
from sqlalchemy import table as table_named
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from jobs.rows import Rows, batches, conform, is_ascending
from jobs.writer import StoreError, Writer
from program.schema import create_all, load_batch, metadata

logger = logging.getLogger(__name__)

#: A job's own share of memory; larger sorts spill to disk beside the new file.
MEMORY_LIMIT = "1GB"
#: DuckDB skips row groups by their smallest and largest value, so days must lie together.
PHYSICAL_ORDER = {
    "license_key": "purchased_on",
    "delivery": "delivered_on",
    "survey": "completed_on",
}
_STREAM_ROWS = 122_880


@contextmanager
def duckdb_program(path: Path, *, keep_content: bool) -> Iterator[Writer]:
    """Yield a writer of a new file that replaces ``path`` on leaving (see ``jobs.store``)."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder of {path.name} cannot be made: {error.strerror}") from error
    with _job_lock(path):
        _remove_leftovers(path)
        _refuse_unfinished_writing(path)
        if keep_content:
            _require_database(path)
        try:
            new = _fresh_name(path)
            if keep_content:
                shutil.copyfile(path, new)
            with _errors_in_words(path):
                writer = DuckDBWriter(new, current=path, ordered=not keep_content)
                try:
                    yield writer
                    finished = writer.finish() if writer.publishes else None
                finally:
                    writer.close()
            if finished:
                _publish(finished, path)
        finally:
            _remove_leftovers(path)


@contextmanager
def reading(path: Path) -> Iterator[Connection | None]:
    """Yield a read-only connection to the file as it is now, ``None`` if there is no file."""
    if not path.exists():
        yield None
        return
    # Attached to an instance of its own: opened directly, DuckDB would hand out the instance that
    # an older connection of this process may still hold, with the content of a replaced file.
    with _reading_engine().connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        quoted = str(path).replace("'", "''")
        try:
            raw.execute(f"ATTACH '{quoted}' AS program (READ_ONLY)")
            raw.execute("USE program")
        except duckdb.Error as error:
            raise StoreError(
                f"the current database {path.name} cannot be read; "
                f"move it away to start anew ({error})"
            ) from error
        with _errors_in_words(path):
            yield connection


@contextmanager
def _errors_in_words(path: Path) -> Iterator[None]:
    """Name the kind of an error of DuckDB; its sentence may quote rows."""
    try:
        yield
    except (DBAPIError, duckdb.Error) as error:
        kind = type(error.orig if isinstance(error, DBAPIError) else error).__name__
        raise StoreError(
            f"DuckDB refused a statement on {path.name}: {kind}; «python -m jobs check» tells "
            "whether its tables are as expected"
        ) from error


def _require_database(path: Path) -> None:
    with reading(path) as published:
        if published is None:
            raise StoreError(f"there is no program database {path.name} yet: load one first")


@lru_cache(maxsize=1)
def _reading_engine() -> Engine:
    """Return the engine whose every connection is an empty instance of its own."""
    spilled = Path(tempfile.gettempdir()) / f"quality-jobs-{os.getuid()}"
    config = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(spilled),
        "autoinstall_known_extensions": "false",
    }
    return create_engine("duckdb:///:memory:", poolclass=NullPool, connect_args={"config": config})


class DuckDBWriter(Writer):
    """Writes a file of its own, statement by statement; publishing is the file's new name."""

    def __init__(self, file: Path, *, current: Path, ordered: bool) -> None:
        super().__init__()
        self._file = file
        self._current = current
        self._engine = _engine_of(file)
        create_all(self._engine)
        self.connection = _connect(self._engine)
        self._keeps_content = not ordered
        #: Last day appended to each ordered table, ``None`` once something stepped back.
        self._last_day: dict[str, pa.Scalar | None] = {}
        if ordered:
            self._carry_history()

    def _carry_history(self) -> None:
        with self.previous() as old:
            if old is None:
                return
            try:
                rows = [row._asdict() for row in old.execute(select(load_batch))]
            except SQLAlchemyError:  # a file of another schema has no history worth keeping
                return
        if rows:
            self.connection.execute(insert(load_batch), rows)

    def previous(self) -> AbstractContextManager[Connection | None]:
        """Yield a connection to the published file."""
        return reading(self._current)

    def _write(self, table: Table, rows: Rows) -> int:
        written = 0
        for batch in batches(rows):
            ready = conform(table, batch)
            if not ready.num_rows:
                continue
            self._note_order(table, ready)
            _insert(self.connection, table, ready)
            written += ready.num_rows
        return written

    def _note_order(self, table: Table, ready: pa.Table) -> None:
        if table.name not in PHYSICAL_ORDER:
            return
        days = ready[PHYSICAL_ORDER[table.name]]
        last = self._last_day.get(table.name, days[0])
        goes_on = last is not None and last.value <= days[0].value and is_ascending(days)
        self._last_day[table.name] = days[-1] if goes_on and not self._keeps_content else None

    def finish(self) -> Path:
        """Bring the rows into their physical order, close, and return the file to publish."""
        if None in self._last_day.values():
            self._rewrite_in_order()
        self._raw.execute("CHECKPOINT")
        self.close()
        return self._file

    @property
    def _raw(self) -> Any:
        return self.connection.connection.dbapi_connection

    def _rewrite_in_order(self) -> None:
        """Copy everything to another new file, sorted: nothing is left of the unsorted blocks."""
        target = _fresh_name(self._current)
        engine = _engine_of(target)
        create_all(engine)
        ordered = _connect(engine)
        for table in metadata.sorted_tables:
            day = PHYSICAL_ORDER.get(table.name)
            order = [table.c[day], *table.primary_key] if day else []
            for batch in stream(self.connection, select(table).order_by(*order)):
                _insert(ordered, table, pa.Table.from_batches([batch]))
        self.close()
        self.connection, self._engine, self._file = ordered, engine, target

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        self.connection.close()
        self._engine.dispose()


def stream(connection: Connection, statement: Any) -> pa.RecordBatchReader:
    """Return the rows of ``statement`` as a stream of Arrow batches, never all in memory."""
    raw: Any = connection.connection.dbapi_connection
    sql = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
    return raw.execute(sql).to_arrow_reader(_STREAM_ROWS)


def _insert(connection: Connection, table: Table, rows: pa.Table) -> None:
    raw: Any = connection.connection.dbapi_connection
    raw.register("incoming", rows)
    try:
        columns: list[ColumnClause[Any]] = [column(name) for name in rows.column_names]
        connection.execute(
            insert(table).from_select(
                rows.column_names, select(*columns).select_from(table_named("incoming"))
            )
        )
    finally:
        raw.unregister("incoming")


def _engine_of(file: Path) -> Engine:
    config = {"memory_limit": MEMORY_LIMIT, "autoinstall_known_extensions": "false"}
    # No pool: a connection kept open would keep the file open behind our back.
    return create_engine(f"duckdb:///{file}", poolclass=NullPool, connect_args={"config": config})


def _connect(engine: Engine) -> Connection:
    """Connect without transactions: the whole file is the transaction."""
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _fresh_name(path: Path) -> Path:
    return path.with_name(f"{path.name}.new-{os.getpid()}-{secrets.token_hex(3)}")


@contextmanager
def _job_lock(path: Path) -> Iterator[None]:
    """Hold the only right to write beside ``path``; the kernel frees it when the process dies."""
    try:
        lock = path.with_name(f"{path.name}.lock").open("w")
    except OSError as error:
        raise StoreError(f"cannot write beside {path.name}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.warning("another job is writing %s, waiting for it to end", path.name)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove_leftovers(path: Path) -> None:
    """Remove what killed jobs left; called under the lock, so their owners are dead."""
    for leftover in path.parent.glob(f"{path.name}.new-*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _refuse_unfinished_writing(path: Path) -> None:
    """Refuse a file with a write-ahead log: someone else writes it, or died while writing it.

    Jobs never write the published file in place, so the log is foreign; replacing the file under
    it would pair the log with content that it does not belong to.
    """
    wal = path.with_name(f"{path.name}.wal")
    if wal.exists():
        raise StoreError(
            f"{wal.name} shows that another program writes {path.name} in place; close it "
            "(or open and close the database once with it) and start the job again"
        )


def _publish(new: Path, path: Path) -> None:
    """Give ``new`` the name ``path`` so that a crash at any moment leaves one whole file there."""
    if path.exists():
        shutil.copymode(path, new)
    _sync(new)
    new.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
