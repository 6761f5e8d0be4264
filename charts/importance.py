"""Questions by how closely they go with recommending and how good their answers are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts import formats
from charts.palette import ThemeName
from charts.template import SMALL, figure, require_rows, safe
from program.language import _


def importance_quadrant(
    frame: pd.DataFrame, *, theme: ThemeName, importance: float, performance: float
) -> go.Figure:
    """Draw questions by how closely they go with recommending and how good their answers are.

    Parameters
    ----------
    frame
        Grain: one row a question. ``label`` (a word or two), ``importance`` (share of what goes
        with recommending, or a correlation), ``performance`` (share of good answers, 0..1),
        ``n`` (int).
    importance, performance
        Where the two lines stand, usually the medians.

    Notes
    -----
    The words are «связано с», never «влияет»: this is association.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("label", "importance", "performance", "n"))
    fig, c = figure(theme, height=420)
    low_x, high_x = float(frame["performance"].min()), float(frame["performance"].max())
    low_y, high_y = float(frame["importance"].min()), float(frame["importance"].max())
    pad_x, pad_y = max(high_x - low_x, 0.1) * 0.3, max(high_y - low_y, 0.1) * 0.25
    fig.add_hline(y=importance, line={"color": c.grid, "width": 1.5}, layer="below")
    fig.add_vline(x=performance, line={"color": c.grid, "width": 1.5}, layer="below")
    first = (frame["importance"] >= importance) & (frame["performance"] < performance)
    places = _label_places(frame)
    for some, symbol, colour in (
        (frame[first], "diamond", c.bad),
        (frame[~first], "circle", c.accent),
    ):
        fig.add_scatter(
            x=some["performance"], y=some["importance"], mode="markers+text",
            marker={"symbol": symbol, "size": 11, "color": colour},
            text=[safe(label) for label in some["label"]],
            textposition=list(places[some.index]),
            textfont={"size": SMALL, "color": c.text},
            cliponaxis=False,
            hovertext=[
                f"{safe(row.label)}<br>{_('good answers')}: "
                f"{formats.share(row.performance, int(row.n))}, {formats.n_of(int(row.n))}"
                for row in some.itertuples()
            ],
            hoverinfo="text",
        )  # fmt: skip
    for x, y, text in (
        (0, 1, _("improve first")),
        (1, 1, _("keep")),
        (0, 0, _("improve later")),
        (1, 0, _("good, matters less")),
    ):
        fig.add_annotation(
            x=x, y=y, xref="paper", yref="paper", text=text,
            xanchor="right" if x else "left", yanchor="top" if y else "bottom",
        )  # fmt: skip
    fig.update_xaxes(
        range=[low_x - pad_x, high_x + pad_x], showticklabels=False,
        title={"text": _("good answers") + " →"},
    )  # fmt: skip
    fig.update_yaxes(
        range=[low_y - pad_y, high_y + pad_y], showgrid=False, showticklabels=False,
        title={"text": _("goes with recommending") + " →"},
    )  # fmt: skip
    return fig


def _label_places(frame: pd.DataFrame) -> pd.Series:
    """Return where each name goes, so that names keep off each other and off the points."""
    x, y = (
        (frame[name] - frame[name].min()) / max(float(np.ptp(frame[name])), 0.1)
        for name in ("performance", "importance")
    )
    taken = list(zip(x, y, strict=True))
    chosen = []
    for across, up, label in zip(x, y, frame["label"], strict=True):
        half = 0.012 * len(str(label))
        options = {
            "top center": (across, up + 0.06),
            "bottom center": (across, up - 0.06),
            "middle right": (across + half + 0.04, up),
            "middle left": (across - half - 0.04, up),
        }
        crowds = {name: _crowd(place, half, taken) for name, place in options.items()}
        best = min(options, key=crowds.__getitem__)
        middle, height = options[best]
        taken += [(middle - half, height), (middle, height), (middle + half, height)]
        chosen.append(best)
    return pd.Series(chosen, index=frame.index, dtype="str")


def _crowd(place: tuple[float, float], half: float, taken: list[tuple[float, float]]) -> int:
    """Return how many taken spots a name of that half width would touch."""
    return sum(abs(place[0] - x) < half + 0.06 and abs(place[1] - y) < 0.055 for x, y in taken)


def importance_quadrant_alt(frame: pd.DataFrame, *, importance: float, performance: float) -> str:
    """Say in words what :func:`importance_quadrant` shows."""
    require_rows(frame, ("label", "importance", "performance", "n"))
    strong = frame["importance"] >= importance
    weak = frame["performance"] < performance

    def names(mask: pd.Series) -> str:
        return ", ".join(str(label) for label in frame.loc[mask, "label"]) or "0"

    return _(
        "Improve first (goes with recommending, few good answers): {first}; keep: {keep}."
    ).format(first=names(strong & weak), keep=names(strong & ~weak))
