"""A picture is what plotly would have made of the same words and values."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.picture import Picture
from charts.template import figure
from metrics.peers import PeerFlag
from tests.checked import checked

VALUES = {
    "small numbers": pd.Series([1, 2, -128]),
    "numbers up to two bytes": np.array([0, 128, -32_768]),
    "numbers up to four bytes": pd.Index([0, 32_768, -(2**31)]),
    "numbers too large for plotly.js": np.array([2**31, 0]),
    "fractions with a gap": pd.Series([0.5, np.nan, 1.5]),
    "counts that may be missing": pd.Series([1, 2, 3], dtype="Int64"),
    "single precision": np.array([0.5, 0.25], dtype="float32"),
    "every second number": np.arange(10)[::2],
    "no numbers": pd.Series([], dtype="float64"),
    "days": pd.Series(pd.to_datetime(["2026-11-01", "2026-12-01"])),
    "words": pd.Series(["а", "б"]),
    "words and none": pd.Series(["а", None], dtype="object"),
    "yes and no": np.array([True, False]),
    "a list of anything": [1, 0.5, "а", None, np.float64(0.1), np.int64(7), np.bool_(True)],
    "a list with a gap": [0.5, float("nan"), np.nan],
    "a list of moments": [pd.Timestamp("2026-11-01"), dt.date(2026, 11, 2), pd.NaT],
    "words of ours": [PeerFlag.ALERT],
}


def empty() -> Picture:
    return figure("light")[0]


def plotlys() -> go.Figure:
    """Return what plotly makes of the same empty figure."""
    return go.Figure(layout=empty().layout)


def same(picture: Picture, theirs: go.Figure) -> bool:
    return json.loads(checked(picture).to_json()) == json.loads(theirs.to_json())


@pytest.mark.parametrize("values", VALUES.values(), ids=list(VALUES))
def test_values_of_every_kind_are_sent_as_plotly_sends_them(values: Any) -> None:
    picture, theirs = empty(), plotlys()
    picture.add_scatter(x=values, customdata=values, marker={"size": 6, "color": None})
    theirs.add_scatter(x=values, customdata=values, marker={"size": 6, "color": None})
    assert same(picture, theirs)


def test_a_grid_of_numbers_keeps_its_shape() -> None:
    picture, theirs = empty(), plotlys()
    for fig in (picture, theirs):
        fig.add_heatmap(z=np.array([[0.1, np.nan, 0.3], [0.4, 0.5, 0.6]]).T)
    assert same(picture, theirs)
    assert checked(picture).data[0].z.shape == (3, 2)


def test_lines_and_bands_across_the_plot_are_those_of_plotly() -> None:
    picture, theirs = empty(), plotlys()
    for fig in (picture, theirs):
        fig.add_hline(y=0.5, line={"width": 1}, layer="below")
        fig.add_vline(x=dt.date(2026, 11, 1), line={"dash": "dot"})
        fig.add_vrect(x0=dt.date(2026, 9, 1), x1=dt.date(2026, 10, 1), fillcolor="red")
    assert same(picture, theirs)


def test_what_is_said_later_adds_to_what_was_said_before() -> None:
    picture, theirs = empty(), plotlys()
    for fig in (picture, theirs):
        fig.add_bar(x=[1], y=[2])
        fig.update_layout(margin={"t": 30}, showlegend=True)
        fig.update_layout(margin={"r": 50}, height=100)
        fig.update_xaxes(title={"text": "x"}, range=[0, 1])
        fig.update_xaxes(title={"standoff": 3}, range=[0, 2])
        fig.update_yaxes(visible=False)
        fig.add_annotation(x=1, y=2, text="a")
        fig.add_shape(type="rect", x0=0, x1=1, y0=0, y1=1)
    assert same(picture, theirs)


def test_the_shared_look_is_in_every_picture_and_changed_by_none() -> None:
    before = pickle.dumps(empty().layout["template"])
    first = empty()
    first.update_layout(height=1, legend={"traceorder": "normal"})
    first.update_xaxes(visible=False)
    assert pickle.dumps(empty().layout["template"]) == before
    assert empty().layout["height"] != 1


@pytest.mark.parametrize(
    "wrong", [{"colour": "red"}, {"mode": "dots"}, {"marker": {"sise": 3}}, {"line_width": 3}]
)
def test_the_tests_notice_what_plotly_does_not_know(wrong: dict[str, Any]) -> None:
    picture = empty()
    picture.add_scatter(x=[1], y=[2], **wrong)
    with pytest.raises((ValueError, AssertionError)):
        checked(picture)


def test_a_value_that_json_has_no_word_for_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        empty().add_scatter(x=[object()])
