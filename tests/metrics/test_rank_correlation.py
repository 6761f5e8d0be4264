import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr

from metrics.estimate import Status
from metrics.rank_correlation import as_answers, spearman, spearman_matrices

NAN = math.nan
answer = st.sampled_from([1, 2, 3, 4, 5, NAN])
pairs = st.lists(st.tuples(answer, answer), min_size=9, max_size=60)


def both(rows: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    data = np.array(rows, dtype=float).reshape(-1, 2)
    return data[:, 0], data[:, 1]


@given(pairs)
def test_rho_and_p_agree_with_scipy_over_complete_pairs(rows: list[tuple[float, float]]) -> None:
    x, y = both(rows)
    known = ~(np.isnan(x) | np.isnan(y))
    rho, p = spearman(x, y)
    assert rho.n == known.sum()
    if len(set(x[known])) < 2 or len(set(y[known])) < 2:
        assert math.isnan(rho.value)
        assert math.isnan(p)
        return
    theirs = spearmanr(x[known], y[known])
    assert rho.value == pytest.approx(theirs.statistic, abs=1e-12)
    assert -1 <= rho.low <= rho.value <= rho.high <= 1
    if rho.n > 8 and abs(rho.value) < 1 - 1e-9:
        assert p == pytest.approx(theirs.pvalue, abs=1e-9)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=6))
def test_with_few_pairs_p_counts_every_order(rows: list[tuple[float, float]]) -> None:
    x, y = both(rows)
    rho, p = spearman(x, y)
    if math.isnan(rho.value):
        return
    a, b = rankdata(x) - rankdata(x).mean(), rankdata(y) - rankdata(y).mean()
    found = [abs(a @ np.array(order)) >= abs(a @ b) - 1e-9 for order in permutations(b)]
    assert p == pytest.approx(np.mean(found), abs=1e-12)


def test_three_pairs_in_a_row_prove_nothing() -> None:
    rho, p = spearman([1, 2, 3], [2, 3, 5])
    assert (rho.value, rho.low, rho.high) == (1.0, -1.0, 1.0)
    assert p == pytest.approx(2 / 6)
    assert rho.status is Status.HIDDEN


def test_a_perfect_order_still_has_a_width_and_a_p_value() -> None:
    rho, p = spearman(range(10), range(10))
    assert (rho.value, rho.high) == (1.0, 1.0)
    assert 0.9 < rho.low < 1
    assert p == pytest.approx(2 / math.factorial(10))
    assert spearman(range(10), range(9, -1, -1))[0].low == -1.0


def test_the_interval_is_bonett_and_wrights() -> None:
    x, y = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5], [2, 1, 4, 3, 5, 1, 3, 3, 5, 4]
    rho, _ = spearman(x, y)
    reach = 1.959963984540054 * math.sqrt((1 + rho.value**2 / 2) / 7)
    assert rho.low == pytest.approx(math.tanh(math.atanh(rho.value) - reach), abs=1e-12)


def test_what_does_not_vary_goes_together_with_nothing() -> None:
    rho, p = spearman([4] * 12, [1, 2, 3] * 4)
    assert math.isnan(rho.value)
    assert math.isnan(p)
    assert (rho.n, rho.status) == (12, Status.OK)


def test_all_missing_and_no_pairs_are_nothing() -> None:
    for x, y in (([], []), ([NAN, 3], [4, NAN])):
        rho, p = spearman(x, y)
        assert rho.status is Status.NONE
        assert math.isnan(p)
    assert math.isnan(spearman([3], [4])[0].value)


def test_matrices_rank_each_pair_among_its_own_surveys_as_pandas_does() -> None:
    draw = np.random.default_rng(5)
    data = draw.integers(1, 6, size=(80, 4)).astype(float)
    data[:, 1] = np.clip(data[:, 0] + draw.integers(-1, 2, 80), 1, 5)
    data[draw.random(data.shape) < 0.2] = np.nan
    matrices, counts = spearman_matrices(data)
    assert matrices[0] == pytest.approx(pd.DataFrame(data).corr("spearman").to_numpy(), abs=1e-12)
    assert counts[0, 1] == (~np.isnan(data[:, :2]).any(axis=1)).sum()
    again, _ = spearman_matrices(data, np.array([[0, 3, 3, 7, 9, 11, 20, 41, 60], range(9)]))
    resampled = pd.DataFrame(data[[0, 3, 3, 7, 9, 11, 20, 41, 60]])
    expected = resampled.corr("spearman").to_numpy(copy=True)
    np.fill_diagonal(expected, 1)
    assert again[0] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_impossible_scores_are_refused() -> None:
    for bad in ([11], [-1], [2.5], ["yes"]):
        with pytest.raises(ValueError, match="answers"):
            as_answers(bad)
    with pytest.raises(ValueError, match="equally long"):
        spearman([1, 2], [1])
