from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.coverage import holds
from metrics.simulator import (
    KeyMonths,
    RuleVariant,
    counts_at,
    decisions,
    simulate,
    switches,
    switches_per_year,
)
from program.rules import DECK_RULES, ProgramRules

FOREVER = 120_000
RULES = st.builds(
    ProgramRules,
    threshold=st.sampled_from([Fraction(1, 3), Fraction(1, 2), Fraction(7, 10), Fraction(1)]),
    window_from_months=st.integers(7, 24),
    window_to_months=st.integers(0, 6),
    minimum_base=st.integers(1, 4),
)


def held_by(variant, *counts):
    """Decisions on one partner, given base and delivered at each evaluation."""
    base, delivered = (np.array([side]) for side in zip(*counts, strict=True))
    return decisions(base, delivered, variant)[0].tolist()


def test_the_deck_s_rule_has_no_memory():
    assert held_by(RuleVariant(), (4, 2), (4, 1), (4, 2), (0, 0), (1, 1)) == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_a_holder_keeps_for_the_months_of_grace_and_no_longer():
    variant = RuleVariant(grace_months=2)
    assert held_by(variant, (4, 2), (4, 1), (4, 1), (4, 1), (4, 1)) == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_grace_is_for_holders_only():
    assert held_by(RuleVariant(grace_months=3), (4, 1), (4, 1)) == [False, False]


def test_reaching_the_threshold_again_starts_a_new_count_of_grace():
    variant = RuleVariant(grace_months=1)
    assert held_by(variant, (4, 2), (4, 1), (4, 2), (4, 1), (4, 1)) == [
        True,
        True,
        True,
        True,
        False,
    ]


def test_who_lost_after_the_grace_must_gain_anew():
    variant = RuleVariant(grace_months=1, keep_threshold=Fraction(1, 4))
    assert held_by(variant, (4, 2), (4, 0), (4, 0), (4, 1), (4, 2)) == [
        True,
        True,
        False,
        False,
        True,
    ]


def test_an_empty_base_is_below_the_threshold_and_within_the_grace():
    assert held_by(RuleVariant(grace_months=1), (2, 1), (0, 0), (0, 0)) == [True, True, False]


def test_a_lower_threshold_keeps_but_does_not_give():
    variant = RuleVariant(keep_threshold=Fraction(2, 5))
    assert held_by(variant, (5, 2), (5, 3), (5, 2), (5, 1), (5, 2)) == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_lower_threshold_does_not_excuse_from_the_smallest_base():
    variant = RuleVariant(ProgramRules(minimum_base=5), keep_threshold=Fraction(1, 5))
    assert held_by(variant, (5, 3), (4, 4)) == [True, False]


@given(
    counts=st.lists(
        st.integers(0, 8).flatmap(lambda b: st.tuples(st.just(b), st.integers(0, b))),
        min_size=1,
        max_size=20,
    ),
    grace=st.integers(0, 4),
    keep=st.none() | st.sampled_from([Fraction(1, 4), Fraction(1, 3)]),
    rules=RULES,
)
def test_the_sequence_agrees_with_a_slow_reading_of_the_words(counts, grace, keep, rules):
    expected, held, below = [], False, 0
    for base, delivered in counts:
        enough = base >= rules.minimum_base
        gains = enough and Fraction(delivered, base) >= rules.threshold
        keeps = enough and Fraction(delivered, base) >= (keep or rules.threshold)
        if gains or (held and keeps):
            held, below = True, 0
        elif held and below < grace:
            below += 1
        else:
            held, below = False, 0
        expected.append(held)
    assert held_by(RuleVariant(rules, grace, keep), *counts) == expected


@st.composite
def cubes(draw):
    rows = draw(st.lists(st.tuples(*(st.integers(0, n) for n in (2, 30, 34, 36, 3))), max_size=25))
    months = np.array(rows, dtype=np.int64).reshape(-1, 5)
    months[:, 2] = np.maximum(months[:, 1], months[:, 2])
    months[months[:, 3] > 33, 3] = FOREVER
    months[months[:, 2] > 32, 2] = FOREVER
    partner, bought, activated, delivered, keys = (months[:, i] for i in range(5))
    return KeyMonths(
        partner, *(side.astype(np.int32) for side in (bought, activated, delivered, keys)), 3
    )


@given(cube=cubes(), rules=RULES)
def test_counts_by_stretches_agree_with_counting_each_key_at_each_evaluation(cube, rules):
    base, delivered = counts_at(cube, 10, 40, rules)
    assert base.shape == delivered.shape == (3, 31)
    for i, month in enumerate(range(10, 41)):
        window = (cube.bought >= month - rules.window_from_months) & (
            cube.bought < month - rules.window_to_months
        )
        in_base = window & (cube.activated < month)
        done = in_base & (cube.delivered < month)
        for partner in range(3):
            own = cube.partner == partner
            assert base[partner, i] == cube.keys[in_base & own].sum()
            assert delivered[partner, i] == cube.keys[done & own].sum()
    held, bases = simulate(cube, 10, 40, RuleVariant(rules))
    assert (held == holds(base, delivered, rules)).all()
    assert (bases == base).all()


@given(cube=cubes(), grace=st.integers(0, 3))
def test_more_forgiveness_never_costs_anybody_the_competence(cube, grace):
    strict, _ = simulate(cube, 10, 40, RuleVariant(DECK_RULES, grace))
    patient, _ = simulate(cube, 10, 40, RuleVariant(DECK_RULES, grace + 1))
    lenient, _ = simulate(cube, 10, 40, RuleVariant(DECK_RULES, grace, Fraction(1, 4)))
    assert (patient >= strict).all()
    assert (lenient >= strict).all()


def test_switches_are_gains_and_losses():
    held = np.array([[True, False, True, True], [False, False, False, False]])
    assert switches(held).tolist() == [2, 0]
    base = np.array([[2, 2, 2, 2], [0, 0, 0, 0]])
    assert switches_per_year(held, base) == pytest.approx(2 / (3 / 12))


def test_without_any_base_there_are_no_switches_to_speak_of():
    assert math.isnan(switches_per_year(np.zeros((2, 5), bool), np.zeros((2, 5), np.int64)))


def test_an_evaluation_order_the_wrong_way_round_is_refused():
    nothing = np.array([], dtype=np.int32)
    with pytest.raises(ValueError, match="before the first"):
        counts_at(KeyMonths(nothing, nothing, nothing, nothing, nothing, 1), 5, 4)


@pytest.mark.parametrize(
    "arguments",
    [
        {"grace_months": -1},
        {"keep_threshold": Fraction(3, 5)},
        {"keep_threshold": Fraction(0)},
    ],
)
def test_a_variant_that_contradicts_itself_is_refused(arguments):
    with pytest.raises(ValueError, match=r"cannot be|lies above"):
        RuleVariant(**arguments)
