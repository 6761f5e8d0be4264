"""A chart on screen: heading, picture with words for those who do not see it, table, download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st
from plotly.basedatatypes import BaseFigure

from charts.picture import Picture, Spec
from components.download import About, download
from components.table import Column, show_table
from program.language import _

#: No mode bar, no zoom by wheel: a chart is read, and a phone scrolls past it.
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}


class _Drawn(BaseFigure):  # type: ignore[misc]  # plotly ships no types
    """A picture as Streamlit takes it: of a plain dictionary it would build and check a figure."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    def to_dict(self) -> Spec:
        return {"data": self._picture.data, "layout": self._picture.layout}


def show_chart(
    figure: Picture,
    *,
    title: str,
    alt: str,
    data: pd.DataFrame,
    columns: Sequence[Column],
    key: str,
    about: About,
    note: str | None = None,
    help: str | None = None,  # noqa: A002 - as Streamlit calls it
    select: bool = False,
) -> list[dict[str, Any]]:
    """Draw a chart with its title, «Показать таблицей» and a download of what it shows.

    Parameters
    ----------
    figure
        From ``charts/``, drawn in ``components.theme.figure_theme()``.
    title
        What the chart says, as a sentence; Markdown, so data strings pass ``plain`` first.
    alt
        The chart's message in words, from the ``…_alt`` function beside the chart; what is marked
        on an axis of time is added here.
    data, columns
        The same figures as a table.
    key
        Unique on the page.
    about
        What the download says about itself.
    note
        How to read it, below.
    help
        The method behind what the note says, for its «?».
    select
        Whether a click on a point is asked for.

    Returns
    -------
    The clicked points as plotly describes them, empty when none or not asked for.
    """
    if figure.marked:
        alt += f" {figure.marked}"
    with st.container(gap="xsmall"):
        as_table = _heading(title, key=key, data=data, columns=columns, about=about)
        points: list[dict[str, Any]] = []
        if as_table:
            show_table(data, columns, key=f"{key}-table", alt=alt)
        else:
            event: Any = st.plotly_chart(
                _Drawn(figure),
                key=key,
                theme=None,
                config=CONFIG,
                alt=alt,
                on_select="rerun" if select else "ignore",
                selection_mode="points",
            )
            points = list(event.selection.points) if select else []
        if note:
            st.caption(note, help=help)
    return points


def _heading(
    title: str, *, key: str, data: pd.DataFrame, columns: Sequence[Column], about: About
) -> bool:
    """Draw the title with its two controls and return whether the table is asked for."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{title}**", width="stretch")
        # The two stay together where the title leaves no room for them.
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", wrap=False, gap="small"
        ):
            as_table = st.toggle(_("Show as table"), key=f"{key}-as-table", persist_state="session")
            download(data, columns, about=about, key=f"{key}-download")
    return as_table
