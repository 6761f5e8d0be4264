"""One partner's keys in time, and its points month by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from charts import formats
from charts.annotations import Mark, time_axis
from charts.palette import ThemeName
from charts.template import SMALL, count_axis, figure, level_labels, require_rows, safe
from program.calendar import add_months
from program.language import _
from program.rules import Window

_ROW = 44
#: Width of a month's bar: twenty-one days, as an axis of time counts them.
_BAR = 21 * 86_400_000
#: More keys than these do not fit a screen; the page draws the rest as its table.
MOST_KEYS = 40


def key_timeline(
    frame: pd.DataFrame,
    *,
    theme: ThemeName,
    marks: Sequence[Mark],
    window: Window,
    today: dt.date,
) -> go.Figure:
    """Draw purchase, activation and delivery of each key, and which delivery counts.

    Parameters
    ----------
    frame
        Grain: one row a key, top to bottom, at most ``MOST_KEYS`` are drawn. ``label`` (project
        or edition), ``purchased_on``, ``activated_on``, ``delivered_on`` (NaT where it has not
        happened), ``counts`` (bool: this key counts as delivered at the evaluation), ``in_base``
        (bool), ``reason`` (words: «считается», «не считается, потому что …»).
    marks
        Changes to mark.
    window
        Purchase window of the evaluation, shaded.
    today
        The day up to which open keys are drawn.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    columns = ("label", "purchased_on", "activated_on", "delivered_on", "counts", "in_base")
    require_rows(frame, (*columns, "reason"))
    rows = frame.head(MOST_KEYS).assign(y=[-i for i in range(min(len(frame), MOST_KEYS))])
    fig, c = figure(theme, height=_ROW * len(rows) + 90)
    fig.add_vrect(x0=window.start, x1=window.end, fillcolor=c.surface, line_width=0, layer="below")
    fig.add_annotation(
        x=window.start, y=1, yref="paper", xanchor="left", yanchor="bottom",
        text=_("evaluation window"), font={"size": SMALL, "color": c.muted},
    )  # fmt: skip
    for row in rows.itertuples():
        # The name lies above the line: beside it, it would take half of a phone's width.
        fig.add_annotation(
            x=0, xref="paper", xanchor="left", y=row.y, yanchor="bottom", yshift=7,
            text=safe(row.label), font={"size": SMALL, "color": c.text},
        )  # fmt: skip
        end = row.delivered_on if pd.notna(row.delivered_on) else pd.Timestamp(today)
        fig.add_shape(
            type="line", x0=row.purchased_on, x1=max(end, row.purchased_on), y0=row.y, y1=row.y,
            line={
                "color": c.accent_soft if row.in_base else c.grid,
                "width": 3,
                "dash": "solid" if pd.notna(row.delivered_on) else "dot",
            },
            layer="below",
        )  # fmt: skip
    hover = [
        f"{safe(row.label)}<br>{_('bought {on}').format(on=_when(row.purchased_on))}<br>"
        f"{_('activated {on}').format(on=_when(row.activated_on))}<br>"
        f"{_('delivered {on}').format(on=_when(row.delivered_on))}<br>{safe(row.reason)}"
        for row in rows.itertuples()
    ]
    rows = rows.assign(hover=hover)
    counted = rows["counts"] & rows["delivered_on"].notna()
    uncounted = ~rows["counts"] & rows["delivered_on"].notna()
    for some, day, name, symbol, colour in (
        (rows, "purchased_on", _("bought"), "line-ns-open", c.muted),
        (
            rows[rows["activated_on"].notna()],
            "activated_on",
            _("activated"),
            "circle-open",
            c.muted,
        ),
        (rows[counted], "delivered_on", _("delivered, counts"), "circle", c.good),
        (rows[uncounted], "delivered_on", _("delivered, does not count"), "x-thin-open", c.bad),
    ):
        if not some.empty:
            fig.add_scatter(
                x=some[day], y=some["y"], mode="markers", name=name,
                marker={
                    "symbol": symbol, "size": 10, "color": colour,
                    "line": {"color": colour, "width": 2},
                },
                customdata=some["hover"], hovertemplate="%{customdata}<extra></extra>",
            )  # fmt: skip
    days = [row for name in columns[1:4] for row in rows[name].dropna()]
    first = min(min(days).date(), window.start)
    last = max(max(days).date(), today, window.end)
    time_axis(fig, c, first, last, marks=marks, room=(10, 10))
    fig.update_yaxes(visible=False, range=[-len(rows) + 0.5, 0.8])
    fig.update_layout(showlegend=True, legend_y=1.12, margin_t=60)
    return fig


