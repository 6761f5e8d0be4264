"""What all charts share: one plotly template for each theme and language, and small checks.

A chart is never asked for no rows: every function of ``charts/`` raises ``ValueError`` on an
empty frame, because an empty screen is the page's to explain (``components/states.py``). Charts
take the theme as an argument and carry no title: the title is a heading above the chart, where
it wraps on a phone and a screen reader finds it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from charts.formats import NBSP, number, plotly_separators
from charts.palette import Roles, ThemeName, roles
from charts.picture import Picture, Spec

FONT = "IBM Plex Sans, sans-serif"
#: Text in a chart, and the smaller text of axes and notes, in pixels.
SIZE, SMALL = 14, 12
#: Heights in pixels: one row of a bar chart, an ordinary chart.
ROW, HEIGHT = 48, 320
#: Hairlines of an axis of counts, at most, beside the lowest.
_STEPS = 6
#: A label longer than «−999» does not fit on a bar of two years on any screen.
_LABEL = 4
#: A third of an em: half as wide as a figure.
_HALF_DIGIT = "\u2004"
#: So many signs stand in one line of a chart on a phone.
_ONE_LINE = 46


@lru_cache
def template(theme: ThemeName) -> Spec:
    """Return the shared look: no frame, hairlines only across, quiet axes, tabular figures.

    It is shared by all figures and must not be changed.
    """
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
    return {
        "layout": {
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
    }


def scale(colours: Sequence[str]) -> list[list[float | str]]:
    """Return evenly spaced colours as a plotly colour scale."""
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


def figure(theme: ThemeName, *, height: int = HEIGHT) -> tuple[Picture, Roles]:
    """Return an empty figure in the shared look, and the colours to draw with."""
    look = {"template": template(theme), "height": height, "separators": plotly_separators()}
    return Picture(layout=look), roles(theme)


def require_rows(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise ``ValueError`` unless ``frame`` has rows and these columns."""
    if absent := [name for name in columns if name not in frame.columns]:
        raise ValueError(f"the chart misses the columns {absent}")
    if frame.empty:
        raise ValueError("a chart is never asked for no rows: show the empty state instead")


def share_axis(figure: Picture, *, low: float = 0.0, high: float = 1.0) -> None:
    """Write an axis of shares in whole per cents, with a few hairlines."""
    step = 25 if high - low > 0.6 else 10
    ticks = [t for t in range(0, 101, step) if low <= t / 100 <= high]
    pad = (high - low) * 0.04
    figure.update_yaxes(
        range=[low - pad / 2, high + pad],
        tickvals=[t / 100 for t in ticks],
        ticktext=[f"{t}{NBSP}%" for t in ticks],
    )


def count_axis(figure: Picture, low: float, high: float, *, signed: bool = True) -> None:
    """Write an axis of counts at a few whole numbers, grouped as in the language.

    Plotly would write 5k and 8000, and halves of a partner where there are few. Without
    ``signed`` what hangs below the line is counted downward: 500, not −500.
    """
    span = max(high - low, 1)
    scales = (factor * 10**power for power in range(len(f"{span:.0f}") + 1) for factor in (1, 2, 5))
    step = next(scale for scale in scales if scale * _STEPS >= span)
    ticks = range(math.ceil(low / step) * step, math.floor(high) + 1, step)
    figure.update_yaxes(
        range=[low, high],
        tickvals=list(ticks),
        ticktext=[number(tick if signed else abs(tick)) for tick in ticks],
    )


def level_labels(figure: Picture) -> None:
    """Make the labels of all bars as wide as the longest, or leave them out where that is long.

    Plotly leaves out each label that is wider than its bar: of those on a phone a few short ones
    stayed, and of large ones the longest was missing. So all are shown or none; the axis stands.
    """
    longest = max((len(text) for bar in figure.data for text in bar["text"]), default=0)
    for bar in figure.data:
        bar["text"] = [
            f"{_HALF_DIGIT * (longest - len(text))}{text}{_HALF_DIGIT * (longest - len(text))}"
            if text and longest <= _LABEL
            else ""
            for text in bar["text"]
        ]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands above one bar: its name, its figures, and whether they are only words."""

    name: str
    figures: str
    quiet: bool = False


def row_height(rows: Sequence[Row]) -> int:
    """Return the height of a row in pixels: two lines of words where one is too long a phone's."""
    return ROW + 18 if any(len(r.name) + len(r.figures) > _ONE_LINE for r in rows) else ROW


def block(fig: Picture, left: float, right: float, y: tuple[float, float], colour: str) -> None:
    """Fill a rectangle in data coordinates: a track, a band or a bar."""
    fig.add_shape(
        type="rect", x0=left, x1=right, y0=y[0], y1=y[1], fillcolor=colour,
        line={"width": 0}, layer="below",
    )  # fmt: skip


def write_rows(fig: Picture, c: Roles, rows: Sequence[Row], y: float) -> None:
    """Write names and figures above bars at 0, −1, −2 …, ``y`` above each.

    Names beside the bars would take half of a phone's width.
    """
    stacked = row_height(rows) > ROW
    for place, row in enumerate(rows):
        for text, right, colour in (
            (safe(row.name), False, c.text),
            (row.figures, not stacked, c.muted if row.quiet or stacked else c.text),
        ):
            fig.add_annotation(
                x=1 if right else 0, xref="paper", xanchor="right" if right else "left",
                y=y - place, yanchor="bottom", text=text, bgcolor=c.background, borderpad=1,
                yshift=17 if stacked and text != row.figures else 0,
                font={"size": SMALL + 1, "color": colour},
            )  # fmt: skip


def safe(text: object) -> str:
    """Return a string from data as text for plotly, which reads a little HTML in labels."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
