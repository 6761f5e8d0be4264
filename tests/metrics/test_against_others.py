from __future__ import annotations

import pytest

from metrics.against_others import against_others
from metrics.difference import Verdict


def test_a_group_far_below_the_others_is_lower_and_the_rest_is_within_chance():
    x, n = [*[60] * 12, 20], [100] * 13
    assert against_others(x, n) == (Verdict.WITHIN_CHANCE,) * 12 + (Verdict.LOWER,)


def test_the_mirror_image_is_higher():
    x, n = [*[40] * 12, 80], [100] * 13
    assert against_others(x, n) == (Verdict.WITHIN_CHANCE,) * 12 + (Verdict.HIGHER,)


def test_nine_cases_are_too_few_to_judge():
    assert against_others([0, 90], [9, 100])[0] is Verdict.TOO_FEW


def test_a_group_alone_has_nobody_to_be_compared_with():
    assert against_others([3], [30]) == (Verdict.TOO_FEW,)


def test_others_beyond_the_screen_count_as_the_others():
    assert against_others([3], [30], beyond=(600, 1000)) == (Verdict.LOWER,)


def test_of_many_equal_groups_none_is_called_different():
    assert set(against_others([6] * 200, [10] * 200)) == {Verdict.WITHIN_CHANCE}


def test_one_low_group_in_a_hundred_may_be_chance_where_alone_it_would_not():
    alone = against_others([2, 600], [10, 1000])[0]
    among = against_others([2, *[6] * 100], [10, *[10] * 100])[0]
    assert (alone, among) == (Verdict.LOWER, Verdict.WITHIN_CHANCE)


def test_no_groups_no_verdicts():
    assert against_others([], []) == ()


def test_more_answers_than_contacts_are_refused():
    with pytest.raises(ValueError, match="x"):
        against_others([5], [4])
