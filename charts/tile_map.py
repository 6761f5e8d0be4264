"""Regions as equal tiles in about their places: Moscow does not vanish, Yakutia does not dominate.

Colour says the value and the tile says it again in figures, with what it rests on. Where little
or nothing stands behind a value the tile is hatched instead of coloured.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from charts import formats
from charts.formats import NBSP
from charts.palette import Roles, ThemeName, text_on, translucent
from charts.picture import Picture
from charts.template import figure, require_rows, safe
from program.language import _

_COLUMNS = ("code", "label", "row", "col", "value", "words", "basis", "few", "told", "aside")
_GAP = 0.035
#: Pixels of a row of tiles.
_TILE = 43
_CLEAR = "rgba(0,0,0,0)"
#: Ends of the colours when all values are one.
_NARROWEST = 0.02


def tile_map(
    frame: pd.DataFrame,
    *,
    theme: ThemeName,
    diverging: float | None = None,
    chosen: str | None = None,
) -> Picture:
    """Draw one tile a region, at its place in the grid.

    Parameters
    ----------
    frame
        Grain: one row a tile. ``code`` (comes back as ``customdata`` of a click); ``label`` (the
        region's short name); ``row``, ``col`` (place, rows downwards); ``value`` (number, NaN
        where undefined) that gives the colour; ``words`` and ``basis`` (what the tile says:
        the value and its n); ``few`` (bool: hatched, «мало данных»); ``told`` (hover, one line
        after another); ``aside`` (bool: another country, off the grid).
    diverging
        The value at which colours turn from one side to the other; without it few to many.
    chosen
        Code of the tile to frame.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, _COLUMNS)
    rows = int(frame["row"].max() - frame["row"].min()) + 1
    fig, c = figure(theme, height=_TILE * rows + 24)
    fills = _fills(frame, c, diverging)
    _draw_tiles(fig, frame, fills, c)
    _hatch(fig, frame[frame["few"]], c)
    for tile in frame[frame["code"] == chosen].itertuples():
        _frame_tile(fig, tile, c)
    beside = frame[frame["aside"]]
    if len(beside):
        fig.add_annotation(
            x=float(beside["col"].max()) + 0.5, y=-float(beside["row"].min()) + 0.55,
            xanchor="right", yanchor="bottom", text=_("Other countries"),
        )  # fmt: skip
    fig.add_scatter(
        x=frame["col"], y=-frame["row"], mode="markers",
        # Invisible, tile-sized and clickable: shapes take no clicks.
        marker={"symbol": "square", "size": 38, "color": "rgba(0,0,0,0)", "line": {"width": 0}},
        customdata=[
            [code, safe(told).replace("\n", "<br>")]
            for code, told in zip(frame["code"], frame["told"], strict=True)
        ],
        hovertemplate="%{customdata[1]}<extra></extra>",
        # Streamlit fades what is not selected; these have nothing to fade.
        unselected={"marker": {"opacity": 0}}, selected={"marker": {"opacity": 0}},
    )  # fmt: skip
    left, right = float(frame["col"].min()) - 0.55, float(frame["col"].max()) + 0.55
    top, bottom = float(frame["row"].min()) - 0.55, float(frame["row"].max()) + 0.55
    fig.update_xaxes(visible=False, range=[left, right])
    fig.update_yaxes(visible=False, range=[-bottom, -top])
    fig.update_layout(margin={"l": 0, "r": 0, "t": 4, "b": 4})
    return fig


def _fills(frame: pd.DataFrame, c: Roles, diverging: float | None) -> list[str]:
    """Return the colour of each tile; the quiet one where there is no value to colour."""
    values = frame["value"].astype("float64").to_numpy()
    known = values[~np.isnan(values) & ~frame["few"].to_numpy(dtype=bool)]
    if not len(known):
        return [c.surface] * len(frame)
    if diverging is None:
        low, high, colours = float(known.min()), float(known.max()), c.sequential
    else:
        reach = max(float(np.abs(known - diverging).max()), _NARROWEST)
        low, high, colours = diverging - reach, diverging + reach, c.diverging
    width = max(high - low, _NARROWEST)
    places = np.clip((values - low) / width * len(colours), 0, len(colours) - 1)
    return [
        c.surface if np.isnan(value) or few else colours[int(place)]
        for value, place, few in zip(values, np.nan_to_num(places), frame["few"], strict=True)
    ]


