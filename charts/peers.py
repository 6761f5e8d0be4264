"""The funnel of partners for any number of them: named ones as points, the rest as a crowd."""

from __future__ import annotations

import math

import pandas as pd

from charts import formats
from charts.comparison import funnel_plot
from charts.palette import Roles, ThemeName, roles, translucent
from charts.picture import Picture
from charts.template import SMALL, safe, share_axis
from metrics.estimate import HIDDEN_BELOW
from metrics.peers import PeerFlag
from program.language import _

#: The page names everybody beside the picture; more labels than this would cover it.
_NAMES, _NAME_LENGTH = 4, 24
#: Where more are flagged, labels would lie on other points: hovering and the table name them.
_NAMED_FLAGS = 12
#: With more points than this in a flag its markers shrink, so that they stay apart.
_MANY = 60
#: A crowd of more points lies too close to be pointed at.
_TOLD = 300
_TICKS = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


def peer_funnel(
    named: pd.DataFrame,
    crowd: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    theme: ThemeName,
    target: float,
    index: bool = False,
) -> Picture:
    """Draw named partners over a crowd of unnamed ones, with the limits that an alert must pass.

    Numbers of answers stand on a logarithmic axis: most partners have few.

    Parameters
    ----------
    named
        As ``charts.comparison.funnel_plot`` takes it; at least one row.
    crowd
        Grain: one row a pair of ``n`` and ``value``; ``partners`` lie there. May be empty.
    limits
        As ``funnel_plot`` takes them, and ``adjusted_low``, ``adjusted_high``: widened by
        over-dispersion, NaN where there is none. No rows: a funnel without limits.
    target
        The common figure.

    Raises
    ------
    ValueError
        If there is no named partner to draw.
    """
    fig = funnel_plot(named, limits, theme=theme, target=target, index=index, names=0)
    c = roles(theme)
    for trace in fig.data:
        if trace["mode"] == "markers" and len(trace["hovertext"]) > _MANY:
            trace["marker"]["size"] = max(5, trace["marker"]["size"] - 4)
    if not limits.empty and limits["adjusted_low"].notna().any():
        for side in ("low", "high"):
            fig.add_scatter(
                x=limits["n"], y=limits[f"adjusted_{side}"], mode="lines", hoverinfo="skip",
                line={"color": c.text, "width": 1.5, "dash": "dash"},
                name=_("95 % with natural spread"), showlegend=side == "low",
            )  # fmt: skip
    if not crowd.empty:
        _crowd(fig, crowd, c, index=index)
    sizes = pd.concat([named["n"], crowd["n"]])
    _answers_axis(fig, int(sizes.max()))
    _names(fig, named, int(sizes.max()), c)
    if not index:
        lowest = min(pd.concat([named["value"], crowd["value"]]).min(), target)
        share_axis(fig, low=max(0.0, math.floor(lowest * 10 - 0.5) / 10))
    return fig


def _crowd(fig: Picture, crowd: pd.DataFrame, c: Roles, *, index: bool) -> None:
    told = len(crowd) <= _TOLD
    words = [
        f"{formats.partners(int(row.partners))}<br>"
        + (formats.index_points(row.value) if index else formats.share(row.value, int(row.n)))
        + f", {formats.n_of(int(row.n))}"
        for row in (crowd if told else crowd.iloc[:0]).itertuples()
    ]
    fig.add_scatter(
        x=crowd["n"], y=crowd["value"], mode="markers", name=_("other partners"),
        marker={"size": 5, "color": translucent(c.muted, 0.35)},
        hovertext=words, hoverinfo="text" if told else "skip",
    )  # fmt: skip
    # Under the named points.
    fig.data.insert(0, fig.data.pop())


def _place(n: float, largest: int) -> float:
    """Return where on the axis ``n`` stands, 0 at its left end and 1 at its right."""
    left, right = math.log(HIDDEN_BELOW * 0.9), math.log(max(largest, 10) * 1.15)
    return (math.log(n) - left) / (right - left)


def _answers_axis(fig: Picture, largest: int) -> None:
    ends = HIDDEN_BELOW * 0.9, max(largest, 10) * 1.15
    ticks = [tick for tick in _TICKS if tick <= ends[1]]
    fig.update_xaxes(
        type="log",
        range=[math.log10(end) for end in ends],
        tickvals=ticks,
        ticktext=[formats.number(tick) for tick in ticks],
    )


def _names(fig: Picture, named: pd.DataFrame, largest: int, c: Roles) -> None:
    """Name the largest partners to ask or watch, none on another, where there is room."""
    flagged = named[named["flag"].isin((PeerFlag.ALERT.value, PeerFlag.WATCH.value))]
    if len(flagged) > _NAMED_FLAGS:
        return
    order = flagged.assign(first=flagged["flag"] == PeerFlag.ALERT.value)
    placed: list[float] = []
    for row in order.sort_values(["first", "n"], ascending=False).itertuples():
        if len(placed) == _NAMES:
            break
        if any(abs(row.value - value) < 0.06 for value in placed):
            continue
        placed.append(float(row.value))
        left = _place(float(row.n), largest) > 0.5
        fig.add_annotation(
            x=math.log10(row.n), y=row.value, text=safe(_short(str(row.label))), yanchor="middle",
            xanchor="right" if left else "left", xshift=-10 if left else 10, bgcolor=c.background,
            borderpad=1, font={"size": SMALL, "color": c.text},
        )  # fmt: skip


def _short(name: str) -> str:
    """Return a name that fits beside its point on a phone; hovering shows all of it."""
    return name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 1].rstrip()}…"
