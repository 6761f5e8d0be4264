from __future__ import annotations

import datetime as dt

import pytest

from program.rules import DECK_RULES
from program.schema import competence_evaluation
from queries.filters import NO_FILTERS
from queries.programme import HISTORY_COLUMNS, MONTH_COLUMNS, ProgrammeMonths, programme_months
from queries.scope import EVERYTHING, Scope, Sight
from tests.oracle import Programme
from tests.programmes import replace_content

AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (dt.date(2026, month, 1) for month in (8, 9, 10, 11))
TODAY = dt.date(2026, 11, 14)


@pytest.fixture(params=["duckdb", "postgres"])
def connection(request):
    return request.getfixturevalue(f"{request.param}_connection")


@pytest.fixture
def decided(connection):
    key = {"kind": "commercial", "purchased_on": AUGUST, "activated_on": AUGUST}
    keys = [key | {"id": 1, "partner_id": 1}, key | {"id": 2, "partner_id": 2}]
    projects = [{"id": 1, "license_key_id": 1}, {"id": 2, "license_key_id": 2}]
    handed_over = [
        (1, 1, dt.date(2026, 8, 31), "accepted"),
        (2, 1, SEPTEMBER, "accepted"),
        (3, 1, dt.date(2026, 9, 30), "accepted"),
        (4, 1, dt.date(2026, 9, 30), "rejected"),
        (5, 2, TODAY, "accepted"),
        (6, 2, TODAY + dt.timedelta(days=1), "accepted"),
    ]
    deliveries = [
        {"id": i, "project_id": p, "partner_id": p, "delivered_on": day, "status": status}
        for i, p, day, status in handed_over
    ]
    replace_content(connection, Programme([1, 2, 3], keys, projects, deliveries))
    rows = [
        (OCTOBER, 1, 4, 2, True),
        (NOVEMBER, 1, 5, 2, False),
        (NOVEMBER, 2, 1, 1, True),
        (NOVEMBER, 3, 0, 0, False),
    ]
    names = ("evaluated_on", "partner_id", "base", "delivered", "held")
    connection.execute(
        competence_evaluation.insert(),
        [dict(zip(names, row, strict=True), rules_version=DECK_RULES.version) for row in rows],
    )
    return connection


def asked(connection, scope=EVERYTHING) -> ProgrammeMonths:
    months = programme_months(connection, scope, NO_FILTERS, dt.date(2026, 9, 20), TODAY)
    assert months.history.dtypes.astype(str).to_dict() == HISTORY_COLUMNS
    assert months.deliveries.dtypes.astype(str).to_dict() == MONTH_COLUMNS
    return months


def test_history_sums_every_partner_of_an_evaluation(decided):
    history = asked(decided).history
    assert history["evaluated_on"].dt.date.tolist() == [OCTOBER, NOVEMBER]
    assert history.loc[1, ["partners", "holders", "base", "delivered"]].tolist() == [2, 1, 6, 3]


def test_deliveries_are_counted_in_whole_months_up_to_today_and_empty_ones_are_told(decided):
    months = asked(decided).deliveries
    assert months["month"].dt.date.tolist() == [SEPTEMBER, OCTOBER, NOVEMBER]
    assert months["deliveries"].tolist() == [2, 0, 1]


def test_a_portfolio_leaves_the_others_out(decided):
    of_one = asked(decided, Scope(Sight.PORTFOLIO, "manager1@example.test"))
    assert of_one.history["base"].tolist() == [4, 5]
    assert of_one.deliveries["deliveries"].tolist() == [2, 0, 0]
    of_nobody = asked(decided, Scope())
    assert of_nobody.history.empty
    assert of_nobody.deliveries["deliveries"].tolist() == [0, 0, 0]
