"""Survey answers: distributions around the middle answer, figures with intervals, the call funnel.

Missing answers are in no share; their number stands beside. Rows are written from edge to edge
above their bars, so the same chart reads on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from charts import formats
from charts.palette import ThemeName, text_on
from charts.picture import Picture
from charts.template import SMALL, Row, block, figure, require_rows, row_height, safe, write_rows
from metrics.distribution import goodman
from metrics.estimate import ENOUGH, HIDDEN_BELOW
from program.language import _

#: A segment narrower than this share has no room for its own figure.
_ROOM_FOR_TEXT = 0.15
_SCORES = (1, 2, 3, 4, 5)


def _answer_counts(frame: pd.DataFrame) -> dict[str, list[int]]:
    """Return the counts of scores 0 (no answer) to 5 by label, in the order of appearance."""
    table: dict[str, list[int]] = {}
    columns = (frame[name].tolist() for name in ("label", "score", "count"))
    for label, score, count in zip(*columns, strict=True):
        table.setdefault(str(label), [0] * (1 + len(_SCORES)))[score] += count
    return table


def likert(frame: pd.DataFrame, *, theme: ThemeName, scale: Sequence[str] | None = None) -> Picture:
    """Draw distributions of five-point answers as bars centred on the middle answer.

    A bar of 5-9 answers is grey; in place of fewer stands «мало ответов, скрыто». Every segment
    tells its share, with the interval that holds together with those of the other answers.

    Parameters
    ----------
    frame
        Grain: one row a bar and score, bars in order of appearance. ``label`` (question,
        segment or period), ``score`` (5 best … 1 worst, 0 = no answer), ``count`` (int).
    scale
        Names of the answers from 1 to 5, when all bars share them; shown as the legend.

    Raises
    ------
    ValueError
        If the frame has no rows.
    """
    require_rows(frame, ("label", "score", "count"))
    table = _answer_counts(frame)
    rows = [_likert_row(label, counts) for label, counts in table.items()]
    fig, c = figure(theme, height=row_height(rows) * len(rows) + (54 if scale else 20))
    fig.add_vline(x=0, line={"color": c.grid, "width": 1}, layer="below")
    segments: list[dict[str, Any]] = []
    for place, (label, (_absent, *answers)) in enumerate(table.items()):
        if _few_words(sum(answers), hide_few=True) is not None:
            block(fig, -1, 1, (-place - 0.22, -place + 0.12), c.surface)
            continue
        colours = c.likert if sum(answers) >= ENOUGH else c.likert_few
        segments += _likert_bar(fig, label, -place - 0.05, answers, colours)
    if segments:
        fig.add_bar(
            **{name: [segment[name] for segment in segments] for name in ("base", "x", "y")},
            orientation="h", width=0.34, showlegend=False,
            marker={"color": [segment["colour"] for segment in segments], "line": {"width": 0}},
            hovertext=[segment["words"] for segment in segments], hoverinfo="text",
        )  # fmt: skip
    write_rows(fig, c, rows, 0.14)
    if scale:
        grey = all(row.quiet for row in rows)
        for colour, name in zip(c.likert_few if grey else c.likert, scale, strict=True):
            fig.add_scatter(
                x=[None], y=[None], mode="markers", name=safe(name),
                marker={"symbol": "square", "size": 11, "color": colour},
            )  # fmt: skip
    # Half of the bar may be on one side at most when every answer is the best or the worst.
    fig.update_xaxes(visible=False, range=[-1, 1])
    fig.update_yaxes(visible=False, range=[-(len(table) - 1) - 0.4, 0.62])
    fig.update_layout(showlegend=bool(scale))
    return fig


def _few_words(n: int, *, hide_few: bool) -> str | None:
    """Return what stands instead of a figure that does not exist or is hidden."""
    if n == 0:
        return formats.no_answers()
    return formats.hidden_words(n) if hide_few and n < HIDDEN_BELOW else None


def _likert_row(label: str, counts: Sequence[int]) -> Row:
    n, absent = sum(counts[1:]), counts[0]
    if (words := _few_words(n, hide_few=True)) is not None:
        return Row(label, words, quiet=True)
    figures = formats.n_words(n)
    if absent:
        figures += f", {formats.no_answer(absent)}"
    return Row(label, figures, quiet=n < ENOUGH)


def _likert_bar(
    fig: Picture, label: str, y: float, answers: Sequence[int], colours: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the segments of one bar around its middle answer, and write the shares that fit."""
    shares = goodman(answers)
    left = -(shares[0].value + shares[1].value + shares[2].value / 2)
    segments = []
    for score, share, colour in zip(_SCORES, shares, colours, strict=True):
        if share.value == 0:
            continue
        told = f"{formats.number(score)}: {formats.estimate(share)}"
        segments.append(
            {"base": left, "x": share.value, "y": y, "colour": colour,
             "words": f"{safe(label)}<br>{told}"}
        )  # fmt: skip
        if share.value >= _ROOM_FOR_TEXT:
            fig.add_annotation(
                x=left + share.value / 2, y=y, yanchor="middle",
                text=formats.share(share.value, 1),  # whole per cents: n stands beside
                font={"size": SMALL, "color": text_on(colour)}, captureevents=False,
            )  # fmt: skip
        left += share.value
    return segments


