from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Column, Connection, MetaData, Table, create_engine, insert, update

from program.language import DEFAULT_LANGUAGE, LANGUAGES, catalogue
from program.schema import DASHBOARD_TABLES, contact_fact, delivery, metadata
from queries.data_checks import (
    CHECK_BY_CODE,
    CHECKS,
    ROW_COLUMNS,
    Severity,
    count_problems,
    rows_of,
)
from queries.facts import refresh_facts
from queries.scope import EVERYTHING, Scope, Sight
from tests.jobs.sets import sound_set, with_decisions, with_questions

AS_OF = dt.date(2026, 11, 14)
NOBODY = Scope()
SOMEBODY = Scope(Sight.PORTFOLIO, "manager@example.com")
ANOTHER = Scope(Sight.PORTFOLIO, "another@example.com")


def sound_rows() -> dict[str, list[dict[str, Any]]]:
    records = with_decisions(with_questions(sound_set(6)))
    for table, column in (
        ("delivery_test", "is_auto"),
        ("delivery_test", "is_mandatory"),
        ("competence_evaluation", "held"),
    ):
        for row in records[table]:
            row[column] = row[column] == "true"
    return records


def spoiled_rows() -> dict[str, list[dict[str, Any]]]:
    """Return rows in which every check finds exactly what ``EXPECTED`` says."""
    records = sound_rows()
    day = dt.date

    def more(table: str, row: int = 0, **changes: Any) -> None:
        records[table].append(records[table][row] | changes)

    more("city", id=2, region_code="RU-XX")
    more("partner", id=3, city_id=99)
    more("partner", id=4, manager_email="stranger@example.com")
    more("license_key", id=11, key_md5="11", partner_id=99)
    more("license_key", id=12, key_md5="same")
    more("license_key", id=13, key_md5="same")
    more("license_key", id=14, key_md5="14", activated_on=day(2026, 2, 1))
    more("license_key", id=15, key_md5="15", kind="gift", purchased_on=day(2026, 11, 15))
    more("project", id=11, license_key_id=99)
    more("delivery", id=11, project_id=99)
    more("delivery", id=12, partner_id=99)
    more("delivery", id=13, delivered_on=day(2026, 2, 1))
    more("delivery", id=14, status="rejected", tests_failed=60)
    more("delivery", id=15, partner_id=2)
    more("delivery", id=16, tests_skipped=-1)
    more("delivery_test", delivery_id=99)
    more("delivery_test")
    more("contact_attempt", id=11, delivery_id=99)
    more("contact_attempt", id=12, attempted_on=day(2026, 5, 4))
    more("survey", id=11, delivery_id=99)
    more("survey", id=12, delivery_id=14)
    more("survey", id=13, delivery_id=15, questionnaire_version=7)
    more("survey", id=14, delivery_id=15, completed_on=day(2026, 5, 4))
    more("answer", survey_id=99)
    more("answer", survey_id=12, question_code="weather")
    more("answer", survey_id=12, question_code="goals", score=0)
    more("answer", survey_id=12, question_code="budget", score=0)
    more("competence_evaluation", partner_id=99)
    more("competence_evaluation", evaluated_on=day(2026, 10, 2))
    more("competence_evaluation", partner_id=2, delivered=4)
    return records


