import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.funnel import exact_index_limits, exact_share_limits

GOLD = json.loads((Path(__file__).parents[1] / "gold" / "funnel_exact.json").read_text("utf-8"))
TAILS = {"l95": 0.025, "u95": 0.975, "l998": 0.001, "u998": 0.999}


@pytest.mark.parametrize("name", TAILS)
def test_exact_limits_agree_with_r(name: str) -> None:
    for row in GOLD["limits"]:
        limit = exact_share_limits(row["theta"], row["n"], TAILS[name])
        assert float(limit) == pytest.approx(row[name], abs=1e-9)


@pytest.mark.parametrize("name", TAILS)
def test_exact_limits_at_every_provider_agree_with_r(name: str) -> None:
    rows = GOLD["providers"]
    limits = exact_share_limits(rows[0]["target_all"], [row["n"] for row in rows], TAILS[name])
    assert limits == pytest.approx([row[f"spieg_{name}"] for row in rows], abs=1e-9)


@given(st.floats(0.02, 0.98), st.integers(10, 500))
def test_limits_lie_around_the_target_and_the_outer_ones_outside(theta: float, n: int) -> None:
    low, high, far_low, far_high = (float(exact_share_limits(theta, n, t)) for t in TAILS.values())
    assert 0 <= far_low <= low <= theta <= high <= far_high <= 1


@given(st.floats(0.05, 0.95), st.integers(10, 300))
def test_limits_close_in_as_answers_multiply(theta: float, n: int) -> None:
    low, high = (exact_share_limits(theta, [n, 4 * n], tail) for tail in (0.025, 0.975))
    assert low[1] >= low[0]
    assert high[1] <= high[0]


def test_where_nothing_can_vary_the_limit_is_the_target() -> None:
    for theta in (0.0, 1.0):
        assert exact_share_limits(theta, [1, 10, 500], 0.975).tolist() == [theta] * 3
        assert exact_share_limits(theta, [1, 10, 500], 0.025).tolist() == [theta] * 3


def trinomial(p: float, d: float, n: int) -> np.ndarray:
    """Distribution of P - D over -n..n, every combination of counts added up."""
    chances = np.zeros(2 * n + 1)
    for a in range(n + 1):
        for b in range(n + 1 - a):
            ways = math.comb(n, a) * math.comb(n - a, b)
            chances[a - b + n] += ways * p**a * d**b * (1 - p - d) ** (n - a - b)
    return chances


@pytest.mark.parametrize(
    ("p", "d"), [(0.6, 0.2), (0.2, 0.5), (0.05, 0.05), (0.33, 0.33), (0.3, 0.0), (0.0, 0.3)]
)
@pytest.mark.parametrize("tail", TAILS.values())
def test_index_limits_are_the_interpolated_quantiles_of_the_trinomial(
    p: float, d: float, tail: float
) -> None:
    for n in (1, 2, 7, 15):
        chances = trinomial(p, d, n)
        at = int(np.argmax(np.cumsum(chances) >= tail))
        expected = (at - n - (np.cumsum(chances)[at] - tail) / chances[at]) / n
        limit = float(exact_index_limits(p, d, n, tail))
        lowest, highest = -1.0 if d else 0.0, 1.0 if p else 0.0
        assert limit == pytest.approx(min(highest, max(lowest, expected)), abs=1e-10)


@given(st.floats(0.02, 0.98), st.integers(1, 200))
def test_without_passives_the_index_limit_is_that_of_the_share(p: float, n: int) -> None:
    for tail in TAILS.values():
        index, share = exact_index_limits(p, 1 - p, n, tail), exact_share_limits(p, n, tail)
        assert float(index) == pytest.approx(2 * float(share) - 1, abs=1e-12)


def test_where_everybody_is_passive_the_index_cannot_move() -> None:
    assert exact_index_limits(0.0, 0.0, [1, 5, 40], 0.025).tolist() == [0, 0, 0]


def test_no_answers_have_no_limits_and_the_shape_is_kept() -> None:
    limits = exact_share_limits(0.5, [[0, 3], [10, 0]], 0.025)
    assert np.isnan(limits).tolist() == [[True, False], [False, True]]
    assert np.isnan(exact_index_limits(0.5, 0.2, [0, 4], 0.025)).tolist() == [True, False]
    assert exact_share_limits(0.5, [], 0.025).shape == (0,)


def test_impossible_targets_are_refused() -> None:
    for target in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="target"):
            exact_share_limits(target, 10, 0.025)
    with pytest.raises(ValueError, match="more than 1"):
        exact_index_limits(0.7, 0.7, 10, 0.025)
    with pytest.raises(ValueError, match="strictly between"):
        exact_share_limits(0.5, 10, 1.0)
