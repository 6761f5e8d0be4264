"""A forecast on a chart over time: fine dots from the last value on, in the band of its interval.

Unlike what is decided (solid) or counted from records (dots with open points) it has no points.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from charts import formats
from charts.palette import Roles, translucent
from charts.picture import Picture
from charts.template import SMALL
from program.language import _

#: Dots of a pixel: those of a coming evaluation are longer.
FINE = "1px,4px"

Writer = Callable[[float], str]


def forecast_of(ahead: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return one series of ``ahead`` where it is known: ``evaluated_on``, ``value``, limits."""
    series = {name: "value", f"{name}_low": "low", f"{name}_high": "high"}
    if ahead.empty:
        return pd.DataFrame(columns=["evaluated_on", *series.values()])
    return ahead[["evaluated_on", *series]].rename(columns=series).dropna()


def interval(low: float, high: float, write: Writer) -> str:
    """Return «7 440–7 796», or «49,1–50,9 %» with the sign once."""
    bottom = write(low).removesuffix(f"{formats.NBSP}%")
    return f"{bottom}{formats.EN_DASH}{write(high)}"


def draw_forecast(
    fig: Picture,
    begin: tuple[pd.Timestamp, float],
    shown: pd.DataFrame,
    write: Writer,
    colour: str,
    *,
    named: str = "",
    label: str = "{value}",
) -> None:
    """Draw one series of a forecast with its band and its last value written beside it.

    Parameters
    ----------
    begin
        Day and value that the forecast goes on from.
    shown
        From :func:`forecast_of`; without rows nothing is drawn.
    write
        How a value is written.
    named
        What the series is, for whoever points at it.
    label
        What stands at its end, around ``{value}``.
    """
    if shown.empty:
        return
    days = shown["evaluated_on"]
    fig.add_scatter(
        x=[*days, *days[::-1]], y=[*shown["low"], *shown["high"][::-1]],
        mode="lines", line={"width": 0}, fill="toself", fillcolor=translucent(colour, 0.18),
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    texts = [
        f"{_('{day}, forecast').format(day=formats.date_long(row.evaluated_on.date()))}<br>"
        f"{f'{named}: ' if named else ''}{write(row.value)} ({interval(row.low, row.high, write)})"
        for row in shown.itertuples()
    ]
    fig.add_scatter(
        x=[begin[0], *days], y=[begin[1], *shown["value"]], mode="lines", hoverinfo="skip",
        line={"color": colour, "width": 2, "dash": FINE}, showlegend=False,
    )  # fmt: skip
    # What is pointed at is not seen: at its begin the line would answer for the last decision.
    fig.add_scatter(
        x=days, y=shown["value"], mode="markers", marker={"size": 8, "opacity": 0},
        customdata=texts, hovertemplate="%{customdata}<extra></extra>", showlegend=False,
    )  # fmt: skip
    fig.add_annotation(
        x=days.iloc[-1], y=shown["value"].iloc[-1], xanchor="left", xshift=6, align="left",
        text=label.format(value=write(shown["value"].iloc[-1])),
        font={"color": colour, "size": SMALL + 1},
    )  # fmt: skip


def name_forecast(fig: Picture, c: Roles) -> None:
    """Say in the legend what fine dots and a band mean."""
    fig.add_scatter(
        x=[None], y=[None], mode="lines", line={"color": c.muted, "width": 2, "dash": FINE},
        name=_("forecast"), hoverinfo="skip",
    )  # fmt: skip


def forecast_told(ahead: pd.DataFrame, name: str, write: Writer) -> str:
    """Say the nearest and the farthest forecast of one series in words; empty without any."""
    shown = forecast_of(ahead, name)
    ends = shown.iloc[sorted({0, len(shown) - 1})] if len(shown) else shown
    return "; ".join(
        _("{day}, forecast: {value} ({interval})").format(
            day=formats.date_long(row.evaluated_on.date()),
            value=write(row.value),
            interval=interval(row.low, row.high, write),
        )
        for row in ends.itertuples()
    )
