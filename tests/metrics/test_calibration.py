"""Corrections of chances by what came true."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from metrics.calibration import UNCORRECTED, Calibration, fitted_calibration


def test_a_known_distortion_is_undone() -> None:
    rng = np.random.default_rng(1)
    honest = rng.uniform(0.02, 0.98, 20_000)
    happened = rng.random(20_000) < honest
    distorted = expit((logit(honest) - 0.4) / 0.6)
    found = fitted_calibration(distorted, happened)
    assert found.intercept == pytest.approx(0.4, abs=0.06)
    assert found.slope == pytest.approx(0.6, abs=0.04)
    assert np.abs(found.corrected(distorted) - honest).max() < 0.03


def test_honest_chances_are_left_alone() -> None:
    rng = np.random.default_rng(2)
    honest = rng.uniform(0.02, 0.98, 20_000)
    found = fitted_calibration(honest, rng.random(20_000) < honest)
    assert np.abs(found.corrected(honest) - honest).max() < 0.03


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40),
    st.lists(st.floats(0, 1), min_size=2, max_size=10),
)
def test_corrections_are_finite_and_keep_the_order(
    seen: list[tuple[float, bool]], chances: list[float]
) -> None:
    said = np.array([chance for chance, _ in seen])
    found = fitted_calibration(said, np.array([came for _, came in seen], dtype=bool))
    assert np.isfinite([found.intercept, found.slope]).all()
    right = found.corrected(np.sort(chances))
    assert ((right >= 0) & (right <= 1)).all()
    assert (np.diff(right) >= -1e-12).all()


def test_without_observations_nothing_is_corrected() -> None:
    none = np.empty(0)
    assert fitted_calibration(none, none.astype(bool)) == UNCORRECTED == Calibration()
    chances = np.array([0.0, 0.3, 1.0])
    assert UNCORRECTED.corrected(chances).tolist() == chances.tolist()


def test_few_observations_correct_little() -> None:
    few = fitted_calibration(np.array([0.5, 0.5]), np.array([True, True]))
    assert 0.5 < few.corrected(np.array([0.5]))[0] < 0.62
