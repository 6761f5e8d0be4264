import math

import numpy as np
import pytest

from metrics.counts import as_count, as_counts, as_parts, normal_quantile


@pytest.mark.parametrize("bad", [-1, 1.5, math.nan, math.inf, None, "many"])
def test_what_is_no_count_is_refused_by_name(bad: object) -> None:
    with pytest.raises(ValueError, match="answers"):
        as_count(bad, "answers")  # type: ignore[arg-type]  # the point of the test


def test_whole_floats_from_a_nullable_column_are_counts() -> None:
    assert as_counts([3.0, 0.0], "answers").tolist() == [3, 0]


def test_a_part_may_not_exceed_its_total() -> None:
    with pytest.raises(ValueError, match="x must not exceed n"):
        as_parts([1, 4], [2, 3])


def test_parts_are_broadcast_together() -> None:
    x, n = as_parts([[0, 1, 2]], 5)
    assert x.shape == n.shape == (1, 3)
    assert n.dtype == np.int64


@pytest.mark.parametrize("bad", [0, 1, -0.1, 95, math.nan])
def test_confidence_must_be_a_probability_inside_0_and_1(bad: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        normal_quantile(bad)
    assert normal_quantile(0.95) == pytest.approx(1.959963984540054, abs=1e-15)
