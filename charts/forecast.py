"""The forecast's own quality: how often its chances came true."""

from __future__ import annotations

import numpy as np
import pandas as pd

from charts import formats
from charts.palette import ThemeName
from charts.picture import Picture
from charts.template import SMALL, figure, require_rows, share_axis
from metrics.estimate import ENOUGH
from metrics.proportion import share
from program.language import _

_RELIABILITY = ("low", "high", "n", "said", "held", "observed")


def reliability_plot(frame: pd.DataFrame, *, theme: ThemeName) -> Picture:
    """Draw how often forecasts of each size came true, against the diagonal of a perfect one.

    Parameters
    ----------
    frame
        Grain: one row a bin, from ``metrics.proof.reliability``: ``low``, ``high``, ``n``
        (int), ``said`` (mean chance), ``held`` (int), ``observed`` (share).

    Notes
    -----
    Whiskers are Wilson 95 % intervals of the observed share; the size of a point grows with the
    number of forecasts, and below 10 of them it is grey. On the diagonal what was said happened.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, _RELIABILITY)
    fig, c = figure(theme, height=360)
    fig.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", hoverinfo="skip",
        line={"color": c.muted, "width": 1, "dash": "dot"},
    )  # fmt: skip
    limits = [share(int(row.held), int(row.n)) for row in frame.itertuples()]
    colours = [c.accent if n >= ENOUGH else c.muted for n in frame["n"]]
    texts = [
        "<br>".join(
            [
                _("said: {share}").format(share=formats.share(row.said, int(row.n))),
                _("held: {share}").format(share=formats.share_of(int(row.held), int(row.n))),
                formats.share_interval(limit.low, limit.high, int(row.n)),
            ]
        )
        for row, limit in zip(frame.itertuples(), limits, strict=True)
    ]
    fig.add_scatter(
        x=frame["said"], y=frame["observed"], mode="markers",
        marker={"color": colours, "size": 6 + 10 * np.sqrt(frame["n"] / frame["n"].max())},
        error_y={
            "type": "data", "symmetric": False, "color": c.muted, "thickness": 1, "width": 3,
            "array": [limit.high - y for limit, y in zip(limits, frame["observed"], strict=True)],
            "arrayminus": [
                y - limit.low for limit, y in zip(limits, frame["observed"], strict=True)
            ],
        },
        text=texts, hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    fig.add_annotation(
        x=0.78, y=0.76, text=_("as said"), xanchor="left", yanchor="top",
        font={"size": SMALL, "color": c.muted},
    )  # fmt: skip
    share_axis(fig)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    fig.update_xaxes(
        range=[-0.03, 1.03], tickvals=ticks, ticktext=[formats.share(t, 99) for t in ticks],
        title={"text": _("chance that was said")},
    )  # fmt: skip
    fig.update_yaxes(title={"text": _("share that held")})
    return fig


def reliability_alt(frame: pd.DataFrame) -> str:
    """Return the message of the reliability plot in words."""
    require_rows(frame, _RELIABILITY)
    said = float(np.average(frame["said"], weights=frame["n"]))
    held, n = int(frame["held"].sum()), int(frame["n"].sum())
    return _(
        "Forecasts against what happened: on average {said} was said, and {share} held."
    ).format(said=formats.share(said, n), share=formats.share_of(held, n))
