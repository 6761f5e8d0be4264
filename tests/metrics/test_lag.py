from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.estimate import Status
from metrics.lag import median_days, share_within


@given(st.dictionaries(st.integers(0, 90), st.integers(0, 5), max_size=8))
def test_median_and_share_of_counts_are_those_of_the_single_cases(counted):
    days = sorted(counted)
    cases = [day for day in days for _ in range(counted[day])]
    counts = [counted[day] for day in days]
    within = share_within(days, counts, 30)
    if not cases:
        assert math.isnan(median_days(days, counts))
        assert within.status is Status.NONE
        return
    assert median_days(days, counts) == statistics.median(cases)
    assert within.value == sum(day <= 30 for day in cases) / len(cases)
    assert within.n == len(cases)


def test_days_out_of_order_are_refused():
    with pytest.raises(ValueError, match="ascend"):
        median_days([3, 2], [1, 1])
