"""A scratch database on disk, in which the set is checked by SQL whatever engine it is meant for.

Each table holds the typed values of the set, empty where a value is wrong, and ``row_``, the row
in the file. The folder is private, and the next load removes what a killed one left.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    NullPool,
    Select,
    String,
    Table,
    cast,
    column,
    create_engine,
    delete,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy import table as table_named

from jobs.loading.cell_rules import broken_rules, trimmed, typed
from jobs.loading.records import Block, Problem, SourceTable
from program.schema import LOAD_TABLES, PERSONAL_TABLES, metadata

_FOLDER = f"quality-load-{os.getuid()}-"
_MEMORY_LIMIT = "768MB"
_SHOWN_CHARACTERS = 60

scratch_metadata = MetaData()


def _scratch_table(name: str) -> Table:
    return Table(
        name,
        scratch_metadata,
        Column("row_", BigInteger),
        *(Column(c.name, c.type) for c in metadata.tables[name].columns),
    )


#: The schema's tables with ``row_`` and without any constraint.
STAGED = {name: _scratch_table(name) for name in LOAD_TABLES}

problem = Table(
    "problem",
    scratch_metadata,
    Column("file", String),
    Column("position", Integer),
    Column("row_", BigInteger),
    Column("column_", String),
    Column("rule", String),
    Column("value", String),
    Column("extra", String),
)


class Staging:
    """The scratch database of one load."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        #: File of every staged table.
        self.files: dict[str, str] = {}
        #: Tables without all their keys: what refers to them cannot be judged.
        self.incomplete: set[str] = set()

    def stage(self, source: SourceTable) -> Iterator[Block]:
        """Read ``source`` into its table, yielding each block once it is in."""
        table = STAGED[source.name]
        self.files[source.name] = source.file
        given = [c for c in metadata.tables[source.name].columns if c.name in source.header]
        for block in source.blocks():
            if block.rows:
                self._stage_block(table, given, source, block)
            yield block
        keys = {c.name for c in metadata.tables[source.name].primary_key}
        if not keys <= set(source.header) or any(p.rule == "broken" for p in source.problems):
            self.incomplete.add(source.name)
        self.add_problems(source.problems, source.name)
        self._keep_one_problem_of_torn_rows(source)

    def _stage_block(
        self, table: Table, given: Sequence[Column[Any]], source: SourceTable, block: Block
    ) -> None:
        texts = dict(zip(source.header, zip(*block.rows, strict=True), strict=True))
        raw: Any = self.connection.connection.dbapi_connection
        arrays = {c.name: pa.array(texts[c.name], pa.string()) for c in given}
        raw.register("block", pa.table({"row_": pa.array(block.numbers, pa.int64()), **arrays}))
        try:
            cells = select(
                column("row_"), *(trimmed(column(c.name)).label(c.name) for c in given)
            ).select_from(table_named("block"))
            self._insert_typed(table, given, cells)
            self._insert_cell_problems(given, cells, source)
        finally:
            raw.unregister("block")

    def _insert_typed(self, table: Table, given: Sequence[Column[Any]], cells: Select[Any]) -> None:
        cell = cells.subquery()
        values = [typed(c, cell.c[c.name]).label(c.name) for c in given]
        self.connection.execute(
            insert(table).from_select(
                ["row_", *(c.name for c in given)], select(cell.c.row_, *values)
            )
        )

    def _insert_cell_problems(
        self, given: Sequence[Column[Any]], cells: Select[Any], source: SourceTable
    ) -> None:
        """Look for all broken rules in one pass, and at the rows of those that are broken."""
        cell = cells.subquery()
        rules = [(c.name, *rule) for c in given for rule in broken_rules(c, cell.c[c.name])]
        broken = self.connection.execute(
            select(*(func.bool_or(condition) for *_, condition in rules))
        ).one()
        for (name, rule, extra, condition), found in zip(rules, broken, strict=True):
            if found:
                value = func.length(cell.c[name]) if rule == "too_long" else cell.c[name]
                rows = select(cell.c.row_, value, literal(extra)).where(condition)
                self.add_found(source.name, name, rule, rows)

    def add_found(self, table_name: str, column_name: str, rule: str, rows: Select[Any]) -> None:
        """Add a problem for each of ``rows``: row number, offending value, what was expected.

        Values of personal data are never kept.
        """
        found = rows.subquery()
        number, value, extra = found.c
        shown = func.left(cast(value, String), _SHOWN_CHARACTERS)
        self.connection.execute(
            insert(problem).from_select(
                problem.c.keys(),
                select(
                    literal(self.files[table_name]),
                    literal(LOAD_TABLES.index(table_name)),
                    number,
                    literal(column_name),
                    literal(rule),
                    literal(None, String) if table_name in PERSONAL_TABLES else shown,
                    extra,
                ),
            )
        )

    def add_problems(self, problems: Iterable[Problem], table_name: str | None = None) -> None:
        """Add problems of files and headers; they come first, or with their table."""
        position = LOAD_TABLES.index(table_name) if table_name else -1
        rows = [
            {
                "file": p.file,
                "position": position,
                "row_": p.row,
                "column_": p.column,
                "rule": p.rule,
                "value": p.value,
                "extra": p.extra,
            }
            for p in problems
        ]
        if rows:
            self.connection.execute(insert(problem), rows)

    def _keep_one_problem_of_torn_rows(self, source: SourceTable) -> None:
        """Drop what the cells of a row with too many or too few of them seem to do wrong."""
        torn = [p.row for p in source.problems if p.rule == "fields"]
        if torn:
            self.connection.execute(
                delete(problem).where(
                    problem.c.file == source.file,
                    problem.c.row_.in_(torn),
                    problem.c.rule != "fields",
                )
            )

    def count(self) -> int:
        """Return how many problems there are."""
        return self.connection.execute(select(func.count()).select_from(problem)).scalar_one()

    def problems(self, limit: int | None = None) -> Iterator[Problem]:
        """Yield the problems in the order of files, rows and columns."""
        statement = (
            select(problem)
            .order_by(
                problem.c.position,
                problem.c.file,
                problem.c.row_.nulls_first(),
                problem.c.column_.nulls_first(),
                problem.c.rule,
            )
            .limit(limit)
        )
        for row in self.connection.execute(statement).yield_per(10_000):
            yield Problem(row.file, row.rule, row.row_, row.column_, row.value, row.extra)


