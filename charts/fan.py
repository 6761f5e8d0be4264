"""A forecast on a chart over time: fine dots from the last value on, in the band of its interval.

Unlike what is decided (solid) or counted from records (dots with open points) it has no points.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from charts import formats
from charts.palette import Roles, translucent
from charts.picture import Picture
from charts.template import SMALL
from program.language import _

#: Dots of a pixel: those of a coming evaluation are longer.
FINE = "1px,4px"

Writer = Callable[[float], str]


class Expected(NamedTuple):
    """One evaluation of a forecast series: its value and the limits of its interval."""

    day: dt.date
    value: float
    low: float
    high: float


def forecast_of(ahead: pd.DataFrame, name: str) -> list[Expected]:
    """Return one series of ``ahead`` where it is known, oldest first."""
    if ahead.empty:
        return []
    told = (ahead[column].tolist() for column in (name, f"{name}_low", f"{name}_high"))
    days = (moment.date() for moment in ahead["evaluated_on"])
    return [
        Expected(day, *numbers)
        for day, *numbers in zip(days, *told, strict=True)
        if not any(math.isnan(number) for number in numbers)
    ]


def interval(low: float, high: float, write: Writer) -> str:
    """Return «7 440–7 796», or «49,1–50,9 %» with the sign once."""
    bottom = write(low).removesuffix(f"{formats.NBSP}%")
    return f"{bottom}{formats.EN_DASH}{write(high)}"


def draw_forecast(
    fig: Picture,
    begin: tuple[dt.date, float],
    shown: Sequence[Expected],
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
    if not shown:
        return
    days, values = [each.day for each in shown], [each.value for each in shown]
    low, high = [each.low for each in shown], [each.high for each in shown]
    fig.add_scatter(
        x=days + days[::-1], y=low + high[::-1],
        mode="lines", line={"width": 0}, fill="toself", fillcolor=translucent(colour, 0.18),
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    texts = [
        f"{_('{day}, forecast').format(day=formats.date_long(each.day))}<br>"
        f"{f'{named}: ' if named else ''}{_with_interval(each, write)}"
        for each in shown
    ]
    fig.add_scatter(
        x=[begin[0], *days], y=[begin[1], *values], mode="lines", hoverinfo="skip",
        line={"color": colour, "width": 2, "dash": FINE}, showlegend=False,
    )  # fmt: skip
    # What is pointed at is not seen: at its begin the line would answer for the last decision.
    fig.add_scatter(
        x=days, y=values, mode="markers", marker={"size": 8, "opacity": 0},
        customdata=texts, hovertemplate="%{customdata}<extra></extra>", showlegend=False,
    )  # fmt: skip
    fig.add_annotation(
        x=days[-1], y=values[-1], xanchor="left", xshift=6, align="left",
        text=label.format(value=write(values[-1])), font={"color": colour, "size": SMALL + 1},
    )  # fmt: skip


def _with_interval(expected: Expected, write: Writer) -> str:
    return f"{write(expected.value)} ({interval(expected.low, expected.high, write)})"


def name_forecast(fig: Picture, c: Roles) -> None:
    """Say in the legend what fine dots and a band mean."""
    fig.add_scatter(
        x=[None], y=[None], mode="lines", line={"color": c.muted, "width": 2, "dash": FINE},
        name=_("forecast"), hoverinfo="skip",
    )  # fmt: skip


def forecast_told(ahead: pd.DataFrame, name: str, write: Writer) -> str:
    """Say the nearest and the farthest forecast of one series in words; empty without any."""
    shown = forecast_of(ahead, name)
    ends = [shown[at] for at in sorted({0, len(shown) - 1})] if shown else []
    return "; ".join(
        _("{day}, forecast: {value} ({interval})").format(
            day=formats.date_long(each.day),
            value=write(each.value),
            interval=interval(each.low, each.high, write),
        )
        for each in ends
    )
