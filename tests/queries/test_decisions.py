from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from program.rules import DECK_RULES
from program.schema import competence_evaluation
from queries.choices import stored_evaluations
from queries.decisions import (
    AUDIT_COLUMNS,
    competence_changes,
    decisions_on,
    decisions_that_disagree,
)
from queries.filters import NO_FILTERS, Filters
from queries.scope import EVERYTHING, Scope, Sight
from tests.oracle import Programme, evaluate
from tests.programmes import EVALUATIONS, programmes, replace_content

OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)


@pytest.fixture(params=["duckdb", "postgres"])
def connection(request):
    return request.getfixturevalue(f"{request.param}_connection")


def decide(connection, *rows, version=DECK_RULES.version):
    connection.execute(
        competence_evaluation.insert(),
        [
            {
                "evaluated_on": day,
                "partner_id": partner,
                "base": base,
                "delivered": delivered,
                "held": held,
                "rules_version": version,
            }
            for day, partner, base, delivered, held in rows
        ],
    )


def audit(connection):
    dates = stored_evaluations(connection, EVERYTHING).dates
    return decisions_that_disagree(connection, EVERYTHING, dates)


def test_decisions_of_a_portfolio_leave_the_others_out(connection):
    replace_content(connection, Programme([1, 2]))
    decide(connection, (NOVEMBER, 1, 5, 2, False), (NOVEMBER, 2, 1, 1, True))
    scope = Scope(Sight.PORTFOLIO, "manager1@example.test")
    assert decisions_on(connection, scope, NO_FILTERS, NOVEMBER)["partner_id"].tolist() == [1]


def test_changes_name_who_gained_and_who_lost_also_without_a_row(connection):
    replace_content(connection, Programme([1, 2, 3, 4]))
    decide(
        connection,
        (OCTOBER, 1, 4, 2, True),
        (OCTOBER, 2, 4, 0, False),
        (OCTOBER, 4, 4, 4, True),
        (NOVEMBER, 1, 4, 1, False),
        (NOVEMBER, 2, 4, 2, True),
        (NOVEMBER, 3, 2, 2, True),
    )
    changes = competence_changes(connection, EVERYTHING, NO_FILTERS, (OCTOBER, NOVEMBER))
    held = dict(zip(changes["partner_id"], changes["held"], strict=True))
    assert held == {1: False, 2: True, 3: True, 4: False}
    assert set(changes["evaluated_on"].dt.date) == {NOVEMBER}


def test_one_evaluation_alone_tells_no_change(connection):
    replace_content(connection, Programme([1]))
    assert competence_changes(connection, EVERYTHING, NO_FILTERS, (NOVEMBER,)).empty
    assert competence_changes(connection, EVERYTHING, Filters(tier="gold"), ()).empty


def test_audit_finds_exactly_the_decisions_that_plain_python_disputes(both_engines):
    duckdb_connection, postgres_connection = both_engines

    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(programmes())
    def disputes(drawn):
        programme, today = drawn
        past = [day for day in EVALUATIONS if day <= today]
        stored = [
            (day, partner, said["base"], said["delivered"] // 2, said["held"])
            for day in past
            for partner in programme.partner_ids
            if (said := evaluate(programme, partner, day, day))["base"] or partner == 1
        ]
        frames = []
        for connection in (duckdb_connection, postgres_connection):
            replace_content(connection, programme)
            if stored:
                decide(connection, *stored)
            frames.append(audit(connection))
        pd.testing.assert_frame_equal(*frames)
        expected = {
            (day, partner)
            for day, partner, base, delivered, _held in stored
            if (now := evaluate(programme, partner, day, today))
            and (now["base"], now["delivered"]) != (base, delivered)
        }
        found = set(zip(frames[0]["evaluated_on"].dt.date, frames[0]["partner_id"], strict=True))
        assert found == expected

    disputes()


def test_audit_lists_a_base_without_a_stored_decision(connection):
    bought = dt.date(2026, 1, 15)
    key = {"id": 1, "partner_id": 2, "kind": "commercial", "purchased_on": bought}
    replace_content(connection, Programme([1, 2], [key | {"activated_on": bought}]))
    decide(connection, (NOVEMBER, 1, 0, 0, False))
    found = audit(connection)
    assert found["partner_id"].tolist() == [2]
    assert found["stored_base"].isna().all()
    assert found["base"].tolist() == [1]


def test_audit_leaves_decisions_under_other_rules_alone(connection):
    replace_content(connection, Programme([1]))
    decide(connection, (NOVEMBER, 1, 9, 9, True), version="other")
    decide(connection, (OCTOBER, 1, 9, 9, True))
    found = audit(connection)
    assert found["evaluated_on"].dt.date.tolist() == [OCTOBER]
    assert found.dtypes.astype(str).to_dict() == AUDIT_COLUMNS
