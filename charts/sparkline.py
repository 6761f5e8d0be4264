"""Pictures of a line of text's height, as SVG: a tile's trend, a table row's bullet."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence

from charts.palette import ThemeName, Tone, roles

WIDTH, HEIGHT, PAD = 96, 34, 4


def data_address(svg: str) -> str:
    """Return ``svg`` as a ``data:`` address, for image columns."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def sparkline(values: Sequence[float], *, theme: ThemeName, tone: Tone = Tone.NEUTRAL) -> str:
    """Return an SVG of a series, oldest first, its last value marked by a dot.

    A gap (NaN) breaks the line. The scale is the series' own, so the picture shows the shape and
    the tile's figure the size.

    Raises
    ------
    ValueError
        If fewer than two values are numbers: one point has no shape.
    """
    numbers = [value for value in values if not math.isnan(value)]
    if len(numbers) < 2:
        raise ValueError("a sparkline needs at least two values")
    low, high = min(numbers), max(numbers)
    step = (WIDTH - 2 * PAD) / (len(values) - 1)

    def place(index: int, value: float) -> tuple[float, float]:
        height = 0.5 if high == low else (value - low) / (high - low)
        return PAD + index * step, HEIGHT - PAD - height * (HEIGHT - 2 * PAD)

    strokes: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if math.isnan(value):
            strokes.append([])
        else:
            x, y = place(index, value)
            strokes[-1].append(f"{x:.1f},{y:.1f}")
    colour = roles(theme).tone(tone)
    lines = "".join(
        f'<polyline points="{" ".join(stroke)}" fill="none" stroke="{colour}" '
        'stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/>'
        for stroke in strokes
        if len(stroke) > 1
    )
    last = max(i for i, value in enumerate(values) if not math.isnan(value))
    x, y = place(last, values[last])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{lines}'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/></svg>'
    )


def bullet_picture(
    base: int, delivered: int, pending_activation: int = 0, *, theme: ThemeName
) -> str:
    """Return the SVG of one partner's coverage against the 50 % mark, for a table cell.

    Parameters
    ----------
    base, delivered
        Keys in the base and delivered ones; an empty base draws an empty track.
    pending_activation
        Keys that may still enter the base: the paler end of the bar could be lost to them.
    """
    c = roles(theme)
    # Streamlit scales a picture to its row: these are the proportions of a column in a row.
    width, height, top, bar = 96, 28, 9, 10
    parts = [f'<rect x="0" y="{top}" width="{width}" height="{bar}" rx="2" fill="{c.grid}"/>']
    if base > 0:
        colour = c.good if 2 * delivered >= base else c.bad
        now, worst = delivered / base, delivered / (base + pending_activation)
        parts += [
            f'<rect x="0" y="{top}" width="{end * width:.1f}" height="{bar}" rx="2" '
            f'fill="{colour}" fill-opacity="{opacity}"/>'
            for end, opacity in ((now, 0.45), (worst, 1))
        ]
    parts.append(
        f'<rect x="{width / 2 - 1}" y="4" width="2" height="{height - 8}" fill="{c.text}"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(parts)}</svg>'
    )
