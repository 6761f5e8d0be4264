"""Coverage against the threshold at one evaluation: bars for a few, a histogram for many.

Coverage is a count over all keys, so nothing here carries an interval; the only ranges come from
keys bought in a closed window and not yet activated. The threshold comes from the rules.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts import formats
from charts.palette import SIGNS, ThemeName, Tone, translucent
from charts.template import SMALL, Marks, Row, figure, require_rows, row_height
from program.language import _, ngettext
from program.rules import DECK_RULES, ProgramRules

_BINS = 10


def _near_band(base: int, rules: ProgramRules) -> tuple[float, float]:
    """Return the band around the threshold in which a partner counts as near, cut to 0..1."""
    threshold = float(rules.threshold)
    reach = max(float(rules.near_margin), rules.near_keys / base)
    return max(0.0, threshold - reach), min(1.0, threshold + reach)


def bullet(frame: pd.DataFrame, *, theme: ThemeName, rules: ProgramRules = DECK_RULES) -> go.Figure:
    """Draw coverage against the threshold, one bar a row: an evaluation, or a partner.

    Parameters
    ----------
    frame
        Grain: one row a bar, top to bottom. ``label`` (text), ``base``, ``delivered``,
        ``pending_activation`` (int). A row with ``base`` 0 says «нет базы».
    theme
        Colours to draw in.

    Notes
    -----
    The bar is what is delivered; the pale end of the track shows by how much it would shrink if
    every pending key were activated and stayed undelivered. The amber band is «у порога». The
    sign before the figures says whether the threshold is reached, so colour is not needed.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("label", "base", "delivered", "pending_activation"))
    rows = [_bullet_row(row, rules) for row in frame.itertuples()]
    fig, c = figure(theme, height=row_height(rows) * len(rows) + 30)
    threshold, marks = float(rules.threshold), Marks(c)
    for place, row in enumerate(frame.itertuples()):
        track = (-place - 0.2, -place + 0.14)
        bar = (-place - 0.13, -place + 0.07)
        marks.block(0, 1, track, c.grid)
        if row.base > 0:
            marks.block(*_near_band(int(row.base), rules), track, c.watch_band)
            colour = c.good if _holds(row, rules) else c.bad
            marks.block(0, row.delivered / row.base, bar, translucent(colour, 0.45))
            marks.block(0, row.delivered / (row.base + row.pending_activation), bar, colour)
    marks.rows(rows, 0.14)
    marks.put_on(fig)
    bottom = -(len(frame) - 1) - 0.34
    fig.add_shape(
        type="line", x0=threshold, x1=threshold, y0=bottom, y1=0.14,
        line={"color": c.text, "width": 1.5},
    )  # fmt: skip
    fig.add_annotation(
        x=threshold, y=bottom, text=formats.share(threshold, 1), xanchor="center", yanchor="top"
    )
    fig.update_xaxes(visible=False, range=[0, 1])
    fig.update_yaxes(visible=False, range=[bottom - 0.3, 0.62])
    return fig


def _holds(row: Any, rules: ProgramRules) -> bool:
    reached: bool = row.delivered * rules.threshold.denominator >= (
        row.base * rules.threshold.numerator
    )
    return reached and row.base > 0


def _bullet_row(row: Any, rules: ProgramRules) -> Row:
    figures = formats.coverage(int(row.delivered), int(row.base))
    if row.base == 0:
        return Row(str(row.label), figures, quiet=True)
    sign = SIGNS[Tone.GOOD if _holds(row, rules) else Tone.BAD]
    return Row(str(row.label), f"{sign} {figures}")


def bullet_alt(frame: pd.DataFrame, *, rules: ProgramRules = DECK_RULES) -> str:
    """Say in words what :func:`bullet` shows."""
    require_rows(frame, ("label", "base", "delivered", "pending_activation"))
    rows = "; ".join(
        f"{row.label}: {formats.coverage(int(row.delivered), int(row.base))}"
        for row in frame.head(12).itertuples()
    )
    return _("Coverage against the threshold of {threshold}. {rows}.").format(
        threshold=formats.share(float(rules.threshold), 1), rows=rows
    )


def _bins(frame: pd.DataFrame) -> list[int]:
    """Return how many partners lie in each tenth, in whole numbers; 100 % is in the last."""
    base, delivered = frame["base"].to_numpy(), frame["delivered"].to_numpy()
    known = base > 0
    tenths = np.minimum(delivered[known] * _BINS // base[known], _BINS - 1)
    return [int(count) for count in np.bincount(tenths, minlength=_BINS)]


def coverage_histogram(frame: pd.DataFrame, *, theme: ThemeName) -> go.Figure:
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
            "line_width": 0,
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
    fig.update_layout(margin_t=34)
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
