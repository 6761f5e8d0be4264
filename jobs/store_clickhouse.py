"""ClickHouse: a new database is filled beside the old one, and one row says that it counts now.

``quality`` in the address names the database with that row, see ``queries.clickhouse``; programs
lie in ``quality_1``, ``quality_2`` … The published one and the one before stay, for readers that
have just looked up where to read; a job drops the older ones.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import logging
import os
import re
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from sqlalchemy import (
    URL,
    Column,
    Connection,
    NullPool,
    Table,
    column,
    func,
    insert,
    make_url,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError

from jobs.rows import Rows, batches, conform
from jobs.writer import StoreError, Writer
from program.schema import DASHBOARD_TABLES, load_batch, metadata
from queries.clickhouse import clickhouse_engine, publication, published, type_name

logger = logging.getLogger(__name__)

#: Whoever reads the programme; ``deploy/clickhouse/roles.sql`` makes it.
DASHBOARD_ROLE = "quality_dashboard"
#: By what the rows of a table lie together; by the primary key elsewhere. Most questions are about
#: days, or about one question of the questionnaire: ClickHouse skips what lies elsewhere.
PHYSICAL_ORDER: Mapping[str, tuple[str, ...]] = {
    "license_key": ("purchased_on", "partner_id", "id"),
    "project": ("license_key_id", "id"),
    "delivery": ("delivered_on", "partner_id", "id"),
    "contact_attempt": ("delivery_id", "id"),
    "survey": ("completed_on", "id"),
    "answer": ("question_code", "survey_id"),
    "key_fact": ("purchased_on", "partner_id", "license_key_id"),
    "delivery_fact": ("delivered_on", "partner_id", "delivery_id"),
    "contact_fact": ("attempted_on", "attempt_id"),
    "survey_fact": ("completed_on", "survey_id"),
}
#: Text with few different values, beside the closed lists of the schema.
_FEW_VALUES = frozenset({"country", "manager_email", "question_code", "rules_version"})
_DATABASES = table("databases", column("name"), column("comment"), schema="system")


@contextmanager
def clickhouse_program(url: str, *, keep_content: bool) -> Iterator[Writer]:
    """Yield a writer of a new database that is published on leaving (see ``jobs.store``)."""
    with _server(url) as server, server.job_lock():
        current = server.prepared()
        if keep_content and current is None:
            raise StoreError("there is no program in the database yet: load one first")
        content = server.begin()
        try:
            with server.connection(content) as connection:
                _create_tables(connection, content, like=current if keep_content else None)
                if current and not keep_content:
                    _carry_history(connection, current)
                writer = ClickHouseWriter(server, connection, current)
                yield writer
                if writer.publishes:
                    server.publish(content)
                    server.drop(*server.programs() - {content, current})
        finally:
            if server.current() != content:
                server.drop(content)


@contextmanager
def reading(url: str) -> Iterator[Connection | None]:
    """Yield a read-only connection to the published program, ``None`` while there is none."""
    with _server(url) as server, server.reading(server.current()) as connection:
        yield connection


@contextmanager
def _server(url: str) -> Iterator[_Server]:
    address = make_url(url)
    try:
        # The database of the address may not exist yet; «system» always does.
        with _Server.open(address, "system") as connection:
            yield _Server(address, connection)
    except DBAPIError as error:
        raise StoreError(f"ClickHouse refused: {_reason(error.orig)}") from None
    except ClickHouseError as error:
        raise StoreError(f"ClickHouse refused: {_reason(error)}") from None


class _Server:
    """What a job does apart from writing rows; ``name`` is the database of the address."""

    def __init__(self, address: URL, connection: Connection) -> None:
        self._address = address
        self.name = address.database or "default"
        self._connection = connection.execution_options(schema_translate_map={None: self.name})

    @staticmethod
    @contextmanager
    def open(address: URL, database: str, **settings: str) -> Iterator[Connection]:
        """Connect to one of the server's databases."""
        engine = clickhouse_engine(
            address, database=database, settings=settings, poolclass=NullPool
        )
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def connection(self, database: str, **settings: str) -> AbstractContextManager[Connection]:
        """Return a connection to another of its databases."""
        return self.open(self._address, database, **settings)

    @contextmanager
    def reading(self, database: str | None) -> Iterator[Connection | None]:
        """Yield a read-only connection, ``None`` where there is nothing to read."""
        if database is None:
            yield None
            return
        with self.connection(database, readonly="2") as connection:
            yield connection

    def run(self, statement: str) -> None:
        """Run a statement that SQLAlchemy has no words for."""
        self._connection.execute(text(statement))

    def current(self) -> str | None:
        """Return the database with the published program, ``None`` while there is none."""
        newest = published(self._connection)
        return newest[0] if newest else None

    def prepared(self) -> str | None:
        """Make the place where publications are written; return the current program."""
        self.run(f"CREATE DATABASE IF NOT EXISTS `{self.name}`")
        columns = ", ".join(f"{c.name} {type_name(c.type)}" for c in publication.columns)
        self.run(
            f"CREATE TABLE IF NOT EXISTS `{self.name}`.`{publication.name}` ({columns}) "
            "ENGINE = MergeTree ORDER BY number"
        )
        return self.current()

    def programs(self) -> set[str]:
        """Return every database with a program, also one that is being written."""
        names = self._connection.execute(select(_DATABASES.c.name)).scalars()
        return {name for name in names if re.fullmatch(rf"{re.escape(self.name)}_\d+", name)}

    def begin(self) -> str:
        """Create the next program's database.

        To create it succeeds once, so two machines never write the same program. What a killed
        job of this machine left is dropped: the lock of the machine says that it is dead.
        """
        content = f"{self.name}_{self._last_number() + 1}"
        here = socket.gethostname()
        where = _DATABASES.c.name == content
        found = self._connection.execute(select(_DATABASES.c.comment).where(where)).scalar()
        if found == here:
            self.drop(content)
        elif found is not None:
            raise StoreError(
                f"a job on «{found}» is writing {content}; if it is dead: DROP DATABASE {content}"
            )
        self.run(f"CREATE DATABASE `{content}` COMMENT '{here}'")
        return content

    def publish(self, content: str) -> None:
        """Let readers see the program: one row, written in one step."""
        self._let_dashboard_read(content)
        self._connection.execute(
            insert(publication).values(
                number=self._last_number() + 1,
                content=content,
                published_at=dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0),
            )
        )

    def _let_dashboard_read(self, content: str) -> None:
        """Grant the dashboard's role every table but personal ones; without a role do nothing."""
        grants = ", ".join(f"SELECT ON `{content}`.`{name}`" for name in DASHBOARD_TABLES)
        try:
            self.run(f"GRANT {grants} TO {DASHBOARD_ROLE}")
        except DBAPIError as error:
            if getattr(error.orig, "name", "") != "UNKNOWN_ROLE":
                raise
            logger.info("there is no role %s to grant the tables to", DASHBOARD_ROLE)

    def _last_number(self) -> int:
        return self._connection.execute(select(func.max(publication.c.number))).scalar() or 0

    def drop(self, *contents: str) -> None:
        """Drop databases of programs; what still reads them finishes its statement."""
        for content in contents:
            self.run(f"DROP DATABASE IF EXISTS `{content}`")

    @contextmanager
    def job_lock(self) -> Iterator[None]:
        """Hold the only right of this machine to write; the kernel frees it with the process."""
        place = f"{self._address.host}:{self._address.port}/{self.name}"
        folder = Path(tempfile.gettempdir()) / f"quality-jobs-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        name = f"clickhouse-{hashlib.sha256(place.encode()).hexdigest()[:16]}.lock"
        with (folder / name).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                logger.warning("another job is writing the database, waiting for it to end")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class ClickHouseWriter(Writer):
    """Writes into a database that nobody reads yet."""

    def __init__(self, server: _Server, connection: Connection, current: str | None) -> None:
        super().__init__()
        self.connection = connection
        self._server = server
        self._current = current

    def previous(self) -> AbstractContextManager[Connection | None]:
        """Yield a read-only connection to the published program."""
        return self._server.reading(self._current)

    def _write(self, table: Table, rows: Rows) -> int:
        raw: Any = self.connection.connection.dbapi_connection
        written = 0
        for batch in batches(rows):
            ready = conform(table, batch)
            if ready.num_rows:
                raw.client.insert_arrow(table.name, ready)
            written += ready.num_rows
        return written

    def delete(self, table_name: str, where: Mapping[str, object]) -> int:
        """Delete as any writer does; ClickHouse itself does not say how many rows there were."""
        table = metadata.tables[table_name]
        matching = select(func.count()).where(*(table.c[n] == v for n, v in where.items()))
        number: int = self.connection.execute(matching).scalar_one()
        super().delete(table_name, where)
        return number


