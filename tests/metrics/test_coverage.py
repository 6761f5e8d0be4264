from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.coverage import (
    Group,
    State,
    as_decided,
    coverage,
    deliveries_needed,
    deliveries_needed_worst,
    group_of,
    holds,
    is_near,
    least_deliveries,
    spare_deliveries,
    state_of,
    with_outlook,
)
from program.rules import DECK_RULES, ProgramRules

COUNTS = st.integers(0, 400).flatmap(
    lambda base: st.tuples(st.just(base), st.integers(0, base), st.integers(0, 40))
)


@given(COUNTS)
def test_integers_decide_exactly_as_two_delivered_against_the_base(counts):
    base, delivered, _pending = counts
    assert holds(base, delivered) == (base > 0 and 2 * delivered >= base)


@pytest.mark.parametrize(("base", "delivered"), [(1, 0), (199, 99), (200, 99), (3, 1)])
def test_just_under_half_does_not_hold(base, delivered):
    assert not holds(base, delivered)


@pytest.mark.parametrize(("base", "delivered"), [(1, 1), (2, 1), (199, 100), (200, 100)])
def test_half_or_more_holds(base, delivered):
    assert holds(base, delivered)


def test_empty_base_is_undefined_and_never_zero_per_cent():
    assert np.isnan(coverage(0, 0))
    assert not holds(0, 0)
    assert state_of(0, 0, 3) == State.NO_BASE
    assert group_of(0, 0, 3, False) == Group.NO_BASE


def test_holder_whose_base_became_empty_loses_the_competence():
    assert group_of(0, 0, 3, True) == Group.WILL_LOSE


@given(COUNTS)
def test_needed_deliveries_are_the_fewest_that_hold(counts):
    base, delivered, _pending = counts
    needed = int(deliveries_needed(base, delivered))
    if base == 0:
        assert needed == 0
        return
    assert holds(base, delivered + needed)
    if needed:
        assert not holds(base, delivered + needed - 1)


@given(COUNTS)
def test_worst_case_is_every_pending_key_activated_and_undelivered(counts):
    base, delivered, pending = counts
    worst = deliveries_needed_worst(base, delivered, pending)
    assert worst == deliveries_needed(base + pending, delivered)
    assert worst >= deliveries_needed(base, delivered)


@given(COUNTS)
def test_reserve_and_need_are_two_sides_of_one_distance(counts):
    base, delivered, _pending = counts
    spare = spare_deliveries(base, delivered)
    assert max(0, -spare) == deliveries_needed(base, delivered)
    assert spare == delivered - least_deliveries(base)


@given(COUNTS)
def test_secured_stays_held_whatever_is_activated(counts):
    base, delivered, pending = counts
    if state_of(base, delivered, pending) == State.SECURED:
        assert all(holds(base + more, delivered) for more in range(pending + 1))


@given(COUNTS, st.booleans())
def test_every_partner_is_in_exactly_one_group_that_fits_its_state(counts, held_now):
    base, delivered, pending = counts
    group = Group(str(group_of(base, delivered, pending, held_now)))
    held_then = bool(holds(base, delivered))
    expected = {
        Group.NO_BASE: base == 0 and not held_now,
        Group.WILL_LOSE: held_now and not held_then,
        Group.CAN_GAIN: base > 0 and not held_now,
    }
    keeps = base > 0 and held_now and held_then
    open_question = bool(is_near(base, delivered)) or not holds(base + pending, delivered)
    expected[Group.NEAR] = keeps and open_question
    expected[Group.IN_RESERVE] = keeps and not open_question
    assert [candidate for candidate, fits in expected.items() if fits] == [group]


@pytest.mark.parametrize(
    ("base", "delivered", "near"),
    [
        (1, 0, True),  # one key decides
        (7, 3, True),
        (10, 4, True),
        (10, 3, False),
        (100, 40, True),  # exactly 10 percentage points
        (1000, 399, False),
        (1000, 600, True),
        (1000, 601, False),
        (0, 0, False),
    ],
)
def test_near_means_few_keys_or_few_percentage_points(base, delivered, near):
    assert bool(is_near(base, delivered)) is near


def test_near_margin_is_compared_without_rounding():
    rules = ProgramRules(near_keys=0, near_margin=Fraction(1, 3))
    assert is_near(6, 5, rules)  # 5/6 − 1/2 = 1/3 exactly
    assert not is_near(600, 501, rules)


@given(COUNTS, st.integers(1, 100))
def test_any_threshold_is_kept_exactly(counts, per_cent):
    base, delivered, _pending = counts
    rules = ProgramRules(threshold=Fraction(per_cent, 100))
    assert holds(base, delivered, rules) == (
        base > 0 and Fraction(delivered, base) >= Fraction(per_cent, 100)
    )


@pytest.mark.parametrize(
    ("base", "delivered", "error"),
    [(-1, 0, ValueError), (1, 2, ValueError), (1.5, 1, TypeError), (1, -1, ValueError)],
)
def test_impossible_counts_are_refused(base, delivered, error):
    with pytest.raises(error):
        holds(base, delivered)


def test_outlook_of_no_rows_keeps_its_columns():
    empty = pd.DataFrame(
        {name: pd.Series(dtype="int64") for name in ("base", "delivered", "pending_activation")}
        | {"held_now": pd.Series(dtype="bool")}
    )
    outlook = with_outlook(empty, DECK_RULES)
    assert len(outlook) == 0
    assert {"coverage", "held", "needed", "needed_worst", "state", "group"} <= set(outlook)


def test_stored_decisions_stand_in_the_history_whatever_the_records_say_now():
    history = with_outlook(
        pd.DataFrame(
            {
                "evaluated_on": pd.to_datetime(["2026-10-01", "2026-11-01", "2026-12-01"]),
                "base": [4, 4, 4],
                "delivered": [3, 3, 1],
                "pending_activation": [1, 1, 1],
            }
        )
    )
    decisions = pd.DataFrame(
        {
            "evaluated_on": pd.to_datetime(["2026-11-01"]),
            "base": [4],
            "delivered": [1],
            "held": [False],
        }
    )
    line = as_decided(history, decisions, dt.date(2026, 11, 14))
    assert line["delivered"].tolist() == [3, 1, 1]
    assert line["held"].tolist() == [True, False, False]
    assert line["is_stored"].tolist() == [False, True, False]
    assert line["decided"].tolist() == [True, True, False]
    assert line["pending_activation"].tolist() == [0, 0, 1]
