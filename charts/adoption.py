"""The programme over time: who is in it, delivers and holds; its coverage; who gained and lost.

Stored decisions are solid. The coming evaluations whose purchases are final are exact as far as
today's records go: dotted, with the range that pending activations leave open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts import formats
from charts.annotations import Mark, time_axis
from charts.palette import SIGNS, ThemeName, Tone, translucent
from charts.template import SMALL, figure, require_rows, share_axis
from program.language import _
from program.rules import DECK_RULES, ProgramRules

_PARTNERS = ("evaluated_on", "decided", "members", "delivering", "holders", "secured")
_KEYS = ("evaluated_on", "decided", "base", "delivered", "pending_activation")
_CHANGES = ("evaluated_on", "decided", "gained", "lost")


def _days(frame: pd.DataFrame) -> tuple[dt.date, dt.date]:
    return frame["evaluated_on"].min().date(), frame["evaluated_on"].max().date()


def _when(moment: pd.Timestamp, *, decided: bool) -> str:
    day = formats.date_long(moment.date())
    return day if decided else _("{day}, by today's records").format(day=day)


def _line(
    fig: go.Figure,
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


def _range(
    fig: go.Figure, rows: pd.DataFrame, low: pd.Series, high: pd.Series, colour: str
) -> None:
    """Draw what pending activations leave open, as a bar at each coming evaluation."""
    for at, bottom, top, decided in zip(
        rows["evaluated_on"], low, high, rows["decided"], strict=True
    ):
        if not decided and bottom < top:
            fig.add_shape(
                type="line", x0=at, x1=at, y0=bottom, y1=top, layer="below",
                line={"color": translucent(colour, 0.35), "width": 6},
            )  # fmt: skip


def adoption_lines(frame: pd.DataFrame, *, theme: ThemeName, marks: Sequence[Mark]) -> go.Figure:
    """Draw how many partners are in the programme, deliver and hold the competence.

    Parameters
    ----------
    frame
        Grain: one row an evaluation, oldest first, as from ``queries.adoption.adoption``.
    marks
        Changes to mark.

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
        fig.add_annotation(
            x=frame["evaluated_on"].iloc[-1], y=float(frame[name].iloc[-1]), xanchor="left",
            xshift=8, text=formats.number(int(frame[name].iloc[-1])),
            font={"color": colour, "size": SMALL + 1},
        )  # fmt: skip
    _range(fig, frame, frame["secured"], frame["holders"], c.accent)
    time_axis(fig, c, *_days(frame), marks=marks, room=(12, 16))
    fig.update_yaxes(range=[0, most * 1.08], nticks=5)
    fig.update_layout(showlegend=True, margin_t=30, margin_r=50)
    return fig


def adoption_lines_alt(frame: pd.DataFrame) -> str:
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
    return "; ".join(told) + "."


def programme_coverage(
    frame: pd.DataFrame,
    *,
    theme: ThemeName,
    marks: Sequence[Mark],
    rules: ProgramRules = DECK_RULES,
) -> go.Figure:
    """Draw the coverage of all keys at every evaluation, against the threshold of one partner.

    Parameters
    ----------
    frame
        Grain: one row an evaluation, oldest first: ``evaluated_on``, ``decided``, ``base``,
        ``delivered``, ``pending_activation``.
    marks
        Changes to mark.

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
    for row, at in ((frame[frame["decided"]].tail(1), "top"), (frame.tail(1), "right")):
        if row.empty or pd.isna(value[row.index[0]]):
            continue
        place = {"yshift": 14} if at == "top" else {"xshift": 8, "xanchor": "left"}
        fig.add_annotation(
            x=row["evaluated_on"].iloc[0], y=value[row.index[0]], **place,
            text=formats.share(value[row.index[0]], int(row["base"].iloc[0])),
            font={"color": c.accent, "size": SMALL + 1},
        )  # fmt: skip
    time_axis(fig, c, *_days(frame), marks=marks, room=(12, 16))
    share_axis(fig)
    fig.update_layout(margin_r=58)
    return fig


def programme_coverage_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`programme_coverage` shows."""
    require_rows(frame, _KEYS)
    told = [
        f"{_when(row.evaluated_on, decided=row.decided)}: "
        f"{formats.coverage(int(row.delivered), int(row.base))}"
        for row in frame.iloc[sorted({0, *range(max(0, len(frame) - 3), len(frame))})].itertuples()
    ]
    return _("Coverage. {told}.").format(told="; ".join(told))


def _change_told(row: Any, word: str, n: int) -> str:
    when = _when(row.evaluated_on, decided=row.decided)
    return f"{when}<br>{word}: {formats.number(n)}"


def gained_and_lost(frame: pd.DataFrame, *, theme: ThemeName, marks: Sequence[Mark]) -> go.Figure:
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
    time_axis(fig, c, *_days(frame), marks=marks, room=(20, 20))
    high, low = max(counts["gained"].max(), 1), max(counts["lost"].max(), 1)
    room = (high + low) * 0.1
    fig.update_yaxes(visible=False, range=[-low - room, high + room])
    fig.add_hline(y=0, line={"color": c.muted, "width": 1})
    fig.update_layout(barmode="overlay", bargap=0.25, showlegend=True, margin_t=30)
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
