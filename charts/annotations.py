"""What happened to the programme itself, marked on every chart over time."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import plotly.graph_objects as go

from charts import formats
from charts.palette import Roles, ThemeName, roles
from charts.template import SMALL, safe
from program.language import _


def mark_changes(
    fig: go.Figure, marks: pd.DataFrame, c: Roles, first: dt.date, last: dt.date
) -> None:
    """Draw a dotted line with a few words at every change between two days.

    Parameters
    ----------
    marks
        Grain: one row a change. ``day``, ``label`` (words).
    """
    shown = marks[marks["day"].between(pd.Timestamp(first), pd.Timestamp(last))]
    # Words beside a late mark stand on its left: on its right they would leave the figure.
    late = pd.Timestamp(first) + (pd.Timestamp(last) - pd.Timestamp(first)) * 0.6
    for place, mark in enumerate(shown.itertuples()):
        side, shift = ("right", -4) if mark.day > late else ("left", 4)
        fig.add_vline(x=mark.day, line={"color": c.muted, "width": 1, "dash": "dot"}, layer="below")
        fig.add_annotation(
            x=mark.day, y=0, yref="paper", xanchor=side, yanchor="bottom", xshift=shift,
            # Neighbouring marks would write over each other.
            yshift=4 + 15 * (place % 3), text=safe(mark.label),
            font={"size": SMALL, "color": c.muted},
        )  # fmt: skip


def marked(fig: go.Figure, marks: pd.DataFrame, *, theme: ThemeName) -> go.Figure:
    """Return a finished chart over time with the changes inside its axis marked."""
    first, last = (pd.Timestamp(end).date() for end in fig.layout.xaxis.range)
    mark_changes(fig, marks, roles(theme), first, last)
    return fig


def changes_told(marks: pd.DataFrame) -> str:
    """Say the changes in words, for a chart's ``alt``; empty without any."""
    if marks.empty:
        return ""
    return " " + _("Marked: {changes}.").format(
        changes="; ".join(
            f"{formats.date_long(mark.day.date())} — {mark.label}" for mark in marks.itertuples()
        )
    )
