"""The axis of time and what is marked on it: where, in which words, and beside the data."""

from __future__ import annotations

import ast
import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest

import charts
from charts.annotations import Mark, time_axis
from charts.picture import Picture
from charts.template import figure
from tests.checked import checked

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 1)
LONG = "Осенняя кампания звонков партнёрам и клиентам"


def drawn(*marks: Mark, period: int = 0) -> Picture:
    fig, c = figure("light", height=300)
    time_axis(fig, c, FIRST, LAST, marks=marks, period=period)
    return fig


def spans(fig: Picture) -> list[tuple[float, float, float]]:
    """Where words lie on a phone: top, left and right end as parts of the axis."""
    found = []
    layout = checked(fig).layout
    start, end = map(dt.date.fromisoformat, layout.xaxis.range)
    for words in layout.annotations:
        place = dt.date.fromisoformat(words.x)
        wide, line = len(words.text) / 36, (place - start) / (end - start)
        left = line - wide * {"left": 0, "center": 0.5, "right": 1}[words.xanchor]
        found.append((words.y, left, left + wide))
    return found


def test_a_change_is_a_line_with_its_words_and_told() -> None:
    fig = drawn(Mark(dt.date(2026, 6, 15), LONG))
    layout = checked(fig).layout
    (line,), (words,) = layout.shapes, layout.annotations
    assert (line.x0, line.x1) == ("2026-06-15",) * 2
    assert words.text.startswith("Осенняя")
    assert LONG in words.hovertext
    assert LONG in fig.marked
    assert "15 июня 2026" in fig.marked.replace("\u00a0", " ")


@pytest.mark.parametrize("day", [dt.date(2025, 12, 1), dt.date(2027, 1, 1)])
def test_a_change_outside_the_axis_is_neither_drawn_nor_told(day: dt.date) -> None:
    fig = drawn(Mark(day, LONG))
    layout = checked(fig).layout
    assert not layout.shapes
    assert not layout.annotations
    assert fig.marked == ""
    assert layout.height == 300


def test_a_change_stands_in_the_middle_of_the_period_that_a_point_stands_for() -> None:
    (line,) = checked(drawn(Mark(dt.date(2026, 6, 16), LONG), period=30)).layout.shapes
    assert line.x0 == "2026-06-01"


def test_words_are_text_and_no_markup() -> None:
    (words,) = checked(drawn(Mark(dt.date(2026, 6, 15), "<b>жирный</b>"))).layout.annotations
    assert "<b>" not in words.text + words.hovertext


@pytest.mark.parametrize("label", ["кампания", LONG])
def test_words_lie_above_the_plot_inside_the_axis_and_not_on_each_other(label: str) -> None:
    marks = [Mark(FIRST + dt.timedelta(days=60 * i), label) for i in range(6)]
    fig = drawn(*marks)
    placed = spans(fig)
    assert len(placed) == 6
    assert all(left >= -1e-9 and right <= 1 + 1e-9 for _row, left, right in placed)
    for row in {row for row, *_ends in placed}:
        ends = sorted(ends for at, *ends in placed if at == row)
        assert all(one[1] <= other[0] for one, other in pairwise(ends))
    rows = len({row for row, *_ends in placed})
    layout = checked(fig).layout
    assert layout.height == 300 + 16 * rows
    plot = layout.yaxis.domain[1]
    lowest = min(top for top, *_ends in placed)
    assert lowest - plot == pytest.approx((1 - plot) / rows)
    assert (lowest - plot) * (layout.height - 60) == pytest.approx(16)


def test_many_changes_are_all_lines_and_all_told_and_the_figure_does_not_grow_on() -> None:
    marks = [Mark(FIRST + dt.timedelta(days=10 * i), f"{i}: {LONG}") for i in range(30)]
    fig = drawn(*marks)
    layout = checked(fig).layout
    assert len(layout.shapes) == 30
    assert all(mark.label in fig.marked for mark in marks)
    assert len(layout.annotations) < 30
    assert layout.height < 400


def test_months_are_written_on_an_axis_in_one_place_only() -> None:
    """So that no chart over time does without its changes."""
    writers = {
        path.name
        for path in Path(charts.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "month_ticks"
    }
    assert writers == {"annotations.py"}
