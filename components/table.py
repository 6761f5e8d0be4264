"""One table: columns say what they hold, and screen, CSV and XLSX follow from it.

Numbers are written by ``charts/formats.py`` (Streamlit's own formats follow the browser's
language) while the cells keep their values, so that sorting by a header stays numeric.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit import dataframe_util
from streamlit.elements import arrow
from streamlit.elements.lib import pandas_styler_utils

from charts import formats
from components.remembered import made_of, remembered
from components.text import one_line
from program.language import _


class Kind(StrEnum):
    """What the cells of a column are, and so how they are written and aligned."""

    TEXT = "text"
    COUNT = "count"
    DECIMAL = "decimal"
    SIGNED = "signed"
    SHARE = "share"
    POINTS = "points"
    INDEX = "index"
    P_VALUE = "p_value"
    DATE = "date"
    MONTH = "month"
    MOMENT = "moment"
    YES_NO = "yes_no"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table or a file.

    Attributes
    ----------
    name, label
        The column of the frame; its translated heading.
    kind
        What the cells are. ``SHARE`` and ``POINTS`` hold fractions, ``INDEX`` −1..+1,
        ``PICTURE`` a ``data:`` address of an image that is left out of files.
    n
        For shares: the column with the number of cases, which decides about decimals.
    high
        Makes it an interval: the column with the upper end, where ``name`` holds the lower one.
        On screen both stand in one cell, in files each in a column of its own.
    help
        What the heading's «?» says.
    undefined
        Words for a missing value, e.g. ``formats.no_base()``.
    hidden
        Words for a missing value where ``n`` is not 0: there are cases, too few to be shown.
    width, pinned
        As in Streamlit.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    n: str | None = None
    high: str | None = None
    help: str | None = None
    undefined: str | None = None
    hidden: str | None = None
    width: Literal["small", "medium", "large"] | int | None = None
    pinned: bool = False


NUMERIC = (
    Kind.COUNT,
    Kind.DECIMAL,
    Kind.SIGNED,
    Kind.SHARE,
    Kind.POINTS,
    Kind.INDEX,
    Kind.P_VALUE,
)
DATED = (Kind.DATE, Kind.MONTH, Kind.MOMENT)
#: Above this many cells pandas refuses to write each one; the table then shows bare values.
WRITTEN_CELLS = 250_000
#: Rows of a long table on screen; its file holds all of them.
ROWS_SHOWN = 100
#: Pixels that Streamlit gives a row and a heading with its borders, at our size of letters.
_ROW, _HEADING = 33, 36
_BEFORE_ALL = pd.Timestamp(1900, 1, 1)

_WRITERS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: one_line,
    Kind.COUNT: formats.number,
    Kind.DECIMAL: lambda value: formats.number(value, 1),
    Kind.SIGNED: formats.signed,
    Kind.SHARE: formats.share,
    Kind.POINTS: formats.percentage_points,
    Kind.INDEX: formats.index_points,
    Kind.P_VALUE: formats.p_value,
    Kind.DATE: formats.date_short,
    Kind.MONTH: formats.month,
    Kind.MOMENT: formats.moment,
    Kind.YES_NO: lambda value: _("yes") if value else _("no"),
    Kind.PICTURE: str,
}


def height_of(rows: int, most: int) -> int:
    """Return how high a table of so many rows is, in pixels; beyond ``most`` it scrolls."""
    return min(_HEADING + _ROW * rows, most)


def written(value: Any, column: Column, n: int | None = None, high: Any = None) -> str:
    """Return one cell as people read it; ``high`` is the upper end of an interval."""
    if pd.isna(value):
        words = missing_words(column, n)
        return formats.no_data() if words is None else words
    if column.high is not None:
        if column.kind is Kind.INDEX:
            return formats.index_interval(value, high)
        span = formats.share_interval if column.kind is Kind.SHARE else formats.points_interval
        return span(value, high, n)
    if n is not None and column.kind in (Kind.SHARE, Kind.POINTS):
        writer = formats.share if column.kind is Kind.SHARE else formats.percentage_points
        return writer(value, n)
    return _WRITERS[column.kind](value)


def written_column(frame: pd.DataFrame, column: Column) -> list[str]:
    """Return a whole column as people read it."""
    counts, highs = (
        frame[name] if name else [None] * len(frame) for name in (column.n, column.high)
    )
    return [
        written(value, column, None if pd.isna(n) else int(n), high)
        for value, n, high in zip(frame[column.name], counts, highs, strict=True)
    ]


def in_file(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns of a file: no pictures, and each end of an interval by itself."""
    opened = []
    for column in columns:
        if column.kind is Kind.PICTURE:
            continue
        ends = {column.name: ""}
        if column.high is not None:
            ends = {column.name: f": {_('from')}", column.high: f": {_('to')}"}
        opened += [
            replace(column, name=name, label=column.label + end, high=None)
            for name, end in ends.items()
        ]
    return tuple(opened)


def _configured(column: Column) -> Any:
    label, pinned = one_line(column.label), column.pinned or None
    if column.kind is Kind.PICTURE:
        return st.column_config.ImageColumn(
            label, help=column.help, width=column.width, pinned=pinned
        )
    return st.column_config.Column(
        label,
        help=column.help,
        width=column.width,
        pinned=pinned,
        alignment="right" if column.kind in NUMERIC else "left",
    )


def missing_words(column: Column, n: int | None) -> str | None:
    """Return what stands for a missing value that rests on ``n`` cases, if the column says."""
    return column.hidden if n and column.hidden is not None else column.undefined


