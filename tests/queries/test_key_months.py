from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings

from metrics.simulator import KeyMonths, counts_at
from program.rules import DECK_RULES
from program.schema import competence_evaluation
from queries.coverage import partner_counts
from queries.filters import NO_FILTERS, BaseSize, Filters
from queries.key_months import (
    COHORT_COLUMNS,
    HOLDER_COLUMNS,
    LAG_COLUMNS,
    NEVER,
    chosen_ids,
    delivery_cohorts,
    delivery_lags,
    edition_months,
    partner_months,
    stored_holders,
)
from queries.lags import delivery_lags as forecast_lags
from queries.scope import EVERYTHING, Scope, Sight
from tests.oracle import Programme
from tests.programmes import EVALUATIONS, programmes, replace_content

GENERATED = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DAYS = 90


def index(day: dt.date | None) -> int:
    return NEVER if day is None else day.year * 12 + day.month - 1


def seen(day: dt.date | None, today: dt.date) -> dt.date | None:
    return day if day is not None and day <= today else None


def first_own_delivery(programme: Programme, key: dict, today: dt.date) -> dt.date | None:
    projects = {p["id"] for p in programme.projects if p["license_key_id"] == key["id"]}
    days = [
        d["delivered_on"]
        for d in programme.deliveries
        if d["project_id"] in projects
        and d["partner_id"] == key["partner_id"]
        and d["status"] == "accepted"
        and d["delivered_on"] <= today
    ]
    return min(days, default=None)


def counted_keys(programme: Programme, today: dt.date) -> list[tuple[dict, dt.date | None]]:
    return [
        (key, first_own_delivery(programme, key, today))
        for key in programme.keys
        if key["kind"] == "commercial" and key["purchased_on"] <= today
    ]


def as_dict(frame: pd.DataFrame, keys: int) -> dict:
    rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    return {tuple(row[:keys]): tuple(row[keys:]) for row in rows}


def test_months_on_both_engines_add_up_to_the_counts_of_any_evaluation(both_engines):
    @GENERATED
    @given(programmes())
    def add_up(drawn):
        programme, today = drawn
        frames = []
        for connection in both_engines:
            replace_content(connection, programme)
            frames.append(partner_months(connection, EVERYTHING, today, DECK_RULES))
            counts = partner_counts(connection, EVERYTHING, NO_FILTERS, EVALUATIONS, today)
        pd.testing.assert_frame_equal(*frames)
        months, owners = frames[0], np.array(programme.partner_ids)
        cube = KeyMonths(
            np.searchsorted(owners, months["partner_id"]),
            *(months[name].to_numpy() for name in ("bought", "activated", "delivered", "keys")),
            len(owners),
        )
        first, last = index(EVALUATIONS[0]), index(EVALUATIONS[-1])
        base, delivered = counts_at(cube, first, last)
        for row in counts.itertuples():
            place = row.partner_id - 1, index(row.evaluated_on) - first
            assert (base[place], delivered[place]) == (row.base, row.delivered)

    add_up()


def test_cohorts_and_lags_on_both_engines_agree_with_plain_python(both_engines):
    @GENERATED
    @given(programmes())
    def agree(drawn):
        programme, today = drawn
        since = today - dt.timedelta(days=700)
        asked = (EVERYTHING, NO_FILTERS)
        cohorts, lags = [], []
        for connection in both_engines:
            replace_content(connection, programme)
            rest = (EVALUATIONS[-1], today, DECK_RULES)
            cohorts.append(delivery_cohorts(connection, *asked, DAYS, *rest))
            lags.append(delivery_lags(connection, *asked, since, *rest))
        pd.testing.assert_frame_equal(*cohorts)
        pd.testing.assert_frame_equal(*lags)
        expected_cohorts: dict = {}
        expected_lags: dict = {}
        for key, delivered in counted_keys(programme, today):
            bought = key["purchased_on"]
            waited = None if delivered is None else index(delivered) - index(bought)
            place = (pd.Timestamp(bought.replace(day=1)), waited)
            keys, in_time = expected_cohorts.get(place, (0, 0))
            quick = delivered is not None and (delivered - bought).days <= DAYS
            expected_cohorts[place] = (keys + 1, in_time + quick)
            activated = seen(key["activated_on"], today)
            if activated is None or not since <= activated < today:
                continue
            last_seen = delivered or today - dt.timedelta(days=1)
            lag = (max((last_seen - activated).days, 0),)
            done, still_open = expected_lags.get(lag, (0, 0))
            expected_lags[lag] = (done + (delivered is not None), still_open + (delivered is None))
        assert as_dict(cohorts[0], 2) == expected_cohorts
        assert as_dict(lags[0], 1) == expected_lags

    agree()


