"""Survey answers: distributions around the middle answer, figures with intervals, the call funnel.

Missing answers are in no share; their number stands beside. Rows are written from edge to edge
above their bars, so the same chart reads on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from charts import formats
from charts.palette import ThemeName, text_on
from charts.template import ROW, SMALL, block, figure, require_rows, row_words, safe
from metrics.estimate import ENOUGH, HIDDEN_BELOW
from program.language import _

#: A segment narrower than this share has no room for its own figure.
_ROOM_FOR_TEXT = 0.09
_SCORES = (1, 2, 3, 4, 5)


def _answer_counts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return labels in their order of appearance against scores 0 (no answer) to 5."""
    table = frame.pivot_table(
        index="label", columns="score", values="count", aggfunc="sum", fill_value=0, sort=False
    )
    return table.reindex(columns=[0, *_SCORES], fill_value=0).astype(int)


def likert(
    frame: pd.DataFrame,
    *,
    theme: ThemeName,
    scale: Sequence[str] | None = None,
    hide_few: bool = False,
) -> go.Figure:
    """Draw distributions of five-point answers as bars centred on the middle answer.

    Parameters
    ----------
    frame
        Grain: one row a bar and score, bars in order of appearance. ``label`` (question,
        segment or period), ``score`` (5 best … 1 worst, 0 = no answer), ``count`` (int).
    scale
        Names of the answers from 1 to 5, when all bars share them; shown as the legend.
    hide_few
        Say «мало ответов, скрыто» instead of a bar with fewer than five answers (comparisons).

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("label", "score", "count"))
    table = _answer_counts(frame)
    fig, c = figure(theme, height=ROW * len(table) + (54 if scale else 20))
    for place, (label, row) in enumerate(table.iterrows()):
        y = -float(place)
        n, absent = int(row[list(_SCORES)].sum()), int(row[0])
        if n == 0 or (hide_few and n < HIDDEN_BELOW):
            words = formats.no_answers() if n == 0 else formats.hidden_words(n)
            row_words(fig, y + 0.14, safe(label), words, c, quiet=True)
            block(fig, -1, 1, (y - 0.22, y + 0.12), c.surface)
            continue
        words = formats.n_of(n)
        if absent:
            words += ", " + _("no answer: {n}").format(n=formats.number(absent))
        row_words(fig, y + 0.14, safe(label), words, c, quiet=True)
        shares = [int(row[score]) / n for score in _SCORES]
        _likert_bar(fig, y, shares, c.likert)
    if scale:
        for colour, name in zip(c.likert, scale, strict=True):
            fig.add_scatter(
                x=[None], y=[None], mode="markers", name=safe(name),
                marker={"symbol": "square", "size": 11, "color": colour},
            )  # fmt: skip
    fig.add_vline(x=0, line={"color": c.background, "width": 1})
    # Half of the bar may be on one side at most when every answer is the best or the worst.
    fig.update_xaxes(visible=False, range=[-1, 1])
    fig.update_yaxes(visible=False, range=[-(len(table) - 1) - 0.4, 0.62])
    fig.update_layout(showlegend=bool(scale))
    return fig


def _likert_bar(fig: go.Figure, y: float, shares: Sequence[float], colours: Sequence[str]) -> None:
    left = -(shares[0] + shares[1] + shares[2] / 2)
    for value, colour in zip(shares, colours, strict=True):
        if value == 0:
            continue
        block(fig, left, left + value, (y - 0.22, y + 0.12), colour)
        if value >= _ROOM_FOR_TEXT:
            fig.add_annotation(
                x=left + value / 2, y=y - 0.05, yanchor="middle",
                text=formats.share(value, 1),  # whole per cents: n stands beside
                font={"size": SMALL, "color": text_on(colour)},
            )  # fmt: skip
        left += value


def likert_alt(frame: pd.DataFrame, *, hide_few: bool = False) -> str:
    """Say in words what :func:`likert` shows."""
    require_rows(frame, ("label", "score", "count"))
    parts = []
    for label, row in _answer_counts(frame).head(12).iterrows():
        n = int(row[list(_SCORES)].sum())
        if n == 0 or (hide_few and n < HIDDEN_BELOW):
            parts.append(f"{label}: {formats.no_answers() if n == 0 else formats.hidden_words(n)}")
            continue
        parts.append(
            _("{label}: good {good}, middle {middle}, bad {bad}, {n}").format(
                label=label,
                good=formats.share(int(row[4] + row[5]) / n, n),
                middle=formats.share(int(row[3]) / n, n),
                bad=formats.share(int(row[1] + row[2]) / n, n),
                n=formats.n_of(n),
            )
        )
    return _("Answers around the middle one.") + " " + "; ".join(parts) + "."


def interval_dots(
    frame: pd.DataFrame,
    *,
    theme: ThemeName,
    index: bool = False,
    reference: float | None = None,
    reference_name: str | None = None,
    hide_few: bool = True,
) -> go.Figure:
    """Draw survey figures as dots with their 95 % intervals, one a row.

    Parameters
    ----------
    frame
        Grain: one row a dot, top to bottom. ``label``; ``value``, ``low``, ``high`` (fractions
        0..1, or −1..+1 with ``index``; NaN when there is nothing); ``n`` (int).
    reference, reference_name
        A line to compare with, and its name: the others' figure, the programme's.
    hide_few
        Hide rows with fewer than five answers; rows with 5–9 are grey and hollow.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("label", "value", "low", "high", "n"))
    # The name of the reference line stands below the last row.
    fig, c = figure(theme, height=ROW * len(frame) + 40)
    lowest = -1.0 if index else 0.0
    write = formats.index_points if index else formats.share
    for place, row in enumerate(frame.itertuples()):
        y, n = -float(place), int(row.n)
        block(fig, lowest, 1, (y - 0.07, y - 0.05), c.grid)
        if n == 0 or (hide_few and n < HIDDEN_BELOW):
            words = formats.no_answers() if n == 0 else formats.hidden_words(n)
            row_words(fig, y + 0.14, safe(row.label), words, c, quiet=True)
            continue
        few = n < ENOUGH
        colour = c.muted if few else c.accent
        words = _interval_words(row.value, row.low, row.high, n, index=index)
        row_words(fig, y + 0.14, safe(row.label), words, c, quiet=few)
        block(fig, row.low, row.high, (y - 0.085, y - 0.035), colour)
        fig.add_scatter(
            x=[row.value], y=[y - 0.06], mode="markers",
            marker={
                "size": 12, "color": c.background if few else colour,
                "line": {"color": colour, "width": 2},
            },
            hovertext=f"{safe(row.label)}<br>{words}", hoverinfo="text",
        )  # fmt: skip
    bottom = -(len(frame) - 1) - 0.3
    if reference is not None:
        fig.add_shape(
            type="line", x0=reference, x1=reference, y0=bottom, y1=0.1,
            line={"color": c.text, "width": 1.5, "dash": "dot"}, layer="below",
        )  # fmt: skip
        text = write(reference)
        fig.add_annotation(
            x=reference, y=bottom, yanchor="top",
            xanchor="right" if reference > (lowest + 1) / 2 else "left",
            text=f"{safe(reference_name)} {text}" if reference_name else text,
        )  # fmt: skip
    margin = (1 - lowest) * 0.015
    fig.update_xaxes(visible=False, range=[lowest - margin, 1 + margin])
    fig.update_yaxes(visible=False, range=[bottom - 0.4, 0.62])
    return fig


