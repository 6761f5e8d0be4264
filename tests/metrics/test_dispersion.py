import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.dispersion import (
    adjusted_index_limits,
    arcsine_limits,
    index_over_dispersion,
    over_dispersion,
    share_over_dispersion,
)

GOLD = json.loads((Path(__file__).parents[1] / "gold" / "funnel_arcsine.json").read_text("utf-8"))
ROWS = GOLD["rows"]
X = np.array([row["x"] for row in ROWS])
N = np.array([row["n"] for row in ROWS])


def column(name: str) -> list[float]:
    return [row[name] for row in ROWS]


def test_over_dispersion_agrees_with_funnelplotr() -> None:
    result = share_over_dispersion(X, N, GOLD["target"])
    assert (result.phi, result.tau2) == pytest.approx((GOLD["phi"], GOLD["tau2"]), abs=1e-9)
    assert result.z == pytest.approx(column("z"), abs=1e-9)
    assert result.z_winsorised == pytest.approx(column("z_winsorised"), abs=1e-9)


def test_over_dispersion_agrees_with_funnelplotr_at_other_trims() -> None:
    for row in GOLD["phi_tau2_by_trim"]:
        result = share_over_dispersion(X, N, GOLD["target"], trim=row["trim_by"])
        assert (result.phi, result.tau2) == pytest.approx((row["phi"], row["tau2"]), abs=1e-9)


@pytest.mark.parametrize(("confidence", "name"), [(0.95, "95"), (0.998, "998")])
@pytest.mark.parametrize(("tau2", "prefix"), [(0.0, ""), (GOLD["tau2"], "od_")])
def test_arcsine_limits_agree_with_funnelplotr(
    confidence: float, name: str, tau2: float, prefix: str
) -> None:
    low, high = arcsine_limits(GOLD["target"], N, tau2, confidence)
    # At n = 1 FunnelPlotR keeps a sine that folded back; the file says to treat it as no limit.
    folded = N == 1
    assert set(high[folded]) == {1.0}
    assert low == pytest.approx(column(f"{prefix}l{name}"), abs=1e-6)
    assert high[~folded] == pytest.approx(np.array(column(f"{prefix}u{name}"))[~folded], abs=1e-6)


@pytest.mark.parametrize(("tau2", "kind"), [(0.0, "unadjusted"), (GOLD["tau2"], "adjusted")])
@pytest.mark.parametrize(("confidence", "name"), [(0.95, "95"), (0.998, "998")])
def test_who_lies_outside_agrees_with_funnelplotr(
    tau2: float, kind: str, confidence: float, name: str
) -> None:
    low, high = arcsine_limits(GOLD["target"], N, tau2, confidence)
    share = X / N
    outside = (share < low) | (share > high)
    expected = np.array(column(f"flag{name}_{kind}"))
    assert outside.astype(int)[N > 1].tolist() == expected[N > 1].tolist()


@given(st.floats(0.02, 0.98), st.integers(1, 2000), st.floats(0, 0.1))
def test_arcsine_limits_hold_the_target_and_widen_with_tau2(
    target: float, n: int, tau2: float
) -> None:
    low, high = arcsine_limits(target, n)
    wide_low, wide_high = arcsine_limits(target, n, tau2)
    assert 0 <= wide_low <= low <= target <= high <= wide_high <= 1


def test_equal_units_show_no_over_dispersion_and_unequal_ones_do() -> None:
    draw = np.random.default_rng(4)
    n = np.full(200, 50)
    equal = draw.binomial(n, 0.7)
    unequal = draw.binomial(n, draw.beta(7, 3, size=200))
    assert share_over_dispersion(equal, n, 0.7).tau2 == 0
    assert share_over_dispersion(unequal, n, 0.7).tau2 > 0.005
    groups = np.array([draw.multinomial(50, draw.dirichlet([6, 2, 2])) for _ in range(200)])
    balance = groups[:, 0] - groups[:, 2]
    assert index_over_dispersion(balance, n, 0.6, 0.2).tau2 > 0.005


def test_too_few_units_have_none() -> None:
    assert math.isnan(over_dispersion([], []).phi)
    assert over_dispersion([], []).tau2 == 0
    assert over_dispersion([5.0], [10.0]).tau2 == 0


def test_where_nothing_can_vary_there_is_none() -> None:
    result = index_over_dispersion([5, 8], [5, 8], 1.0, 0.0)
    assert (result.phi, result.tau2) == (0, 0)
    low, high = adjusted_index_limits(1.0, 0.0, [5, 8], 0.0)
    assert low.tolist() == high.tolist() == [1, 1]


def test_adjusted_index_limits_are_cut_at_the_ends_of_the_scale() -> None:
    low, high = adjusted_index_limits(0.8, 0.1, [1, 20, 0], 0.05)
    assert high[0] == 1.0
    assert low[0] >= -1
    assert low[0] < low[1] < 0.7 < high[1]
    assert np.isnan(low[2])


def test_impossible_input_is_refused() -> None:
    with pytest.raises(ValueError, match="without answers"):
        share_over_dispersion([0], [0], 0.5)
    with pytest.raises(ValueError, match="answers"):
        index_over_dispersion([3], [2], 0.5, 0.2)
    with pytest.raises(ValueError, match="tau2"):
        arcsine_limits(0.5, 10, -0.1)
    with pytest.raises(ValueError, match="tau2"):
        adjusted_index_limits(0.5, 0.2, 10, math.nan)
    with pytest.raises(ValueError, match="equally long"):
        over_dispersion([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="positive"):
        over_dispersion([1.0], [0.0])
    with pytest.raises(ValueError, match="trim"):
        over_dispersion([1.0], [1.0], trim=0.5)
