"""One partner's keys in time, and its points month by month."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from charts import formats
from charts.annotations import Mark, time_axis
from charts.palette import ThemeName
from charts.picture import Picture
from charts.template import SMALL, count_axis, figure, level_labels, require_rows
from program.calendar import add_months
from program.language import _

#: Width of a month's bar: twenty-one days, as an axis of time counts them.
_BAR = 21 * 86_400_000


def points_calendar(frame: pd.DataFrame, *, theme: ThemeName, marks: Sequence[Mark]) -> Picture:
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
                "line": {"width": 0},
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
    fig.update_layout(barmode="overlay", showlegend=True, margin={"t": 30})
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
