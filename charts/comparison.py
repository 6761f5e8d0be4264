"""Partners among their peers, and a series against its own limits.

Everything here is judged elsewhere (``metrics/``): a chart draws limits, flags and signals that
it is given. Flags differ by shape and name, not by colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from charts import formats
from charts.annotations import Mark, time_axis
from charts.palette import Roles, ThemeName
from charts.picture import Picture
from charts.template import SMALL, figure, require_rows, safe, share_axis
from metrics.control_chart import Variation, gaps
from metrics.peers import PeerFlag
from program.language import _

#: More names than these would lie on each other; the table below names everybody.
_NAMED = 8
_NAME_LENGTH = 24


def _write(value: float, n: int | None, *, index: bool) -> str:
    return formats.index_points(value) if index else formats.share(value, n)


def _value_axis(fig: Picture, *, index: bool, low: float, high: float) -> None:
    if not index:
        share_axis(fig, low=low, high=high)
        return
    step = 50 if high - low > 1 else 20
    ticks = [t / 100 for t in range(-100, 101, step) if low <= t / 100 <= high]
    pad = (high - low) * 0.04
    fig.update_yaxes(
        range=[low - pad / 2, high + pad],
        tickvals=ticks,
        ticktext=[formats.index_points(tick) for tick in ticks],
    )


def _peer_look(c: Roles) -> dict[str, tuple[str, str, int, str]]:
    """Return name, symbol, size and colour of each flag, the quiet ones first."""
    return {
        PeerFlag.NOT_JUDGED: (_("not judged"), "circle-open", 6, c.muted),
        PeerFlag.LIKE_OTHERS: (_("like the others"), "circle", 7, c.muted),
        PeerFlag.BETTER: (_("better than the others"), "triangle-up", 11, c.good),
        PeerFlag.WATCH: (_("watch"), "diamond", 10, c.watch),
        PeerFlag.ALERT: (_("a reason to ask"), "triangle-down", 12, c.bad),
    }


def funnel_plot(
    frame: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    theme: ThemeName,
    target: float,
    index: bool = False,
    names: int = _NAMED,
) -> Picture:
    """Draw every partner by its number of answers, with the limits that chance explains.

    Parameters
    ----------
    frame
        Grain: one row a partner. ``label``, ``n`` (int), ``value`` (fraction 0..1, or −1..+1
        with ``index``), ``flag`` (a value of ``metrics.peers.PeerFlag``), ``key`` (what a click
        returns as ``customdata``).
    limits
        Grain: one row a number of answers, ascending. ``n``, ``inner_low``, ``inner_high``
        (95 %), ``outer_low``, ``outer_high`` (99,8 %). No rows: a funnel without limits.
    target
        The pooled figure in which the funnel is centred.
    names
        At most so many partners to watch or ask are named beside their points.

    Raises
    ------
    ValueError
        If there is no partner to draw.
    """
    require_rows(frame, ("label", "n", "value", "flag", "key"))
    fig, c = figure(theme, height=420)
    for name, dash in (("outer", "dot"), ("inner", "solid")):
        for side in ("low", "high"):
            if not limits.empty:
                fig.add_scatter(
                    x=limits["n"], y=limits[f"{name}_{side}"], mode="lines", hoverinfo="skip",
                    line={"color": c.muted, "width": 1, "dash": dash}, showlegend=False,
                )  # fmt: skip
    fig.add_hline(y=target, line={"color": c.text, "width": 1}, layer="below")
    # Large partners lie close to the middle, so the lower right corner is free.
    fig.add_annotation(
        x=1, xref="paper", xanchor="right", y=0, yref="paper", yanchor="bottom", align="right",
        text=_("line: all together, {value}").format(value=_write(target, None, index=index))
        + ("" if limits.empty else "<br>" + _("limits: 95 % and 99.8 %")),
        bgcolor=c.background, borderpad=2,
    )  # fmt: skip
    for flag, (name, symbol, size, colour) in _peer_look(c).items():
        some = frame[frame["flag"] == flag]
        if not some.empty:
            _peers(fig, some, name, {"symbol": symbol, "size": size, "color": colour}, index=index)
    _named(fig, frame, c, names)
    _value_axis(fig, index=index, low=-1.0 if index else 0.0, high=1.0)
    fig.update_xaxes(
        title={"text": _("answers")},
        range=[0, max(int(frame["n"].max()), 10) * 1.06],
        nticks=6,
        tickformat=",d",
    )
    fig.update_layout(showlegend=True)
    return fig


def _peers(
    fig: Picture, some: pd.DataFrame, name: str, marker: dict[str, object], *, index: bool
) -> None:
    words = [
        f"{safe(row.label)}<br>{_write(row.value, int(row.n), index=index)}, "
        f"{formats.n_of(int(row.n))}<br>{name}"
        for row in some.itertuples()
    ]
    fig.add_scatter(
        x=some["n"], y=some["value"], mode="markers", name=name,
        marker={**marker, "line": {"color": marker["color"], "width": 1.5}},
        customdata=some["key"], hovertext=words, hoverinfo="text",
    )  # fmt: skip


def _named(fig: Picture, frame: pd.DataFrame, c: Roles, most: int) -> None:
    """Write the names of alerts and watched partners, the largest first, none on another."""
    flagged = frame[frame["flag"].isin((PeerFlag.ALERT, PeerFlag.WATCH))]
    widest = float(frame["n"].max())
    height = max(float(frame["value"].max() - frame["value"].min()), 0.1)
    placed: list[tuple[float, float]] = []
    for row in flagged.sort_values("n", ascending=False).itertuples():
        crowded = any(
            abs(row.n - x) < widest * 0.3 and abs(row.value - y) < height * 0.07 for x, y in placed
        )
        if crowded or len(placed) == most:
            continue
        placed.append((float(row.n), float(row.value)))
        left = row.n > widest / 2
        fig.add_annotation(
            x=row.n, y=row.value, text=safe(_short(row.label)), yanchor="middle",
            xanchor="right" if left else "left", xshift=-10 if left else 10,
            font={"size": SMALL, "color": c.text}, bgcolor=c.background, borderpad=1,
        )  # fmt: skip


def _short(name: object) -> str:
    """Return a name that fits beside its point on a phone; hovering shows all of it."""
    text = str(name)
    return text if len(text) <= _NAME_LENGTH else f"{text[: _NAME_LENGTH - 1].rstrip()}…"


def funnel_plot_alt(frame: pd.DataFrame, *, target: float, index: bool = False) -> str:
    """Say in words what :func:`funnel_plot` shows."""
    require_rows(frame, ("label", "n", "value", "flag", "key"))

    def names(flag: PeerFlag) -> str:
        some = frame[frame["flag"] == flag]
        named = ", ".join(str(label) for label in some["label"].head(_NAMED))
        return f"{formats.number(len(some))} ({named})" if named else formats.number(0)

    told = {
        "partners": formats.partners(len(frame)),
        "target": _write(target, None, index=index),
    }
    if (frame["flag"] == PeerFlag.NOT_JUDGED).all():
        return _("{partners} against the common {target}. Nobody is judged.").format(**told)
    return _(
        "{partners} against the common {target}. A reason to ask: {alert}; watch: {watch}; "
        "better: {better}; none of the others stands out."
    ).format(
        **told,
        alert=names(PeerFlag.ALERT),
        watch=names(PeerFlag.WATCH),
        better=names(PeerFlag.BETTER),
    )


def _variation_look(c: Roles) -> dict[str, tuple[str, str, int, str]]:
    return {
        Variation.NOT_JUDGED: (_("not judged"), "circle-open", 7, c.muted),
        Variation.COMMON: (_("within chance"), "circle", 6, c.muted),
        Variation.IMPROVEMENT: (_("signal: better"), "triangle-up", 12, c.good),
        Variation.CONCERN: (_("signal: a reason to ask"), "triangle-down", 12, c.bad),
    }


def control_chart(
    frame: pd.DataFrame,
    *,
    theme: ThemeName,
    marks: Sequence[Mark],
    quarterly: bool = False,
    index: bool = False,
) -> Picture:
    """Draw a disjoint monthly or quarterly series against its own limits (XmR).

    The line breaks where a period is left out, and points that are not judged are hollow.

    Parameters
    ----------
    frame
        Grain: one row a period, oldest first. ``month`` (its 1st day), ``value``, ``mean``,
        ``low``, ``high`` (fractions, or −1..+1 with ``index``; NaN limits draw a plain line),
        ``variation`` (a value of ``metrics.control_chart.Variation``), ``n`` (int).
    marks
        Changes to mark.
    quarterly
        Whether a period is a quarter.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("month", "value", "mean", "low", "high", "variation", "n"))
    fig, c = figure(theme)
    lowest = -1.0 if index else 0.0
    last_row = frame.iloc[-1]
    for name, dash, legend in (
        ("mean", "solid", _line_name(last_row, ("mean",), index=index)),
        ("low", "dash", _line_name(last_row, ("low", "high"), index=index)),
        ("high", "dash", None),
    ):
        fig.add_scatter(
            # Limits beyond what a figure can be would only squeeze the chart.
            x=frame["month"], y=frame[name].to_numpy().clip(lowest, 1.0), mode="lines",
            hoverinfo="skip",
            line={"color": c.muted, "width": 1, "dash": dash, "shape": "hvh"},
            name=legend, showlegend=legend is not None,
        )  # fmt: skip
    months, breaks = frame["month"].to_numpy(), gaps(frame["month"], 3 if quarterly else 1)
    fig.add_scatter(
        x=np.insert(months, breaks, months[breaks]),
        y=np.insert(frame["value"].to_numpy(dtype=float), breaks, np.nan),
        mode="lines", hoverinfo="skip",
        line={"color": c.accent, "width": 2}, showlegend=False,
    )  # fmt: skip
    for variation, (name, symbol, size, colour) in _variation_look(c).items():
        some = frame[frame["variation"] == variation]
        if some.empty:
            continue
        fig.add_scatter(
            x=some["month"], y=some["value"], mode="markers", name=name,
            marker={"symbol": symbol, "size": size, "color": colour},
            hovertext=[
                f"{_period(row.month, quarterly=quarterly)}<br>"
                f"{_write(row.value, int(row.n), index=index)}, {formats.n_of(int(row.n))}<br>"
                f"{name}"
                for row in some.itertuples()
            ],
            hoverinfo="text",
        )  # fmt: skip
    first, last = frame["month"].iloc[0].date(), frame["month"].iloc[-1].date()
    days = 90 if quarterly else 30
    time_axis(fig, c, first, last, marks=marks, room=(days // 2, days // 2), period=days)
    _value_axis(fig, index=index, **_zoomed(frame, lowest))
    fig.update_layout(showlegend=True)
    return fig


def _period(month: pd.Timestamp, *, quarterly: bool) -> str:
    return formats.quarter(month.date()) if quarterly else formats.month(month.date())


def _zoomed(frame: pd.DataFrame, lowest: float) -> dict[str, float]:
    """Return the part of the scale in which the series and its limits live, in tenths."""
    drawn = frame[["value", "low", "high"]].to_numpy(dtype=float).clip(lowest, 1.0)
    low = max(math.floor(float(np.nanmin(drawn)) * 10 - 0.5) / 10, lowest)
    high = min(math.ceil(float(np.nanmax(drawn)) * 10 + 0.5) / 10, 1.0)
    return {"low": low, "high": high}


def _line_name(row: pd.Series, columns: tuple[str, ...], *, index: bool) -> str | None:
    """Name a line by its latest value; a line that is not there has no name."""
    values = [float(row[name]) for name in columns]
    if any(formats.missing(value) for value in values):
        return None
    cut = [min(max(value, -1.0 if index else 0.0), 1.0) for value in values]
    if len(cut) == 1:
        return _("mean {value}").format(value=_write(cut[0], None if index else 1, index=index))
    span = (
        f"{formats.index_points(cut[0])}…{formats.index_points(cut[1])}"
        if index
        else formats.share_interval(cut[0], cut[1], 1)
    )
    return _("limits {span}").format(span=span)


def control_chart_alt(frame: pd.DataFrame, *, quarterly: bool = False, index: bool = False) -> str:
    """Say in words what :func:`control_chart` shows."""
    require_rows(frame, ("month", "value", "mean", "low", "high", "variation", "n"))
    last = frame.iloc[-1]
    judged = frame[frame["variation"] != Variation.NOT_JUDGED]
    signals = judged[judged["variation"] != Variation.COMMON]
    text = _("From {first} to {last}; last {value}, {n}.").format(
        first=_period(frame["month"].iloc[0], quarterly=quarterly),
        last=_period(last["month"], quarterly=quarterly),
        value=_write(last["value"], int(last["n"]), index=index),
        n=formats.n_of(int(last["n"])),
    )
    if judged.empty:
        return text + " " + _("No point is judged.")
    if signals.empty:
        return text + " " + no_signals(len(judged), len(frame))
    told = formats.listed(_period(month, quarterly=quarterly) for month in signals["month"].tail(6))
    return text + " " + _("Signals: {months}.").format(months=told)


def no_signals(judged: int, points: int) -> str:
    """Say that no point has a signal, and of how many that is claimed."""
    if judged == points:
        return _("No signals: all variation is within chance.")
    return _("No signals; points judged: {judged} of {points}.").format(
        judged=formats.number(judged), points=formats.number(points)
    )
