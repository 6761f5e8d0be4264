"""CSV tables: which encoding and separator a file has is found out, never guessed row by row."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from jobs.loading.records import Block, LoadSet, Problem, SourceTable, blocks_of
from program.schema import JOB_TABLES, LOAD_TABLES, metadata

#: Files that are never data: descriptions, scripts, and what file managers leave behind.
_NOT_DATA = {".md", ".py"}
_READ_BYTES = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_REPLACEMENT = "\ufffd"


def read_folder(folder: Any) -> LoadSet:
    """Return the set in ``folder``: a ``Path``, or a ``zipfile.Path`` that behaves like one."""
    found = LoadSet()
    for entry in sorted(folder.iterdir(), key=lambda entry: str(entry.name)):
        name = Path(entry.name)
        if name.name.startswith((".", "__")) or name.suffix.lower() in _NOT_DATA:
            continue
        table = name.stem.lower()
        if table in JOB_TABLES and name.suffix.lower() == ".csv":
            continue  # an export of a whole database brings it along; the jobs write their own
        if entry.is_file() and name.suffix.lower() == ".csv" and table in LOAD_TABLES:
            _add_file(found, table, name.name, entry)
        else:
            found.unknown(name.name, "unknown_file")
    return found.finish()


def _add_file(found: LoadSet, table: str, file: str, entry: Any) -> None:
    with entry.open("rb") as stream:
        survey = _survey(stream)
    if not survey.encoding:
        found.cannot_read(
            table, Problem(file, survey.trouble, row=survey.line, value=survey.detail)
        )
        return
    with _text(entry, survey.encoding) as text:
        separator = _separator(text.readline(), table)
    if separator == "\t":
        found.cannot_read(table, Problem(file, "separator", row=1))
        return

    def blocks() -> Iterator[Block]:
        with entry.open("rb") as stream:
            text = io.TextIOWrapper(stream, survey.encoding, newline="")
            records = _records(text, separator, source)
            next(records, None)
            yield from blocks_of(
                records, source, lambda: stream.tell() / max(survey.size, 1), short_rows=False
            )

    source = SourceTable(table, file, [], blocks)
    with _text(entry, survey.encoding) as text:
        header = next(_records(text, separator, source), None)
    if not header:
        found.cannot_read(table, Problem(file, "empty"))
        return
    source.header = [name.strip().lower() for name in header]
    found.add(source)


def _text(entry: Any, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(entry.open("rb"), encoding, newline="")


@dataclass(slots=True)
class _Survey:
    """What one pass over the bytes told; an empty encoding means trouble."""

    encoding: str = ""
    size: int = 0
    trouble: str = ""
    line: int | None = None
    detail: str | None = None


def _survey(stream: IO[bytes]) -> _Survey:
    """Return the encoding that the whole file is in, or why there is none."""
    size, lines, damaged, sound = 0, 1, 0, 0
    damaged_line: int | None = None
    fits_1251 = True
    utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
    while block := stream.read(_READ_BYTES):
        if not size and block.startswith(_UTF16):
            return _Survey(trouble="encoding", detail="UTF-16")
        size += len(block)
        text = utf8.decode(block)
        if not text.isascii():
            bad = text.count(_REPLACEMENT)
            if bad and damaged_line is None:
                damaged_line = lines + text[: text.index(_REPLACEMENT)].count("\n")
            damaged += bad
            sound += len(text) - len(text.encode("ascii", "ignore")) - bad
            fits_1251 = fits_1251 and 0x98 not in block  # the one byte without a character there
        lines += text.count("\n")
    if utf8.decode(b"", final=True):
        damaged += 1
    if not damaged:
        return _Survey("utf-8-sig", size)
    # Russian windows-1251 read as UTF-8 is nearly all damage; a cut character is an accident.
    if sound > damaged or not fits_1251:
        return _Survey(size=size, trouble="damaged", line=damaged_line or lines)
    return _Survey("windows-1251", size)


def _separator(first_line: str, table: str) -> str:
    """Return the separator under which most column names of the header are known."""
    known = set(metadata.tables[table].columns.keys())

    def recognised(separator: str) -> int:
        return len(known & {c.strip().strip('"').lower() for c in first_line.split(separator)})

    return max(",;\t", key=recognised)


def _records(text: io.TextIOWrapper, separator: str, source: SourceTable) -> Iterator[list[str]]:
    """Yield the records of ``text``; one that cannot be told apart ends the table."""
    count = 0
    try:
        for record in csv.reader(text, delimiter=separator, strict=True):
            count += 1
            yield record
    except csv.Error as error:
        problem = Problem(source.file, "broken", row=count + 1, value=str(error))
        if problem not in source.problems:  # the header is read twice
            source.problems.append(problem)
