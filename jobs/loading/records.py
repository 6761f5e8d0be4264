"""A set of records before anything is believed: tables of text with a spreadsheet's row numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from program.schema import LOAD_TABLES, REQUIRED_TABLES, metadata

_BLOCK_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a set; ``rule`` names its sentence in ``jobs.loading.problems``."""

    file: str
    rule: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    extra: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a table, each as wide as its header, and the rows' numbers."""

    numbers: Sequence[int]
    rows: list[list[str]]
    share_read: float


@dataclass(slots=True)
class SourceTable:
    """One table of the set: the header is read, the rows are still to come.

    Attributes
    ----------
    blocks
        Reads the rows, from the beginning at every call.
    problems
        Rows that cannot be told apart or have too many or too few cells; grows while reading.
    """

    name: str
    file: str
    header: list[str]
    blocks: Callable[[], Iterator[Block]]
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class LoadSet:
    """The tables found under a path, and what is wrong with files and headers.

    Attributes
    ----------
    unreadable
        Names of tables that are there and cannot be read.
    closers
        What lets go of the files behind the tables.
    """

    tables: dict[str, SourceTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    closers: list[Callable[[], None]] = field(default_factory=list)

    def add(self, table: SourceTable) -> None:
        """Take ``table`` in and check that its columns are the schema's."""
        if table.name in self.tables:
            self.problems.append(Problem(table.file, "duplicate_table", value=table.name))
            return
        self.tables[table.name] = table
        self.problems += _header_problems(table)

    def cannot_read(self, table_name: str, problem: Problem) -> None:
        """Note a table that is there and cannot be read, so that it is not called missing."""
        self.unreadable.add(table_name)
        self.problems.append(problem)

    def unknown(self, file: str, rule: str) -> None:
        """Note a file or sheet that is no table of the set."""
        self.problems.append(Problem(file, rule, extra=", ".join(LOAD_TABLES)))

    def close(self) -> None:
        """Let go of the files; the tables cannot be read afterwards."""
        for close in self.closers:
            close()

    def finish(self) -> LoadSet:
        """Return the set with its missing tables among the problems."""
        self.problems += [
            Problem(name, "missing_table", extra=", ".join(REQUIRED_TABLES))
            for name in REQUIRED_TABLES
            if name not in self.tables and name not in self.unreadable
        ]
        return self


def _header_problems(table: SourceTable) -> Iterator[Problem]:
    known = metadata.tables[table.name].columns
    for position, name in enumerate(table.header, start=1):
        if not name:
            yield Problem(table.file, "unnamed_column", row=1, value=str(position))
        elif name not in known:
            yield Problem(
                table.file, "unknown_column", row=1, value=name, extra=", ".join(known.keys())
            )
        elif name in table.header[: position - 1]:
            yield Problem(table.file, "duplicate_column", row=1, column=name)
    for column in known:
        if not column.nullable and column.name not in table.header:
            yield Problem(table.file, "missing_column", row=1, column=column.name)


def blocks_of(
    records: Iterator[list[str]],
    source: SourceTable,
    share_read: Callable[[], float],
    *,
    short_rows: bool,
) -> Iterator[Block]:
    """Yield the records after the header in blocks; empty rows are counted and left out.

    Parameters
    ----------
    short_rows
        Whether empty cells at the end of a row may be absent, as in a workbook.
    """
    width = len(source.header)
    first = 2  # row 1 is the header
    while raw := list(islice(records, _BLOCK_ROWS)):
        numbers: Sequence[int] = range(first, first + len(raw))
        rows = raw
        first += len(raw)
        if set(map(len, raw)) != {width}:
            kept = [(n, row) for n, row in zip(numbers, raw, strict=True) if any(row)]
            source.problems += [
                Problem(source.file, "fields", row=n, value=str(len(row)), extra=str(width))
                for n, row in kept
                if len(row) > width or (len(row) < width and not short_rows)
            ]
            numbers = [n for n, _ in kept]
            rows = [(row + [""] * (width - len(row)))[:width] for _, row in kept]
        yield Block(numbers, rows, share_read())
