"""Coverage over time: one partner's evaluations against the threshold, and the programme's.

What is decided is solid, what is coming is dashed. The rolling coverage is a plain line: it must
never stand on a control chart, since neighbouring evaluations share eleven of twelve months.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from charts import formats
from charts.annotations import Mark, time_axis
from charts.palette import SYMBOLS, ThemeName, Tone, translucent
from charts.picture import Picture
from charts.template import SMALL, figure, require_rows, share_axis
from program.language import _
from program.rules import DECK_RULES, ProgramRules, Window


def coverage_history(
    frame: pd.DataFrame,
    *,
    theme: ThemeName,
    marks: Sequence[Mark],
    window: Window | None = None,
    rules: ProgramRules = DECK_RULES,
) -> Picture:
    """Draw one partner's coverage at every evaluation, decided and coming.

    Parameters
    ----------
    frame
        Grain: one row an evaluation, oldest first. ``evaluated_on``; ``base``, ``delivered``,
        ``pending_activation`` (int, 0 once decided); ``held`` (bool); ``decided`` (bool: stored
        decision; False for the two coming evaluations, drawn dashed from today's records).
    marks
        Changes to mark.
    window
        The purchase window of the next evaluation, shaded.

    Notes
    -----
    A decision stays in force until the next one, hence steps. Held is a filled circle, not held
    an open triangle, both named in the legend. Where the base is empty the line breaks and an
    open circle stands on the bottom. A bar at a coming evaluation runs down to the coverage that
    pending activations could leave.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(
        frame, ("evaluated_on", "base", "delivered", "pending_activation", "held", "decided")
    )
    fig, c = figure(theme)
    value = frame["delivered"] / frame["base"].where(frame["base"] > 0)
    rows = frame.assign(value=value.astype("float64"))
    decided, coming = rows[rows["decided"]], rows[~rows["decided"]]
    first, last = _day(rows["evaluated_on"].min()), _day(rows["evaluated_on"].max())
    if window is not None:
        fig.add_vrect(
            x0=window.start, x1=window.end, fillcolor=c.surface, line={"width": 0}, layer="below"
        )
        top = _is_free_above(rows, window)
        fig.add_annotation(
            x=window.start, y=int(top), xanchor="left",
            yanchor="top" if top else "bottom",
            text=_("evaluation window"), font={"size": SMALL, "color": c.muted}, xshift=4,
        )  # fmt: skip
        first = min(first, window.start)
    fig.add_hline(y=float(rules.threshold), line={"color": c.text, "width": 1.5}, layer="below")
    fig.add_scatter(
        x=decided["evaluated_on"], y=decided["value"], mode="lines", hoverinfo="skip",
        line={"color": c.accent, "width": 2, "shape": "hv"}, showlegend=False,
    )  # fmt: skip
    joined = pd.concat([decided.tail(1), coming])
    fig.add_scatter(
        x=joined["evaluated_on"], y=joined["value"], mode="lines", hoverinfo="skip",
        line={"color": c.accent, "width": 2, "shape": "hv", "dash": "dot"}, showlegend=False,
    )  # fmt: skip
    _pending_ranges(fig, coming, c.accent)
    for held, tone, name in (
        (True, Tone.GOOD, _("held")),
        (False, Tone.BAD, _("not held")),
    ):
        some = rows[(rows["held"] == held) & (rows["base"] > 0)]
        if not some.empty:
            _decision_points(fig, some, name, c.tone(tone), SYMBOLS[tone], c.background)
    empty = rows[rows["base"] == 0]
    if not empty.empty:
        _decision_points(
            fig, empty.assign(value=0.0), formats.no_base(), c.muted, "circle-open", c.background
        )
    time_axis(fig, c, first, last, marks=marks, room=(12, 20))
    share_axis(fig)
    fig.update_layout(showlegend=True, margin={"t": 30})
    return fig


def _is_free_above(rows: pd.DataFrame, window: Window) -> bool:
    """Return whether the window's name is in the way of fewer points at the top than below."""
    days = rows["evaluated_on"]
    inside = (days >= pd.Timestamp(window.start)) & (days < pd.Timestamp(window.end))
    coverage = rows.loc[inside, "value"].fillna(0.0)
    return int((coverage > 0.85).sum()) < int((coverage < 0.15).sum())


def _day(moment: pd.Timestamp) -> dt.date:
    day: dt.date = moment.date()
    return day


def _pending_ranges(fig: Picture, coming: pd.DataFrame, colour: str) -> None:
    some = coming[(coming["pending_activation"] > 0) & (coming["base"] > 0)]
    for row in some.itertuples():
        worst = row.delivered / (row.base + row.pending_activation)
        fig.add_shape(
            type="line", x0=row.evaluated_on, x1=row.evaluated_on, y0=worst, y1=row.value,
            line={"color": translucent(colour, 0.4), "width": 8},
        )  # fmt: skip


def _decision_points(
    fig: Picture, rows: pd.DataFrame, name: str, colour: str, symbol: str, background: str
) -> None:
    """Mark evaluations of one outcome; coming ones are hollow, decided ones filled."""
    texts = [
        "<br>".join(
            [
                formats.date_long(_day(row.evaluated_on)),
                formats.coverage(int(row.delivered), int(row.base)),
                name if row.decided else _("{state}, if nothing changes").format(state=name),
            ]
        )
        for row in rows.itertuples()
    ]
    fig.add_scatter(
        x=rows["evaluated_on"], y=rows["value"], mode="markers", name=name,
        marker={
            "symbol": symbol, "size": 9,
            "color": [colour if decided else background for decided in rows["decided"]],
            "line": {"color": colour, "width": 1.5},
        },
        customdata=texts, hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def coverage_history_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`coverage_history` shows."""
    decided = frame[frame["decided"]]
    coming = frame[~frame["decided"]]
    parts = []
    if not decided.empty:
        times = int(decided["held"].sum())
        parts.append(
            _("held at {held} of {all} evaluations since {since}").format(
                held=formats.number(times),
                all=formats.number(len(decided)),
                since=formats.date_long(_day(decided["evaluated_on"].iloc[0])),
            )
        )
        last = decided.iloc[-1]
        parts.append(
            _("last {on}: {coverage}").format(
                on=formats.date_long(_day(last["evaluated_on"])),
                coverage=formats.coverage(int(last["delivered"]), int(last["base"])),
            )
        )
    parts += [
        _("coming {on}: {coverage}").format(
            on=formats.date_long(_day(row.evaluated_on)),
            coverage=formats.coverage(int(row.delivered), int(row.base)),
        )
        for row in coming.itertuples()
    ]
    return _("Coverage against 50 %: {parts}.").format(parts="; ".join(parts))


def programme_trend(frame: pd.DataFrame, *, theme: ThemeName, marks: Sequence[Mark]) -> Picture:
    """Draw the programme's coverage over time: settled solid, coming evaluations dashed.

    Parameters
    ----------
    frame
        Grain: one row an evaluation, oldest first. ``evaluated_on``; ``base``, ``delivered``
        (int, totals of all partners chosen); ``decided`` (bool).
    marks
        Changes to mark.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("evaluated_on", "base", "delivered", "decided"))
    fig, c = figure(theme, height=260)
    value = (frame["delivered"] / frame["base"].where(frame["base"] > 0)).astype("float64")
    rows = frame.assign(
        value=value,
        text=[
            f"{formats.date_long(_day(row.evaluated_on))}<br>"
            f"{formats.coverage(int(row.delivered), int(row.base))}"
            for row in frame.itertuples()
        ],
    )
    decided = rows[rows["decided"]]
    for part, dash, symbol in (
        (decided, "solid", "circle"),
        (pd.concat([decided.tail(1), rows[~rows["decided"]]]), "dot", "circle-open"),
    ):
        fig.add_scatter(
            x=part["evaluated_on"], y=part["value"], mode="lines+markers",
            line={"color": c.accent, "width": 2.5, "dash": dash},
            marker={"size": 6 if dash == "dot" else 4, "symbol": symbol, "color": c.accent},
            customdata=part["text"], hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    ends: tuple[tuple[pd.DataFrame, dict[str, object]], ...] = (
        (decided.tail(1), {"yshift": 14}),
        (rows[~rows["decided"]].tail(1), {"xshift": 8, "xanchor": "left"}),
    )
    for row, place in ends:
        if not row.empty and not np.isnan(row["value"].iloc[0]):
            fig.add_annotation(
                x=row["evaluated_on"].iloc[0], y=row["value"].iloc[0], **place,
                text=formats.share(row["value"].iloc[0], int(row["base"].iloc[0])),
                font={"color": c.accent, "size": SMALL + 1},
            )  # fmt: skip
    first, last = _day(rows["evaluated_on"].min()), _day(rows["evaluated_on"].max())
    time_axis(fig, c, first, last, marks=marks, room=(12, 12))
    share_axis(fig)
    # Room at the right for the last figure.
    fig.update_layout(margin={"r": 56})
    return fig


def programme_trend_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`programme_trend` shows."""
    require_rows(frame, ("evaluated_on", "base", "delivered", "decided"))
    first, last = frame.iloc[0], frame.iloc[-1]

    def told(row: pd.Series) -> str:
        return _("{on}: {coverage}").format(
            on=formats.date_long(_day(row["evaluated_on"])),
            coverage=formats.coverage(int(row["delivered"]), int(row["base"])),
        )

    if len(frame) == 1:
        return _("Coverage. {only}.").format(only=told(first))
    return _("Coverage. From {first} to {last}.").format(first=told(first), last=told(last))
