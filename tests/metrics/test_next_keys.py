"""The shortest list of keys, against trying every subset."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.coverage import deliveries_needed
from metrics.keys import counts_from_keys, keys_that_decide
from metrics.next_keys import coming_evaluations_of_keys, keys_to_deliver
from program.calendar import add_months
from program.rules import DECK_RULES

TODAY = dt.date(2026, 11, 14)
EVALUATIONS = (dt.date(2026, 12, 1), dt.date(2027, 1, 1))
DAY_COLUMNS = ("delivered_on", "pending_on", "rejected_on", "delivered_by_another_on")


def key(purchased: dt.date, status: str = "open", partner_id: int = 1) -> dict:
    activated = None if status == "inactive" else purchased + dt.timedelta(days=3)
    days = dict.fromkeys(DAY_COLUMNS)
    if status in {"delivered", "pending", "rejected"}:
        days[f"{status}_on"] = dt.date(2026, 11, 10)
    return {
        "partner_id": partner_id,
        "kind": "commercial",
        "purchased_on": purchased,
        "activated_on": activated,
        **days,
    }


def frame(rows: list[dict]) -> pd.DataFrame:
    keys = pd.DataFrame(rows)
    days = ["purchased_on", "activated_on", *DAY_COLUMNS]
    keys[days] = keys[days].apply(pd.to_datetime).astype("datetime64[us]")
    return keys


#: Bought in the first month of the nearer window, in both, and in the last month of the later.
MONTHS = [dt.date(2025, 10, 9), dt.date(2026, 3, 9), dt.date(2026, 9, 9), dt.date(2026, 10, 9)]
programmes = st.lists(
    st.builds(key, st.sampled_from(MONTHS), st.sampled_from(["open"] * 3 + ["delivered"])),
    min_size=1,
    max_size=8,
)


def todo_of(rows: list[dict], **how) -> pd.DataFrame:
    keys = keys_that_decide(frame(rows), EVALUATIONS, TODAY)
    return keys_to_deliver(keys, EVALUATIONS, TODAY, **how)


def needs(keys: pd.DataFrame) -> list[int]:
    counts = counts_from_keys(keys, EVALUATIONS, TODAY)
    return deliveries_needed(counts["base"].to_numpy(), counts["delivered"].to_numpy()).tolist()


@settings(max_examples=60)
@given(programmes)
def test_delivering_the_list_is_enough_and_no_shorter_list_is(rows: list[dict]) -> None:
    keys = frame(rows)
    decisive = keys_that_decide(keys, EVALUATIONS, TODAY).reset_index(drop=True)
    decisive.insert(0, "place", range(len(decisive)))
    chosen = keys_to_deliver(decisive, EVALUATIONS, TODAY)["place"].tolist()

    def suffices(places: tuple[int, ...] | list[int]) -> bool:
        done = decisive.copy()
        done.loc[list(places), "delivered_on"] = pd.Timestamp(TODAY)
        return needs(done) == [0, 0]

    assert suffices(chosen)
    # What suffices still does with another key: no list shorter by one is enough, so none is.
    shorter = combinations(range(len(decisive)), len(chosen) - 1) if chosen else ()
    assert not any(suffices(places) for places in shorter)


def test_what_counts_longest_comes_first() -> None:
    todo = todo_of([key(MONTHS[0]), key(MONTHS[1]), key(MONTHS[2]), key(MONTHS[2], "delivered")])
    assert todo["purchased_on"].dt.date.tolist() == [MONTHS[2]]
    assert todo["counts_in"].tolist() == [12]


def test_less_work_comes_first_among_keys_that_count_as_long() -> None:
    rows = [key(MONTHS[1]), key(MONTHS[1], "rejected"), key(MONTHS[1], "pending"), key(MONTHS[1])]
    assert todo_of(rows)["reason_0"].tolist() == ["delivery_pending", "delivery_rejected"]


def test_last_keys_are_marked_when_only_activations_would_need_them() -> None:
    rows = [key(MONTHS[1]), key(MONTHS[1]), key(MONTHS[1], "inactive")]
    assert todo_of(rows)["if_activated"].tolist() == [False, True]


def test_a_key_tells_the_nearest_evaluation_that_needs_it() -> None:
    todo = todo_of([key(MONTHS[0]), key(MONTHS[3]), key(MONTHS[3])])
    assert todo["for_evaluation"].tolist() == [1, 0]


def test_nothing_is_asked_for_an_evaluation_out_of_reach() -> None:
    rows = [key(MONTHS[0]), key(MONTHS[3])]
    assert len(todo_of(rows)) == 2
    later = todo_of(rows, within_reach={1: [False, True]})
    assert later["purchased_on"].dt.date.tolist() == [MONTHS[3]]
    assert todo_of(rows, within_reach={1: [False, False]}).empty


def test_who_holds_anyway_and_who_has_no_keys_has_nothing_to_do() -> None:
    assert todo_of([key(MONTHS[1], "delivered")]).empty
    none = todo_of([key(MONTHS[1], "inactive")])
    assert none.empty
    assert {"counts_in", "if_activated", "for_evaluation"} <= set(none.columns)


@given(programmes, programmes)
def test_partners_are_listed_each_on_its_own(first: list[dict], second: list[dict]) -> None:
    second = [{**row, "partner_id": 7} for row in second]
    together = todo_of(first + second)
    alone = pd.concat([todo_of(first), todo_of(second)], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)


@pytest.mark.parametrize("month", range(1, 25))
def test_coming_evaluations_of_a_key_are_those_whose_window_holds_it(month: int) -> None:
    bought = add_months(dt.date(2025, 1, 1), month).replace(day=17)
    coming = [add_months(EVALUATIONS[0], i) for i in range(40)]
    expected = sum(bought in DECK_RULES.window(day) for day in coming)
    found = coming_evaluations_of_keys(pd.Series([pd.Timestamp(bought)]), TODAY)
    assert found.tolist() == [expected]