@lru_cache(maxsize=1)
def _engine() -> Engine:
    """Return the engine of all loads of this process, so that rules are compiled once.

    Every connection is an instance of its own; the scratch file is attached to it.
    """
    config = {"memory_limit": _MEMORY_LIMIT, "autoinstall_known_extensions": "false"}
    return create_engine("duckdb:///:memory:", poolclass=NullPool, connect_args={"config": config})


@contextmanager
def staging() -> Iterator[Staging]:
    """Yield an empty scratch database that is gone afterwards."""
    with _private_folder() as folder, _engine().connect() as opened:
        connection = opened.execution_options(isolation_level="AUTOCOMMIT")
        raw: Any = connection.connection.dbapi_connection
        quoted = str(folder).replace("'", "''")
        raw.execute(f"SET temp_directory = '{quoted}/spilled'")
        raw.execute(f"ATTACH '{quoted}/scratch.duckdb' AS scratch")
        raw.execute("USE scratch")
        scratch_metadata.create_all(connection, checkfirst=False)
        yield Staging(connection)


@contextmanager
def _private_folder() -> Iterator[Path]:
    """Yield a folder that only this user can read; remove those of loads that were killed."""
    root = Path(tempfile.gettempdir())
    for old in root.glob(f"{_FOLDER}*"):
        _remove_if_dead(old)
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    try:
        with (folder / "taken").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (folder / "taken").rename(folder / "lock")  # visible only once it is held
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_dead(folder: Path) -> None:
    try:
        with (folder / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:  # alive, or already gone
        return
