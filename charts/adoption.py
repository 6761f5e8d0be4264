"""The programme over time: who is in it, delivers and holds; its coverage; who gained and lost.

Stored decisions are solid. The coming evaluations whose purchases are final are exact as far as
today's records go: dotted, with the range that pending activations leave open. What lies further
ahead is a forecast (``charts/fan.py``): fine dots without points, in the band of its interval.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

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
from program.language import _
from program.rules import DECK_RULES, ProgramRules

_PARTNERS = ("evaluated_on", "decided", "members", "delivering", "holders", "secured")
_KEYS = ("evaluated_on", "decided", "base", "delivered", "pending_activation")
_CHANGES = ("evaluated_on", "decided", "gained", "lost")
NO_FORECAST = pd.DataFrame({"evaluated_on": pd.to_datetime([])})


def _days(frame: pd.DataFrame) -> tuple[dt.date, dt.date]:
    return frame["evaluated_on"].min().date(), frame["evaluated_on"].max().date()


def _when(moment: pd.Timestamp, *, decided: bool) -> str:
    day = formats.date_long(moment.date())
    return day if decided else _("{day}, by today's records").format(day=day)


def _line(
    fig: Picture,
    rows: pd.DataFrame,
    values: pd.Series,
    texts: list[str],
    colour: str,
    width: float,
    background: str,
    name: str | None = None,
) -> None:
    """Draw one series: decided solid, coming dotted with open points; a name is for the legend."""
    decided = rows["decided"].to_numpy()
    shown = rows.assign(value=values, text=texts)
    past = shown[decided]
    fig.add_scatter(
        x=past["evaluated_on"], y=past["value"], mode="lines",
        line={"color": colour, "width": width}, customdata=past["text"],
        hovertemplate="%{customdata}<extra></extra>", name=name, showlegend=name is not None,
    )  # fmt: skip
    ahead = pd.concat([past.tail(1), shown[~decided]])
    fig.add_scatter(
        x=ahead["evaluated_on"], y=ahead["value"], mode="lines+markers",
        line={"color": colour, "width": width, "dash": "dot"},
        marker={
            "size": [0] * len(past.tail(1)) + [6] * int((~decided).sum()),
            "color": background, "line": {"width": 1.5, "color": colour}, "opacity": 1,
        },
        customdata=ahead["text"], hovertemplate="%{customdata}<extra></extra>", showlegend=False,
    )  # fmt: skip


def _range(fig: Picture, rows: pd.DataFrame, low: pd.Series, high: pd.Series, colour: str) -> None:
    """Draw what pending activations leave open, as a bar at each coming evaluation."""
    for at, bottom, top, decided in zip(
        rows["evaluated_on"], low, high, rows["decided"], strict=True
    ):
        if not decided and bottom < top:
            fig.add_shape(
                type="line", x0=at, x1=at, y0=bottom, y1=top, layer="below",
                line={"color": translucent(colour, 0.35), "width": 6},
            )  # fmt: skip


def _frame_of_time(
    fig: Picture,
    frame: pd.DataFrame,
    ahead: pd.DataFrame,
    marks: Sequence[Mark],
    c: Roles,
    room: int,
) -> None:
    days = _days(pd.concat([frame[["evaluated_on"]], ahead[["evaluated_on"]]]))
    time_axis(fig, c, *days, marks=marks, room=(12, 16))
    fig.update_layout(margin={"r": room})


def _last_label(
    fig: Picture, day: pd.Timestamp, value: float, text: str, colour: str, *, inside: bool
) -> None:
    """Write the last exact value: beside it, or below where a forecast goes on."""
    place = {"yshift": -13} if inside else {"xshift": 8, "xanchor": "left"}
    fig.add_annotation(
        x=day, y=value, **place, text=text, font={"color": colour, "size": SMALL + 1}
    )


def _begin(frame: pd.DataFrame, values: pd.Series) -> tuple[pd.Timestamp, float]:
    """Return the day and value of the last decision: forecasts go on from there."""
    at = frame.index[frame["decided"]][-1]
    return frame["evaluated_on"][at], float(values[at])


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
    most = max(int(frame["members"].max()), int(frame["holders"].max()), 1)
    for name, word, colour, width in (
        ("members", _("in the programme"), c.muted, 1.5),
        ("delivering", _("deliver"), c.series[5], 2.0),
        ("holders", _("with the competence"), c.accent, 2.5),
    ):
        texts = [
            f"{_when(row.evaluated_on, decided=row.decided)}<br>{word}: "
            f"{formats.number(int(getattr(row, name)))}"
            for row in frame.itertuples()
        ]
        _line(fig, frame, frame[name], texts, colour, width, c.background, word)
        last = frame.iloc[-1]
        _last_label(
            fig, last["evaluated_on"], float(last[name]), formats.number(int(last[name])), colour,
            inside=not ahead.empty,
        )  # fmt: skip
        if len(forecast := forecast_of(ahead, name)):
            begin = _begin(frame, frame[name])
            draw_forecast(fig, begin, forecast, formats.number, colour, named=word)
            most = max(most, int(forecast["high"].max()))
    if len(ahead):
        name_forecast(fig, c)
    _range(fig, frame, frame["secured"], frame["holders"], c.accent)
    count_axis(fig, 0, most * 1.08)
    fig.update_layout(showlegend=True, margin={"t": 30})
    _frame_of_time(fig, frame, ahead, marks, c, 50)
    return fig


def adoption_lines_alt(frame: pd.DataFrame, ahead: pd.DataFrame = NO_FORECAST) -> str:
    """Say in words what :func:`adoption_lines` shows."""
    require_rows(frame, _PARTNERS)
    told = [
        _(
            "{day}: {members} in the programme, {delivering} deliver, {holders} with the competence"
        ).format(
            day=_when(row.evaluated_on, decided=row.decided),
            members=formats.number(int(row.members)),
            delivering=formats.number(int(row.delivering)),
            holders=formats.number(int(row.holders)),
        )
        for row in frame.iloc[sorted({0, *range(max(0, len(frame) - 3), len(frame))})].itertuples()
    ]
    if len(forecast := forecast_told(ahead, "holders", formats.number)):
        told.append(_("with the competence {forecast}").format(forecast=forecast))
    return "; ".join(told) + "."


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
    base = frame["base"].where(frame["base"] > 0)
    value = (frame["delivered"] / base).astype("float64")
    worst = (frame["delivered"] / (base + frame["pending_activation"])).astype("float64")
    texts = [
        "<br>".join(
            [
                _when(row.evaluated_on, decided=row.decided),
                formats.coverage(int(row.delivered), int(row.base)),
                *(
                    [
                        _("{low} if every pending key is activated").format(
                            low=formats.share(low, 100)
                        )
                    ]
                    if row.pending_activation and row.base
                    else []
                ),
            ]
        )
        for row, low in zip(frame.itertuples(), worst, strict=True)
    ]
    fig.add_hline(y=float(rules.threshold), line={"color": c.text, "width": 1}, layer="below")
    _line(fig, frame, value, texts, c.accent, 2.5, c.background)
    _range(fig, frame, worst, value, c.accent)
    forecast = forecast_of(ahead, "coverage")
    for row, at in ((frame[frame["decided"]].tail(1), "top"), (frame.tail(1), "right")):
        if row.empty or pd.isna(value[row.index[0]]):
            continue
        day, y = row["evaluated_on"].iloc[0], value[row.index[0]]
        text = formats.share(y, int(row["base"].iloc[0]))
        if at == "top":
            fig.add_annotation(
                x=day, y=y, yshift=14, text=text, font={"color": c.accent, "size": SMALL + 1}
            )
        else:
            _last_label(fig, day, y, text, c.accent, inside=not forecast.empty)
    if len(forecast):
        draw_forecast(
            fig, _begin(frame, value), forecast, formats.share, c.accent,
            label=_("forecast") + "<br>{value}",
        )  # fmt: skip
    _frame_of_time(fig, frame, ahead, marks, c, 58)
    share_axis(fig)
    return fig


def programme_coverage_alt(frame: pd.DataFrame, ahead: pd.DataFrame = NO_FORECAST) -> str:
    """Say in words what :func:`programme_coverage` shows."""
    require_rows(frame, _KEYS)
    told = [
        f"{_when(row.evaluated_on, decided=row.decided)}: "
        f"{formats.coverage(int(row.delivered), int(row.base))}"
        for row in frame.iloc[sorted({0, *range(max(0, len(frame) - 3), len(frame))})].itertuples()
    ]
    if len(forecast := forecast_told(ahead, "coverage", formats.share)):
        told.append(forecast)
    return _("Coverage. {told}.").format(told="; ".join(told))


def _change_told(row: Any, word: str, n: int) -> str:
    when = _when(row.evaluated_on, decided=row.decided)
    return f"{when}<br>{word}: {formats.number(n)}"


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
    counts = frame[["gained", "lost"]].astype("float64").fillna(0)
    few = len(frame) <= 27
    for name, word, sign, colour in (
        ("gained", f"{SIGNS[Tone.GOOD]} {_('gained')}", 1, c.good),
        ("lost", f"{SIGNS[Tone.BAD]} {_('lost')}", -1, c.bad),
    ):
        fig.add_bar(
            x=frame["evaluated_on"], y=sign * counts[name], name=word,
            marker={
                "color": [
                    colour if decided else translucent(colour, 0.3) for decided in frame["decided"]
                ],
                "line": {"color": colour, "width": [0 if d else 1.5 for d in frame["decided"]]},
            },
            text=[formats.number(int(n)) if n and few else "" for n in counts[name]],
            textposition="outside", textfont={"color": c.text, "size": SMALL}, cliponaxis=False,
            customdata=[
                [f"{row.evaluated_on:%Y-%m}", _change_told(row, word, int(n))]
                for row, n in zip(frame.itertuples(), counts[name], strict=True)
            ],
            hovertemplate="%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    level_labels(fig)
    time_axis(fig, c, *_days(frame), marks=marks, room=(20, 20))
    high, low = max(counts["gained"].max(), 1), max(counts["lost"].max(), 1)
    room = (high + low) * 0.1
    count_axis(fig, -low - room, high + room, signed=False)
    fig.add_hline(y=0, line={"color": c.muted, "width": 1})
    fig.update_layout(barmode="overlay", bargap=0.25, showlegend=True, margin={"t": 30})
    return fig


def gained_and_lost_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`gained_and_lost` shows."""
    require_rows(frame, _CHANGES)
    told = [
        _("{day}: gained {gained}, lost {lost}").format(
            day=_when(row.evaluated_on, decided=row.decided),
            gained=formats.number(row.gained if pd.notna(row.gained) else None),
            lost=formats.number(row.lost if pd.notna(row.lost) else None),
        )
        for row in frame.tail(6).itertuples()
    ]
    return "; ".join(told) + "."