def _interval_words(value: float, low: float, high: float, n: int, *, index: bool) -> str:
    if index:
        span = f"{formats.index_points(low)}…{formats.index_points(high)}"
        return f"{formats.index_points(value)} ({span}), {formats.n_of(n)}"
    return f"{formats.share(value, n)} ({formats.share_interval(low, high, n)}), {formats.n_of(n)}"


def interval_dots_alt(frame: pd.DataFrame, *, index: bool = False, hide_few: bool = True) -> str:
    """Say in words what :func:`interval_dots` shows."""
    require_rows(frame, ("label", "value", "low", "high", "n"))
    parts = []
    for row in frame.head(12).itertuples():
        n = int(row.n)
        if n == 0 or (hide_few and n < HIDDEN_BELOW):
            words = formats.no_answers() if n == 0 else formats.hidden_words(n)
        else:
            words = _interval_words(row.value, row.low, row.high, n, index=index)
        parts.append(f"{row.label}: {words}")
    return _("Figures with 95 % intervals.") + " " + "; ".join(parts) + "."


def contact_funnel(frame: pd.DataFrame, *, theme: ThemeName) -> go.Figure:
    """Draw how many cases reach each stage, from keys to recommendations.

    Parameters
    ----------
    frame
        Grain: one row a stage, top to bottom. ``label``, ``count`` (int; each stage is a part of
        the one above it).

    Notes
    -----
    Beside each count stands its share of the stage above; the bar is its share of the first.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("label", "count"))
    fig, c = figure(theme, height=ROW * len(frame) + 16)
    first = max(int(frame["count"].iloc[0]), 1)
    for place, (label, count, above) in enumerate(_stages(frame)):
        y = -float(place)
        block(fig, 0, 1, (y - 0.2, y + 0.12), c.surface)
        if count:
            block(fig, 0, min(count / first, 1), (y - 0.2, y + 0.12), c.accent)
        row_words(fig, y + 0.14, safe(label), _stage_words(count, above), c)
    fig.update_xaxes(visible=False, range=[0, 1])
    fig.update_yaxes(visible=False, range=[-(len(frame) - 1) - 0.3, 0.62])
    return fig


def _stages(frame: pd.DataFrame) -> list[tuple[str, int, int | None]]:
    counts = [int(count) for count in frame["count"]]
    return list(zip(frame["label"], counts, [None, *counts[:-1]], strict=True))


def _stage_words(count: int, above: int | None) -> str:
    return formats.number(count) if above is None else formats.share_of(count, above)


def contact_funnel_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`contact_funnel` shows."""
    require_rows(frame, ("label", "count"))
    stages = "; ".join(
        f"{label}: {_stage_words(count, above)}" for label, count, above in _stages(frame)
    )
    return _("From stage to stage. {stages}.").format(stages=stages)
