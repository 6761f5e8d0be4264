"""The axis of every chart over time, with what happened to the programme itself marked on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from charts import formats
from charts.palette import Roles
from charts.picture import Picture
from charts.template import SMALL, safe
from program.language import _

#: Most letters of a mark on a chart; hovering, the alternative text and the methods page have all.
_LETTERS = 32
#: Part of the axis that a letter takes on a phone; words are placed so that they fit there.
_LETTER = 1 / 36
#: Height of a row of words; so many rows at most, a mark without room for words is a line.
_ROW, _ROWS = 16, 6
#: Pixels of a figure's height that are not its plot: margins and months, an entry of the legend.
_AROUND, _ENTRY = 60, 19


@dataclass(frozen=True, slots=True)
class Mark:
    """A change of the programme: its day, and what it was in one line."""

    day: dt.date
    label: str


def time_axis(
    fig: Picture,
    c: Roles,
    first: dt.date,
    last: dt.date,
    *,
    marks: Sequence[Mark],
    room: tuple[int, int] = (15, 15),
    period: int = 0,
) -> None:
    """Write the months of a time axis, and mark the changes on it in rows above the plot.

    Parameters
    ----------
    fig
        Has its height already: the rows of words are added to it.
    first, last
        The days between which the data lies.
    marks
        What changed, whenever; those outside the axis are left out.
    room
        Days of the axis before the first and after the last day.
    period
        Days that a point of the data stands for, if it stands at the first of them. A change in
        the middle of a month then stands at the month, one between months between their points.
    """
    ticks, texts = formats.month_ticks(first, last)
    start, end = first - dt.timedelta(days=room[0]), last + dt.timedelta(days=room[1])
    fig.update_xaxes(
        tickmode="array", tickvals=ticks, ticktext=texts, tickangle=0, range=[start, end]
    )
    half = dt.timedelta(days=period // 2)
    shown = sorted((m for m in marks if start <= m.day - half <= end), key=lambda m: m.day)
    if not shown:
        return
    placed = _placed([((m.day - half - start) / (end - start), m.label) for m in shown])
    rows = min(max(words.row for words in placed) + 1, _ROWS)
    height = fig.layout["height"] + _ROW * rows
    # On a phone every entry of the legend may take a line of its own.
    entries = sum(bool(trace.get("name")) and trace.get("showlegend", True) for trace in fig.data)
    high = _ROW / (height - _AROUND - _ENTRY * entries)
    for mark, words in zip(shown, placed, strict=True):
        fig.add_shape(
            type="line", x0=mark.day - half, x1=mark.day - half, yref="paper", y0=0,
            y1=1 - high * min(words.row + 1, rows), layer="below",
            line={"color": c.muted, "width": 1, "dash": "dot"},
        )  # fmt: skip
        if words.row < rows:
            fig.add_annotation(
                x=mark.day - half, xanchor=words.side, y=1 - high * words.row, yref="paper",
                yanchor="top", text=safe(words.text), hovertext=safe(_told(mark)),
                bgcolor=c.background, font={"size": SMALL, "color": c.muted},
            )  # fmt: skip
    fig.update_yaxes(domain=[0, 1 - high * rows])
    fig.update_layout(height=height)
    fig.marked = _("Marked: {changes}.").format(changes="; ".join(_told(mark) for mark in shown))


class _Words(NamedTuple):
    text: str
    #: Which end of the words is at their line.
    side: str
    #: From the top; from ``_ROWS`` on it is one too many.
    row: int


def _placed(changes: Sequence[tuple[float, str]]) -> list[_Words]:
    """Place words at lines, given as parts of the axis, the earliest first.

    None leave the axis on a phone; those that would lie on others get a row of their own.
    """
    ends: list[float] = []
    placed = []
    for line, label in changes:
        before, after = line, 1 - line
        room, side = max((after, "left"), (before, "right"), (2 * min(before, after), "center"))
        text = _short(label, min(_LETTERS, int(room / _LETTER)))
        wide = len(text) * _LETTER
        begin = line - wide * {"left": 0, "center": 0.5, "right": 1}[side]
        row = next((row for row, taken in enumerate(ends) if taken <= begin), len(ends))
        if row < _ROWS:
            ends[row : row + 1] = [begin + wide]
        placed.append(_Words(text, side, row))
    return placed


def _short(label: str, letters: int) -> str:
    return label if len(label) <= letters else label[: letters - 1].rstrip() + "…"


def _told(mark: Mark) -> str:
    return f"{formats.date_long(mark.day)} — {mark.label}"