def _when(day: pd.Timestamp) -> str:
    return formats.date_short(None if pd.isna(day) else day.date(), undefined=_("not yet"))


def key_timeline_alt(frame: pd.DataFrame, *, window: Window) -> str:
    """Say in words what :func:`key_timeline` shows."""
    return _(
        "{keys} in the window {window}: {base} in the base, {counts} count as delivered."
    ).format(
        keys=formats.keys(len(frame)),
        window=formats.window(window.start, window.end),
        base=formats.number(int(frame["in_base"].sum())),
        counts=formats.number(int(frame["counts"].sum())),
    )


def points_calendar(frame: pd.DataFrame, *, theme: ThemeName, marks: Sequence[Mark]) -> go.Figure:
    """Draw a partner's points at the end of each month and those that expire in it.

    Parameters
    ----------
    frame
        Grain: one row a month, oldest first, as ``metrics.points.points_calendar`` returns it:
        ``month``, ``alive``, ``expiring`` (int), ``is_forecast`` (bool).
    marks
        Changes to mark.

    Notes
    -----
    Alive points stand up from the line, expiring ones hang below it with a minus; coming months
    are paler. Nothing but place is needed to tell them apart.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("month", "alive", "expiring", "is_forecast"))
    fig, c = figure(theme, height=240)
    months = [moment.date() for moment in frame["month"]]
    for name, sign, colour in (("alive", 1, c.accent), ("expiring", -1, c.watch)):
        word = _("alive") if name == "alive" else _("expire")
        fig.add_bar(
            x=frame["month"],
            y=sign * frame[name],
            width=_BAR,
            name=word,
            marker={
                "color": [
                    c.accent_soft if forecast and sign > 0 else colour
                    for forecast in frame["is_forecast"]
                ],
                "line_width": 0,
            },
            text=[formats.number(sign * int(points)) if points else "" for points in frame[name]],
            textposition="outside",
            textfont={"size": SMALL, "color": c.text},
            cliponaxis=False,
            customdata=[
                f"{formats.month(month)}: {word} {formats.number(int(points))}"
                for month, points in zip(months, frame[name], strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    level_labels(fig)
    highest, lowest = int(frame["alive"].max()), int(frame["expiring"].max())
    room = max(highest, lowest, 1) * 0.18
    fig.update_layout(barmode="overlay", showlegend=True, margin_t=30)
    count_axis(fig, -lowest - room, highest + room)
    # A single month keeps the width of a bar among several.
    last = max(months[-1], add_months(months[0], 5))
    time_axis(fig, c, months[0], last, marks=marks, period=30)
    fig.add_hline(y=0, line={"color": c.muted, "width": 1})
    return fig


def points_calendar_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`points_calendar` shows."""
    require_rows(frame, ("month", "alive", "expiring", "is_forecast"))
    coming = frame[frame["is_forecast"] & (frame["expiring"] > 0)]
    now = frame[~frame["is_forecast"]].tail(1)
    parts = []
    if not now.empty:
        parts.append(
            _("at the end of {month}: {points}").format(
                month=formats.month(now["month"].iloc[0].date()),
                points=formats.points(int(now["alive"].iloc[0])),
            )
        )
    parts += [
        _("{month}: minus {points}").format(
            points=formats.points(int(row.expiring)), month=formats.month(row.month.date())
        )
        for row in coming.itertuples()
    ]
    if coming.empty:
        parts.append(_("nothing expires in the coming months"))
    return _("Points by month: {parts}.").format(parts="; ".join(parts))
