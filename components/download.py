"""The one way data leave the dashboard: CSV and XLSX that open correctly and cannot run.

Files are built when somebody clicks, not when the page is drawn. A click is served on a thread
without a visitor, so every translated word is taken when the button is drawn.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

import pandas as pd
import streamlit as st
import xlsxwriter

from charts import formats
from components.access import Refused, require_still_served
from components.access_events import access_notes
from components.audit import export_note
from components.session import admitted_data, admitted_user
from components.table import DATED, NUMERIC, Column, Kind, in_file, missing_words
from components.text import WORD_JOINER
from program.language import _, current_language, speaking

#: A spreadsheet runs a cell that begins like this …
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: … and where its separator of lists is another one than ours, a cell may begin inside of ours.
_RISKY_INSIDE = re.compile("([,;\t\r\n]\\s*)(?=[=+@\uff1d\uff0b\uff0d\uff20-])")
#: Excel holds no more in a cell, counted in UTF-16.
LONGEST_CELL = 32_767
XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_MIME = "text/csv; charset=utf-8"
#: Number formats are Excel's own notation: the reader's Excel writes its decimal sign.
_EXCEL_FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.DECIMAL: "#,##0.0",
    Kind.SIGNED: "+#,##0;−#,##0;0",
    Kind.SHARE: "0.0%",
    Kind.POINTS: "+0.0%;−0.0%;0.0%",
    Kind.INDEX: "+0;−0;0",
    Kind.P_VALUE: "0.0000",
    Kind.DATE: "dd.mm.yyyy",
    Kind.MONTH: "mm.yyyy",
    Kind.MOMENT: "dd.mm.yyyy hh:mm",
}
_WIDEST, _NARROWEST = 60, 8

Rows: TypeAlias = pd.DataFrame | Callable[[], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class About:
    """What a file says about itself: the sheet «О выгрузке».

    Attributes
    ----------
    title
        What is in the file; also its sheet.
    file_name
        Latin letters, no ending: ``threshold_2027-01-01``.
    filters
        The active filters, one line each; none means everything in the visitor's scope.
    period, basis
        The period spelled out; how many partners, keys or answers.
    definitions
        Figure and its meaning.
    data_as_of
        When the data were taken, as the database says.
    """

    title: str
    file_name: str
    filters: Sequence[str] = ()
    period: str | None = None
    basis: str | None = None
    definitions: Mapping[str, str] = field(default_factory=dict)
    data_as_of: dt.datetime | None = None


def _bare(text: object) -> str:
    """Return ``text`` without the marks that keep a line together: they would spoil a search."""
    return str(text).replace(WORD_JOINER, "")


def neutral(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula.

    OWASP's cure: an apostrophe before it, which Excel does not show in a typed cell.
    """
    text = _RISKY_INSIDE.sub(r"\1'", _bare(text))
    return f"'{text}" if text.startswith(RISKY) or text.lstrip().startswith(RISKY) else text


def _csv_number(value: Any, kind: Kind) -> str:
    if kind in (Kind.COUNT, Kind.SIGNED):
        return str(int(value))
    exact = Decimal(str(float(value)))
    if kind is Kind.INDEX:
        exact *= 100
    rounded = exact.quantize(Decimal("0.0001")).normalize()
    return f"{rounded:f}".replace(".", ",")


def _cases(frame: pd.DataFrame, column: Column) -> Iterable[Any]:
    """Return on how many cases each cell rests, where that decides about its words."""
    return frame[column.n] if column.n and column.hidden is not None else [None] * len(frame)


def _csv_cell(value: Any, column: Column, n: Any, yes_no: tuple[str, str]) -> str:
    if pd.isna(value):
        return neutral(missing_words(column, n) or "")
    if column.kind in NUMERIC:
        return _csv_number(value, column.kind)
    if column.kind is Kind.MOMENT:
        return f"{value:%d.%m.%Y %H:%M}"
    if column.kind in DATED:
        return f"{value:%d.%m.%Y}"
    if column.kind is Kind.YES_NO:
        return yes_no[0] if value else yes_no[1]
    return neutral(str(value))


def csv_file(
    frame: pd.DataFrame, columns: Sequence[Column], *, yes_no: tuple[str, str] = ("да", "нет")
) -> bytes:
    """Return a CSV that Excel opens by a double click: BOM, ``;``, decimal comma, DD.MM.YYYY.

    Shares are fractions (0,375), indices points. Strings that a spreadsheet would run are
    neutralised; numbers are numbers, also negative ones.
    """
    columns = in_file(columns)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([neutral(column.label) for column in columns])
    cells = (
        [_csv_cell(value, column, n, yes_no) for value, n in zip(values, cases, strict=True)]
        for column in columns
        for values, cases in [(frame[column.name], _cases(frame, column))]
    )
    writer.writerows(zip(*cells, strict=True))
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of a file, taken in the visitor's language before anybody clicks.

    Attributes
    ----------
    cut
        How a text ends that does not fit into a cell.
    of_cut
        The line about such texts, for a file that has some.
    """

    about_sheet: str
    yes: str
    no: str
    cut: str
    of_cut: tuple[str, str]
    lines: tuple[tuple[str, str], ...]


def _words(about: About) -> _Words:
    everything = _("none: everything you may see")
    lines = [
        (_("Contents"), about.title),
        (_("Data"), formats.data_as_of(about.data_as_of)),
        (_("Period"), about.period or ""),
        (_("Basis"), about.basis or ""),
        (_("Filters"), "; ".join(about.filters) or everything),
        *about.definitions.items(),
    ]
    return _Words(
        about_sheet=_("About this file"),
        yes=_("yes"),
        no=_("no"),
        cut=_("… (cut)"),
        of_cut=(
            _("Long texts"),
            _(
                "Excel holds {n} characters in a cell. Longer texts end with «… (cut)»; the CSV "
                "file holds them whole."
            ).format(n=formats.number(LONGEST_CELL)),
        ),
        lines=tuple((name, text) for name, text in lines if text),
    )


def _sheet_name(title: str) -> str:
    allowed = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)
    return " ".join(allowed.split())[:31] or "1"


def _fitting(text: str, cut: str) -> str:
    """Return ``text`` as far as a cell of Excel holds it."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_CELL:
        return text
    return units[: 2 * (LONGEST_CELL - len(cut))].decode("utf-16-le", "ignore") + cut


