"""Two rules side by side over the stored history: how many partners hold under each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from charts import formats
from charts.annotations import Mark, time_axis
from charts.palette import ThemeName
from charts.picture import Picture
from charts.template import SMALL, count_axis, figure, require_rows
from program.language import _

_COLUMNS = ("evaluated_on", "in_force", "variant", "stored")


def holders_by_rule(frame: pd.DataFrame, *, theme: ThemeName, marks: Sequence[Mark]) -> Picture:
    """Draw the number of holders at every evaluation under both rules, and as it was decided.

    Parameters
    ----------
    frame
        Grain: one row an evaluation, oldest first: ``evaluated_on``, ``in_force`` and
        ``variant`` (holders as calculated), ``stored`` (as decided; missing where it was not).
    marks
        Changes to mark.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, _COLUMNS)
    fig, c = figure(theme, height=300)
    lines = (
        ("in_force", _("rule in force"), c.muted, "solid"),
        ("variant", _("variant"), c.accent, "solid"),
    )
    for name, word, colour, dash in lines:
        fig.add_scatter(
            x=frame["evaluated_on"], y=frame[name], mode="lines", name=word,
            line={"color": colour, "width": 2.5, "dash": dash},
            customdata=[
                f"{formats.date_long(row.evaluated_on.date())}<br>{word}: "
                f"{formats.partners(int(getattr(row, name)))}"
                for row in frame.itertuples()
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
        fig.add_annotation(
            x=frame["evaluated_on"].iloc[-1], y=float(frame[name].iloc[-1]), xanchor="left",
            xshift=8, text=formats.number(int(frame[name].iloc[-1])),
            font={"color": colour, "size": SMALL + 1},
        )  # fmt: skip
    decided = frame[frame["stored"].notna()]
    if not decided.empty:
        fig.add_scatter(
            x=decided["evaluated_on"], y=decided["stored"].astype("float64"), mode="markers",
            name=_("as decided"), hoverinfo="skip",
            marker={"symbol": "circle-open", "size": 6, "color": c.text, "line": {"width": 1}},
        )  # fmt: skip
    first, last = (frame["evaluated_on"].iloc[i].date() for i in (0, -1))
    time_axis(fig, c, first, last, marks=marks)
    most = max(int(frame[["in_force", "variant"]].to_numpy().max()), 1)
    count_axis(fig, 0, most * 1.12)
    fig.update_layout(showlegend=True, margin={"t": 30, "r": 52})
    return fig


def holders_by_rule_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`holders_by_rule` shows."""
    require_rows(frame, _COLUMNS)
    told = [
        _("{day}: {now} under the rule in force, {then} under the variant").format(
            day=formats.date_long(row.evaluated_on.date()),
            now=formats.number(int(row.in_force)),
            then=formats.number(int(row.variant)),
        )
        for row in frame.iloc[sorted({0, len(frame) // 2, len(frame) - 1})].itertuples()
    ]
    return _("Partners with the competence. {told}.").format(told="; ".join(told))
