"""What all charts share: one plotly template for each theme and language, and small checks.

A chart is never asked for no rows: every function of ``charts/`` raises ``ValueError`` on an
empty frame, because an empty screen is the page's to explain (``components/states.py``). Charts
take the theme as an argument and carry no title: the title is a heading above the chart, where
it wraps on a phone and a screen reader finds it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import pandas as pd
import plotly.graph_objects as go

from charts.formats import month_ticks, plotly_separators
from charts.palette import Roles, ThemeName, roles

FONT = "IBM Plex Sans, sans-serif"
#: Text in a chart, and the smaller text of axes and notes, in pixels.
SIZE, SMALL = 14, 12
#: Heights in pixels: one row of a bar chart, an ordinary chart.
ROW, HEIGHT = 44, 320


def template(theme: ThemeName) -> go.layout.Template:
    """Return the shared look: no frame, hairlines only across, quiet axes, tabular figures."""
    c = roles(theme)
    axis = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "automargin": True,
        "fixedrange": True,
        "tickfont": {"size": SMALL, "color": c.muted},
        "title": {"font": {"size": SMALL, "color": c.muted}, "standoff": 8},
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": SIZE, "color": c.text},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(c.series),
            "margin": {"l": 8, "r": 8, "t": 12, "b": 8, "pad": 4},
            "height": HEIGHT,
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "bargap": 0.35,
            "separators": plotly_separators(),
            "hoverlabel": {
                "bgcolor": c.surface,
                "bordercolor": c.grid,
                "align": "left",
                "font": {"family": FONT, "size": SMALL + 1, "color": c.text},
            },
            "legend": {
                "orientation": "h",
                "x": 0,
                "y": 1.02,
                "xanchor": "left",
                "yanchor": "bottom",
                "font": {"size": SMALL, "color": c.muted},
                "itemclick": False,
                "itemdoubleclick": False,
            },
            "xaxis": axis,
            "yaxis": {**axis, "showgrid": True, "gridcolor": c.grid, "gridwidth": 1},
            "annotationdefaults": {
                "showarrow": False,
                "font": {"size": SMALL, "color": c.muted},
            },
            "colorscale": {
                "sequential": scale(c.sequential),
                "diverging": scale(c.diverging),
            },
            "uniformtext": {"minsize": SMALL - 1, "mode": "hide"},
        }
    )


def scale(colours: Sequence[str]) -> list[list[float | str]]:
    """Return evenly spaced colours as a plotly colour scale."""
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


def figure(theme: ThemeName, *, height: int = HEIGHT) -> tuple[go.Figure, Roles]:
    """Return an empty figure in the shared look, and the colours to draw with."""
    return go.Figure(layout={"template": template(theme), "height": height}), roles(theme)


def require_rows(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise ``ValueError`` unless ``frame`` has rows and these columns."""
    if absent := [name for name in columns if name not in frame.columns]:
        raise ValueError(f"the chart misses the columns {absent}")
    if frame.empty:
        raise ValueError("a chart is never asked for no rows: show the empty state instead")


def month_axis(figure: go.Figure, first: dt.date, last: dt.date, *, most: int = 8) -> None:
    """Write the months of a time axis in the current language."""
    ticks, texts = month_ticks(first, last, most)
    figure.update_xaxes(tickmode="array", tickvals=ticks, ticktext=texts)


def share_axis(figure: go.Figure, *, low: float = 0.0, high: float = 1.0) -> None:
    """Write an axis of shares in whole per cents, with a few hairlines."""
    ticks = [t / 100 for t in (0, 25, 50, 75, 100) if low <= t / 100 <= high]
    figure.update_yaxes(
        range=[low - 0.02, high + 0.04],
        tickvals=ticks,
        ticktext=[f"{t * 100:.0f}\u00a0%" for t in ticks],
    )


def note(figure: go.Figure, text: str, **place: object) -> None:
    """Put a direct label into the figure; ``place`` is plotly's annotation placement."""
    figure.add_annotation(text=text, showarrow=False, **place)


def safe(text: object) -> str:
    """Return a string from data as text for plotly, which reads a little HTML in labels."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
