"""The programme over time: who is in it, delivers and holds; its coverage; who gained and lost.

Stored decisions are solid. The coming evaluations whose purchases are final are exact as far as
today's records go: dotted, with the range that pending activations leave open. What lies further
ahead is a forecast (``charts/fan.py``): fine dots without points, in the band of its interval.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from charts import formats
from charts.annotations import Mark, time_axis
from charts.fan import draw_forecast, forecast_of, forecast_told, name_forecast
from charts.palette import SIGNS, Roles, ThemeName, Tone, translucent
from charts.picture import Picture
from charts.template import (
    SMALL,
    count_axis,
    figure,
    level_labels,
    require_rows,
    share_axis,
)
from metrics.coverage import coverage
from program.language import _
from program.rules import DECK_RULES, ProgramRules

_PARTNERS = ("evaluated_on", "decided", "members", "delivering", "holders", "secured")
_KEYS = ("evaluated_on", "decided", "base", "delivered", "pending_activation")
_CHANGES = ("evaluated_on", "decided", "gained", "lost")
NO_FORECAST = pd.DataFrame({"evaluated_on": pd.to_datetime([])})


class _At(NamedTuple):
    """An evaluation on the axis of time."""

    day: dt.date
    decided: bool

    @property
    def told(self) -> str:
        """Say the day, and whether it is counted from today's records."""
        day = formats.date_long(self.day)
        return day if self.decided else _("{day}, by today's records").format(day=day)


def _evaluations(frame: pd.DataFrame) -> list[_At]:
    days = (moment.date() for moment in frame["evaluated_on"])
    return [_At(*at) for at in zip(days, frame["decided"].tolist(), strict=True)]


def _line(
    fig: Picture,
    at: Sequence[_At],
    values: Sequence[float],
    texts: Sequence[str],
    colour: str,
    width: float,
    background: str,
    name: str | None = None,
) -> None:
    """Draw one series: decided solid, coming dotted with open points; a name is for the legend."""
    points = list(zip(at, values, texts, strict=True))
    past = [point for point in points if point[0].decided]
    coming = [point for point in points if not point[0].decided]
    days, heights, told = _across(past)
    fig.add_scatter(
        x=days, y=heights, mode="lines",
        line={"color": colour, "width": width}, customdata=told,
        hovertemplate="%{customdata}<extra></extra>", name=name, showlegend=name is not None,
    )  # fmt: skip
    days, heights, told = _across(past[-1:] + coming)
    fig.add_scatter(
        x=days, y=heights, mode="lines+markers",
        line={"color": colour, "width": width, "dash": "dot"},
        marker={
            "size": [0] * len(past[-1:]) + [6] * len(coming),
            "color": background, "line": {"width": 1.5, "color": colour}, "opacity": 1,
        },
        customdata=told, hovertemplate="%{customdata}<extra></extra>", showlegend=False,
    )  # fmt: skip


def _across(
    points: Sequence[tuple[_At, float, str]],
) -> tuple[list[dt.date], list[float], list[str]]:
    return [at.day for at, *_rest in points], [p[1] for p in points], [p[2] for p in points]


def _range(
    fig: Picture, at: Sequence[_At], low: Sequence[float], high: Sequence[float], colour: str
) -> None:
    """Draw what pending activations leave open, as a bar at each coming evaluation."""
    for (day, decided), bottom, top in zip(at, low, high, strict=True):
        if not decided and bottom < top:
            fig.add_shape(
                type="line", x0=day, x1=day, y0=bottom, y1=top, layer="below",
                line={"color": translucent(colour, 0.35), "width": 6},
            )  # fmt: skip


def _frame_of_time(
    fig: Picture,
    at: Sequence[_At],
    ahead: pd.DataFrame,
    marks: Sequence[Mark],
    c: Roles,
    room: int,
) -> None:
    days = [*(day for day, _decided in at), *(day.date() for day in ahead["evaluated_on"])]
    time_axis(fig, c, min(days), max(days), marks=marks, room=(12, 16))
    fig.update_layout(margin={"r": room})


def _last_label(
    fig: Picture, day: dt.date, value: float, text: str, colour: str, *, inside: bool
) -> None:
    """Write the last exact value: beside it, or below where a forecast goes on."""
    place = {"yshift": -13} if inside else {"xshift": 8, "xanchor": "left"}
    fig.add_annotation(
        x=day, y=value, **place, text=text, font={"color": colour, "size": SMALL + 1}
    )