def test_an_open_key_is_censored_on_the_last_whole_day_as_in_the_forecast(both_engines):
    today, begun = dt.date(2026, 11, 23), dt.date(2026, 11, 13)
    key = {"partner_id": 1, "kind": "commercial", "purchased_on": begun}
    programme = Programme(
        [1], [key | {"id": 1, "activated_on": begun}, key | {"id": 2, "activated_on": today}]
    )
    for connection in both_engines:
        replace_content(connection, programme)
        rest = (begun, dt.date(2026, 12, 1), today, DECK_RULES)
        found = delivery_lags(connection, EVERYTHING, NO_FILTERS, *rest)
        assert found.to_dict("records") == [{"lag": 9, "delivered": 0, "censored": 1}]
        pd.testing.assert_frame_equal(found, forecast_lags(connection, EVERYTHING, today))


def test_months_by_edition_are_those_of_all_partners(both_engines):
    bought = dt.date(2026, 1, 15)
    key = {"kind": "commercial", "purchased_on": bought, "activated_on": bought}
    programme = Programme([1, 2], [{"id": i, "partner_id": i, **key} for i in (1, 2)])
    for connection in both_engines:
        replace_content(connection, programme)
        rest = (dt.date(2026, 12, 1), dt.date(2026, 11, 23), DECK_RULES)
        found = edition_months(connection, EVERYTHING, NO_FILTERS, *rest)
        assert found.to_dict("records") == [
            {
                "edition": "start",
                "bought": index(bought),
                "activated": index(bought),
                "delivered": NEVER,
                "keys": 2,
            }
        ]
        few = Filters(size=BaseSize.MANY)
        assert edition_months(connection, EVERYTHING, few, *rest).empty
        assert chosen_ids(connection, EVERYTHING, few, *rest).empty
        some = chosen_ids(connection, EVERYTHING, Filters(size=BaseSize.FEW), *rest)
        assert sorted(some["partner_id"]) == [1, 2]


def test_keys_of_one_partner_and_the_same_months_are_counted_together(both_engines):
    today, never = dt.date(2026, 11, 23), None
    told = [
        (2, dt.date(2026, 1, 1), dt.date(2026, 1, 31)),
        (2, dt.date(2026, 1, 31), dt.date(2026, 1, 31)),
        (2, dt.date(1999, 12, 31), dt.date(2000, 2, 29)),
        (1, dt.date(2026, 1, 15), never),
        (1, dt.date(2026, 1, 16), dt.date(2026, 11, 24)),  # not seen today
    ]
    keys = [
        {"id": i, "partner_id": of, "kind": "commercial", "purchased_on": b, "activated_on": a}
        for i, (of, b, a) in enumerate(told, 1)
    ]
    for connection in both_engines:
        replace_content(connection, Programme([1, 2], keys))
        found = partner_months(connection, EVERYTHING, today, DECK_RULES)
        january = index(dt.date(2026, 1, 1))
        assert found.to_numpy().tolist() == [
            [1, january, NEVER, NEVER, 2],
            [2, index(told[2][1]), index(told[2][2]), NEVER, 1],
            [2, january, january, NEVER, 2],
        ]
        assert partner_months(connection, Scope(), today, DECK_RULES).empty


def test_nothing_is_seen_without_a_scope_and_columns_stay(both_engines):
    bought = dt.date(2026, 1, 15)
    key = {"id": 1, "partner_id": 1, "kind": "commercial", "purchased_on": bought}
    for connection in both_engines:
        replace_content(connection, Programme([1, 2], [key | {"activated_on": bought}]))
        connection.execute(
            competence_evaluation.insert(),
            [
                {
                    "evaluated_on": dt.date(2026, 11, 1),
                    "partner_id": partner,
                    "base": 1,
                    "delivered": 1,
                    "held": partner == 1,
                    "rules_version": "r",
                }
                for partner in (1, 2)
            ],
        )
        rest = (dt.date(2026, 12, 1), dt.date(2026, 11, 23), DECK_RULES)
        own = Scope(Sight.PORTFOLIO, "manager1@example.test")
        held = stored_holders(connection, own)
        assert held.to_dict("records") == [{"partner_id": 1, "month": index(dt.date(2026, 11, 1))}]
        for found, columns in (
            (stored_holders(connection, Scope()), HOLDER_COLUMNS),
            (delivery_cohorts(connection, Scope(), NO_FILTERS, DAYS, *rest), COHORT_COLUMNS),
            (delivery_lags(connection, Scope(), NO_FILTERS, bought, *rest), LAG_COLUMNS),
        ):
            assert found.empty
            assert found.dtypes.astype(str).to_dict() == columns
