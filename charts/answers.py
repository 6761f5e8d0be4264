"""Answers that the five-point bars cannot show: pairs of answers and long scales."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from charts import formats
from charts.palette import ThemeName, text_on
from charts.picture import Picture
from charts.template import SMALL, figure, require_rows, safe, scale
from metrics.distribution import goodman
from metrics.proportion import wilson_limits
from metrics.recommendation import IndexMapping
from metrics.recommendation import groups as grouped
from program.language import _


def pair_grid(
    frame: pd.DataFrame, *, theme: ThemeName, names: Mapping[str, str], across: str, down: str
) -> Picture:
    """Draw how many respondents gave each pair of answers, the best ones in the upper right.

    In each cell: its share of all pairs, the Wilson 95 % interval, and the respondents.

    Parameters
    ----------
    frame
        Grain: one row a pair. ``across``, ``down`` (codes, see ``names``), ``count`` (int).
    names
        Words for the codes in their order, best first, for both directions.
    across, down
        What the two directions are about.

    Raises
    ------
    ValueError
        If the frame has no rows, or nobody gave both answers.
    """
    require_rows(frame, ("across", "down", "count"))
    total = int(frame["count"].sum())
    if total == 0:
        raise ValueError("nobody gave both answers: show the empty state instead")
    fig, c = figure(theme, height=300)
    table = frame.pivot_table(index="down", columns="across", values="count", aggfunc="sum")
    codes = list(names)
    table = table.reindex(index=codes[::-1], columns=codes[::-1], fill_value=0)
    shares = table / total
    fig.add_heatmap(
        z=shares.to_numpy(), x=list(range(len(codes))), y=list(range(len(codes))),
        colorscale=scale(c.sequential), zmin=0, zmax=max(float(shares.to_numpy().max()), 0.01),
        showscale=False, xgap=4, ygap=4, hoverinfo="skip",
    )  # fmt: skip
    low, high = wilson_limits(table.to_numpy(), total)
    highest = max(float(shares.to_numpy().max()), 0.01)
    for y, code in enumerate(table.index):
        for x, other in enumerate(table.columns):
            share = float(shares.loc[code, other])
            interval = formats.share_interval(float(low[y, x]), float(high[y, x]), total)
            step = round(share / highest * (len(c.sequential) - 1))
            fig.add_annotation(
                x=x, y=y, yanchor="middle",
                text=f"<b>{formats.share(share, total)}</b><br>"
                f"<span style='font-size:{SMALL - 1}px'>{interval}</span><br>"
                f"{formats.number(int(table.loc[code, other]))}",
                font={"size": SMALL + 1, "color": text_on(c.sequential[step])},
            )  # fmt: skip
    ticks = [safe(names[code]) for code in codes[::-1]]
    fig.update_xaxes(
        # A phone has no room for two words side by side.
        tickvals=list(range(len(codes))), ticktext=[tick.replace(" ", "<br>", 1) for tick in ticks],
        tickangle=0, title={"text": safe(across)},
    )  # fmt: skip
    fig.update_yaxes(
        tickvals=list(range(len(codes))), ticktext=ticks, title={"text": safe(down)},
        showgrid=False,
    )  # fmt: skip
    return fig


def pair_grid_alt(frame: pd.DataFrame, *, names: Mapping[str, str], across: str, down: str) -> str:
    """Say in words what :func:`pair_grid` shows."""
    require_rows(frame, ("across", "down", "count"))
    total = int(frame["count"].sum())
    pairs = zip(frame["across"], frame["down"], frame["count"], strict=True)
    parts = [
        f"{across}: {names[x]}, {down}: {names[y]} – {formats.share_of(int(n), total)}"
        for x, y, n in pairs
        if n
    ]
    return _("Pairs of answers of the same respondents.") + " " + "; ".join(parts) + "."


def score_columns(frame: pd.DataFrame, *, theme: ThemeName) -> Picture:
    """Draw how many answered each score from 0 to 10, critics, passives and promoters apart.

    Parameters
    ----------
    frame
        Grain: one row a score. ``score`` (0..10), ``count`` (int).

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("score", "count"))
    fig, c = figure(theme, height=240)
    colours = {"critics": c.likert[0], "passives": c.likert[2], "promoters": c.likert[4]}
    words = {"critics": _("critics"), "passives": _("neutral"), "promoters": _("promoters")}
    total = max(int(frame["count"].sum()), 1)
    shares = goodman(dict(zip(frame["score"], frame["count"], strict=True)), scale_max=10)
    for group, colour in colours.items():
        some = frame[[_group(int(score)) == group for score in frame["score"]]]
        fig.add_bar(
            x=some["score"], y=some["count"], name=words[group], marker={"color": colour},
            text=[formats.share(int(n) / total, total) if n else "" for n in some["count"]],
            textposition="outside", textfont={"size": SMALL, "color": c.muted},
            cliponaxis=False, hoverinfo="text",
            hovertext=[
                f"{formats.number(int(score))}: {formats.estimate(shares[int(score)])}"
                for score in some["score"]
            ],
        )  # fmt: skip
    fig.update_xaxes(tickvals=list(range(11)))
    fig.update_yaxes(showgrid=False, showticklabels=False)
    fig.update_layout(showlegend=True, bargap=0.2)
    return fig


def _group(score: int) -> str:
    found = grouped({score: 1}, IndexMapping.CLASSIC)
    return "promoters" if found.promoters else "critics" if found.critics else "passives"


def score_columns_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`score_columns` shows."""
    require_rows(frame, ("score", "count"))
    scores = "; ".join(
        f"{score}: {formats.number(int(n))}"
        for score, n in zip(frame["score"], frame["count"], strict=True)
    )
    return _("Answers by score from 0 to 10.") + f" {scores}."
