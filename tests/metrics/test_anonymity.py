"""Nobody among the others is shown with a size of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from metrics.anonymity import TOGETHER, among_neighbours

OTHERS = st.lists(
    st.integers(5, 5000).flatmap(
        lambda n: st.integers(0, n).map(lambda good: {"n": n, "value": good / n})
    ),
    max_size=60,
)


@given(OTHERS)
def test_every_size_shown_is_shared_by_enough(others):
    frame = pd.DataFrame(others, columns=["n", "value"])
    shown = among_neighbours(frame)
    assert len(shown) == (len(frame) if len(frame) >= TOGETHER else 0)
    assert (shown["n"].value_counts() >= TOGETHER).all()


@given(OTHERS)
def test_places_stay_about_where_they_are(others):
    frame = pd.DataFrame(others, columns=["n", "value"])
    shown = among_neighbours(frame)
    if shown.empty:
        return
    ordered = frame.sort_values("n", kind="stable", ignore_index=True)
    assert (ordered["value"] - shown["value"]).abs().max() <= 0.005 + 1e-9
    assert shown["n"].is_monotonic_increasing
    assert shown["n"].max() <= ordered["n"].max() * 1.05


def test_the_largest_cannot_be_told_by_its_number_of_answers():
    sizes = [10, 11, 12, 13, 14, 1234]
    frame = pd.DataFrame({"n": sizes, "value": [n // 3 / n for n in sizes]})
    shown = among_neighbours(frame)
    assert set(shown["n"]) == {12}
    assert np.array_equal(shown["value"], np.round(frame["value"], 2))


def test_a_size_has_two_digits():
    frame = pd.DataFrame({"n": [1207] * 5, "value": [0.5] * 5})
    assert among_neighbours(frame)["n"].tolist() == [1200] * 5