EXPECTED = {
    "orphan_city_region_code": ["city 2"],
    "orphan_partner_city_id": ["partner 3"],
    "orphan_license_key_partner_id": ["license_key 11"],
    "orphan_project_license_key_id": ["project 11"],
    "orphan_delivery_project_id": ["delivery 11"],
    "orphan_delivery_partner_id": ["delivery 12"],
    "orphan_delivery_test_delivery_id": ["delivery_test 99 / QC0010"],
    "orphan_contact_attempt_delivery_id": ["contact_attempt 11"],
    "orphan_survey_delivery_id": ["survey 11"],
    "orphan_answer_survey_id": ["answer 99 / goals"],
    "orphan_competence_evaluation_partner_id": ["competence_evaluation 2026-10-01 / 99"],
    "duplicate_ids": ["delivery_test 1 / QC0010"] * 2,
    "duplicate_md5": ["license_key 12", "license_key 13"],
    "second_survey": ["survey 13", "survey 14"],
    "activated_before_purchase": ["license_key 14", "license_key 15"],
    "delivered_before_purchase": ["delivery 13"],
    "before_delivery": ["contact_attempt 12", "survey 14"],
    "future_dates": ["license_key 15"],
    "unknown_codes": ["license_key 15"],
    "unknown_version": ["survey 13"],
    "unknown_question": ["answer 12 / weather"],
    "score_off_scale": ["answer 12 / goals"],
    "tests_not_adding_up": ["delivery 14", "delivery 16"],
    "impossible_decisions": [
        "competence_evaluation 2026-10-01 / 2",
        "competence_evaluation 2026-10-02 / 1",
    ],
    "facts_out_of_date": ["delivery 15"] * 2,  # it has two surveys
    "survey_of_unaccepted": ["survey 12"],
    "manager_not_in_staff": ["partner 4"],
    "stale": [],
    "delivered_by_another": ["delivery 12", "delivery 15"],
}


def without_constraints(address: str, records: dict[str, list[dict[str, Any]]]) -> Connection:
    """Return a connection to a database whose tables refuse nothing."""
    bare = MetaData()
    for name in DASHBOARD_TABLES:
        columns = [Column(c.name, c.type) for c in metadata.tables[name].columns]
        Table(name, bare, *columns)
    engine = create_engine(address)
    bare.create_all(engine)
    connection = engine.connect()
    for name, rows in records.items():
        if name in bare.tables:
            connection.execute(insert(bare.tables[name]), rows)
    refresh_facts(connection)
    connection.commit()
    return connection


@pytest.fixture(params=["duckdb", "postgres"])
def address(request, tmp_path) -> str:
    if request.param == "duckdb":
        return f"duckdb:///{tmp_path / 'program.duckdb'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def sound(address) -> Iterator[Connection]:
    with without_constraints(address, sound_rows()) as connection:
        yield connection
    connection.engine.dispose()


@pytest.fixture
def spoiled(address) -> Iterator[Connection]:
    with without_constraints(address, spoiled_rows()) as connection:
        yield connection
    connection.engine.dispose()


def records_of(rows: pd.DataFrame) -> list[str]:
    return [f"{row.table_name} {row.record}" for row in rows.itertuples()]


def test_sound_data_passes_every_check(sound):
    counts = count_problems(sound, EVERYTHING, AS_OF)
    assert counts["code"].tolist() == [check.code for check in CHECKS]
    assert counts["rows"].tolist() == [0] * len(CHECKS)
    for check in CHECKS:
        rows = rows_of(sound, check.code, 10, EVERYTHING, AS_OF)
        assert rows.empty
        assert rows.dtypes.astype(str).to_dict() == ROW_COLUMNS


def test_each_check_finds_its_rows_and_nothing_else(spoiled):
    counts = count_problems(spoiled, EVERYTHING, AS_OF).set_index("code")["rows"]
    assert counts.to_dict() == {code: len(records) for code, records in EXPECTED.items()}
    for code, expected in EXPECTED.items():
        rows = rows_of(spoiled, code, 10, EVERYTHING, AS_OF)
        assert records_of(rows) == expected, code
        assert rows.dtypes.astype(str).to_dict() == ROW_COLUMNS


def test_rows_come_with_their_partner_day_and_detail(spoiled):
    survey = rows_of(spoiled, "survey_of_unaccepted", 10, EVERYTHING, AS_OF).iloc[0]
    assert (survey["partner_id"], survey["day"], survey["detail"]) == (
        1,
        pd.Timestamp("2026-11-10"),
        "rejected",
    )
    orphan = rows_of(spoiled, "orphan_answer_survey_id", 10, EVERYTHING, AS_OF).iloc[0]
    assert pd.isna(orphan["partner_id"])
    assert pd.isna(orphan["day"])
    assert orphan["detail"] == "99"