def _draw_tiles(fig: Picture, frame: pd.DataFrame, fills: list[str], c: Roles) -> None:
    """Draw the tiles, and their names, values and n over them.

    The words are those of heatmaps: they shrink with the tile. A phone scrolls the map instead
    (components/document.css).
    """
    rows = np.arange(frame["row"].min(), frame["row"].max() + 1)
    cols = np.arange(frame["col"].min(), frame["col"].max() + 1)
    place = (frame["row"].to_numpy() - rows[0], frame["col"].to_numpy() - cols[0])
    colours = list(dict.fromkeys(fills))
    steps = max(len(colours) - 1, 1)
    z = np.full((len(rows), len(cols)), np.nan)
    z[place] = [colours.index(fill) for fill in fills]
    grid = {
        "x": cols, "y": -rows, "zmin": 0, "zmax": steps, "xgap": 3, "ygap": 3,
        "showscale": False, "hoverinfo": "skip", "hoverongaps": False,
    }  # fmt: skip
    # With one colour the scale still needs two ends.
    scale = [[i / steps, colour] for i, colour in enumerate(colours * 2)][: steps + 1]
    fig.add_heatmap(z=z, colorscale=scale, **grid)
    words = np.array(
        [
            "<br>".join(safe(text) for text in row)
            for row in zip(frame["label"], frame["words"], frame["basis"], strict=True)
        ],
        dtype=object,
    )
    inks = np.array([c.muted if fill == c.surface else text_on(fill) for fill in fills])
    for ink in dict.fromkeys(inks):
        # A blank in the other tiles: the size of the words follows the nearest neighbours.
        text = np.full(z.shape, "", dtype=object)
        text[place] = np.where(inks == ink, words, NBSP)
        fig.add_heatmap(
            z=np.where(np.isnan(z), np.nan, 0), text=text, texttemplate="%{text}",
            textfont={"color": ink}, colorscale=[[0, _CLEAR], [1, _CLEAR]], **grid,
        )  # fmt: skip


def _frame_tile(fig: Picture, tile: Any, c: Roles) -> None:
    """Draw the frame around the chosen tile."""
    half = 0.5 - _GAP
    fig.add_shape(
        type="rect", x0=tile.col - half, x1=tile.col + half, y0=-tile.row - half,
        y1=-tile.row + half, line={"color": c.text, "width": 2.5},
    )  # fmt: skip


def _hatch(fig: Picture, few: pd.DataFrame, c: Roles) -> None:
    """Draw slanted lines over tiles that little stands behind."""
    if few.empty:
        return
    half = 0.5 - _GAP
    path = " ".join(
        f"M {x0:g},{y0:g} L {x1:g},{y1:g}"
        for tile in few.itertuples()
        for x0, y0, x1, y1 in _slants(float(tile.col), -float(tile.row), half)
    )
    fig.add_shape(type="path", path=path, line={"color": translucent(c.muted, 0.3), "width": 1})


def _slants(x: float, y: float, half: float) -> list[tuple[float, float, float, float]]:
    """Return rising lines that fill a square around a point."""
    lines = []
    for offset in np.linspace(-1.5 * half, 1.5 * half, 6):
        start, end = max(-half, -half - offset), min(half, half - offset)
        lines.append((x + start, y + start + offset, x + end, y + end + offset))
    return lines


def tile_map_alt(frame: pd.DataFrame, measure: str) -> str:
    """Say in words what :func:`tile_map` shows: the ends of the scale, and what is missing."""
    require_rows(frame, _COLUMNS)
    known = frame[frame["value"].notna() & ~frame["few"]].sort_values("value")
    if known.empty:
        return _("{measure} by region: no region has enough data.").format(measure=measure)
    low, high = known.iloc[0], known.iloc[-1]
    return _(
        "{measure} by region: from {low} ({low_name}) to {high} ({high_name}); "
        "too little data or none in {few}."
    ).format(
        measure=measure,
        low=low["words"],
        low_name=low["label"],
        high=high["words"],
        high_name=high["label"],
        few=formats.number(len(frame) - len(known)),
    )
