import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.counts import normal_quantile
from metrics.index import index_limits, recommendation_index
from metrics.recommendation import Groups, IndexMapping

Z = normal_quantile(0.95)


def all_groups(n: int) -> list[tuple[int, int]]:
    return [(p, d) for p in range(n + 1) for d in range(n + 1 - p)]


def score_statistic(promoters: int, critics: int, n: int, delta: float) -> float:
    """|z| of the data under an index of delta, from the likelihood maximised by brute force."""
    shares = np.linspace(max(0.0, -delta), (1 - delta) / 2, 200_001)
    passives = 1 - delta - 2 * shares
    with np.errstate(divide="ignore"):
        likelihood = sum(
            count * np.log(np.maximum(probability, 0))
            for count, probability in (
                (promoters, shares + delta),
                (critics, shares),
                (n - promoters - critics, passives),
            )
            if count
        )
    q = shares[int(np.argmax(likelihood))]
    variance = n * (2 * q + delta * (1 - delta))
    return abs(promoters - critics - n * delta) / math.sqrt(variance)


@pytest.mark.parametrize(
    ("promoters", "critics", "n"),
    [(1, 0, 1), (0, 0, 1), (2, 1, 3), (0, 0, 3), (3, 0, 3), (1, 4, 5), (7, 2, 12), (30, 11, 60)],
)
def test_the_limits_are_where_the_score_statistic_reaches_z(
    promoters: int, critics: int, n: int
) -> None:
    low, high = index_limits(promoters, critics, n)
    for limit in (float(low), float(high)):
        if abs(limit) < 1:
            assert score_statistic(promoters, critics, n, limit) == pytest.approx(Z, abs=2e-4)


@pytest.mark.parametrize(
    ("promoters", "critics", "n", "confidence", "expected"),
    [
        # Airway hyper-responsiveness (Bentur et al. 2009): Tango interval in Fagerland,
        # Lydersen, Laake (2014), doi:10.1002/sim.6148; also R ratesci, pairs (1, 1, 7, 12).
        (1, 7, 21, 0.95, (-0.517, -0.026)),
        # R PropCIs::scoreci.mp(25, 28, 618, 0.90), whose estimand is (28 - 25) / 618.
        (28, 25, 618, 0.90, (-0.0148, 0.0247)),
    ],
)
def test_published_tango_intervals_are_reproduced(
    promoters: int, critics: int, n: int, confidence: float, expected: tuple[float, float]
) -> None:
    low, high = index_limits(promoters, critics, n, confidence)
    digits = len(str(expected[0]).split(".")[1])
    assert (round(float(low), digits), round(float(high), digits)) == expected


def test_at_the_edges_the_closed_forms_hold() -> None:
    for n in (1, 2, 3, 10, 500):
        low, high = index_limits([n, 0, 0], [0, n, 0], n)
        edge = (n - Z * Z) / (n + Z * Z)
        assert high[0] == 1.0
        assert low[1] == -1.0
        assert low[0] == pytest.approx(edge, abs=1e-12)
        assert high[1] == pytest.approx(-edge, abs=1e-12)
        assert high[2] == -low[2] == pytest.approx(Z * Z / (n + Z * Z), abs=1e-12)


@given(
    st.integers(1, 400).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.integers(0, n), st.just(n))
    )
)
def test_the_interval_contains_the_index_and_mirrors(counts: tuple[int, int, int]) -> None:
    promoters, rest, n = counts
    critics = min(rest, n - promoters)
    estimate = recommendation_index(Groups(promoters, n - promoters - critics, critics))
    mirrored = recommendation_index(Groups(critics, n - promoters - critics, promoters))
    assert -1 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert (mirrored.low, mirrored.high) == pytest.approx(
        (-estimate.high, -estimate.low), abs=1e-11
    )


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60))
def test_more_answers_of_the_same_kind_narrow_the_interval(p: int, o: int, d: int) -> None:
    small = recommendation_index(Groups(p, o, d))
    large = recommendation_index(Groups(3 * p, 3 * o, 3 * d))
    assert large.high - large.low < small.high - small.low


def test_many_indices_at_once_are_the_same_as_one_by_one() -> None:
    triples = [(p, d, n) for n in range(8) for p, d in all_groups(n)]
    lows, highs = index_limits(*np.array(triples).T)
    for (p, d, n), low, high in zip(triples, lows, highs, strict=True):
        one = recommendation_index(Groups(p, n - p - d, d))
        assert np.array([low, high]) == pytest.approx([one.low, one.high], abs=1e-12, nan_ok=True)


def coverage(n: int, limits: tuple[np.ndarray, np.ndarray], steps: int = 60) -> np.ndarray:
    """Exact probability that the interval holds the truth, for a grid of populations."""
    grid = (np.arange(steps) + 0.5) / steps
    p, d = (axis.ravel() for axis in np.meshgrid(grid, grid))
    inside = p + d < 1
    p, d = p[inside], d[inside]
    held = np.zeros_like(p)
    for (a, b), low, high in zip(all_groups(n), *limits, strict=True):
        chance = math.comb(n, a) * math.comb(n - a, b) * p**a * d**b * (1 - p - d) ** (n - a - b)
        held += chance * ((low <= p - d) & (p - d <= high))
    return held


def test_at_three_answers_it_covers_as_promised_and_the_adjusted_wald_interval_does_not() -> None:
    promoters, critics = np.array(all_groups(3)).T
    ours = coverage(3, index_limits(promoters, critics, 3))
    centre = (promoters - critics) / 6
    reach = Z * np.sqrt(((promoters + critics + 1.5) / 6 - centre**2) / 6)
    rocks = coverage(3, (centre - reach, centre + reach))
    assert ours.mean() > 0.95
    assert ours.min() > 0.83
    assert rocks.min() < 0.72
    assert np.quantile(ours, 0.1) > np.quantile(rocks, 0.1) + 0.04


@pytest.mark.parametrize("n", [1, 2, 5, 10])
def test_it_covers_nearly_95_per_cent_on_average_at_every_small_n(n: int) -> None:
    promoters, critics = np.array(all_groups(n)).T
    held = coverage(n, index_limits(promoters, critics, n), steps=40)
    assert held.mean() > 0.95
    assert held.min() > 0.79


def test_no_answers_are_nothing_and_impossible_ones_are_refused() -> None:
    assert recommendation_index({}).n == 0
    assert np.isnan(index_limits(0, 0, 0)).all()
    for bad in ((2, 2, 3), (-1, 0, 3), (math.nan, 0, 3)):
        with pytest.raises(ValueError, match="promoters"):
            index_limits(*bad)


def test_scores_are_grouped_by_the_named_mapping() -> None:
    counts = {5: 6, 4: 2, 3: 2}
    assert recommendation_index(counts).value == 0.4
    assert recommendation_index(counts, IndexMapping.BALANCED).value == 0.6
    long = dict(product(range(11), [1]))
    assert recommendation_index(long, IndexMapping.CLASSIC).value == pytest.approx(-5 / 11)
