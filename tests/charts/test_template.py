"""What all charts share: the axis of counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.template import count_axis, figure


def axis(low: float, high: float, **options: bool):
    fig, _colours = figure("light")
    count_axis(fig, low, high, **options)
    return fig.layout["yaxis"]


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("ru", ["0", "5\u00a0000", "10\u00a0000", "15\u00a0000"]),
        ("en", ["0", "5,000", "10,000", "15,000"]),
    ],
)
def test_thousands_are_written_as_everywhere_else(language, written, speak) -> None:
    speak(language)
    assert axis(0, 16_200)["ticktext"] == written


def test_a_few_partners_are_counted_in_whole_ones() -> None:
    assert axis(0, 2.16)["ticktext"] == ["0", "1", "2"]


def test_what_hangs_below_the_line_is_a_minus_or_counted_downward() -> None:
    assert axis(-25, 22)["ticktext"] == ["\u221220", "\u221210", "0", "10", "20"]
    assert axis(-25, 22, signed=False)["ticktext"] == ["20", "10", "0", "10", "20"]


@given(st.floats(-1e7, 0), st.floats(1, 1e7))
def test_there_are_a_few_ticks_inside_the_axis_and_one_at_zero(low: float, high: float) -> None:
    ticks = axis(low, high)["tickvals"]
    assert 0 in ticks
    assert 2 <= len(ticks) <= 8
    assert all(low <= tick <= high and tick == int(tick) for tick in ticks)
