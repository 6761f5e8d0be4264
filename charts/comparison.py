"""Partners among their peers, a series against its own limits, questions by what they are worth.

Everything here is judged elsewhere (``metrics/``): a chart draws limits, flags and signals that
it is given. Flags differ by shape and name, not by colour alone.
"""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import plotly.graph_objects as go

from charts import formats
from charts.palette import Roles, ThemeName
from charts.template import SMALL, figure, month_axis, require_rows, safe, share_axis
from metrics.control_chart import Variation
from metrics.peers import PeerFlag
from program.language import _

#: More names than these would lie on each other; the table below names everybody.
_NAMED = 8


def _write(value: float, n: int | None, *, index: bool) -> str:
    return formats.index_points(value) if index else formats.share(value, n)


def _value_axis(fig: go.Figure, *, index: bool, low: float, high: float) -> None:
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
) -> go.Figure:
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
    fig.add_hline(y=target, line={"color": c.text, "width": 1})
    fig.add_annotation(
        x=1, xref="paper", xanchor="right", y=target, yanchor="bottom",
        text=_("all: {value}").format(value=_write(target, None, index=index)),
    )  # fmt: skip
    for flag, (name, symbol, size, colour) in _peer_look(c).items():
        some = frame[frame["flag"] == flag]
        if not some.empty:
            _peers(fig, some, name, {"symbol": symbol, "size": size, "color": colour}, index=index)
    _named(fig, frame, c)
    _value_axis(fig, index=index, low=-1.0 if index else 0.0, high=1.0)
    fig.update_xaxes(
        title={"text": _("answers")},
        # Room at the right for the name of the middle line.
        range=[0, max(int(frame["n"].max()), 10) * 1.2],
        nticks=6,
        tickformat=",d",
    )
    fig.update_layout(showlegend=True)
    return fig


