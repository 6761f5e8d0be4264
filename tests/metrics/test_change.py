from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.change import index_changes, share_changes
from metrics.difference import Verdict, index_difference, share_difference, verdict
from metrics.recommendation import Groups

sizes = st.integers(0, 60)
shares = st.tuples(sizes, sizes).map(lambda pair: (min(pair), max(pair)))
triples = st.tuples(sizes, sizes, sizes).map(lambda t: Groups(*t))


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=5))
def test_a_column_of_share_changes_says_what_each_says_alone(pairs):
    columns = np.array([[*now, *before] for now, before in pairs]).T
    changes = share_changes(*columns)
    for i, ((x1, n1), (x2, n2)) in enumerate(pairs):
        alone = share_difference(x1, n1, x2, n2)
        got = (changes.value[i], changes.low[i], changes.high[i])
        np.testing.assert_allclose(got, (alone.value, alone.low, alone.high), atol=1e-12)
        assert changes.n[i] == min(n1, n2)
        assert changes.verdicts()[i] is verdict(alone)


@given(st.lists(st.tuples(triples, triples), min_size=1, max_size=5))
def test_a_column_of_index_changes_says_what_each_says_alone(pairs):
    def columns(side):
        return tuple(np.array([(g.promoters, g.critics, g.n) for g in side]).T)

    changes = index_changes(columns([now for now, _ in pairs]), columns([b for _, b in pairs]))
    for i, (now, before) in enumerate(pairs):
        alone = index_difference(now, before)
        got = (changes.value[i], changes.low[i], changes.high[i])
        np.testing.assert_allclose(got, (alone.value, alone.low, alone.high), atol=1e-9)
        assert changes.verdicts()[i] is verdict(alone)


def test_a_fall_beyond_chance_is_lower_and_four_answers_say_nothing():
    changes = share_changes([10, 1, 8], [40, 4, 10], [36, 4, 8], [40, 4, 10])
    assert changes.verdicts() == (Verdict.LOWER, Verdict.TOO_FEW, Verdict.WITHIN_CHANCE)


def test_more_good_answers_than_answers_are_refused():
    with pytest.raises(ValueError, match="x"):
        share_changes([3], [2], [1], [2])
