"""Key figures in equal tiles, three in a row and one in a row on a phone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from charts.palette import Tone
from charts.sparkline import sparkline
from components.theme import COLOURS, figure_theme

IN_A_ROW = 3
#: With fewer values a line would suggest a trend that nobody can see.
TREND_FROM = 3


@dataclass(frozen=True, slots=True)
class Tile:
    """One key figure.

    Attributes
    ----------
    label, value
        What it is and what it is now, as written by ``charts.formats``.
    basis
        What it rests on: «n = 412», «из 87 партнёров».
    change
        The change in words about its significance: «+2,1 п. п., в пределах случайного».
    tone
        Whether that change is good news; grey when it says nothing.
    trend
        Values of the sparkline, oldest first, NaN for a gap; fewer than three draw none.
    definition
        What «?» opens: the meaning of the figure.
    """

    label: str
    value: str
    basis: str | None = None
    change: str | None = None
    tone: Tone = Tone.NEUTRAL
    trend: Sequence[float] = ()
    definition: str | None = None


def _arrow(change: str) -> str:
    if change.startswith("+"):
        return "↑ "
    return "↓ " if change.startswith(("−", "-")) else ""


def _draw(tile: Tile) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(tile.label, help=tile.definition)
        if sum(not math.isnan(value) for value in tile.trend) >= TREND_FROM:
            figure, picture = st.columns(2, wrap=False, vertical_alignment="center", gap="small")
            with figure:
                st.metric(tile.label, tile.value, label_visibility="collapsed")
            with picture:
                st.image(sparkline(tile.trend, theme=figure_theme(), tone=tile.tone), alt="")
        else:
            st.metric(tile.label, tile.value, label_visibility="collapsed")
        if tile.change:
            st.markdown(f":{COLOURS[tile.tone]}-badge[{_arrow(tile.change)}{tile.change}]")
        if tile.basis:
            st.caption(tile.basis)


def tiles(items: Sequence[Tile], *, in_a_row: int = IN_A_ROW) -> None:
    """Draw key figures side by side, of equal height within a row."""
    for start in range(0, len(items), in_a_row):
        row = items[start : start + in_a_row]
        for column, tile in zip(st.columns(in_a_row, gap="small"), row, strict=False):
            with column:
                _draw(tile)
