"""Workbooks: a sheet per table, cells as text in the form they would have in a CSV file."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from jobs.loading.records import Block, LoadSet, Problem, SourceTable, blocks_of
from program.schema import JOB_TABLES, LOAD_TABLES


def read_workbook(path: Path) -> LoadSet:
    """Return the set in the ``.xlsx`` file ``path``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and validations, of no interest here
        book = load_workbook(path, read_only=True, data_only=True)
    found = LoadSet(closers=[book.close])
    for sheet in book.worksheets:
        file = f"{path.name} [{sheet.title}]"
        name = str(sheet.title).strip().lower()
        if name in JOB_TABLES:
            continue  # an export of a whole database brings it along; the jobs write their own
        if name not in LOAD_TABLES:
            found.unknown(file, "unknown_sheet")
            continue
        sheet.reset_dimensions()  # the written ones are often wrong
        header = next(_records(sheet), [])
        if header:
            found.add(_source(sheet, name, file, [cell.strip().lower() for cell in header]))
        else:
            found.cannot_read(name, Problem(file, "empty"))
    return found.finish()


def _source(sheet: Any, name: str, file: str, header: list[str]) -> SourceTable:
    def blocks() -> Iterator[Block]:
        records = _records(sheet)
        next(records, None)
        yield from blocks_of(records, source, lambda: 1.0, short_rows=True)

    reading: Callable[[], Iterator[Block]] = blocks
    source = SourceTable(name, file, header, reading)
    return source


def _records(sheet: Any) -> Iterator[list[str]]:
    for cells in sheet.iter_rows(values_only=True):
        record = [_cell_text(cell) for cell in cells]
        while record and not record[-1]:
            record.pop()
        yield record


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    return str(cell)
