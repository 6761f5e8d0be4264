"""Fact tables say what the records say, told again in plain Python."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection, select

from program.questionnaire import ANSWER_BITS, MOST_QUESTIONS, Question
from program.schema import (
    FACT_TABLES,
    answer,
    contact_fact,
    delivery_fact,
    key_fact,
    metadata,
    question,
    survey,
    survey_fact,
)
from queries.facts import FACTS, refresh_facts
from tests.oracle import Programme
from tests.programmes import programmes, replace_content
from tests.survey_programmes import QUESTIONS, replace_survey_content, survey_programmes

FEW = hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def stored(connection: Connection, table: Any) -> list[dict[str, Any]]:
    rows = connection.execute(select(table).order_by(*table.primary_key)).mappings()
    return [dict(row) for row in rows]


def first(days: Iterator[dt.date]) -> dt.date | None:
    return min(days, default=None)


def expected_keys(programme: Programme) -> list[dict[str, Any]]:
    rows = []
    for key in sorted(programme.keys, key=itemgetter("id")):
        projects = {p["id"] for p in programme.projects if p["license_key_id"] == key["id"]}
        own = [
            d
            for d in programme.deliveries
            if d["project_id"] in projects and d["partner_id"] == key["partner_id"]
        ]
        accepted = first(d["delivered_on"] for d in own if d["status"] == "accepted")
        handed = first(d["delivered_on"] for d in own if d["status"] != "rejected")
        rows.append(
            {
                "license_key_id": key["id"],
                "partner_id": key["partner_id"],
                "edition": "start",
                "kind": key["kind"],
                "purchased_on": key["purchased_on"],
                "activated_on": key["activated_on"],
                "delivered_on": accepted,
                "handed_over_on": handed,
            }
        )
    return rows


@FEW
@given(drawn=programmes())
def test_keys_carry_their_first_deliveries_by_the_buyer(both_engines, drawn):
    programme, _today = drawn
    for connection in both_engines:
        replace_content(connection, programme)
        refresh_facts(connection)
        assert stored(connection, key_fact) == expected_keys(programme)


def expected_deliveries(rows: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    keys = {row["id"]: row for row in rows["license_key"]}
    projects = {row["id"]: row for row in rows["project"]}
    surveys = {row["delivery_id"]: row for row in rows["survey"]}
    scores = {(row["survey_id"], row["question_code"]): row["score"] for row in rows["answer"]}
    scales = {(question.version, question.code): question.scale_max for question in QUESTIONS}
    found = []
    for handed in sorted(rows["delivery"], key=itemgetter("id")):
        key = keys[projects[handed["project_id"]]["license_key_id"]]
        attempts = [row for row in rows["contact_attempt"] if row["delivery_id"] == handed["id"]]
        asked = surveys.get(handed["id"], {})
        said = scores.get((asked.get("id"), "recommend_partner"))
        version = asked.get("questionnaire_version")
        found.append(
            {
                "delivery_id": handed["id"],
                "partner_id": handed["partner_id"],
                "license_key_id": key["id"],
                "edition": key["edition"],
                "own_key": key["partner_id"] == handed["partner_id"],
                "delivered_on": handed["delivered_on"],
                "status": handed["status"],
                "attempted_on": first(row["attempted_on"] for row in attempts),
                "called_on": first(
                    row["attempted_on"] for row in attempts if row["outcome"] != "pending"
                ),
                "survey_id": asked.get("id"),
                "completed_on": asked.get("completed_on"),
                "version": version,
                "partner_score": said,
                "partner_scale": None
                if said is None
                else scales.get((version, "recommend_partner")),
                "platform_score": scores.get((asked.get("id"), "recommend_platform")),
            }
        )
    return found


def expected_contacts(rows: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    handed = {row["id"]: row for row in rows["delivery"]}
    in_turn = sorted(rows["contact_attempt"], key=itemgetter("delivery_id", "attempted_on", "id"))
    found = []
    for number, attempts in groupby(in_turn, key=itemgetter("delivery_id")):
        several = list(attempts)
        for attempt, following in zip(several, [*several[1:], None], strict=True):
            found.append(
                {
                    "attempt_id": attempt["id"],
                    "delivery_id": number,
                    "partner_id": handed[number]["partner_id"],
                    "status": handed[number]["status"],
                    "attempted_on": attempt["attempted_on"],
                    "outcome": attempt["outcome"],
                    "superseded_on": following["attempted_on"] if following else None,
                }
            )
    return sorted(found, key=itemgetter("attempt_id"))


def expected_surveys(rows: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    handed = {row["id"]: row for row in rows["delivery"]}
    scores = {(row["survey_id"], row["question_code"]): row["score"] for row in rows["answer"]}
    found = []
    for asked in sorted(rows["survey"], key=itemgetter("id")):
        version = asked["questionnaire_version"]
        codes = [q.code for q in sorted(QUESTIONS, key=order_of_questions) if q.version == version]
        digits = [scores.get((asked["id"], code), -1) + 1 for code in codes]
        found.append(
            {
                "survey_id": asked["id"],
                "partner_id": handed[asked["delivery_id"]]["partner_id"],
                "status": handed[asked["delivery_id"]]["status"],
                "completed_on": asked["completed_on"],
                "version": version,
                "answers": int("".join(f"{digit:x}" for digit in reversed(digits)) or "0", 16),
            }
        )
    return found


def order_of_questions(question: Question) -> tuple[int, str]:
    return question.position, question.code


@FEW
@given(rows=survey_programmes())
def test_facts_carry_contact_survey_and_answers_and_attempts_what_overtook_them(both_engines, rows):
    for connection in both_engines:
        replace_survey_content(connection, rows)
        refresh_facts(connection)
        assert stored(connection, delivery_fact) == expected_deliveries(rows)
        assert stored(connection, contact_fact) == expected_contacts(rows)
        assert stored(connection, survey_fact) == expected_surveys(rows)


@FEW
@given(drawn=programmes())
def test_facts_derived_twice_are_the_same_facts(both_engines, drawn):
    programme, _today = drawn
    for connection in both_engines:
        replace_content(connection, programme)
        refresh_facts(connection)
        before = [stored(connection, metadata.tables[name]) for name in FACT_TABLES]
        refresh_facts(connection)
        assert [stored(connection, metadata.tables[name]) for name in FACT_TABLES] == before


@pytest.mark.parametrize("table", FACTS, ids=str)
def test_a_statement_fills_every_column_of_its_table(table):
    rows_of, _day = FACTS[table]
    assert rows_of(None).selected_columns.keys() == table.columns.keys()
    assert set(FACT_TABLES) == {table.name for table in FACTS}


ALL_BITS = 2 ** (ANSWER_BITS * MOST_QUESTIONS) - 1


def test_the_longest_questionnaire_and_the_highest_scores_fit_and_nothing_else_is_counted(
    both_engines,
):
    """Also of questions that share a position, and with answers that cannot be."""
    bought = dt.date(2026, 1, 15)
    key = {"id": 1, "partner_id": 1, "kind": "commercial"}
    highest = 2**ANSWER_BITS - 2
    asked = dataclasses.asdict(QUESTIONS[0]) | {"version": 9, "position": 1}
    codes = [f"q{place:02}" for place in range(MOST_QUESTIONS)]
    for connection in both_engines:
        replace_content(
            connection,
            Programme(
                [1],
                [key | {"purchased_on": bought, "activated_on": bought}],
                [{"id": 1, "license_key_id": 1}],
                [
                    {"project_id": 1, "partner_id": 1, "delivered_on": bought, "status": "accepted"}
                    | {"id": number}
                    for number in (1, 2)
                ],
            ),
        )
        connection.execute(question.insert(), [asked | {"code": code} for code in codes])
        connection.execute(
            survey.insert(),
            [
                {"id": i, "delivery_id": i, "completed_on": bought, "questionnaire_version": 9}
                for i in (1, 2)
            ],
        )
        wrong = [("q00", -1), ("q01", highest + 1), ("weather", 5)]
        said = [(1, code, highest) for code in codes] + [(2, *one) for one in wrong]
        connection.execute(
            answer.insert(),
            [dict(zip(("survey_id", "question_code", "score"), row, strict=True)) for row in said],
        )
        refresh_facts(connection)
        assert [row["answers"] for row in stored(connection, survey_fact)] == [ALL_BITS, 0]
