"""What lies under a path: a folder or archive of CSV files, or a workbook."""

from __future__ import annotations

import zipfile
from pathlib import Path

from jobs.loading.csv_files import read_folder
from jobs.loading.records import LoadSet


class NoSet(Exception):
    """The path is no set of records at all: the call is wrong, not the data."""


def open_set(path: Path) -> LoadSet:
    """Return the tables of the set at ``path`` with their headers read and checked.

    The caller closes the set after reading it.

    Raises
    ------
    NoSet
        If ``path`` is neither a folder of CSV files, nor such a folder in a ``.zip``, nor an
        ``.xlsx`` workbook, or cannot be opened.
    """
    try:
        if path.is_dir():
            return read_folder(path)
        if not path.exists():
            raise NoSet(f"{path} does not exist")
        if path.suffix.lower() == ".xlsx":
            from jobs.loading.workbook import read_workbook  # noqa: PLC0415 - slow to import

            return read_workbook(path)
        if path.suffix.lower() == ".zip":
            archive = zipfile.ZipFile(path)
            found = read_folder(zipfile.Path(archive))
            found.closers.append(archive.close)
            return found
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError) as error:
        raise NoSet(f"{path.name} cannot be opened: {error}") from error
    raise NoSet(f"{path.name} is neither a folder or .zip of CSV files nor an .xlsx workbook")