def _begin(at: Sequence[_At], values: Sequence[float]) -> tuple[dt.date, float]:
    """Return the day and value of the last decision: forecasts go on from there."""
    return [(day, value) for (day, decided), value in zip(at, values, strict=True) if decided][-1]


def adoption_lines(
    frame: pd.DataFrame,
    ahead: pd.DataFrame = NO_FORECAST,
    *,
    theme: ThemeName,
    marks: Sequence[Mark],
) -> Picture:
    """Draw how many partners are in the programme, deliver and hold the competence.

    Parameters
    ----------
    frame
        Grain: one row an evaluation, oldest first, as from ``queries.adoption.adoption``.
    marks
        Changes to mark.
    ahead
        The forecast of later evaluations, as from
        ``components.adoption_forecast.adoption_forecast``; it needs a decided row in ``frame``.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, _PARTNERS)
    fig, c = figure(theme, height=280)
    at = _evaluations(frame)
    counts = {name: [int(n) for n in frame[name]] for name in ("members", "delivering", "holders")}
    most = max(*counts["members"], *counts["holders"], 1)
    for name, word, colour, width in (
        ("members", _("in the programme"), c.muted, 1.5),
        ("delivering", _("deliver"), c.series[5], 2.0),
        ("holders", _("with the competence"), c.accent, 2.5),
    ):
        values = counts[name]
        texts = [
            f"{each.told}<br>{word}: {formats.number(n)}"
            for each, n in zip(at, values, strict=True)
        ]
        _line(fig, at, values, texts, colour, width, c.background, word)
        _last_label(
            fig, at[-1].day, values[-1], formats.number(values[-1]), colour,
            inside=not ahead.empty,
        )  # fmt: skip
        if forecast := forecast_of(ahead, name):
            draw_forecast(fig, _begin(at, values), forecast, formats.number, colour, named=word)
            most = max(most, int(max(each.high for each in forecast)))
    if len(ahead):
        name_forecast(fig, c)
    _range(fig, at, frame["secured"].tolist(), counts["holders"], c.accent)
    count_axis(fig, 0, most * 1.08)
    fig.update_layout(showlegend=True, margin={"t": 30})
    _frame_of_time(fig, at, ahead, marks, c, 50)
    return fig


def adoption_lines_alt(frame: pd.DataFrame, ahead: pd.DataFrame = NO_FORECAST) -> str:
    """Say in words what :func:`adoption_lines` shows."""
    require_rows(frame, _PARTNERS)
    told = [
        _(
            "{day}: {members} in the programme, {delivering} deliver, {holders} with the competence"
        ).format(
            day=at.told,
            members=formats.number(int(members)),
            delivering=formats.number(int(delivering)),
            holders=formats.number(int(holders)),
        )
        for at, members, delivering, holders in _told_ones(
            frame, "members", "delivering", "holders"
        )
    ]
    if forecast := forecast_told(ahead, "holders", formats.number):
        told.append(_("with the competence {forecast}").format(forecast=forecast))
    return "; ".join(told) + "."


def _told_ones(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Return the first and the last three evaluations with some of their figures."""
    ends = frame.iloc[sorted({0, *range(max(0, len(frame) - 3), len(frame))})]
    return list(zip(_evaluations(ends), *(ends[name].tolist() for name in columns), strict=True))


