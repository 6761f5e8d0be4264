"""How long deliveries take: cohorts by month of purchase, and the curve of days to delivery."""

from __future__ import annotations

import numpy as np
import pandas as pd

from charts import formats
from charts.palette import Roles, ThemeName, translucent
from charts.picture import Picture
from charts.template import SMALL, figure, require_rows, scale, share_axis
from metrics.lag_curve import LagCurve
from program.language import _

#: Room for one cohort, in pixels.
_ROW = 18
#: Days after which the curve is told in words.
MILESTONES = (30, 90, 180, 365)


def cohort_heatmap(frame: pd.DataFrame, *, theme: ThemeName) -> Picture:
    """Draw the share of each month's keys delivered by so many months later.

    Parameters
    ----------
    frame
        Grain: one row a month of purchase and months since, as from
        ``metrics.cohorts.cohort_shares``; what has not passed yet has no row and stays empty.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("bought", "months_since", "keys", "delivered", "share"))
    shares = frame.pivot(index="bought", columns="months_since", values="share")
    fig, c = figure(theme, height=_ROW * len(shares) + 70)
    told = frame.assign(
        text=[
            _("bought in {month}, after {n}: {share}").format(
                month=formats.month(row.bought.date()),
                n=formats.months(int(row.months_since)),
                share=formats.share_of(int(row.delivered), int(row.keys)),
            )
            for row in frame.itertuples()
        ]
    ).pivot(index="bought", columns="months_since", values="text")
    # The scale ends where the data does: a third of the colours would say nothing otherwise.
    top = max(float(np.nanmax(shares.to_numpy())), 0.1)
    names = [formats.month(month.date()) for month in shares.index]
    fig.add_heatmap(
        z=shares.to_numpy(), x=list(shares.columns), y=list(range(len(shares))),
        customdata=told.to_numpy(), hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False, xgap=1, ygap=1, zmin=0, zmax=top, colorscale=scale(c.sequential),
        showscale=False,
    )  # fmt: skip
    _write_ends(fig, shares, c)
    step = 3 if len(names) > 14 else 1
    last = len(names) - 1
    fig.update_yaxes(
        tickvals=[i for i in range(len(names)) if (last - i) % step == 0],
        ticktext=[name for i, name in enumerate(names) if (last - i) % step == 0],
        autorange="reversed", showgrid=False,
    )  # fmt: skip
    fig.update_xaxes(
        title={"text": _("whole months since the month of purchase")},
        tickvals=[k for k in shares.columns if k % 3 == 0], side="bottom",
        # Room for the share of the oldest cohort, on a phone too.
        range=[-0.5, max(shares.columns) + 2.2],
    )  # fmt: skip
    return fig


def _write_ends(fig: Picture, shares: pd.DataFrame, c: Roles) -> None:
    """Write the latest share of every cohort beside the end of its row, where cells are empty."""
    for place, (_month, row) in enumerate(shares.iterrows()):
        known = row.dropna()
        if known.empty:
            continue
        fig.add_annotation(
            x=known.index[-1] + 0.5, y=place, xanchor="left", xshift=1,
            text=formats.share(float(known.iloc[-1]), 1), font={"size": SMALL - 2, "color": c.text},
        )  # fmt: skip


def cohort_heatmap_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`cohort_heatmap` shows."""
    require_rows(frame, ("bought", "months_since", "keys", "delivered", "share"))
    told = []
    for since in (3, 6, 12):
        rows = frame[frame["months_since"] == since]
        if rows.empty:
            continue
        keys, delivered = int(rows["keys"].sum()), int(rows["delivered"].sum())
        told.append(
            _("{months} after the purchase: {share}").format(
                months=formats.months(since), share=formats.share(delivered / keys, keys)
            )
        )
    return _("Share delivered by month of purchase. {told}.").format(told="; ".join(told))


def lag_curve_line(curve: LagCurve, *, theme: ThemeName, until: int = 540) -> Picture:
    """Draw the share of keys delivered within so many days of the activation (Kaplan–Meier).

    Parameters
    ----------
    curve
        From ``metrics.lag_curve.lag_curve``.
    until
        Days drawn at most.

    Notes
    -----
    The pale band is the pointwise 95 % interval. The line ends with the last observed delivery.

    Raises
    ------
    ValueError
        If no delivery was observed.
    """
    if curve.last_observed < 0:
        raise ValueError("no delivery was observed: show the empty state instead")
    fig, c = figure(theme, height=370)
    end = min(curve.last_observed, until)
    days = np.arange(end + 1)
    done = 1 - curve.survival[: end + 1]
    low, high = (1 - side[: end + 1] for side in curve.interval())
    for side, fill in ((low, None), (high, "tonexty")):
        fig.add_scatter(
            x=days, y=side, mode="lines", line={"width": 0, "shape": "hv"}, hoverinfo="skip",
            fill=fill, fillcolor=translucent(c.accent, 0.18),
        )  # fmt: skip
    fig.add_scatter(
        x=days, y=done, mode="lines", line={"color": c.accent, "width": 2.5, "shape": "hv"},
        customdata=[
            _("within {days}: {share}").format(
                days=formats.days(int(day)), share=formats.share(float(share))
            )
            for day, share in zip(days, done, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    marks = [day for day in MILESTONES if day <= end]
    fig.add_scatter(
        x=marks, y=[done[day] for day in marks], mode="markers+text", hoverinfo="skip",
        marker={"color": c.accent, "size": 7},
        text=[formats.share(float(done[day]), 1) for day in marks], textposition="top left",
        textfont={"color": c.text, "size": SMALL + 1}, cliponaxis=False,
    )  # fmt: skip
    share_axis(fig)
    fig.update_xaxes(
        title={"text": _("days since the activation of the key")},
        tickvals=[day for day in (0, *MILESTONES, 540) if day <= end], range=[0, end * 1.03],
    )  # fmt: skip
    return fig


def lag_curve_alt(curve: LagCurve) -> str:
    """Say in words what :func:`lag_curve_line` shows."""
    told = [
        _("within {days}: {share}").format(
            days=formats.days(day), share=formats.share(1 - float(curve.surviving(day)), 1)
        )
        for day in MILESTONES
        if day <= curve.last_observed
    ]
    return _("Share of activated keys delivered. {told}.").format(told="; ".join(told))