def _peers(
    fig: go.Figure, some: pd.DataFrame, name: str, marker: dict[str, object], *, index: bool
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


def _named(fig: go.Figure, frame: pd.DataFrame, c: Roles) -> None:
    """Write the names of alerts and watched partners, the largest first, none on another."""
    flagged = frame[frame["flag"].isin((PeerFlag.ALERT, PeerFlag.WATCH))]
    widest = float(frame["n"].max())
    height = max(float(frame["value"].max() - frame["value"].min()), 0.1)
    placed: list[tuple[float, float]] = []
    for row in flagged.sort_values("n", ascending=False).itertuples():
        crowded = any(
            abs(row.n - x) < widest * 0.3 and abs(row.value - y) < height * 0.07 for x, y in placed
        )
        if crowded or len(placed) == _NAMED:
            continue
        placed.append((float(row.n), float(row.value)))
        left = row.n > widest / 2
        fig.add_annotation(
            x=row.n, y=row.value, text=safe(row.label), yanchor="middle",
            xanchor="right" if left else "left", xshift=-10 if left else 10,
            font={"size": SMALL, "color": c.text},
        )  # fmt: skip


def funnel_plot_alt(frame: pd.DataFrame, *, target: float, index: bool = False) -> str:
    """Say in words what :func:`funnel_plot` shows."""
    require_rows(frame, ("label", "n", "value", "flag", "key"))

    def names(flag: PeerFlag) -> str:
        some = frame[frame["flag"] == flag]
        named = ", ".join(str(label) for label in some["label"].head(_NAMED))
        return f"{formats.number(len(some))} ({named})" if named else formats.number(0)

    return _(
        "{partners} against the common {target}. A reason to ask: {alert}; watch: {watch}; "
        "better: {better}; all the others as chance explains."
    ).format(
        partners=formats.partners(len(frame)),
        target=_write(target, None, index=index),
        alert=names(PeerFlag.ALERT),
        watch=names(PeerFlag.WATCH),
        better=names(PeerFlag.BETTER),
    )


def _variation_look(c: Roles) -> dict[str, tuple[str, str, int, str]]:
    return {
        Variation.COMMON: (_("within chance"), "circle", 6, c.muted),
        Variation.IMPROVEMENT: (_("signal: better"), "triangle-up", 12, c.good),
        Variation.CONCERN: (_("signal: a reason to ask"), "triangle-down", 12, c.bad),
    }


def control_chart(frame: pd.DataFrame, *, theme: ThemeName, index: bool = False) -> go.Figure:
    """Draw a disjoint monthly or quarterly series against its own limits (XmR).

    Parameters
    ----------
    frame
        Grain: one row a period, oldest first. ``month`` (its 1st day), ``value``, ``mean``,
        ``low``, ``high`` (fractions, or −1..+1 with ``index``; NaN limits draw a plain line),
        ``variation`` (a value of ``metrics.control_chart.Variation``), ``n`` (int).

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("month", "value", "mean", "low", "high", "variation", "n"))
    fig, c = figure(theme)
    lowest = -1.0 if index else 0.0
    for name, dash in (("mean", "solid"), ("low", "dash"), ("high", "dash")):
        fig.add_scatter(
            # Limits beyond what a figure can be would only squeeze the chart.
            x=frame["month"], y=frame[name].clip(lowest, 1.0), mode="lines", hoverinfo="skip",
            line={"color": c.muted, "width": 1, "dash": dash, "shape": "hvh"}, showlegend=False,
        )  # fmt: skip
    fig.add_scatter(
        x=frame["month"], y=frame["value"], mode="lines", hoverinfo="skip",
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
                f"{formats.month(row.month.date())}<br>"
                f"{_write(row.value, int(row.n), index=index)}, {formats.n_of(int(row.n))}<br>"
                f"{name}"
                for row in some.itertuples()
            ],
            hoverinfo="text",
        )  # fmt: skip
    first, last = frame["month"].iloc[0].date(), frame["month"].iloc[-1].date()
    _limit_names(fig, frame.iloc[-1], index=index)
    month_axis(fig, first, last)
    _value_axis(fig, index=index, **_zoomed(frame, lowest))
    edge = dt.timedelta(days=15)
    fig.update_xaxes(range=[first - edge, last + (last - first) * 0.16 + edge])
    fig.update_layout(showlegend=True)
    return fig


def _zoomed(frame: pd.DataFrame, lowest: float) -> dict[str, float]:
    """Return the part of the scale in which the series and its limits live, in tenths."""
    drawn = frame[["value", "low", "high"]].clip(lowest, 1.0)
    low = max(math.floor(float(drawn.min().min()) * 10 - 0.5) / 10, lowest)
    high = min(math.ceil(float(drawn.max().max()) * 10 + 0.5) / 10, 1.0)
    return {"low": low, "high": high}


def _limit_names(fig: go.Figure, last: pd.Series, *, index: bool) -> None:
    for name, word in (("mean", _("mean")), ("low", _("limit")), ("high", _("limit"))):
        if not formats.missing(last[name]):
            value = min(max(float(last[name]), -1.0 if index else 0.0), 1.0)
            fig.add_annotation(
                x=last["month"], y=value, xanchor="left", xshift=12, yanchor="middle",
                text=f"{word} {_write(value, None if index else 1, index=index)}",
            )  # fmt: skip


def control_chart_alt(frame: pd.DataFrame, *, index: bool = False) -> str:
    """Say in words what :func:`control_chart` shows."""
    require_rows(frame, ("month", "value", "mean", "low", "high", "variation", "n"))
    last = frame.iloc[-1]
    signals = frame[frame["variation"] != Variation.COMMON]
    text = _("From {first} to {last}; last {value}, {n}.").format(
        first=formats.month(frame["month"].iloc[0].date()),
        last=formats.month(last["month"].date()),
        value=_write(last["value"], int(last["n"]), index=index),
        n=formats.n_of(int(last["n"])),
    )
    if signals.empty:
        return text + " " + _("No signals: all variation is within chance.")
    months = formats.listed(formats.month(month.date()) for month in signals["month"].tail(6))
    return text + " " + _("Signals: {months}.").format(months=months)


def importance_quadrant(
    frame: pd.DataFrame, *, theme: ThemeName, importance: float, performance: float
) -> go.Figure:
    """Draw questions by how closely they go with recommending and how good their answers are.

    Parameters
    ----------
    frame
        Grain: one row a question. ``label`` (a word or two), ``importance`` (share of what goes
        with recommending, or a correlation), ``performance`` (share of good answers, 0..1),
        ``n`` (int).
    importance, performance
        Where the two lines stand, usually the medians.

    Notes
    -----
    The words are «связано с», never «влияет»: this is association.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("label", "importance", "performance", "n"))
    fig, c = figure(theme, height=420)
    low_x, high_x = float(frame["performance"].min()), float(frame["performance"].max())
    low_y, high_y = float(frame["importance"].min()), float(frame["importance"].max())
    pad_x, pad_y = max(high_x - low_x, 0.1) * 0.3, max(high_y - low_y, 0.1) * 0.25
    fig.add_hline(y=importance, line={"color": c.grid, "width": 1.5})
    fig.add_vline(x=performance, line={"color": c.grid, "width": 1.5})
    first = (frame["importance"] >= importance) & (frame["performance"] < performance)
    order = frame["importance"].rank(method="first")
    for some, symbol, colour in (
        (frame[first], "diamond", c.bad),
        (frame[~first], "circle", c.accent),
    ):
        fig.add_scatter(
            x=some["performance"], y=some["importance"], mode="markers+text",
            marker={"symbol": symbol, "size": 11, "color": colour},
            text=[safe(label) for label in some["label"]],
            textposition=[
                "top center" if rank % 2 else "bottom center" for rank in order[some.index]
            ],
            textfont={"size": SMALL, "color": c.text},
            cliponaxis=False,
            hovertext=[
                f"{safe(row.label)}<br>{_('good answers')}: "
                f"{formats.share(row.performance, int(row.n))}, {formats.n_of(int(row.n))}"
                for row in some.itertuples()
            ],
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
        range=[low_x - pad_x, high_x + pad_x], showticklabels=False,
        title={"text": _("good answers") + " →"},
    )  # fmt: skip
    fig.update_yaxes(
        range=[low_y - pad_y, high_y + pad_y], showgrid=False, showticklabels=False,
        title={"text": _("goes with recommending") + " →"},
    )  # fmt: skip
    return fig


def importance_quadrant_alt(frame: pd.DataFrame, *, importance: float, performance: float) -> str:
    """Say in words what :func:`importance_quadrant` shows."""
    require_rows(frame, ("label", "importance", "performance", "n"))
    strong = frame["importance"] >= importance
    weak = frame["performance"] < performance

    def names(mask: pd.Series) -> str:
        return ", ".join(str(label) for label in frame.loc[mask, "label"]) or "0"

    return _(
        "Improve first (goes with recommending, few good answers): {first}; keep: {keep}."
    ).format(first=names(strong & weak), keep=names(strong & ~weak))
