from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from metrics.coverage import with_outlook
from metrics.keys import OPEN_REASONS, KeyReason, counts_from_keys, key_reasons
from queries.coverage import COUNT_COLUMNS, partner_counts
from queries.filters import NO_FILTERS, Filters
from queries.partners import keys_of_partners
from queries.scope import EVERYTHING, Scope, Sight
from tests.oracle import Programme, evaluate
from tests.programmes import EVALUATIONS, programmes, replace_content

GENERATED = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LONG_AGO = dt.date(2000, 1, 1)


def test_sql_on_both_engines_and_the_formulas_agree_with_plain_python(both_engines):
    duckdb_connection, postgres_connection = both_engines

    @GENERATED
    @given(programmes())
    def agree(drawn):
        programme, today = drawn
        frames = []
        for connection in (duckdb_connection, postgres_connection):
            replace_content(connection, programme)
            frames.append(
                with_outlook(partner_counts(connection, EVERYTHING, NO_FILTERS, EVALUATIONS, today))
            )
        pd.testing.assert_frame_equal(*frames)
        assert len(frames[0]) == len(programme.partner_ids) * len(EVALUATIONS)
        for row in frames[0].to_dict("records"):
            expected = evaluate(programme, row["partner_id"], row["evaluated_on"].date(), today)
            coverage = expected.pop("coverage")
            assert {name: row[name] for name in expected} == expected
            if coverage is None:
                assert np.isnan(row["coverage"])
            else:
                assert row["coverage"] == coverage

    agree()


def test_keys_listed_one_by_one_add_up_to_the_counts_on_both_engines(both_engines):
    duckdb_connection, postgres_connection = both_engines

    @GENERATED
    @given(programmes())
    def add_up(drawn):
        programme, today = drawn
        for connection in (duckdb_connection, postgres_connection):
            replace_content(connection, programme)
            counted = partner_counts(connection, EVERYTHING, NO_FILTERS, EVALUATIONS, today)
            for partner_id in programme.partner_ids:
                keys = keys_of_partners(connection, EVERYTHING, [partner_id], LONG_AGO)
                assert len(keys) == sum(k["partner_id"] == partner_id for k in programme.keys)
                by_key = counts_from_keys(keys, EVALUATIONS, today)
                by_sql = counted[counted["partner_id"] == partner_id].drop(columns="partner_id")
                pd.testing.assert_frame_equal(by_key, by_sql.reset_index(drop=True))
                for evaluated_on in EVALUATIONS:
                    reasons = key_reasons(keys, evaluated_on, today)
                    open_keys = int(np.isin(reasons, OPEN_REASONS).sum())
                    expected = evaluate(programme, partner_id, evaluated_on, today)
                    assert open_keys == expected["base"] - expected["delivered"]

    add_up()


def key(key_id=1, partner_id=1, purchased="2026-01-15", activated="2026-01-20", kind="commercial"):
    return {
        "id": key_id,
        "partner_id": partner_id,
        "kind": kind,
        "purchased_on": dt.date.fromisoformat(purchased),
        "activated_on": dt.date.fromisoformat(activated) if activated else None,
    }


def handed_over(partner_id=1, on="2026-05-01", status="accepted", project_id=1, delivery_id=1):
    return {
        "id": delivery_id,
        "project_id": project_id,
        "partner_id": partner_id,
        "delivered_on": dt.date.fromisoformat(on),
        "status": status,
    }


def counts_of(connection, programme, partner_id=1, on=dt.date(2026, 12, 1)):
    replace_content(connection, programme)
    rows = partner_counts(connection, EVERYTHING, NO_FILTERS, [on], dt.date(2026, 11, 14))
    row = rows.set_index("partner_id").loc[partner_id]
    return int(row["base"]), int(row["delivered"]), int(row["pending_activation"])


@pytest.fixture(params=["duckdb", "postgres"])
def connection(request):
    return request.getfixturevalue(f"{request.param}_connection")


@pytest.mark.parametrize(
    ("purchased", "in_base"),
    [("2025-09-30", 0), ("2025-10-01", 1), ("2026-09-30", 1), ("2026-10-01", 0)],
)
def test_window_of_december_is_october_to_september(connection, purchased, in_base):
    programme = Programme([1], [key(purchased=purchased, activated="2026-10-20")])
    assert counts_of(connection, programme) == (in_base, 0, 0)


@pytest.mark.parametrize(("kind", "base"), [("commercial", 1), ("nfr", 0), ("demo", 0)])
def test_only_commercial_keys_count(connection, kind, base):
    assert counts_of(connection, Programme([1], [key(kind=kind)])) == (base, 0, 0)