def likert_alt(frame: pd.DataFrame) -> str:
    """Say in words what :func:`likert` shows."""
    require_rows(frame, ("label", "score", "count"))
    parts = []
    for label, counts in list(_answer_counts(frame).items())[:12]:
        n = sum(counts[1:])
        if (words := _few_words(n, hide_few=True)) is not None:
            parts.append(f"{label}: {words}")
            continue
        parts.append(
            _("{label}: good {good}, middle {middle}, bad {bad}, {n}").format(
                label=label,
                good=formats.share((counts[4] + counts[5]) / n, n),
                middle=formats.share(counts[3] / n, n),
                bad=formats.share((counts[1] + counts[2]) / n, n),
                n=formats.n_words(n),
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
) -> Picture:
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
    rows = [_interval_row(row, index=index, hide_few=hide_few) for row in frame.itertuples()]
    # The name of the reference line stands below the last row.
    fig, c = figure(theme, height=row_height(rows) * len(rows) + 36)
    lowest = -1.0 if index else 0.0
    for place, (drawn, row) in enumerate(zip(rows, frame.itertuples(), strict=True)):
        y = -float(place)
        block(fig, lowest, 1, (y - 0.07, y - 0.05), c.grid)
        if formats.missing(row.value) or _few_words(int(row.n), hide_few=hide_few) is not None:
            continue
        colour = c.muted if drawn.quiet else c.accent
        block(fig, row.low, row.high, (y - 0.085, y - 0.035), colour)
        fig.add_scatter(
            x=[row.value], y=[y - 0.06], mode="markers", cliponaxis=False,
            marker={
                "size": 12, "color": c.background if drawn.quiet else colour,
                "line": {"color": colour, "width": 2},
            },
            hovertext=f"{safe(drawn.name)}<br>{drawn.figures}", hoverinfo="text",
        )  # fmt: skip
    write_rows(fig, c, rows, 0.14)
    bottom = -(len(frame) - 1) - 0.3
    if reference is not None:
        fig.add_shape(
            type="line", x0=reference, x1=reference, y0=bottom, y1=0.1,
            line={"color": c.text, "width": 1.5, "dash": "dot"}, layer="below",
        )  # fmt: skip
        text = formats.index_points(reference) if index else formats.share(reference)
        fig.add_annotation(
            x=reference, y=bottom, yanchor="top",
            xanchor="right" if reference > (lowest + 1) / 2 else "left",
            text=f"{safe(reference_name)} {text}" if reference_name else text,
        )  # fmt: skip
    margin = (1 - lowest) * 0.015
    fig.update_xaxes(visible=False, range=[lowest - margin, 1 + margin])
    fig.update_yaxes(visible=False, range=[bottom - 0.4, 0.62])
    return fig


def _interval_row(row: Any, *, index: bool, hide_few: bool) -> Row:
    n = int(row.n)
    if (words := _few_words(n, hide_few=hide_few)) is not None:
        return Row(str(row.label), words, quiet=True)
    figures = _interval_words(row.value, row.low, row.high, n, index=index)
    return Row(str(row.label), figures, quiet=n < ENOUGH)


def _interval_words(value: float, low: float, high: float, n: int, *, index: bool) -> str:
    if index:
        span = formats.index_interval(low, high)
        return f"{formats.index_points(value)} ({span}), {formats.n_words(n)}"
    span = formats.share_interval(low, high, n)
    return f"{formats.share(value, n)} ({span}), {formats.n_words(n)}"


def interval_dots_alt(frame: pd.DataFrame, *, index: bool = False, hide_few: bool = True) -> str:
    """Say in words what :func:`interval_dots` shows."""
    require_rows(frame, ("label", "value", "low", "high", "n"))
    parts = []
    for row in frame.head(12).itertuples():
        n = int(row.n)
        words = _few_words(n, hide_few=hide_few)
        if words is None:
            words = _interval_words(row.value, row.low, row.high, n, index=index)
        parts.append(f"{row.label}: {words}")
    return _("Figures with 95 % intervals.") + " " + "; ".join(parts) + "."


def contact_funnel(frame: pd.DataFrame, *, theme: ThemeName) -> Picture:
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
    stages = _stages(frame)
    rows = [Row(str(label), _stage_words(count, above)) for label, count, above in stages]
    fig, c = figure(theme, height=row_height(rows) * len(rows) + 12)
    first = max(stages[0][1], 1)
    for place, (_label, count, _above) in enumerate(stages):
        bar = (-place - 0.2, -place + 0.12)
        block(fig, 0, 1, bar, c.surface)
        if count:
            block(fig, 0, min(count / first, 1), bar, c.accent)
    write_rows(fig, c, rows, 0.14)
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