def _sortable(cells: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Return cells by which a click on the heading sorts as people expect.

    Streamlit draws a missing value itself: as one word for the whole table, too pale to read.
    Ours have words of their own, so they stand below every real value instead of being missing.
    """
    if column.kind in NUMERIC:
        return pd.to_numeric(cells, errors="coerce").astype("float64").fillna(-math.inf)
    if column.kind in DATED:
        return pd.to_datetime(cells).fillna(_BEFORE_ALL)
    return cells


@dataclass(frozen=True, slots=True)
class Written:
    """A table ready to be shown.

    Attributes
    ----------
    cells
        What the columns are sorted by.
    arrow
        The same in Arrow's format.
    texts
        What stands in them, in Arrow's format; empty where every cell is its own text.
    """

    cells: pd.DataFrame
    arrow: bytes
    texts: bytes


def written_table(frame: pd.DataFrame, *, columns: Sequence[Column]) -> Written:
    """Return the named columns as people sort and read them."""
    texts = pd.DataFrame({column.name: written_column(frame, column) for column in columns})
    as_text = {c.name for c in columns if c.kind not in NUMERIC and c.kind not in DATED}
    cells = pd.DataFrame(
        {
            column.name: texts[column.name]
            if column.name in as_text
            else _sortable(frame[column.name], column).to_numpy()
            for column in columns
        }
    )
    in_arrow = dataframe_util.convert_pandas_df_to_arrow_bytes
    only_text = len(as_text) == len(columns)
    return Written(cells, in_arrow(cells), b"" if only_text else in_arrow(texts))


# What Streamlit would make of a table in every run is handed to it ready. For that two functions
# of its own are replaced, for the pinned version; whatever is not ours goes the way it always did,
# and the tests hold both ways against each other.


class _Ready(pd.DataFrame):  # type: ignore[misc]  # pandas ships no types here
    """Cells with their bytes in Arrow's format; what pandas derives from them is a plain frame."""

    in_arrow: bytes


def _to_arrow(frame: pd.DataFrame, **options: Any) -> bytes:
    """Return the bytes at hand, else those that Streamlit makes: column by column, by pandas."""
    if isinstance(frame, _Ready):
        return frame.in_arrow
    return _by_pyarrow(frame, **options)


def _hand_over(proto: Any, styler: Any, default_uuid: str) -> None:
    """Give Streamlit the texts at hand; else it has pandas render every cell as HTML."""
    texts = getattr(styler, "texts_at_hand", None)
    if texts is None:
        _by_pandas(proto, styler, default_uuid)
        return
    proto.styler.uuid = default_uuid
    proto.styler.display_values = texts


_by_pyarrow = dataframe_util.convert_pandas_df_to_arrow_bytes
_by_pandas = pandas_styler_utils.marshall_styler
vars(dataframe_util)["convert_pandas_df_to_arrow_bytes"] = _to_arrow
vars(arrow)["marshall_styler"] = _hand_over


def _handed_over(written: Written) -> Any:
    """Return a table as Streamlit takes it: cells, or a styler where texts stand in them."""
    cells = _Ready(written.cells)
    object.__setattr__(cells, "in_arrow", written.arrow)
    if not written.texts:
        return cells
    styler: Any = Styler.__new__(Styler)  # no rendering, so nothing to prepare for it
    styler.data, styler.texts_at_hand = cells, written.texts
    return styler


def _written_once(
    frame: pd.DataFrame, columns: tuple[Column, ...], key: str, question: tuple[Hashable, ...]
) -> Written:
    if question:
        return remembered(
            lambda: written_table(frame, columns=columns), "table", key, question, columns
        )
    needed = dict.fromkeys(
        name for column in columns for name in (column.name, column.n, column.high) if name
    )
    return made_of(written_table, frame[list(needed)], columns=columns)


def _shown(
    frame: pd.DataFrame, columns: Sequence[Column], key: str, question: tuple[Hashable, ...]
) -> Any:
    if frame.shape[0] * len(columns) > WRITTEN_CELLS:
        return pd.DataFrame({c.name: _sortable(frame[c.name], c) for c in columns})
    return _handed_over(_written_once(frame, tuple(columns), key, question))


def show_table(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    key: str,
    alt: str,
    question: tuple[Hashable, ...] = (),
    select: str | None = None,
    height: int | Literal["auto", "content"] = "auto",
    row_height: int | None = None,
) -> Hashable | None:
    """Draw a table and return what was chosen in it.

    Parameters
    ----------
    frame
        One row a line, with the columns named in ``columns`` (and ``select``); at least one row:
        an empty table is an empty state (``components/states.py``).
    columns
        What to show, in this order. Only these columns reach the browser.
    alt
        What the table holds, for a screen reader.
    question
        Frozen, hashable values that tell ``frame`` from all others, if they are at hand; without
        them tables are told apart by every cell.
    select
        The column whose value identifies a row. When given, a row can be ticked.
    height, row_height
        As in ``st.dataframe``; «auto» shows about ten rows.

    Returns
    -------
    The ``select`` value of the ticked row, or ``None``.
    """
    event: Any = st.dataframe(
        _shown(frame, columns, key, question),
        key=key,
        hide_index=True,
        column_config={column.name: _configured(column) for column in columns},
        height=height,
        row_height=row_height,
        placeholder="",
        alt=alt,
        on_select="rerun" if select else "ignore",
        selection_mode="single-row",
    )
    if select is None or not event.selection.rows:
        return None
    row = event.selection.rows[0]
    # The selection is the browser's word, and the frame may have become shorter since.
    return frame[select].iloc[row] if row < len(frame) else None


def rows_left_out(all_rows: int) -> str | None:
    """Return how many of the rows are on screen, ``None`` when all are."""
    if all_rows <= ROWS_SHOWN:
        return None
    return _("Shown: the first {shown} of {all}; the file holds all.").format(
        shown=formats.number(ROWS_SHOWN), all=formats.number(all_rows)
    )