def test_a_limit_limits_rows_and_not_counts(spoiled):
    assert len(rows_of(spoiled, "duplicate_md5", 1, EVERYTHING, AS_OF)) == 1


def test_only_partners_in_sight_are_counted_and_shown(spoiled):
    for scope in (NOBODY, ANOTHER):
        assert count_problems(spoiled, scope, AS_OF)["rows"].sum() == 0
        assert all(rows_of(spoiled, check.code, 10, scope, AS_OF).empty for check in CHECKS)
    counts = count_problems(spoiled, SOMEBODY, AS_OF).set_index("code")["rows"]
    assert counts["duplicate_md5"] == 2
    assert counts["score_off_scale"] == 1
    assert counts["orphan_answer_survey_id"] == 0
    assert counts["manager_not_in_staff"] == 0
    assert counts["delivered_by_another"] == 1
    for check in CHECKS:
        rows = rows_of(spoiled, check.code, 10, SOMEBODY, AS_OF)
        assert len(rows) == counts[check.code]
        assert rows["partner_id"].isin([1, 2, 3]).all()


def test_records_changed_behind_their_facts_are_found(sound):
    sound.execute(update(delivery).where(delivery.c.id == 1).values(status="rejected"))
    found = records_of(rows_of(sound, "facts_out_of_date", 10, EVERYTHING, AS_OF))
    assert "delivery 1" in found
    assert "license_key 1" in found
    refresh_facts(sound)
    assert rows_of(sound, "facts_out_of_date", 10, EVERYTHING, AS_OF).empty
    sound.execute(contact_fact.insert(), [_fact_of_nothing()])
    found = records_of(rows_of(sound, "facts_out_of_date", 10, EVERYTHING, AS_OF))
    assert found == ["contact_fact 999"]


def _fact_of_nothing() -> dict[str, Any]:
    return {
        "attempt_id": 999,
        "delivery_id": 1,
        "partner_id": 1,
        "status": "accepted",
        "attempted_on": dt.date(2026, 10, 1),
        "outcome": "completed",
    }


def test_data_without_events_for_two_weeks_is_stale(sound):
    newest = dt.date(2026, 11, 10)
    for days, found in ((14, 0), (15, 1)):
        as_of = newest + dt.timedelta(days=days)
        counts = count_problems(sound, EVERYTHING, as_of).set_index("code")["rows"]
        assert counts["stale"] == found
    rows = rows_of(sound, "stale", 10, EVERYTHING, newest + dt.timedelta(days=15))
    assert rows["day"].tolist() == [pd.Timestamp(newest)]


def test_a_program_without_staff_has_no_manager_to_miss(address):
    records = sound_rows()
    del records["staff"]
    with without_constraints(address, records) as connection:
        counts = count_problems(connection, EVERYTHING, AS_OF).set_index("code")["rows"]
        assert counts["manager_not_in_staff"] == 0
    connection.engine.dispose()


def test_an_empty_database_passes_every_check(address):
    with without_constraints(address, {}) as connection:
        assert count_problems(connection, EVERYTHING, AS_OF)["rows"].sum() == 0
    connection.engine.dispose()


def test_every_reference_between_tables_of_the_dashboard_is_checked():
    references = {
        f"orphan_{name}_{column.name}"
        for name in DASHBOARD_TABLES
        for column in metadata.tables[name].columns
        if column.foreign_keys
    }
    assert references == {code for code in CHECK_BY_CODE if code.startswith("orphan_")}
    assert len(CHECK_BY_CODE) == len(CHECKS)


def test_every_check_says_in_both_languages_what_and_why():
    assert DEFAULT_LANGUAGE in LANGUAGES
    for check in CHECKS:
        for words in (check.title, check.why):
            assert words
            assert catalogue("ru").gettext(words) != words


def test_a_key_delivered_by_another_partner_is_no_error():
    assert CHECK_BY_CODE["delivered_by_another"].severity is Severity.INFORMATION
