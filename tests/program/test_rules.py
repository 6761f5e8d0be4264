from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from program.rules import DECK_RULES, ProgramRules


def test_window_of_january_is_november_to_october():
    window = DECK_RULES.window(dt.date(2027, 1, 1))
    assert (window.start, window.end) == (dt.date(2025, 11, 1), dt.date(2026, 11, 1))
    assert window.last_day == dt.date(2026, 10, 31)
    assert dt.date(2026, 10, 31) in window
    assert dt.date(2026, 11, 1) not in window


def test_version_changes_with_what_decides_and_only_with_that():
    assert ProgramRules().version == DECK_RULES.version
    assert ProgramRules(near_keys=5, points_per_project=3).version == DECK_RULES.version
    assert ProgramRules(threshold=Fraction(2, 5)).version != DECK_RULES.version
    assert ProgramRules(counted_kinds=("commercial", "nfr")).version != DECK_RULES.version


@pytest.mark.parametrize(
    "crooked",
    [
        {"threshold": Fraction(0)},
        {"threshold": Fraction(3, 2)},
        {"window_from_months": 2},
        {"window_to_months": -1},
        {"minimum_base": 0},
        {"counted_kinds": ("gift",)},
        {"near_keys": -1},
        {"points_life_years": 0},
    ],
)
def test_rules_that_contradict_themselves_are_refused(crooked):
    with pytest.raises(ValueError, match=r".+"):
        ProgramRules(**crooked)
