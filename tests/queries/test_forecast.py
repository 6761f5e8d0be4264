"""Counts of the forecast: the same on both engines, adding up to the rule's counts, in scope."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from metrics.delivery_habit import HABIT_DAYS
from metrics.key_history import CURVE_DAYS, NEVER, KeyHistory, day_number
from metrics.lag_curve import lag_curve
from program.calendar import add_months, next_evaluation
from queries.coverage import partner_counts
from queries.filters import NO_FILTERS, Filters
from queries.forecast import open_keys, pending_keys
from queries.key_history import key_history
from queries.lags import accepted_share, activation_lags, delivery_lags, pace_counts
from queries.scope import EVERYTHING, Scope, Sight
from tests.oracle import Programme
from tests.programmes import programmes, replace_content

GENERATED = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def coming(today: dt.date) -> tuple[dt.date, dt.date]:
    first = next_evaluation(today)
    return first, add_months(first, 1)


def first_handed_over(programme: Programme, key: dict, today: dt.date, *statuses: str):
    projects = {p["id"] for p in programme.projects if p["license_key_id"] == key["id"]}
    days = [
        d["delivered_on"]
        for d in programme.deliveries
        if d["project_id"] in projects
        and d["partner_id"] == key["partner_id"]
        and d["status"] in statuses
        and d["delivered_on"] <= today
    ]
    return min(days, default=None)


def lags_in_plain_python(programme: Programme, today: dt.date) -> pd.DataFrame:
    delivered, censored = Counter(), Counter()
    for key in programme.keys:
        begun = key["activated_on"]
        if key["kind"] != "commercial" or begun is None:
            continue
        if not 0 < (today - begun).days <= CURVE_DAYS:
            continue
        ended = first_handed_over(programme, key, today, "accepted", "pending")
        if ended is not None:
            delivered[max((ended - begun).days, 0)] += 1
        else:
            censored[(today - begun).days - 1] += 1
    lags = sorted({*delivered, *censored})
    return pd.DataFrame(
        {
            "lag": lags,
            "delivered": [delivered[lag] for lag in lags],
            "censored": [censored[lag] for lag in lags],
        },
        dtype="int64",
    )


def test_lags_on_both_engines_agree_with_plain_python(both_engines) -> None:
    @GENERATED
    @given(programmes())
    def agree(drawn) -> None:
        programme, today = drawn
        for connection in both_engines:
            replace_content(connection, programme)
            found = delivery_lags(connection, EVERYTHING, today)
            pd.testing.assert_frame_equal(found, lags_in_plain_python(programme, today))

    agree()


def test_every_count_is_the_same_on_both_engines_and_adds_up(both_engines) -> None:
    @GENERATED
    @given(programmes())
    def agree(drawn) -> None:
        programme, today = drawn
        days, answers = coming(today), []
        for connection in both_engines:
            replace_content(connection, programme)
            curve = lag_curve(delivery_lags(connection, EVERYTHING, today))
            answers.append(
                (
                    activation_lags(connection, EVERYTHING, today),
                    pace_counts(connection, EVERYTHING, today, curve),
                    open_keys(connection, EVERYTHING, NO_FILTERS, days, today),
                    pending_keys(connection, EVERYTHING, NO_FILTERS, days, today),
                )
            )
            counts = partner_counts(connection, EVERYTHING, NO_FILTERS, days, today)
            _add_up(counts, answers[-1][2], answers[-1][3], days)
            assert 0 < accepted_share(connection, EVERYTHING, today) < 1
        for ours, theirs in zip(*answers, strict=True):
            pd.testing.assert_frame_equal(ours, theirs)

    agree()


def _add_up(counts, still_open, waiting, days) -> None:
    for row in counts.itertuples():
        place = days.index(row.evaluated_on.date())
        own = [
            rows.loc[
                (rows["partner_id"] == row.partner_id) & (rows["evaluation"] == place), "keys"
            ].sum()
            for rows in (still_open, waiting)
        ]
        assert own == [row.base - row.delivered, row.pending_activation]


def test_history_of_keys_is_what_plain_python_reads_on_both_engines(both_engines) -> None:
    @GENERATED
    @given(programmes())
    def agree(drawn) -> None:
        programme, today = drawn
        expected = sorted(
            (
                key["partner_id"],
                day_number(key["purchased_on"]),
                day_number(key["activated_on"]) if key["activated_on"] else NEVER,
                day_number(first)
                if (first := first_handed_over(programme, key, today, "accepted"))
                else NEVER,
            )
            for key in programme.keys
            if key["kind"] == "commercial"
        )
        for connection in both_engines:
            replace_content(connection, programme)
            keys = key_history(connection, EVERYTHING, today)
            owners = sorted({partner_id for partner_id, *_ in expected})
            found = zip(
                [owners[i] for i in keys.partner],
                keys.purchased.tolist(),
                keys.activated.tolist(),
                keys.delivered.tolist(),
                strict=True,
            )
            assert sorted(found) == expected

    agree()


def test_sql_counts_what_the_replay_would_know_on_the_same_day(both_engines) -> None:
    """Without deliveries under review both ways to the forecast see the same."""

    @GENERATED
    @given(programmes())
    def agree(drawn) -> None:
        programme, today = drawn
        for delivery in programme.deliveries:
            if delivery["status"] == "pending":
                delivery["status"] = "rejected"
        for connection in both_engines:
            replace_content(connection, programme)
            keys = key_history(connection, EVERYTHING, today)
            curve = lag_curve(delivery_lags(connection, EVERYTHING, today))
            owners = np.unique([k["partner_id"] for k in programme.keys if _counted(k)])
            for place, day in enumerate(coming(today)):
                known = keys.known(day, today)
                _same_curve(known.delivery, curve)
                rows = open_keys(connection, EVERYTHING, NO_FILTERS, coming(today), today)
                rows = rows[rows["evaluation"] == place]
                hazard = curve.hazard_between(rows["age"], rows["age"] + (day - today).days)
                assert np.allclose(
                    np.bincount(
                        np.searchsorted(owners, rows["partner_id"]),
                        weights=hazard * rows["keys"],
                        minlength=keys.partners,
                    ),
                    np.bincount(
                        known.situation.open_partner,
                        weights=known.situation.open_hazard,
                        minlength=keys.partners,
                    ),
                )
            pace = pace_counts(connection, EVERYTHING, today, curve)
            _same_pace(known.habits, pace, owners)

    agree()


def _counted(key: dict) -> bool:
    return key["kind"] == "commercial"


def _same_curve(ours, theirs) -> None:
    ages = np.arange(-1, CURVE_DAYS + 5)
    assert np.allclose(ours.surviving(ages), theirs.surviving(ages))


def _same_pace(habits, pace: pd.DataFrame, owners: np.ndarray) -> None:
    known = pace.set_index("partner_id").reindex(owners).fillna(0)
    counts = known["delivered"].to_numpy()
    assert np.allclose(habits.shape, habits.prior_shape + counts)
    rate = habits.prior_shape / habits.prior_mean + known["expected"].to_numpy()
    assert np.allclose(habits.rate, rate)


# Edges, scope and filters, one at a time -------------------------------------------------------
TODAY = dt.date(2026, 11, 14)


@pytest.fixture(params=["duckdb", "postgres"])
def connection(request):
    return request.getfixturevalue(f"{request.param}_connection")


def key(key_id=1, partner_id=1, purchased="2026-03-10", activated="2026-03-20"):
    return {
        "id": key_id,
        "partner_id": partner_id,
        "kind": "commercial",
        "purchased_on": dt.date.fromisoformat(purchased),
        "activated_on": dt.date.fromisoformat(activated) if activated else None,
    }


def delivered(on, status="accepted", partner_id=1):
    return {
        "id": 1,
        "project_id": 1,
        "partner_id": partner_id,
        "delivered_on": dt.date.fromisoformat(on),
        "status": status,
    }


def one_key(*deliveries, **how) -> Programme:
    return Programme([1, 2], [key(**how)], [{"id": 1, "license_key_id": 1}], list(deliveries))


@pytest.mark.parametrize(
    ("status", "partner_id", "open_now", "under_review"),
    [
        ("accepted", 1, 0, None),
        ("pending", 1, 1, True),
        ("rejected", 1, 1, False),
        ("accepted", 2, 1, False),
        ("pending", 2, 1, False),
    ],
)
def test_only_an_own_accepted_delivery_closes_a_key(
    connection, status, partner_id, open_now, under_review
) -> None:
    replace_content(connection, one_key(delivered("2026-06-01", status, partner_id)))
    rows = open_keys(connection, EVERYTHING, NO_FILTERS, coming(TODAY), TODAY)
    assert rows.query("evaluation == 0")["keys"].sum() == open_now
    if open_now:
        assert rows["under_review"].tolist() == [under_review] * 2
        assert rows["age"].tolist() == [(TODAY - dt.date(2026, 3, 20)).days - 1] * 2


@pytest.mark.parametrize(("back", "counted"), [(HABIT_DAYS, 1), (HABIT_DAYS + 1, 0)])
def test_pace_counts_the_deliveries_of_the_last_half_year(connection, back, counted) -> None:
    day = TODAY - dt.timedelta(days=back)
    replace_content(connection, one_key(delivered(str(day))))
    curve = lag_curve(delivery_lags(connection, EVERYTHING, TODAY))
    pace = pace_counts(connection, EVERYTHING, TODAY, curve)
    assert pace["delivered"].sum() == counted


@pytest.mark.parametrize(
    ("back", "counted"), [(0, 0), (1, 1), (CURVE_DAYS, 1), (CURVE_DAYS + 1, 0)]
)
def test_curve_is_that_of_24_months_of_activations(connection, back, counted) -> None:
    day = str(TODAY - dt.timedelta(days=back))
    replace_content(connection, one_key(purchased=day, activated=day))
    rows = delivery_lags(connection, EVERYTHING, TODAY)
    assert rows["censored"].sum() == counted


def test_a_portfolio_counts_its_own_open_keys_with_the_curve_of_all(connection) -> None:
    keys = [key(1, 1), key(2, 2, activated=None), key(3, 2)]
    replace_content(connection, Programme([1, 2], keys))
    own = Scope(Sight.PORTFOLIO, "manager1@example.test")
    days = coming(TODAY)
    assert set(open_keys(connection, own, NO_FILTERS, days, TODAY)["partner_id"]) == {1}
    assert pending_keys(connection, own, NO_FILTERS, days, TODAY).empty
    everybody = delivery_lags(connection, EVERYTHING, TODAY)
    pd.testing.assert_frame_equal(delivery_lags(connection, own, TODAY), everybody)
    filtered = open_keys(
        connection, EVERYTHING, Filters(manager_email="manager0@example.test"), days, TODAY
    )
    assert set(filtered["partner_id"]) == {2}


def test_who_sees_nothing_gets_no_counts(connection) -> None:
    replace_content(connection, one_key(delivered("2026-11-01", "pending")))
    nobody, days = Scope(), coming(TODAY)
    curve = lag_curve(delivery_lags(connection, nobody, TODAY))
    assert curve.observations == 0
    assert activation_lags(connection, nobody, TODAY).empty
    assert pace_counts(connection, nobody, TODAY, curve).empty
    assert open_keys(connection, nobody, NO_FILTERS, days, TODAY).empty
    assert pending_keys(connection, nobody, NO_FILTERS, days, TODAY).empty
    assert key_history(connection, nobody, TODAY).partners == 0


def test_part_of_the_partners_is_whole_partners(connection) -> None:
    keys = [key(n, 1 + n % 6) for n in range(1, 31)]
    replace_content(connection, Programme(list(range(1, 7)), keys))
    part = key_history(connection, EVERYTHING, TODAY, most_partners=2)
    assert isinstance(part, KeyHistory)
    assert part.partners == 2
    assert np.bincount(part.partner).tolist() == [5, 5]


def test_accepted_share_leaves_out_what_is_under_review(connection) -> None:
    replace_content(connection, one_key(delivered("2026-06-01", "pending")))
    assert accepted_share(connection, EVERYTHING, TODAY) == 0.5
    replace_content(connection, one_key(delivered("2026-06-01", "rejected")))
    assert accepted_share(connection, EVERYTHING, TODAY) == pytest.approx(1 / 3)
