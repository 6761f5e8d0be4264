import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.correlation_tools import corr_nearest

from metrics.importance import importance, lmg, valid_correlations
from metrics.rank_correlation import spearman_matrices

CODES = ["goals", "design", "development", "management", "budget", "speed"]


def rng() -> np.random.Generator:
    return np.random.default_rng(9)


def survey(n: int, missing: float = 0.1, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Answers that share one mood; the first two questions go with the outcome most."""
    draw = np.random.default_rng(seed)
    mood = draw.normal(size=n)
    raw = 0.6 * mood[:, None] + draw.normal(size=(n, len(CODES)))
    outcome = raw[:, 0] + 0.7 * raw[:, 1] + 0.2 * mood + draw.normal(size=n)
    data = np.clip(np.round(np.column_stack([raw, outcome]) + 4), 1, 5)
    data[draw.random(data.shape) < missing] = np.nan
    return data[:, :-1], data[:, -1]


def random_correlations(k: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    loading = draw.normal(size=(k, k + 2))
    covariance = loading @ loading.T
    scale = np.sqrt(np.diag(covariance))
    return covariance / np.outer(scale, scale)


def r_squared(matrix: np.ndarray, chosen: list[int]) -> float:
    if not chosen:
        return 0.0
    y = matrix[chosen, -1]
    return float(y @ np.linalg.solve(matrix[np.ix_(chosen, chosen)], y))


def by_orders(matrix: np.ndarray) -> np.ndarray:
    """Average gain over every order in which the predictors may enter."""
    k = len(matrix) - 1
    parts = np.zeros(k)
    for order in permutations(range(k)):
        for at, j in enumerate(order):
            parts[j] += r_squared(matrix, list(order[: at + 1])) - r_squared(
                matrix, list(order[:at])
            )
    return parts / math.factorial(k)


@settings(max_examples=20)
@given(st.integers(1, 5), st.integers(0, 10_000))
def test_parts_are_the_average_gains_over_all_orders(k: int, seed: int) -> None:
    matrix = random_correlations(k + 1, seed)
    parts, r2 = lmg(matrix)
    assert parts == pytest.approx(by_orders(matrix), abs=1e-8)
    assert float(r2) == pytest.approx(r_squared(matrix, list(range(k))), abs=1e-8)


@given(st.integers(0, 10_000))
def test_nine_parts_add_up_to_r_squared_and_none_is_negative(seed: int) -> None:
    matrix = random_correlations(10, seed)
    parts, r2 = lmg(matrix)
    assert parts.sum() == pytest.approx(float(r2), abs=1e-10)
    assert parts.min() >= -1e-12
    assert 0 <= r2 <= 1 + 1e-12


def test_many_matrices_at_once_are_the_same_as_one_by_one() -> None:
    matrices = np.stack([random_correlations(5, seed) for seed in range(6)])
    parts, r2 = lmg(matrices)
    for at, matrix in enumerate(matrices):
        one, whole = lmg(matrix)
        assert parts[at] == pytest.approx(one, abs=1e-14)
        assert r2[at] == pytest.approx(float(whole), abs=1e-14)


def test_independent_predictors_carry_their_own_squares() -> None:
    matrix = np.eye(4)
    matrix[:3, 3] = matrix[3, :3] = [0.5, 0.3, 0.0]
    parts, r2 = lmg(matrix)
    assert parts == pytest.approx([0.25, 0.09, 0.0])
    assert float(r2) == pytest.approx(0.34)


def test_twins_share_evenly() -> None:
    matrix = np.array([[1, 1, 0.6], [1, 1, 0.6], [0.6, 0.6, 1]])
    parts, r2 = lmg(matrix)
    assert parts == pytest.approx([0.18, 0.18])
    assert float(r2) == pytest.approx(0.36)


def test_impossible_matrices_are_refused() -> None:
    for bad in (np.eye(1), np.zeros((2, 3))):
        with pytest.raises(ValueError, match="square"):
            lmg(bad)
    with pytest.raises(ValueError, match="too many"):
        lmg(np.eye(14))


def test_a_pairwise_matrix_that_cannot_be_is_moved_to_the_nearest_one() -> None:
    broken = np.array(
        [[1, 0.8, 0.1, -0.5], [0.8, 1, 0.9, 0.3], [0.1, 0.9, 1, 0.7], [-0.5, 0.3, 0.7, 1]]
    )
    with pytest.warns(Warning, match="Maximum iteration"):
        nearest = corr_nearest(broken, threshold=1e-6)
    moved, adjusted = valid_correlations(np.stack([broken, np.eye(4)]))
    assert adjusted.tolist() == [True, False]
    assert moved[0] == pytest.approx(nearest, abs=1e-4)
    assert np.linalg.eigvalsh(moved[0])[0] > 0
    assert np.diag(moved[0]) == pytest.approx(np.ones(4), abs=1e-12)
    assert moved[1].tolist() == np.eye(4).tolist()


def test_a_question_without_variation_counts_as_unrelated() -> None:
    moved, _ = valid_correlations(np.array([[[1.0, math.nan], [math.nan, 1.0]]]))
    assert moved[0].tolist() == [[1, 0], [0, 1]]


def test_the_shares_are_those_of_the_spearman_matrix_and_add_up() -> None:
    answers, outcome = survey(200)
    result = importance(answers, outcome, CODES, rng(), replicates=100)
    assert result is not None
    usable = ~np.isnan(outcome)
    matrices, _ = spearman_matrices(np.column_stack([answers, outcome])[usable])
    parts, r2 = lmg(matrices[0])
    assert [part.value for part in result.parts] == pytest.approx(parts, abs=1e-12)
    assert sum(part.value for part in result.parts) == pytest.approx(result.r2.value, abs=1e-12)
    assert sum(share.value for share in result.shares) == pytest.approx(1, abs=1e-12)
    assert result.r2.value == pytest.approx(float(r2))
    assert max(result.shares, key=lambda share: share.value) is result.shares[0]


def test_whiskers_contain_the_estimate_and_repeat_by_seed() -> None:
    answers, outcome = survey(120)
    result = importance(answers, outcome, CODES, rng(), replicates=200)
    assert result is not None
    assert result == importance(answers, outcome, CODES, rng(), replicates=200)
    for estimate in (*result.parts, *result.shares, result.r2):
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
        assert estimate.low < estimate.high


def test_whiskers_shrink_as_surveys_multiply_also_beyond_what_is_drawn() -> None:
    widths = []
    for n in (150, 1500, 15_000):
        result = importance(*survey(n), CODES, rng(), replicates=150)
        assert result is not None
        widths.append(result.parts[0].high - result.parts[0].low)
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def test_under_50_surveys_there_is_only_the_list() -> None:
    answers, outcome = survey(50, missing=0.0)
    assert importance(answers, outcome, CODES, rng(), replicates=20) is not None
    outcome[0] = math.nan
    assert importance(answers, outcome, CODES, rng(), replicates=20) is None
    answers[1] = math.nan
    assert importance(answers, outcome, CODES, rng(), replicates=20) is None
    assert importance(np.empty((0, 6)), [], CODES, rng()) is None


def test_a_question_with_too_few_pairs_is_left_out_by_name() -> None:
    answers, outcome = survey(100, missing=0.0)
    answers[29:, 2] = math.nan
    answers[:, 4] = 3
    result = importance(answers, outcome, CODES, rng(), replicates=20)
    assert result is not None
    assert result.left_out == ("development", "budget")
    assert result.codes == ("goals", "design", "management", "speed")
    assert result.fewest_pairs == 100
    answers[:, [0, 1, 3]] = math.nan
    assert importance(answers, outcome, CODES, rng(), replicates=20) is None


def test_identical_questions_do_not_break_it() -> None:
    answers, outcome = survey(80)
    answers[:, 1] = answers[:, 0]
    result = importance(answers, outcome, CODES, rng(), replicates=50)
    assert result is not None
    assert result.adjusted
    assert result.shares[0].value == pytest.approx(result.shares[1].value, abs=1e-6)


def test_shapes_that_do_not_fit_are_refused() -> None:
    answers, outcome = survey(60)
    with pytest.raises(ValueError, match="codes"):
        importance(answers, outcome, CODES[:-1], rng())
    with pytest.raises(ValueError, match="codes"):
        importance(answers, outcome[1:], CODES, rng())
    with pytest.raises(ValueError, match="outcome"):
        importance(answers, outcome + 0.5, CODES, rng())
