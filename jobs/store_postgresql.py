"""PostgreSQL: a job is one transaction, and readers keep reading the old content until it ends."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pyarrow.csv as arrow_csv
from psycopg import sql
from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    Table,
    create_engine,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from jobs.rows import Rows, batches, conform
from jobs.writer import StoreError, Writer, last_batch
from program.schema import JOB_TABLES, create_all, metadata

logger = logging.getLogger(__name__)

#: One lock for all jobs of a database: an arbitrary constant that nothing else uses.
JOB_LOCK = 0x5155414C4954
_CONNECT_SECONDS = 10
#: A job may run longer than what a role's limits allow to interactive queries.
_NO_TIME_LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")


@contextmanager
def postgresql_program(url: str, *, keep_content: bool) -> Iterator[Writer]:
    """Yield a writer inside one transaction, committed on leaving (see ``jobs.store``)."""
    engine = _engine_of(url)
    try:
        with _open(engine) as connection, connection.begin() as transaction:
            _lock(connection)
            if keep_content and last_batch(connection) is None:
                raise StoreError("there is no program in the database yet: load one first")
            create_all(engine)
            writer = PostgreSQLWriter(connection, engine, empty_first=not keep_content)
            yield writer
            if not writer.publishes:
                transaction.rollback()
                return
            _run_on_tables(connection, "ANALYZE")
        _vacuum(engine)
    except (DBAPIError, psycopg.Error) as error:
        raise StoreError(f"PostgreSQL refused: {_reason(error)}") from None
    finally:
        engine.dispose()


@contextmanager
def reading(url: str) -> Iterator[Connection | None]:
    """Yield a read-only connection, ``None`` while nothing was ever loaded."""
    engine = _engine_of(url)
    try:
        with _open(engine) as connection:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            yield connection if last_batch(connection) else None
    except DBAPIError as error:
        raise StoreError(f"PostgreSQL refused: {_reason(error)}") from None
    finally:
        engine.dispose()


class PostgreSQLWriter(Writer):
    """Writes inside the caller's transaction."""

    def __init__(self, connection: Connection, engine: Engine, *, empty_first: bool) -> None:
        super().__init__()
        self.connection = connection
        self._engine = engine
        self._must_empty = empty_first

    @contextmanager
    def _previous(self) -> Iterator[Connection | None]:
        with _open(self._engine) as connection:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            yield connection if last_batch(connection) else None

    def previous(self) -> AbstractContextManager[Connection | None]:
        """Yield a second connection, which sees what is committed."""
        return self._previous()

    def _empty(self) -> None:
        """Delete the old content, late: a load that is refused never starts this.

        DELETE, not TRUNCATE: the latter locks readers out until the end.
        """
        if not self._must_empty:
            return
        self._must_empty = False
        for table in reversed(metadata.sorted_tables):
            if table.name not in JOB_TABLES:
                self.connection.execute(delete(table))

    def _write(self, table: Table, rows: Rows) -> int:
        self._empty()
        raw: Any = self.connection.connection.dbapi_connection
        column_names = table.columns.keys()
        command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
            sql.Identifier(table.name),
            sql.SQL(", ").join(sql.Identifier(name) for name in column_names),
        )
        written = 0
        with raw.cursor() as cursor, cursor.copy(command) as copy:
            for batch in batches(rows):
                ready = conform(table, batch)
                copy.write(_as_csv(ready))
                written += ready.num_rows
        return written

    def record_batch(self, **what: Any) -> dict[str, int]:
        """Record what is being published; an empty new program is emptied here."""
        self._empty()
        return super().record_batch(**what)


def _as_csv(rows: Any) -> bytes:
    """Return CSV in which every value is quoted and nothing at all means NULL."""
    target = io.BytesIO()
    arrow_csv.write_csv(
        rows, target, arrow_csv.WriteOptions(include_header=False, quoting_style="all_valid")
    )
    return target.getvalue()


def _engine_of(url: str) -> Engine:
    try:
        return create_engine(
            url,
            poolclass=NullPool,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "quality jobs"},
        )
    except (SQLAlchemyError, ImportError) as error:
        raise StoreError(f"the address of the database does not work: {error}") from error


def _open(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except SQLAlchemyError as error:
        raise StoreError(f"PostgreSQL does not answer: {getattr(error, 'orig', error)}") from error


def _lock(connection: Connection) -> None:
    for limit in _NO_TIME_LIMITS:
        connection.execute(select(func.set_config(limit, "0", True)))
    if not connection.execute(select(func.pg_try_advisory_xact_lock(JOB_LOCK))).scalar_one():
        logger.warning("another job is writing the database, waiting for it to end")
        connection.execute(select(func.pg_advisory_xact_lock(JOB_LOCK)))


def _reason(error: Exception) -> str:
    """Return the server's sentence without its details, which quote rows and personal data."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, psycopg.Error) and original.diag.message_primary:
        return original.diag.message_primary
    return str(original)


def _run_on_tables(connection: Connection, verb: str) -> None:
    names = ", ".join(table.name for table in metadata.sorted_tables)
    connection.execute(text(f"{verb} {names}"))


def _vacuum(engine: Engine) -> None:
    """Make the deleted rows' room usable again; the load is done even if this is not allowed.

    Giving room back to the disk would wait for readers and hold them up; the next load needs it.
    """
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            _run_on_tables(connection, "VACUUM (TRUNCATE false)")
    except SQLAlchemyError as error:
        logger.warning("VACUUM was not possible: %s", getattr(error, "orig", error))
