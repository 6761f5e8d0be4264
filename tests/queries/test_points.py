from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from metrics.points import awards_alive, points_calendar
from program.calendar import add_months, evaluations_between
from program.rules import DECK_RULES
from queries.filters import NO_FILTERS, BaseSize, Filters
from queries.points import EXPIRING_COLUMNS, expiring_projects, programme_points
from queries.scope import EVERYTHING, Scope
from tests.oracle import Programme
from tests.programmes import EDGE_DAYS, programmes, replace_content

GENERATED = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EVALUATION = dt.date(2026, 12, 1)
MONTHS = evaluations_between(dt.date(2025, 1, 1), dt.date(2028, 3, 1))


def deliveries_of(programme: Programme) -> pd.DataFrame:
    columns = ["partner_id", "project_id", "delivered_on", "status"]
    rows = pd.DataFrame(programme.deliveries, columns=[*columns, "id"])
    return rows.astype({"delivered_on": "datetime64[us]"})


def test_points_of_all_partners_add_up_to_the_calendar_of_their_deliveries(both_engines):
    @GENERATED
    @given(programmes())
    def add_up(drawn):
        programme, today = drawn
        expected = points_calendar(deliveries_of(programme), MONTHS, today)
        for connection in both_engines:
            replace_content(connection, programme)
            found = programme_points(
                connection, EVERYTHING, NO_FILTERS, MONTHS, EVALUATION, today, DECK_RULES
            )
            pd.testing.assert_frame_equal(found, expected, check_dtype=False)

    add_up()


def test_projects_that_expire_soon_are_the_awards_alive_that_end_before_the_day(both_engines):
    @GENERATED
    @given(programmes())
    def agree(drawn):
        programme, today = drawn
        before = add_months(today.replace(day=1), 4)
        alive = awards_alive(deliveries_of(programme), today)
        ending = alive[alive["expires_on"] < pd.Timestamp(before)]
        expected = {
            (row.partner_id, f"p{row.project_id}", row.expires_on) for row in ending.itertuples()
        }
        frames = []
        for connection in both_engines:
            replace_content(connection, programme)
            asked = (before, 1000, EVALUATION, today, DECK_RULES)
            frames.append(expiring_projects(connection, EVERYTHING, NO_FILTERS, *asked))
        pd.testing.assert_frame_equal(*frames)
        found = frames[0]
        rows = set(zip(found["partner_id"], found["project"], found["expires_on"], strict=True))
        assert rows == expected
        assert found["expires_on"].is_monotonic_increasing

    agree()


@pytest.mark.parametrize("today", [EDGE_DAYS[-1], dt.date(2026, 11, 23)])
def test_limits_and_scopes_narrow_the_list(both_engines, today):
    bought = dt.date(2026, 1, 15)
    key = {"kind": "commercial", "purchased_on": bought, "activated_on": bought}
    delivery = {"delivered_on": today - dt.timedelta(days=360), "status": "accepted"}
    programme = Programme(
        [1, 2],
        [{"id": i, "partner_id": i, **key} for i in (1, 2)],
        [{"id": i, "license_key_id": i} for i in (1, 2)],
        [{"id": i, "project_id": i, "partner_id": i, **delivery} for i in (1, 2)],
    )
    asked = (add_months(today.replace(day=1), 3), EVALUATION, today, DECK_RULES)
    for connection in both_engines:
        replace_content(connection, programme)

        def found(limit, scope=EVERYTHING, filters=NO_FILTERS, connection=connection):
            return expiring_projects(connection, scope, filters, asked[0], limit, *asked[1:])

        assert len(found(1)) == 1
        assert len(found(9)) == 2
        assert found(9, filters=Filters(size=BaseSize.MANY)).empty
        nobody = found(9, scope=Scope())
        assert nobody.empty
        assert nobody.dtypes.astype(str).to_dict() == EXPIRING_COLUMNS
        points = programme_points(connection, Scope(), NO_FILTERS, MONTHS, *asked[1:])
        assert points[["alive", "expiring"]].to_numpy().sum() == 0


def test_a_month_is_needed(both_engines):
    with pytest.raises(ValueError, match="at least one month"):
        programme_points(
            both_engines[0], EVERYTHING, NO_FILTERS, [], EVALUATION, EVALUATION, DECK_RULES
        )
