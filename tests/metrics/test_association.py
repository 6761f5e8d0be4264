import math

import numpy as np
import pytest

from metrics.association import Quadrant, associations, importance_performance
from metrics.distribution import top_box
from metrics.estimate import Estimate, Status
from metrics.importance import Importance, importance
from metrics.rank_correlation import spearman
from metrics.tails import benjamini_hochberg

NAN = math.nan


def test_every_question_has_its_own_pairs_and_one_family_of_tests() -> None:
    draw = np.random.default_rng(2)
    outcome = draw.integers(1, 6, 40).astype(float)
    answers = draw.integers(1, 6, (40, 3)).astype(float)
    answers[:, 0] = np.clip(outcome + draw.integers(-1, 2, 40), 1, 5)
    answers[:15, 1] = NAN
    answers[:, 2] = NAN
    rows = associations(answers, outcome, ["goals", "design", "speed"])
    assert [row.code for row in rows] == ["goals", "design", "speed"]
    assert [row.rho.n for row in rows] == [40, 25, 0]
    assert rows[0].established
    assert not rows[2].established
    p = [spearman(answers[:, at], outcome)[1] for at in range(3)]
    assert [row.q for row in rows] == pytest.approx(benjamini_hochberg(p), nan_ok=True)


def test_missing_is_missing_and_never_the_middle_answer() -> None:
    outcome = [5, 5, 1, 1, 4, 2]
    with_gap = associations([[5], [5], [1], [1], [NAN], [NAN]], outcome, ["goals"])
    with_middle = associations([[5], [5], [1], [1], [3], [3]], outcome, ["goals"])
    assert with_gap[0].rho.n == 4
    assert with_gap[0].rho.value == pytest.approx(1)
    assert with_middle[0].rho.value < 1


def test_no_surveys_are_nothing_and_wrong_shapes_are_refused() -> None:
    rows = associations(np.empty((0, 2)), [], ["goals", "design"])
    assert {row.rho.status for row in rows} == {Status.NONE}
    assert all(math.isnan(row.q) for row in rows)
    with pytest.raises(ValueError, match="codes"):
        associations([[1, 2]], [1], ["goals"])


def shares(*values: float) -> Importance:
    estimates = tuple(Estimate(v, v, v, 60, Status.OK, "percentile_bootstrap") for v in values)
    whole = Estimate(0.5, 0.4, 0.6, 60, Status.OK, "percentile_bootstrap")
    codes = ("goals", "design", "speed", "budget")[: len(values)]
    return Importance(codes, estimates, estimates, whole, 60, 60, (), False)


def test_questions_fall_into_quadrants_around_the_averages() -> None:
    good, bad = top_box({5: 90, 1: 10}), top_box({5: 40, 1: 60})
    places = importance_performance(
        shares(0.4, 0.35, 0.15, 0.1), {"goals": bad, "design": good, "speed": bad, "budget": good}
    )
    assert [place.quadrant for place in places] == [
        Quadrant.IMPROVE_FIRST,
        Quadrant.KEEP_UP,
        Quadrant.LOW_PRIORITY,
        Quadrant.ENOUGH,
    ]


def test_a_question_whose_interval_holds_an_average_is_in_no_quadrant() -> None:
    """At ten answers the intervals of 9 and of 4 good ones both contain the average between."""
    good, bad = top_box({5: 8, 1: 2}), top_box({5: 4, 1: 6})
    places = importance_performance(
        shares(0.4, 0.35, 0.15, 0.1), {"goals": bad, "design": good, "speed": bad, "budget": good}
    )
    assert {place.quadrant for place in places} == {Quadrant.UNCLEAR}


def test_a_question_without_answers_has_no_place() -> None:
    places = importance_performance(
        shares(0.6, 0.4), {"goals": top_box({5: 9, 1: 1}), "design": top_box({})}
    )
    assert [place.code for place in places] == ["goals"]
    assert importance_performance(shares(0.6, 0.4), {}) == ()


def test_under_50_surveys_there_is_no_picture() -> None:
    draw = np.random.default_rng(3)
    few = importance(
        draw.integers(1, 6, (49, 2)), draw.integers(1, 6, 49), ["goals", "design"], draw
    )
    assert importance_performance(few, {"goals": top_box({5: 9})}) == ()
