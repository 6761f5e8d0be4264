"""Questions by how closely they go with recommending and how good their answers are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from charts import formats
from charts.palette import ThemeName
from charts.picture import Picture
from charts.template import SMALL, figure, require_rows, safe
from metrics.association import Quadrant
from program.language import _

#: Width of a letter as a part of the chart's, where that is narrowest.
_ON_A_PHONE = 0.021
#: What a frame of questions has.
_COLUMNS = (
    "label",
    "importance",
    "importance_low",
    "importance_high",
    "performance",
    "performance_low",
    "performance_high",
    "n",
    "quadrant",
)


def importance_quadrant(
    frame: pd.DataFrame, *, theme: ThemeName, importance: float, performance: float
) -> Picture:
    """Draw questions by how closely they go with recommending and how good their answers are.

    Both figures have their whiskers. Only a question whose two intervals clear both lines is
    coloured as one to improve first.

    Parameters
    ----------
    frame
        Grain: one row a question. ``label`` (a word or two); ``importance`` (share of what goes
        with recommending) and ``performance`` (share of good answers), fractions 0..1, each with
        ``…_low`` and ``…_high``; ``n`` (int, good answers are a share of it); ``quadrant`` of
        ``metrics.association``.
    importance, performance
        Where the two lines stand: the averages over the questions, as in
        ``metrics.association.importance_performance``.

    Notes
    -----
    The words are «связано с», never «влияет»: this is association.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, _COLUMNS)
    fig, c = figure(theme, height=420)
    low_x, high_x = _reach(frame, "performance", performance)
    low_y, high_y = _reach(frame, "importance", importance)
    fig.add_hline(y=importance, line={"color": c.grid, "width": 1.5}, layer="below")
    fig.add_vline(x=performance, line={"color": c.grid, "width": 1.5}, layer="below")
    first = frame["quadrant"] == Quadrant.IMPROVE_FIRST
    places = _label_places(frame, (low_x, high_x), (low_y, high_y))
    for some, symbol, colour in (
        (frame[first], "diamond", c.bad),
        (frame[~first], "circle", c.accent),
    ):
        fig.add_scatter(
            x=some["performance"], y=some["importance"], mode="markers+text",
            error_x=_whiskers(some, "performance", c.muted),
            error_y=_whiskers(some, "importance", c.muted),
            marker={"symbol": symbol, "size": 11, "color": colour},
            text=[safe(label) for label in some["label"]],
            textposition=list(places[some.index]),
            textfont={"size": SMALL, "color": c.text},
            cliponaxis=False,
            hovertext=[_hover(row) for row in some.itertuples()],
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
        range=[low_x, high_x], **_ticks(low_x, high_x), title={"text": _("good answers") + " →"}
    )
    fig.update_yaxes(
        range=[low_y, high_y], showgrid=False, **_ticks(low_y, high_y),
        title={"text": _("goes with recommending") + " →"},
    )  # fmt: skip
    return fig


def _reach(frame: pd.DataFrame, name: str, line: float) -> tuple[float, float]:
    """Return the ends of an axis: all whiskers and the line, with room for names beside them."""
    low = min(float(frame[f"{name}_low"].min()), line)
    high = max(float(frame[f"{name}_high"].max()), line)
    room = max(high - low, 0.1) * 0.15
    return low - room, high + room


def _whiskers(some: pd.DataFrame, name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": some[f"{name}_high"] - some[name],
        "arrayminus": some[name] - some[f"{name}_low"],
        "color": colour,
        "thickness": 1,
        "width": 3,
    }


def _ticks(low: float, high: float) -> dict[str, Any]:
    """Return at most seven ticks in whole per cents between the ends of an axis, none below 0."""
    bottom, top = max(low, 0.0) * 100, min(high, 1.0) * 100
    step = next(s for s in (1, 2, 5, 10, 20, 25) if (top - bottom) / s <= 6 or s == 25)
    ticks = [at for at in range(0, 101, step) if bottom <= at <= top]
    return {
        "tickvals": [at / 100 for at in ticks],
        "ticktext": [f"{formats.number(at)}{formats.NBSP}%" for at in ticks],
    }


def _hover(row: Any) -> str:
    n = int(row.n)
    weight, good = (
        f"{formats.share(value, n)} ({formats.share_interval(low, high, n)})"
        for value, low, high in (
            (row.importance, row.importance_low, row.importance_high),
            (row.performance, row.performance_low, row.performance_high),
        )
    )
    return (
        f"{safe(row.label)}<br>{_('weight')}: {weight}<br>"
        f"{_('good answers')}: {good}, {formats.n_of(n)}"
    )


def _label_places(
    frame: pd.DataFrame, across: tuple[float, float], up: tuple[float, float]
) -> pd.Series:
    """Return where each name goes: off other names and points, and on a phone not cut off."""
    x, y = (
        (frame[name] - low) / (high - low)
        for name, (low, high) in (("performance", across), ("importance", up))
    )
    taken = list(zip(x, y, strict=True))
    chosen = []
    for at, height, label in zip(x, y, frame["label"], strict=True):
        half = 0.006 * len(str(label))
        # Off the whiskers, which run straight up, down and aside.
        options = {
            f"{rise} {side}": (at + way * (half + 0.02), height + lift)
            for rise, lift in (("top", 0.04), ("bottom", -0.04))
            for side, way in (("right", 1), ("left", -1))
            if 0 <= at + way * len(str(label)) * _ON_A_PHONE <= 1 or (way > 0) == (at < 0.5)
        }
        crowds = {name: _crowd(place, half, taken) for name, place in options.items()}
        best = min(options, key=crowds.__getitem__)
        middle, line = options[best]
        taken += [(middle - half, line), (middle, line), (middle + half, line)]
        chosen.append(best)
    return pd.Series(chosen, index=frame.index, dtype="str")


def _crowd(place: tuple[float, float], half: float, taken: list[tuple[float, float]]) -> int:
    """Return how many taken spots a name of that half width would touch."""
    return sum(abs(place[0] - x) < half + 0.03 and abs(place[1] - y) < 0.05 for x, y in taken)


def importance_quadrant_alt(frame: pd.DataFrame, *, importance: float, performance: float) -> str:
    """Say in words what :func:`importance_quadrant` shows."""
    require_rows(frame, _COLUMNS)

    def names(quadrant: Quadrant) -> str:
        mask = frame["quadrant"] == quadrant
        return ", ".join(str(label) for label in frame.loc[mask, "label"]) or "0"

    return _(
        "Improve first (goes with recommending, few good answers): {first}; keep: {keep}; not to "
        "be told from the averages of {importance} and {performance}: {unclear}."
    ).format(
        first=names(Quadrant.IMPROVE_FIRST),
        keep=names(Quadrant.KEEP_UP),
        importance=formats.share(importance),
        performance=formats.share(performance),
        unclear=names(Quadrant.UNCLEAR),
    )
