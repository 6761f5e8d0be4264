"""Charts of calls and of partners among their peers: what is drawn, and what is not."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.contacts import (
    day_bins,
    days_histogram,
    days_histogram_alt,
    outcome_months,
    outcome_months_alt,
)
from charts.formats import EN_DASH
from charts.palette import roles
from charts.peers import peer_funnel
from charts.template import count_axis, figure
from tests.checked import checked

NAMES = {"completed": "answered", "refused": "refused", "pending": "pending"}


def test_days_fall_into_bins_of_five_with_the_thirtieth_in_time():
    bins = day_bins(pd.DataFrame({"days": [0, 5, 6, 30, 31, 99], "deliveries": [1] * 6}))
    counts = dict(zip(bins["last_day"], bins["deliveries"], strict=True))
    assert (counts[5], counts[10], counts[30], counts[35], counts[60]) == (2, 1, 1, 1, 1)
    assert bins["deliveries"].sum() == 6
    assert bins["label"].iloc[:2].tolist() == [f"0{EN_DASH}5", f"6{EN_DASH}10"]


def test_bars_beyond_the_limit_are_of_another_colour():
    days = pd.DataFrame({"days": [3, 40], "deliveries": [5, 1]})
    colours = checked(days_histogram(days, theme="light", median=3, limit=30)).data[0].marker.color
    assert len(set(colours[:6])) == 1
    assert colours[0] != colours[-1]


def test_every_outcome_is_a_trace_of_its_own_and_one_that_never_occurs_is_not_drawn():
    months = pd.DataFrame(
        {"month": pd.to_datetime(["2026-01-01"]), "completed": [3], "refused": [1], "pending": [0]}
    )
    figure = checked(outcome_months(months, NAMES, theme="dark", marks=()))
    assert [trace.name for trace in figure.data] == ["answered", "refused"]
    assert "3" in outcome_months_alt(months, NAMES)


@given(st.integers(0, 10**9))
def test_counts_have_few_whole_hairlines_at_any_size(most):
    fig, _colours = figure("light")
    count_axis(fig, 0, most * 1.05)
    axis = fig.layout["yaxis"]
    assert all(int(tick) == tick for tick in axis["tickvals"])
    assert len(set(axis["ticktext"])) == len(axis["ticktext"]) <= 7


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_axes_of_few_contacts_repeat_no_number(n):
    months = pd.DataFrame(
        {"month": pd.to_datetime(["2026-01-01"]), "completed": [n], "refused": [0], "pending": [0]}
    )
    days = pd.DataFrame({"days": [3], "deliveries": [n]})
    for fig in (
        checked(outcome_months(months, NAMES, theme="light", marks=())),
        checked(days_histogram(days, theme="light", median=3, limit=30)),
    ):
        assert len(set(fig.layout.yaxis.ticktext)) == len(fig.layout.yaxis.ticktext) > 1
        assert all(int(tick) == tick for tick in fig.layout.yaxis.tickvals)


def test_half_a_day_stands_in_the_picture_as_in_its_words():
    days = pd.DataFrame({"days": [12, 13], "deliveries": [1, 1]})
    fig = checked(days_histogram(days, theme="light", median=12.5, limit=30))
    assert "медиана 12,5\u00a0дня" in [note.text for note in fig.layout.annotations]
    assert "медиана 12,5\u00a0дня" in days_histogram_alt(days, median=12.5, limit=30)


@pytest.fixture
def named():
    return pd.DataFrame(
        {"label": ["Студия <1>", "Студия 2"], "n": [40, 200], "value": [0.4, 0.8],
         "flag": ["alert", "like_others"], "key": [1, 2]}
    )  # fmt: skip


@pytest.fixture
def limits():
    return pd.DataFrame(
        {"n": [5, 200], "inner_low": [0.4, 0.7], "inner_high": [1.0, 0.9],
         "outer_low": [0.2, 0.65], "outer_high": [1.0, 0.95],
         "adjusted_low": [math.nan] * 2, "adjusted_high": [math.nan] * 2}
    )  # fmt: skip


CROWD = pd.DataFrame({"n": [10, 300], "value": [0.7, 0.75], "partners": [3, 1]})


def drawn(named, crowd, limits):
    return checked(peer_funnel(named, crowd, limits, theme="light", target=0.78))


def test_the_crowd_has_neither_names_nor_keys_and_lies_below(named, limits):
    crowd = drawn(named, CROWD, limits).data[0]
    assert list(crowd.x) == [10, 300]
    assert crowd.customdata is None
    assert not any("Студия" in words for words in crowd.hovertext)


def test_wider_limits_are_drawn_only_where_partners_vary_more_than_chance(named, limits):
    plain = drawn(named, CROWD, limits)
    wide = drawn(named, CROWD, limits.assign(adjusted_low=[0.1, 0.5], adjusted_high=[1.0, 0.97]))
    assert len(wide.data) == len(plain.data) + 2


def test_the_axis_reaches_the_largest_of_named_and_crowd(named, limits):
    axis = drawn(named, CROWD, limits).layout.xaxis
    assert axis.type == "log"
    assert 10 ** axis.range[0] < 5
    assert 10 ** axis.range[1] > 300


def test_the_one_to_ask_is_named_beside_its_point(named, limits):
    labels = [note for note in drawn(named, CROWD, limits).layout.annotations if note.x != 1]
    assert [note.text for note in labels] == ["Студия &lt;1&gt;"]
    assert labels[0].x == pytest.approx(math.log10(40))


def test_limits_and_hairlines_run_behind_every_word(named, limits):
    figure = drawn(named, CROWD, limits)
    plates = {note.bgcolor for note in figure.layout.annotations}
    assert plates == {roles("light").background}
    assert all(note.opacity is None for note in figure.layout.annotations)


def test_where_many_are_flagged_no_label_covers_the_points(named, limits):
    many = pd.concat([named.iloc[[0]]] * 20, ignore_index=True)
    assert [n for n in drawn(many, CROWD, limits).layout.annotations if n.x != 1] == []


def test_without_limits_and_crowd_only_the_partners_stand(named, limits):
    figure = drawn(named, CROWD.iloc[:0], limits.iloc[:0])
    assert [trace.mode for trace in figure.data] == ["markers", "markers"]