def test_key_not_activated_is_pending_and_not_in_the_base(connection):
    assert counts_of(connection, Programme([1], [key(activated=None)])) == (0, 0, 1)


@pytest.mark.parametrize(
    ("activated", "expected"), [("2026-10-31", (1, 0, 0)), ("2026-11-01", (0, 0, 1))]
)
def test_activation_on_the_day_of_evaluation_comes_too_late(connection, activated, expected):
    programme = Programme([1], [key(activated=activated)])
    assert counts_of(connection, programme, on=dt.date(2026, 11, 1)) == expected


@pytest.mark.parametrize(("delivered_on", "delivered"), [("2026-10-31", 1), ("2026-11-01", 0)])
def test_delivery_on_the_day_of_evaluation_comes_too_late(connection, delivered_on, delivered):
    programme = Programme(
        [1], [key()], [{"id": 1, "license_key_id": 1}], [handed_over(on=delivered_on)]
    )
    assert counts_of(connection, programme, on=dt.date(2026, 11, 1)) == (1, delivered, 0)


def test_key_delivered_by_another_partner_does_not_count(connection):
    programme = Programme(
        [1, 2], [key()], [{"id": 1, "license_key_id": 1}], [handed_over(partner_id=2)]
    )
    assert counts_of(connection, programme) == (1, 0, 0)
    assert counts_of(connection, programme, partner_id=2) == (0, 0, 0)


@pytest.mark.parametrize("status", ["pending", "rejected"])
def test_delivery_that_is_not_accepted_does_not_count(connection, status):
    programme = Programme(
        [1], [key()], [{"id": 1, "license_key_id": 1}], [handed_over(status=status)]
    )
    assert counts_of(connection, programme) == (1, 0, 0)


def test_key_delivered_twice_counts_once(connection):
    programme = Programme(
        [1],
        [key()],
        [{"id": 1, "license_key_id": 1}, {"id": 2, "license_key_id": 1}],
        [
            handed_over(),
            handed_over(on="2026-08-01", delivery_id=2),
            handed_over(on="2026-08-02", delivery_id=3, project_id=2),
        ],
    )
    assert counts_of(connection, programme) == (1, 1, 0)


def test_manager_sees_the_own_portfolio_only(connection):
    replace_content(connection, Programme([1, 2, 3]))
    scope = Scope(Sight.PORTFOLIO, "manager1@example.test")
    rows = partner_counts(connection, scope, NO_FILTERS, EVALUATIONS[:1], dt.date(2026, 11, 14))
    assert rows["partner_id"].tolist() == [1, 3]


def test_scope_that_was_not_filled_in_sees_nobody(connection):
    replace_content(connection, Programme([1, 2], [key()]))
    rows = partner_counts(connection, Scope(), NO_FILTERS, EVALUATIONS[:1], dt.date(2026, 11, 14))
    assert rows.empty
    assert rows.dtypes.astype(str).to_dict() == COUNT_COLUMNS


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(region="RU-MOW"), [1, 2]),
        (Filters(region="RU-SPE"), []),
        (Filters(tier="gold"), []),
        (Filters(city_id=1, country="RU", manager_email="manager0@example.test"), [2]),
    ],
)
def test_filters_narrow_the_partners(connection, filters, found):
    replace_content(connection, Programme([1, 2]))
    rows = partner_counts(connection, EVERYTHING, filters, EVALUATIONS[:1], dt.date(2026, 11, 14))
    assert rows["partner_id"].tolist() == found


def test_evaluation_not_on_the_first_is_refused(connection):
    with pytest.raises(ValueError, match="1st of a month"):
        partner_counts(connection, EVERYTHING, NO_FILTERS, [dt.date(2026, 12, 2)], LONG_AGO)


def test_reason_of_a_key_of_an_uncounted_kind_is_its_kind():
    keys = pd.DataFrame(
        {
            "kind": ["nfr"],
            "purchased_on": pd.to_datetime(["2026-01-15"]),
            "activated_on": pd.to_datetime(["2026-01-20"]),
            "delivered_on": pd.to_datetime(["2026-02-01"]),
            "pending_on": pd.to_datetime([None]),
            "rejected_on": pd.to_datetime([None]),
            "delivered_by_another_on": pd.to_datetime([None]),
        }
    )
    reasons = key_reasons(keys, dt.date(2026, 12, 1), dt.date(2026, 11, 14))
    assert reasons.tolist() == [KeyReason.KIND_NOT_COUNTED]
