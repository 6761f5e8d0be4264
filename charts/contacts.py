"""How contacts with clients went: outcomes by month, and days from delivery to the first call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from charts import formats
from charts.annotations import Mark, time_axis
from charts.palette import Roles, ThemeName
from charts.picture import Picture
from charts.template import count_axis, figure, require_rows
from program.language import _

#: Bars of the histogram hold so many days; everything from the last one on stands together.
BIN, LAST_BIN = 5, 60


def _looks(c: Roles) -> dict[str, dict[str, object]]:
    """Return the fill of every outcome; neighbours differ in lightness, pending is hatched."""
    return {
        "completed": {"color": c.accent},
        "refused": {"color": c.bad},
        "unreachable": {"color": c.likert[2]},
        "wrong_contact": {"color": c.watch_band},
        "pending": {
            "color": c.background,
            "pattern": {"shape": "/", "fgcolor": c.muted, "size": 5, "solidity": 0.3},
        },
    }


def outcome_months(
    frame: pd.DataFrame, names: Mapping[str, str], *, theme: ThemeName, marks: Sequence[Mark]
) -> Picture:
    """Draw how many contacts ended how, month by month, stacked.

    Parameters
    ----------
    frame
        Grain: one row a month, oldest first. ``month`` (its 1st day) and a count for each outcome.
    names
        Outcome -> its name; outcomes that never occur are not drawn.
    marks
        Changes to mark.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("month", *names))
    fig, c = figure(theme, height=300)
    totals = frame[list(names)].sum(axis=1)
    for outcome, name in names.items():
        if not frame[outcome].any():
            continue
        fig.add_bar(
            x=frame["month"], y=frame[outcome], name=name,
            marker={**_looks(c)[outcome], "line": {"color": c.background, "width": 0.5}},
            hovertext=[
                f"{formats.month(month.date())}<br>{name}: "
                f"{formats.share_of(int(count), int(total))}"
                for month, count, total in zip(
                    frame["month"], frame[outcome], totals, strict=True
                )
            ],
            hoverinfo="text",
        )  # fmt: skip
    first, last = frame["month"].iloc[0].date(), frame["month"].iloc[-1].date()
    time_axis(fig, c, first, last, marks=marks, room=(20, 20), period=30)
    count_axis(fig, 0, max(int(totals.max()), 1) * 1.05)
    fig.update_layout(barmode="stack", showlegend=True, bargap=0.2, legend={"traceorder": "normal"})
    return fig


def outcome_months_alt(frame: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Say in words what :func:`outcome_months` shows."""
    require_rows(frame, ("month", *names))
    total = int(frame[list(names)].to_numpy().sum())
    parts = "; ".join(
        f"{name}: {formats.share_of(int(frame[outcome].sum()), total)}"
        for outcome, name in names.items()
    )
    return _("Contacts by the month of their last attempt, {first} to {last}. {parts}.").format(
        first=formats.month(frame["month"].iloc[0].date()),
        last=formats.month(frame["month"].iloc[-1].date()),
        parts=parts,
    )


def day_bins(frame: pd.DataFrame) -> pd.DataFrame:
    """Return counts by bins of five days, 0–5, 6–10 …, with the words of each bin.

    Grain: one row a bin, also an empty one; ``last_day``, ``label``, ``deliveries``.
    """
    require_rows(frame, ("days", "deliveries"))
    ends = ((frame["days"].clip(lower=1) + BIN - 1) // BIN * BIN).clip(upper=LAST_BIN)
    all_ends = list(range(BIN, int(ends.max()) + 1, BIN))
    counted = frame.groupby(ends)["deliveries"].sum().reindex(all_ends, fill_value=0)
    return pd.DataFrame(
        {
            "last_day": all_ends,
            "label": [_bin_words(end) for end in all_ends],
            "deliveries": counted.to_numpy(),
        }
    )


def _bin_words(last_day: int) -> str:
    if last_day == LAST_BIN:
        return _("{day} and more").format(day=last_day - BIN + 1)
    return formats.span(0 if last_day == BIN else last_day - BIN + 1, last_day)


def days_histogram(frame: pd.DataFrame, *, theme: ThemeName, median: float, limit: int) -> Picture:
    """Draw how many days pass between delivery and the first call.

    Parameters
    ----------
    frame
        Grain: one row a number of days. ``days``, ``deliveries``.
    median
        The median number of days, marked by a line.
    limit
        The days within which a call is in time, marked by a line; bars beyond are grey.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    bins = day_bins(frame)
    fig, c = figure(theme, height=300)
    total = int(bins["deliveries"].sum())
    fig.add_bar(
        x=bins["last_day"] - BIN / 2, y=bins["deliveries"], width=BIN * 0.9,
        marker={"color": [c.accent if day <= limit else c.likert[2] for day in bins["last_day"]]},
        hovertext=[
            _("{days} days: {share}").format(
                days=row.label, share=formats.share_of(int(row.deliveries), total)
            )
            for row in bins.itertuples()
        ],
        hoverinfo="text",
    )  # fmt: skip
    for day, words, top in (
        (median, _("median {n}").format(n=formats.days(median)), 1.0),
        (float(limit), formats.days(limit), 0.88),
    ):
        fig.add_vline(x=day, line={"color": c.text, "width": 1, "dash": "dot"})
        fig.add_annotation(
            x=day, y=top, yref="paper", xanchor="left", yanchor="top", xshift=4, text=words,
            font={"color": c.text}, bgcolor=c.background,
        )  # fmt: skip
    ticks = list(range(0, int(bins["last_day"].max()) + 1, 10))
    fig.update_xaxes(tickvals=ticks, title={"text": _("days from delivery to the first call")})
    count_axis(fig, 0, max(int(bins["deliveries"].max()), 1) * 1.05)
    return fig


def days_histogram_alt(frame: pd.DataFrame, *, median: float, limit: int) -> str:
    """Say in words what :func:`days_histogram` shows."""
    require_rows(frame, ("days", "deliveries"))
    within = int(frame.loc[frame["days"] <= limit, "deliveries"].sum())
    return _(
        "Days from delivery to the first call: median {median}; within {limit}: {share}."
    ).format(
        median=formats.days(median),
        limit=formats.days(limit),
        share=formats.share_of(within, int(frame["deliveries"].sum())),
    )
