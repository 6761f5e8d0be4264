"""The funnel of partners for any number of them: named ones as points, the rest as a crowd."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from charts import formats
from charts.comparison import funnel_plot
from charts.palette import ThemeName, roles, translucent
from charts.template import share_axis
from program.language import _

#: The page names everybody beside the picture; more labels than this would cover it.
_NAMES = 4


def peer_funnel(
    named: pd.DataFrame,
    crowd: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    theme: ThemeName,
    target: float,
    index: bool = False,
) -> go.Figure:
    """Draw named partners over a crowd of unnamed ones, with the limits that an alert must pass.

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
    fig = funnel_plot(named, limits, theme=theme, target=target, index=index, names=_NAMES)
    c = roles(theme)
    if not limits.empty and limits["adjusted_low"].notna().any():
        for side in ("low", "high"):
            fig.add_scatter(
                x=limits["n"], y=limits[f"adjusted_{side}"], mode="lines", hoverinfo="skip",
                line={"color": c.text, "width": 1.5, "dash": "dash"},
                name=_("95 % with natural spread"), showlegend=side == "low",
            )  # fmt: skip
    if not crowd.empty:
        words = [
            f"{formats.partners(int(row.partners))}<br>"
            + (formats.index_points(row.value) if index else formats.share(row.value, int(row.n)))
            + f", {formats.n_of(int(row.n))}"
            for row in crowd.itertuples()
        ]
        fig.add_scatter(
            x=crowd["n"], y=crowd["value"], mode="markers", name=_("other partners"),
            marker={"size": 5, "color": translucent(c.muted, 0.35)},
            hovertext=words, hoverinfo="text",
        )  # fmt: skip
        # Under the named points.
        fig.data = (fig.data[-1], *fig.data[:-1])
        widest = max(int(crowd["n"].max()), int(named["n"].max()))
        fig.update_xaxes(range=[0, widest * 1.06])
    if not index:
        lowest = min(named["value"].min(), crowd["value"].min() if len(crowd) else 1.0, target)
        share_axis(fig, low=max(0.0, math.floor(lowest * 10 - 0.5) / 10))
    return fig
