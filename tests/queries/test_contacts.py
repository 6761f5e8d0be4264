"""Calls on both engines against plain Python; the five outcomes are never mixed up."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from program.rules import DECK_RULES
from queries.contact_stages import STAGE_COLUMNS, STAGES, contact_stages
from queries.contacts import (
    LAG_COLUMNS,
    MONTH_COLUMNS,
    RESPONSE_COLUMNS,
    days_to_call,
    outcomes_by_month,
    response_by_partner,
)
from queries.filters import BaseSize, Filters
from queries.scope import EVERYTHING, Scope, Sight
from tests.queries.test_peers import MINE, MY_PORTFOLIO, THEIRS, in_group, programme_of
from tests.survey_programmes import (
    CURRENT,
    PREVIOUS,
    TODAY,
    replace_survey_content,
    survey_programmes,
)

GENERATED = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EVALUATION = dt.date(2026, 12, 1)
PERIOD = Filters(survey_from=CURRENT[0], survey_to=CURRENT[1])
CUTS = (
    Filters(),
    PERIOD,
    Filters(survey_from=CURRENT[0], survey_to=CURRENT[1], tier="gold"),
    Filters(size=BaseSize.FEW),
    Filters(manager_email=MINE),
)
OUTCOMES = ("completed", "refused", "unreachable", "wrong_contact", "pending")


def asked(query, connection, scope=EVERYTHING, filters=PERIOD):
    return query(connection, scope, filters, EVALUATION, TODAY, DECK_RULES)


class Oracle:
    """Everything counted row by row from the lists, sharing no code with the queries."""

    def __init__(self, rows, filters):
        self.rows, self.filters = rows, filters
        self.partners = {p["id"]: p for p in rows["partner"]}
        self.surveys = {s["delivery_id"]: s for s in rows["survey"]}
        self.first, self.last = filters.survey_from or dt.date.min, filters.survey_to or TODAY

    def chosen(self, partner_id, *, portfolio=True):
        partner = self.partners[partner_id]
        mine = self.filters.manager_email in (None, partner["manager_email"]) or not portfolio
        return mine and in_group(self.rows, partner, self.filters)

    def attempts(self, delivery):
        own = [a for a in self.rows["contact_attempt"] if a["delivery_id"] == delivery["id"]]
        return sorted(own, key=lambda a: (a["attempted_on"], a["id"]))

    def said(self, delivery):
        """Whether the client recommends the developer; None without an answer."""
        survey = self.surveys.get(delivery["id"])
        if survey is None:
            return None
        scores = [
            a["score"]
            for a in self.rows["answer"]
            if a["survey_id"] == survey["id"] and a["question_code"] == "recommend_partner"
        ]
        if not scores:
            return None
        return scores[0] >= {1: 4, 2: 9}[survey["questionnaire_version"]]

    def stages(self):
        counts = Counter()
        project_of = {p["license_key_id"]: p["id"] for p in self.rows["project"]}
        for key in self.rows["license_key"]:
            if not self.chosen(key["partner_id"]):
                continue
            if not self.first <= key["purchased_on"] <= self.last:
                continue
            counts["keys"] += 1
            own = [
                d
                for d in self.rows["delivery"]
                if d["project_id"] == project_of[key["id"]]
                and d["partner_id"] == key["partner_id"]
                and d["status"] == "accepted"
            ]
            counts["delivered"] += bool(own)
            tried = [d for d in own if self.attempts(d)]
            counts["with_contact"] += bool(tried)
            called = [d for d in tried if any(a["outcome"] != "pending" for a in self.attempts(d))]
            counts["called"] += bool(called)
            answered = [d for d in called if d["id"] in self.surveys]
            counts["answered"] += bool(answered)
            said = [self.said(d) for d in answered]
            counts["said"] += any(s is not None for s in said)
            counts["recommending"] += True in said
            counts["without_answer"] += bool(answered) and all(s is None for s in said)
        return counts

    def ended(self, *, portfolio=True):
        """Yield delivery and last attempt of every accepted delivery that was tried."""
        for delivery in self.rows["delivery"]:
            attempts = self.attempts(delivery)
            if (
                delivery["status"] == "accepted"
                and attempts
                and self.chosen(delivery["partner_id"], portfolio=portfolio)
            ):
                yield delivery, attempts[-1]

    def months(self):
        counts: dict = {}
        for _, last in self.ended():
            day = last["attempted_on"]
            if self.first <= day <= self.last:
                before = False
            elif self.filters.survey_from and PREVIOUS[0] <= day <= PREVIOUS[1]:
                before = True
            else:
                continue
            counts.setdefault((day.replace(day=1), before), Counter())[last["outcome"]] += 1
        return counts

    def days(self):
        counts = Counter()
        for delivery, _ in self.ended():
            calls = [a for a in self.attempts(delivery) if a["outcome"] != "pending"]
            if calls and self.first <= calls[0]["attempted_on"] <= self.last:
                days = (calls[0]["attempted_on"] - delivery["delivered_on"]).days
                if days >= 0:
                    counts[days] += 1
        return counts

    def response(self):
        counts: dict = {}
        for delivery, last in self.ended(portfolio=False):
            if not self.first <= last["attempted_on"] <= self.last:
                continue
            own = counts.setdefault(delivery["partner_id"], Counter())
            own[last["outcome"]] += 1
            own["ended"] += last["outcome"] != "pending"
            said = self.said(delivery) if last["outcome"] == "completed" else None
            own["recommend_answers"] += said is not None
            own["recommending"] += bool(said)
        return counts


def test_both_engines_count_the_calls_as_plain_python_does(both_engines):
    @GENERATED
    @given(survey_programmes())
    def agree(rows):
        for connection in both_engines:
            replace_survey_content(connection, rows)
        for filters in CUTS:
            oracle = Oracle(rows, filters)

            def both(query, filters=filters):
                frames = [asked(query, c, filters=filters) for c in both_engines]
                pd.testing.assert_frame_equal(*frames)
                return frames[0]

            stages = both(contact_stages).iloc[0]
            assert {name: stages[name] for name in STAGE_COLUMNS} == {
                name: oracle.stages()[name] for name in STAGE_COLUMNS
            }
            assert stages[list(STAGES)].is_monotonic_decreasing
            months = {
                (row.month.date(), row.before): Counter(
                    {name: getattr(row, name) for name in OUTCOMES}
                )
                for row in both(outcomes_by_month).itertuples()
            }
            assert months == oracle.months()
            days = both(days_to_call)
            assert dict(zip(days["days"], days["deliveries"], strict=True)) == oracle.days()
            response = {
                row["partner_id"]: Counter({n: row[n] for n in row if n in (*OUTCOMES, "ended",
                                            "recommending", "recommend_answers")})
                for row in both(response_by_partner).to_dict("records")
            }  # fmt: skip
            assert response == oracle.response()

    agree()


def called(*outcomes_by_delivery):
    """A delivery for every list of outcomes, attempted once a day from 2 March on."""
    rows = programme_of([MINE] * ((len(outcomes_by_delivery) + 2) // 3))
    rows["survey"], rows["answer"] = [], []
    for delivery, outcomes in enumerate(outcomes_by_delivery, start=1):
        for day, outcome in enumerate(outcomes, start=2):
            rows["contact_attempt"].append(
                {"id": len(rows["contact_attempt"]) + 1, "delivery_id": delivery,
                 "attempted_on": dt.date(2026, 3, day), "outcome": outcome}
            )  # fmt: skip
    return rows


@pytest.fixture(params=["duckdb", "postgres"])
def connection(request):
    return request.getfixturevalue(f"{request.param}_connection")


def outcomes(connection, *lists):
    replace_survey_content(connection, called(*lists))
    row = asked(outcomes_by_month, connection).iloc[0]
    return {name: int(row[name]) for name in OUTCOMES if row[name]}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_counted_as_itself_and_as_nothing_else(connection, outcome):
    assert outcomes(connection, [outcome]) == {outcome: 1}


def test_refused_unreachable_wrong_contact_and_pending_stay_apart(connection):
    apart = outcomes(
        connection, ["refused"], ["unreachable"], ["wrong_contact"], ["pending"], ["refused"]
    )
    assert apart == {"refused": 2, "unreachable": 1, "wrong_contact": 1, "pending": 1}


def test_a_delivery_called_three_times_counts_once_by_its_last_attempt(connection):
    assert outcomes(connection, ["unreachable", "unreachable", "completed"]) == {"completed": 1}


def test_a_contact_to_be_tried_again_is_pending_whatever_came_before(connection):
    assert outcomes(connection, ["unreachable", "pending"]) == {"pending": 1}


def test_of_two_attempts_on_one_day_the_later_record_decides(connection):
    rows = called(["unreachable", "completed"])
    for attempt in rows["contact_attempt"]:
        attempt["attempted_on"] = dt.date(2026, 3, 2)
    replace_survey_content(connection, rows)
    assert asked(outcomes_by_month, connection).iloc[0]["completed"] == 1


def test_a_pending_contact_is_not_over_and_a_refusal_is(connection):
    replace_survey_content(connection, called(["pending"], ["refused"], ["completed"]))
    row = asked(response_by_partner, connection).iloc[0]
    assert (row["ended"], row["completed"], row["pending"]) == (2, 1, 1)


def test_only_a_pending_attempt_is_a_contact_but_no_call(connection):
    replace_survey_content(connection, called(["pending"], [], ["refused"]))
    stages = asked(contact_stages, connection).iloc[0]
    assert stages[["keys", "delivered", "with_contact", "called"]].tolist() == [3, 3, 2, 1]


def test_who_did_not_say_whether_to_recommend_is_no_part_of_the_share_recommending(connection):
    rows = programme_of([MINE])
    rows["contact_attempt"] = [
        {"id": s["id"], "delivery_id": s["delivery_id"], "attempted_on": s["completed_on"],
         "outcome": "completed"}
        for s in rows["survey"]
    ]  # fmt: skip
    rows["answer"] = rows["answer"][1:]
    replace_survey_content(connection, rows)
    stages = asked(contact_stages, connection).iloc[0]
    assert stages[["answered", "said", "without_answer"]].tolist() == [3, 2, 1]


def test_days_run_to_the_first_call_that_is_not_pending(connection):
    replace_survey_content(connection, called(["pending", "unreachable", "completed"]))
    assert asked(days_to_call, connection).to_dict("list") == {"days": [2], "deliveries": [1]}


def test_a_call_dated_before_the_delivery_is_left_out(connection):
    rows = called(["completed"])
    rows["contact_attempt"][0]["attempted_on"] = dt.date(2026, 2, 1)
    replace_survey_content(connection, rows)
    assert asked(days_to_call, connection).empty


def test_a_delivery_by_another_partner_is_no_stage_of_the_buyers_key(connection):
    rows = programme_of([MINE, MINE])
    rows["delivery"][0]["partner_id"] = 2
    replace_survey_content(connection, rows)
    stages = asked(contact_stages, connection).iloc[0]
    assert (stages["keys"], stages["delivered"]) == (6, 5)


def test_a_rejected_delivery_is_not_delivered(connection):
    rows = called(["completed"])
    rows["delivery"][0]["status"] = "rejected"
    replace_survey_content(connection, rows)
    assert asked(contact_stages, connection).iloc[0]["delivered"] == 2
    assert asked(outcomes_by_month, connection).empty


def test_a_key_delivered_twice_counts_once(connection):
    rows = called(["completed"], ["completed"])
    rows["delivery"][1]["project_id"] = 1
    replace_survey_content(connection, rows)
    stages = asked(contact_stages, connection).iloc[0]
    assert stages[["keys", "delivered", "called"]].tolist() == [3, 2, 1]


def answering(managers, pending=()):
    """One completed call for each survey of ``programme_of``, but for partners still to call."""
    rows = programme_of(managers)
    owner = {d["id"]: d["partner_id"] for d in rows["delivery"]}
    rows["contact_attempt"] = [
        {"id": s["id"], "delivery_id": s["delivery_id"], "attempted_on": s["completed_on"],
         "outcome": "pending" if owner[s["delivery_id"]] in pending else "completed"}
        for s in rows["survey"]
    ]  # fmt: skip
    return rows


def test_a_manager_sees_own_response_by_name_and_the_others_as_one_rounded_total(connection):
    replace_survey_content(connection, answering([MINE, *[THEIRS] * 12]))
    frame = asked(response_by_partner, connection, MY_PORTFOLIO)
    named, others = frame[frame["partner_id"].notna()], frame[frame["partner_id"].isna()]
    assert named["name"].tolist() == ["Студия 1"]
    assert named[["ended", "completed"]].to_numpy().tolist() == [[3, 3]]
    assert others[["partners", "ended", "completed", "refused"]].to_numpy().tolist() == [
        [10, 35, 35, 0]
    ]
    assert set(others["name"]) == {""}
    assert frame.dtypes.astype(str).to_dict() == RESPONSE_COLUMNS


def test_others_whom_nobody_reached_yet_hide_nobody(connection):
    rows = answering([MINE, *[THEIRS] * 12], pending=range(5, 14))
    replace_survey_content(connection, rows)
    assert asked(response_by_partner, connection, MY_PORTFOLIO)["name"].tolist() == ["Студия 1"]


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        (outcomes_by_month, MONTH_COLUMNS),
        (days_to_call, LAG_COLUMNS),
        (response_by_partner, RESPONSE_COLUMNS),
    ],
)
def test_a_scope_that_was_not_filled_in_sees_no_call(connection, query, columns):
    replace_survey_content(connection, called(["completed"]))
    rows = asked(query, connection, Scope(Sight.NOTHING))
    assert rows.empty
    assert rows.dtypes.astype(str).to_dict() == columns


def test_a_scope_that_was_not_filled_in_has_no_keys(connection):
    replace_survey_content(connection, called(["completed"]))
    assert not asked(contact_stages, connection, Scope()).to_numpy().any()
