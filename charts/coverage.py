"""Coverage against the threshold at one evaluation: bars for a few, a histogram for many.

Coverage is a count over all keys, so nothing here carries an interval; the only ranges come from
keys bought in a closed window and not yet activated. The threshold comes from the rules.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from charts import formats
from charts.palette import ThemeName
from charts.picture import Picture
from charts.template import SMALL, figure, require_rows
from program.language import _, ngettext

_BINS = 10


def _bins(frame: pd.DataFrame) -> list[int]:
    """Return how many partners lie in each tenth, in whole numbers; 100 % is in the last."""
    base, delivered = frame["base"].to_numpy(), frame["delivered"].to_numpy()
    known = base > 0
    tenths = np.minimum(delivered[known] * _BINS // base[known], _BINS - 1)
    return [int(count) for count in np.bincount(tenths, minlength=_BINS)]


def coverage_histogram(frame: pd.DataFrame, *, theme: ThemeName) -> Picture:
    """Draw how many partners have which coverage, in tenths, with the 50 % line between two.

    Parameters
    ----------
    frame
        Grain: one row a partner. ``base``, ``delivered`` (int). Partners without a base have no
        coverage and are left out; the words beside the chart say how many.

    Raises
    ------
    ValueError
        If no partner has a base.
    """
    require_rows(frame, ("base", "delivered"))
    counts = _bins(frame)
    if not sum(counts):
        raise ValueError("no partner has a base: show the empty state instead")
    fig, c = figure(theme, height=240)
    middle = _BINS // 2
    names = [
        f"{tenth * 10}{formats.EN_DASH}{tenth * 10 + 10}{formats.NBSP}%" for tenth in range(_BINS)
    ]
    fig.add_bar(
        x=[tenth + 0.5 for tenth in range(_BINS)],
        y=counts,
        width=0.9,
        marker={
            "color": [c.bad] * middle + [c.accent] * middle,
            # The question is who stands close to the line.
            "opacity": [1.0 if abs(tenth - middle + 0.5) < 1 else 0.5 for tenth in range(_BINS)],
            "line": {"width": 0},
        },
        text=[formats.number(count) if count else "" for count in counts],
        textposition="outside",
        textfont={"color": c.text, "size": SMALL},
        cliponaxis=False,
        customdata=[
            [name, formats.partners(count)] for name, count in zip(names, counts, strict=True)
        ],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )
    fig.add_vline(x=middle, line={"color": c.text, "width": 1.5})
    below, above = sum(counts[:middle]), sum(counts[middle:])
    for x, anchor, text in (
        (middle - 0.12, "right", _("▼ below: {n}").format(n=formats.number(below))),
        (middle + 0.12, "left", _("✓ from 50 % on: {n}").format(n=formats.number(above))),
    ):
        fig.add_annotation(
            x=x, y=1, yref="paper", xanchor=anchor, yanchor="bottom", text=text,
            font={"color": c.text, "size": SMALL + 1},
        )  # fmt: skip
    fig.update_xaxes(
        range=[0, _BINS],
        tickvals=[0, 2.5, 5, 7.5, 10],
        ticktext=[f"{t}{formats.NBSP}%" for t in (0, 25, 50, 75, 100)],
    )
    fig.update_yaxes(visible=False, range=[0, max(counts) * 1.15])
    fig.update_layout(margin={"t": 34})
    return fig


def coverage_histogram_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`coverage_histogram` shows."""
    counts = _bins(frame)
    middle = _BINS // 2
    without = int((frame["base"] == 0).sum())
    text = _("Partners by coverage: {below} below 50 %, {above} from 50 % on").format(
        below=formats.number(sum(counts[:middle])), above=formats.number(sum(counts[middle:]))
    )
    beside = _("{n} just below (40–50 %), {m} just above (50–60 %)").format(
        n=formats.number(counts[middle - 1]), m=formats.number(counts[middle])
    )
    tail = ngettext("{n} partner has no base", "{n} partners have no base", without).format(
        n=formats.number(without)
    )
    return f"{text}; {beside}; {tail}."
