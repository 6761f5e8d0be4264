"""The chance against enumeration of every outcome, and against the rule that it may not break."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.coverage import deliveries_needed_worst, holds
from metrics.delivery_habit import Habits
from metrics.forecast import (
    Settled,
    Situation,
    chance_of_holding,
    pending_chances,
    settled,
    together,
)
from metrics.lag_curve import LagCurve
from program.rules import DECK_RULES, ProgramRules

RULES = [
    DECK_RULES,
    ProgramRules(threshold=Fraction(2, 3)),
    ProgramRules(threshold=Fraction(1, 1)),
    ProgramRules(minimum_base=3),
]


def sure_pace(partners: int, pace: float = 1.0) -> np.ndarray:
    """A pace without any doubt, so that keys are independent."""
    return np.full((partners, 1), pace)


@st.composite
def partner(draw: st.DrawFn) -> dict[str, object]:
    return {
        "delivered": draw(st.integers(0, 5)),
        "open": draw(st.lists(st.floats(0, 3), max_size=4)),
        "review": draw(st.integers(0, 2)),
        "pending": draw(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 2)), max_size=3)),
    }


def situation_of(partners: list[dict]) -> Situation:
    def whose(name: str) -> np.ndarray:
        counts = [p[name] if isinstance(p[name], int) else len(p[name]) for p in partners]
        return np.repeat(np.arange(len(partners)), np.array(counts, dtype=np.int64))

    delivered = np.array([p["delivered"] for p in partners], dtype=np.int64)
    open_keys = np.array([len(p["open"]) + p["review"] for p in partners], dtype=np.int64)
    pending = [key for p in partners for key in p["pending"]]
    return Situation(
        base=delivered + open_keys,
        delivered=delivered,
        pending=np.array([len(p["pending"]) for p in partners], dtype=np.int64),
        open_partner=whose("open"),
        open_hazard=np.array([h for p in partners for h in p["open"]], dtype=float),
        review_partner=whose("review"),
        accepted_share=0.9,
        pending_partner=whose("pending"),
        pending_activation=np.array([q for q, _ in pending], dtype=float),
        pending_hazard=np.array([h for _, h in pending], dtype=float),
    )


def enumerated(p: dict, rules: ProgramRules) -> float:
    """The chance by going through every outcome of every key."""
    flips = [1 - math.exp(-h) for h in p["open"]] + [0.9] * p["review"]
    late = [(q, 1 - math.exp(-h)) for q, h in p["pending"]]
    total = 0.0
    for outcome in product((0, 1), repeat=len(flips)):
        weight = math.prod(c if hit else 1 - c for c, hit in zip(flips, outcome, strict=True))
        for fates in product((0, 1, 2), repeat=len(late)):
            chance, base, done = weight, p["delivered"] + len(flips), p["delivered"] + sum(outcome)
            for fate, (q, h) in zip(fates, late, strict=True):
                chance *= ((1 - q), q * (1 - h), q * h)[fate]
                base += fate > 0
                done += fate == 2
            total += chance * bool(holds(base, done, rules))
    return total


@settings(max_examples=150)
@given(st.lists(partner(), min_size=1, max_size=4), st.sampled_from(RULES))
def test_chance_is_the_sum_over_all_outcomes(partners: list[dict], rules: ProgramRules) -> None:
    chances = chance_of_holding(situation_of(partners), sure_pace(len(partners)), rules)
    expected = [enumerated(p, rules) for p in partners]
    assert np.allclose(chances, expected, atol=1e-9)


@given(st.lists(partner(), min_size=1, max_size=6), st.sampled_from(RULES), st.floats(0.05, 8))
def test_model_never_contradicts_the_rule(
    partners: list[dict], rules: ProgramRules, shape: float
) -> None:
    now = situation_of(partners)
    habits = Habits(np.full(len(partners), shape), np.full(len(partners), shape / 3), shape, 3.0)
    chances, state = chance_of_holding(now, habits.nodes(), rules), settled(now, rules)
    worst = deliveries_needed_worst(now.base, now.delivered, now.pending, rules)
    whatever_happens = (now.base >= rules.minimum_base) & (worst == 0)
    never = now.base + now.pending < rules.minimum_base
    assert (chances[whatever_happens] == 1).all()
    assert (chances[never] == 0).all()
    assert ((state == Settled.HOLDS.value) == whatever_happens).all()
    assert ((state == Settled.CANNOT_HOLD.value) == never).all()
    assert ((chances >= 0) & (chances <= 1)).all()


@given(st.lists(st.lists(partner(), max_size=3), min_size=1, max_size=4))
def test_partners_do_not_disturb_one_another(groups: list[list[dict]]) -> None:
    situations = [situation_of(group) for group in groups]
    alone = [chance_of_holding(now, sure_pace(len(now.base))) for now in situations]
    everybody = sure_pace(sum(map(len, groups)))
    at_once = chance_of_holding(together(situations), everybody)
    assert np.allclose(at_once, np.concatenate(alone), atol=1e-9)
    of_all = situation_of([p for group in groups for p in group])
    assert np.allclose(at_once, chance_of_holding(of_all, everybody), atol=1e-9)


def test_situations_of_unlike_reviews_are_not_put_together() -> None:
    now = situation_of([{"delivered": 1, "open": [], "review": 1, "pending": []}])
    with pytest.raises(ValueError, match="alike"):
        together([now, replace(now, accepted_share=0.5)])


@given(partner(), st.floats(0.1, 1), st.floats(1, 4))
def test_faster_partners_hold_more_often(p: dict, slow: float, fast: float) -> None:
    now = situation_of([p])
    chances = [chance_of_holding(now, sure_pace(1, pace))[0] for pace in (slow, fast)]
    assert chances[0] <= chances[1] + 1e-9


def test_doubt_about_the_pace_makes_keys_depend_on_one_another() -> None:
    """An uncertain pace makes a long way likelier than independent keys do."""
    p = {"delivered": 0, "open": [0.15] * 10, "review": 0, "pending": []}
    doubtful = Habits(np.array([0.8]), np.array([0.8]), 0.8, 1.0)
    independent = chance_of_holding(situation_of([p]), sure_pace(1))[0]
    assert chance_of_holding(situation_of([p]), doubtful.nodes())[0] > 3 * independent


def test_many_keys_and_many_partners_agree_with_one_at_a_time() -> None:
    rng = np.random.default_rng(8)
    partners = [
        {
            "delivered": int(rng.integers(0, n + 1)),
            "open": rng.random(n).tolist(),
            "review": int(rng.integers(0, 3)),
            "pending": [(float(q), 0.2) for q in rng.random(int(rng.integers(0, 9)))],
        }
        for n in rng.integers(0, 150, 60).tolist()
    ]
    at_once = chance_of_holding(situation_of(partners), sure_pace(60))
    alone = [chance_of_holding(situation_of([p]), sure_pace(1))[0] for p in partners]
    assert np.allclose(at_once, alone, atol=1e-9)


def test_keys_that_do_not_add_up_are_refused() -> None:
    one, none = np.array([1]), np.array([0])
    with pytest.raises(ValueError, match="open keys"):
        Situation(base=one, delivered=none, pending=none)
    with pytest.raises(ValueError, match="pending keys"):
        Situation(base=none, delivered=none, pending=one)
    with pytest.raises(ValueError, match="each partner"):
        chance_of_holding(Situation(base=none, delivered=none, pending=none), sure_pace(2))


def test_pending_keys_are_activated_by_the_curve_and_delivered_after_that() -> None:
    activation = LagCurve(
        np.array([10] * 6), np.array([0, 0, 5, 0, 0, 0]), np.array([1, 1, 0.5, 0.5, 0.5, 0.5])
    )
    delivery = LagCurve(np.array([10] * 3), np.array([0, 5, 0]), np.array([1, 0.5, 0.5]))
    in_time, met = pending_chances(activation, delivery, np.array([0, 1, 2, 9]), days_left=3)
    assert in_time == pytest.approx([0.5, 0.5, 0, 0])
    # Bought today: activated on day 2 of 3, one day is left, by which half are delivered.
    assert met == pytest.approx([math.log(2), math.log(2), 0, 0])
