"""A partner's pace: shrunk toward all, the more so the less is known of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma, nbinom

from metrics.delivery_habit import Habits, fitted_prior, shrunk_habits


def partners(seed: int = 5, shape: float = 1.5, size: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    expected = rng.gamma(2.0, 2.0, size)
    return rng.poisson(expected * rng.gamma(shape, 1 / shape, size)), expected


def test_prior_is_recovered_from_many_partners() -> None:
    mean, shape = fitted_prior(*partners())
    assert mean == pytest.approx(1.0, rel=0.05)
    assert shape == pytest.approx(1.5, rel=0.12)


def test_prior_maximises_the_negative_binomial_likelihood_of_scipy() -> None:
    counts, expected = partners(size=300)
    mean, shape = fitted_prior(counts, expected)

    def likelihood(k: float) -> float:
        return float(nbinom.logpmf(counts, k, k / (k + expected * mean)).sum())

    assert likelihood(shape) >= max(likelihood(shape * f) for f in (0.5, 0.8, 1.25, 2.0)) - 1e-3


@given(st.integers(0, 30), st.floats(0.1, 30))
def test_pace_lies_between_the_partners_own_and_the_common_one(
    delivered: int, expected: float
) -> None:
    counts, hazards = partners(size=200)
    habits = shrunk_habits(np.r_[delivered, counts], np.r_[expected, hazards])
    own, common = delivered / expected, habits.prior_mean
    assert min(own, common) - 1e-9 <= habits.mean()[0] <= max(own, common) + 1e-9


def test_who_was_never_seen_has_the_common_pace() -> None:
    counts, hazards = partners(size=200)
    habits = shrunk_habits(np.r_[0, counts], np.r_[0.0, hazards])
    assert habits.mean()[0] == pytest.approx(habits.prior_mean)


def test_equal_partners_are_shrunk_onto_the_common_pace() -> None:
    expected = np.full(500, 4.0)
    counts = np.random.default_rng(2).poisson(expected)
    assert shrunk_habits(counts, expected).mean().std() < 0.1


def test_nodes_stand_for_the_posterior() -> None:
    habits = Habits(np.array([1.5, 20.0]), np.array([1.5, 25.0]), 1.5, 1.0)
    nodes = habits.nodes(201)
    assert np.allclose(nodes.mean(axis=1), habits.mean(), rtol=0.02)
    assert np.allclose(np.median(nodes, axis=1), gamma.median(habits.shape) / habits.rate)


def test_nobody_and_nothing_delivered_stay_finite() -> None:
    none = np.empty(0, dtype=np.int64)
    assert fitted_prior(none, none.astype(float)) == (1.0, 1.0)
    still = shrunk_habits(np.zeros(3, dtype=np.int64), np.array([1.0, 0.0, 5.0]))
    assert (still.mean() < 1e-6).all()
    assert np.isfinite(still.nodes()).all()


@pytest.mark.parametrize(
    ("delivered", "expected", "words"),
    [([1], [1.0, 2.0], "each partner"), ([-1], [1.0], "negative"), ([1], [-1.0], "negative")],
)
def test_counts_that_cannot_be_are_refused(
    delivered: list[int], expected: list[float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        shrunk_habits(np.array(delivered), np.array(expected))