def _write_cell(
    sheet: Any,
    place: tuple[int, int],
    value: Any,
    n: Any,
    column: Column,
    style: Any,
    words: _Words,
) -> bool:
    """Write a cell; return whether it holds all."""
    row, position = place
    if pd.isna(value):
        sheet.write_string(row, position, missing_words(column, n) or "")
    elif column.kind in NUMERIC:
        number = float(value) * (100 if column.kind is Kind.INDEX else 1)
        sheet.write_number(row, position, number, style)
    elif column.kind in DATED:
        sheet.write_datetime(row, position, pd.Timestamp(value).to_pydatetime(), style)
    elif column.kind is Kind.YES_NO:
        sheet.write_string(row, position, words.yes if value else words.no)
    else:
        text = _bare(value)
        written = _fitting(text, words.cut)
        sheet.write_string(row, position, written)
        return written == text
    return True


def _write_data(
    book: Any,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    title: str,
    words: _Words,
) -> bool:
    """Write the sheet of data; return whether every cell holds all of its text."""
    sheet = book.add_worksheet(_sheet_name(title))
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    whole = True
    for position, column in enumerate(columns):
        style = book.add_format({"num_format": _EXCEL_FORMATS.get(column.kind, "General")})
        sheet.write_string(0, position, _bare(column.label), bold)
        longest = len(column.label)
        cells = zip(frame[column.name], _cases(frame, column), strict=True)
        for row, (value, n) in enumerate(cells, start=1):
            whole &= _write_cell(sheet, (row, position), value, n, column, style, words)
            longest = max(longest, len(str(value)) if column.kind is Kind.TEXT else 10)
        sheet.set_column(position, position, min(max(longest + 2, _NARROWEST), _WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(frame), len(columns) - 1)
    return whole


def _write_about(book: Any, words: _Words, *, whole: bool) -> None:
    sheet = book.add_worksheet(_sheet_name(words.about_sheet))
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    for row, (name, text) in enumerate(words.lines if whole else (words.of_cut, *words.lines)):
        sheet.write_string(row, 0, _bare(name), bold)
        sheet.write_string(row, 1, _bare(text), wrapped)


def _xlsx(frame: pd.DataFrame, columns: Sequence[Column], title: str, words: _Words) -> bytes:
    columns = in_file(columns)
    buffer = io.BytesIO()
    # Nothing is guessed from strings: no formulas, links or numbers out of text.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        whole = _write_data(book, frame, columns, title, words)
        _write_about(book, words, whole=whole)
    return buffer.getvalue()


def xlsx_file(frame: pd.DataFrame, columns: Sequence[Column], about: About) -> bytes:
    """Return a workbook with real types, a frozen bold heading, a filter and «О выгрузке»."""
    return _xlsx(frame, columns, about.title, _words(about))


def download(
    rows: Rows,
    columns: Sequence[Column],
    *,
    about: About,
    key: str,
    label: str | None = None,
) -> None:
    """Draw the download of a table: one button that offers XLSX and CSV.

    Parameters
    ----------
    rows
        The frame, or a function that fetches it when somebody clicks, in the language in which
        the button was drawn. The function must not use Streamlit.
    columns
        What goes into the file, in this order.
    about
        What the file says about itself.
    """
    words = _words(about)
    columns = in_file(columns)

    language, note = current_language(), export_note()
    user, version = admitted_user(), admitted_data()

    def fetched() -> pd.DataFrame:
        try:  # a page may stay open after its visitor has left
            require_still_served(user, version)
        except Refused as refusal:
            if refusal.email:
                access_notes().refused(refusal.email, refusal.reason.code)
            raise
        with speaking(language):
            frame = rows if isinstance(rows, pd.DataFrame) else rows()
        note(len(frame))
        return frame

    with st.popover(
        label or _("Download"), icon=":material/download:", type="tertiary", key=f"{key}-menu"
    ):
        st.download_button(
            _("Excel (XLSX)"),
            data=lambda: _xlsx(fetched(), columns, about.title, words),
            file_name=f"{about.file_name}.xlsx",
            mime=XLSX_MIME,
            key=f"{key}-xlsx",
            on_click="ignore",
            width="stretch",
        )
        st.download_button(
            _("CSV for Excel"),
            data=lambda: csv_file(fetched(), columns, yes_no=(words.yes, words.no)),
            file_name=f"{about.file_name}.csv",
            mime=CSV_MIME,
            key=f"{key}-csv",
            on_click="ignore",
            width="stretch",
        )
