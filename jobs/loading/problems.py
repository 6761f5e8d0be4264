"""What is wrong with a set, in words: on the screen, and all of it as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from jobs.loading.records import Problem
from program.language import N_, _

#: Rule -> what is wrong, what was expected. ``value`` and ``extra`` come with the problem.
WORDS: dict[str, tuple[str, str]] = {
    # files and headers
    "unknown_file": (N_("this file is no table of the set"), N_("<table>.csv of: {extra}")),
    "unknown_sheet": (N_("this sheet is no table of the set"), N_("one of: {extra}")),
    "missing_table": (N_("the required table is missing"), N_("all of: {extra}")),
    "duplicate_table": (N_("the table «{value}» comes twice"), N_("one file or sheet a table")),
    "unknown_column": (N_("the column «{value}» is unknown"), N_("only: {extra}")),
    "unnamed_column": (N_("column {value} has no name"), N_("a name over every column")),
    "duplicate_column": (N_("the column comes twice"), N_("each column once")),
    "missing_column": (N_("the required column is missing"), N_("a column of this name")),
    "empty": (N_("there is nothing in it, not even a header"), N_("a row of column names")),
    "no_rows": (N_("the table has no rows"), N_("at least one row")),
    "needs_table": (N_("its rows refer to a table that is missing"), N_("the table {extra}")),
    "encoding": (N_("the encoding is {value}"), N_("UTF-8 or windows-1251")),
    "damaged": (
        N_("the text is damaged: neither UTF-8 nor windows-1251"),
        N_("one encoding in the whole file"),
    ),
    "separator": (N_("the columns are separated by tabs"), N_("a comma or a semicolon")),
    "broken": (
        N_("the rest of the file cannot be told apart into cells ({value})"),
        N_("quotes closed, and doubled inside a quoted cell"),
    ),
    "fields": (N_("the row has {value} cells"), N_("{extra} cells, as in the header")),
    # cells
    "required": (N_("the cell is empty"), N_("a value")),
    "integer": (N_("«{value}» is not a whole number"), N_("digits only, such as 42")),
    "integer_range": (N_("«{value}» is too large a number"), N_("at most {extra}")),
    "negative": (N_("{value} is below zero"), N_("zero or more")),
    "boolean": (N_("«{value}» is neither yes nor no"), N_("true or false")),
    "date": (N_("«{value}» is not a date"), N_("YYYY-MM-DD or DD.MM.YYYY")),
    "date_early": (N_("«{value}» is too long ago"), N_("the year {extra} or later")),
    "future": (N_("{value} lies after the day of the data"), N_("no later than {extra}")),
    "too_long": (N_("the text is too long ({value} characters)"), N_("at most {extra} characters")),
    "control": (N_("the text holds control characters"), N_("printable characters only")),
    "one_of": (N_("«{value}» is not in the list of values"), N_("one of: {extra}")),
    "md5": (N_("«{value}» is no md5 of a key"), N_("32 hexadecimal digits")),
    "email": (N_("«{value}» is no e-mail address"), N_("name@company.example")),
    # between rows and tables
    "duplicate": (N_("«{value}» was there already"), N_("each once; the first is in row {extra}")),
    "reference": (N_("«{value}» refers to nothing"), N_("a row of the table {extra}")),
    "manager": (N_("the manager «{value}» is unknown"), N_("an e-mail of the table staff")),
    "before_purchase": (
        N_("{value} is before the purchase of the key"),
        N_("no earlier than {extra}"),
    ),
    "before_delivery": (N_("{value} is before the delivery"), N_("no earlier than {extra}")),
    "before_joining": (N_("{value} is before joining"), N_("no earlier than {extra}")),
    "version": (
        N_("there is no questionnaire version {value}"),
        N_("a version of the table question"),
    ),
    "question": (
        N_("there is no question «{value}»"),
        N_("a code of questionnaire version {extra}"),
    ),
    "score": (N_("the score {value} is off the scale"), N_("a score of {extra}")),
    "scale": (N_("the scale up to {value} is unknown"), N_("from 2 to 10; 10 means 0…10")),
    "questions": (
        N_("version {value} of the questionnaire has too many questions"),
        N_("at most {extra} in a version"),
    ),
    "tests_sum": (N_("passed, failed and skipped add up to {value}"), N_("at most {extra}")),
    "evaluation_day": (N_("{value} is no evaluation date"), N_("the 1st of a month")),
    "delivered_above_base": (
        N_("{value} delivered is more than the base"),
        N_("at most the base, {extra}"),
    ),
    "kept_decision": (
        N_("stored decisions of partner {value} would be lost: the set lacks the partner"),
        N_("the partner, or a table competence_evaluation that replaces the stored decisions"),
    ),
}
_REPORT_COLUMNS = ("file", "row", "column", "problem", "expected", "rule")
_FORMULA_STARTS = ("=", "+", "-", "@")


def wrong_and_expected(problem: Problem) -> tuple[str, str]:
    """Return what is wrong and what was expected, in the current language.

    A value of personal data was never kept; its place says so.
    """
    wrong, expected = WORDS[problem.rule]
    words = {
        "value": _("hidden") if problem.value is None else _printable(problem.value),
        "extra": problem.extra or "",
    }
    return _(wrong).format(**words), _(expected).format(**words)


def _printable(value: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in value)


def line(problem: Problem) -> str:
    """Return ``problem`` as one line for the screen."""
    place = [_printable(problem.file)]
    if problem.row is not None:
        place.append(_("row {row}").format(row=problem.row))
    if problem.column:
        place.append(problem.column)
    wrong, expected = wrong_and_expected(problem)
    return _("{place}: {wrong}; expected: {expected}").format(
        place=", ".join(place), wrong=wrong, expected=expected
    )


def write_report(problems: Iterable[Problem], path: Path) -> None:
    """Write all problems as CSV that a spreadsheet opens without being asked anything."""
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        rows = csv.writer(target, delimiter=";")
        rows.writerow(_REPORT_COLUMNS)
        for problem in problems:
            wrong, expected = wrong_and_expected(problem)
            cells = [problem.file, problem.row, problem.column, wrong, expected, problem.rule]
            rows.writerow(["" if cell is None else _plain(str(cell)) for cell in cells])


def _plain(cell: str) -> str:
    """Return ``cell`` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