def column_type(column: Column[Any]) -> str:
    """Return ClickHouse's type of a column of the schema."""
    if column.nullable:
        return f"Nullable({type_name(column.type)})"
    few = "values" in column.info or column.name in _FEW_VALUES
    return f"LowCardinality({type_name(column.type)})" if few else type_name(column.type)


def _create_tables(connection: Connection, content: str, *, like: str | None) -> None:
    """Create the tables, empty or with the content of the program ``like``, which is not copied."""
    old = set()
    if like:
        names = text("SELECT name FROM system.tables WHERE database = :database")
        old = set(connection.execute(names, {"database": like}).scalars())
    for name, made in metadata.tables.items():
        target = f"`{content}`.`{name}`"
        if name in old:
            connection.execute(text(f"CREATE TABLE {target} CLONE AS `{like}`.`{name}`"))
            continue
        columns = ", ".join(f"`{c.name}` {column_type(c)}" for c in made.columns)
        order = PHYSICAL_ORDER.get(name, made.primary_key.columns.keys())
        connection.execute(
            text(
                f"CREATE TABLE {target} ({columns}) ENGINE = MergeTree ORDER BY ({','.join(order)})"
            )
        )


def _carry_history(connection: Connection, current: str) -> None:
    columns = ", ".join(load_batch.columns.keys())
    statement = f"INSERT INTO {load_batch.name} SELECT {columns} FROM `{current}`.{load_batch.name}"  # noqa: S608 - names of the schema
    try:
        connection.execute(text(statement))
    except DBAPIError:  # a program of another schema has no history worth keeping
        logger.warning("the history of loads in %s cannot be read and is not kept", current)


def _reason(error: BaseException | None) -> str:
    """Return the server's name of the error without its sentence, which may quote rows."""
    name = getattr(error, "name", None)
    return str(name) if name else f"{type(error).__name__}: it does not answer"