def programme_coverage(
    frame: pd.DataFrame,
    ahead: pd.DataFrame = NO_FORECAST,
    *,
    theme: ThemeName,
    marks: Sequence[Mark],
    rules: ProgramRules = DECK_RULES,
) -> Picture:
    """Draw the coverage of all keys at every evaluation, against the threshold of one partner.

    Parameters
    ----------
    frame
        Grain: one row an evaluation, oldest first: ``evaluated_on``, ``decided``, ``base``,
        ``delivered``, ``pending_activation``.
    marks
        Changes to mark.
    ahead
        The forecast of later evaluations, as for :func:`adoption_lines`.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, _KEYS)
    fig, c = figure(theme, height=280)
    at = _evaluations(frame)
    base, delivered, pending = (
        frame[name].to_numpy() for name in ("base", "delivered", "pending_activation")
    )
    value = coverage(base, delivered).tolist()
    worst = coverage(base + pending, delivered).tolist()
    keys = list(zip(base.tolist(), delivered.tolist(), pending.tolist(), strict=True))
    texts = [
        "<br>".join(
            [
                each.told,
                formats.coverage(of_base, in_base),
                *(
                    [
                        _("{low} if every pending key is activated").format(
                            low=formats.share(low, 100)
                        )
                    ]
                    if more and in_base
                    else []
                ),
            ]
        )
        for each, (in_base, of_base, more), low in zip(at, keys, worst, strict=True)
    ]
    fig.add_hline(y=float(rules.threshold), line={"color": c.text, "width": 1}, layer="below")
    _line(fig, at, value, texts, c.accent, 2.5, c.background)
    _range(fig, at, worst, value, c.accent)
    forecast = forecast_of(ahead, "coverage")
    decided = [place for place, each in enumerate(at) if each.decided]
    for place in decided[-1:]:
        if not math.isnan(y := value[place]):
            fig.add_annotation(
                x=at[place].day, y=y, yshift=14, text=formats.share(y, keys[place][0]),
                font={"color": c.accent, "size": SMALL + 1},
            )  # fmt: skip
    if not math.isnan(y := value[-1]):
        text = formats.share(y, keys[-1][0])
        _last_label(fig, at[-1].day, y, text, c.accent, inside=bool(forecast))
    if forecast:
        draw_forecast(
            fig, _begin(at, value), forecast, formats.share, c.accent,
            label=_("forecast") + "<br>{value}",
        )  # fmt: skip
    _frame_of_time(fig, at, ahead, marks, c, 58)
    share_axis(fig)
    return fig


def programme_coverage_alt(frame: pd.DataFrame, ahead: pd.DataFrame = NO_FORECAST) -> str:
    """Say in words what :func:`programme_coverage` shows."""
    require_rows(frame, _KEYS)
    told = [
        f"{at.told}: {formats.coverage(int(delivered), int(base))}"
        for at, delivered, base in _told_ones(frame, "delivered", "base")
    ]
    if forecast := forecast_told(ahead, "coverage", formats.share):
        told.append(forecast)
    return _("Coverage. {told}.").format(told="; ".join(told))


def gained_and_lost(frame: pd.DataFrame, *, theme: ThemeName, marks: Sequence[Mark]) -> Picture:
    """Draw gains above and losses below the line at every evaluation; coming ones are pale.

    Parameters
    ----------
    frame
        Grain: one row an evaluation, oldest first: ``evaluated_on``, ``decided``, ``gained``,
        ``lost`` (missing: unknown, not drawn).
    marks
        Changes to mark.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, _CHANGES)
    fig, c = figure(theme, height=280)
    at = _evaluations(frame)
    few = len(at) <= 27
    most = {}
    for name, word, sign, colour in (
        ("gained", f"{SIGNS[Tone.GOOD]} {_('gained')}", 1, c.good),
        ("lost", f"{SIGNS[Tone.BAD]} {_('lost')}", -1, c.bad),
    ):
        counts = [0 if pd.isna(n) else int(n) for n in frame[name]]
        most[name] = max(*counts, 1)
        fig.add_bar(
            x=[each.day for each in at], y=[sign * n for n in counts], name=word,
            marker={
                "color": [
                    colour if decided else translucent(colour, 0.3) for _day, decided in at
                ],
                "line": {"color": colour, "width": [0 if d else 1.5 for _day, d in at]},
            },
            text=[formats.number(n) if n and few else "" for n in counts],
            textposition="outside", textfont={"color": c.text, "size": SMALL}, cliponaxis=False,
            customdata=[
                [f"{each.day:%Y-%m}", f"{each.told}<br>{word}: {formats.number(n)}"]
                for each, n in zip(at, counts, strict=True)
            ],
            hovertemplate="%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    level_labels(fig)
    time_axis(fig, c, at[0].day, at[-1].day, marks=marks, room=(20, 20))
    high, low = most["gained"], most["lost"]
    room = (high + low) * 0.1
    count_axis(fig, -low - room, high + room, signed=False)
    fig.add_hline(y=0, line={"color": c.muted, "width": 1})
    fig.update_layout(barmode="overlay", bargap=0.25, showlegend=True, margin={"t": 30})
    return fig


def gained_and_lost_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`gained_and_lost` shows."""
    require_rows(frame, _CHANGES)
    last = frame.tail(6)
    told = [
        _("{day}: gained {gained}, lost {lost}").format(
            day=at.told,
            gained=formats.number(None if pd.isna(gained) else gained),
            lost=formats.number(None if pd.isna(lost) else lost),
        )
        for at, gained, lost in zip(_evaluations(last), last["gained"], last["lost"], strict=True)
    ]
    return "; ".join(told) + "."
