"""Every job leaves fact tables that fit the records, and «facts» makes them anew."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from sqlalchemy import Connection, NullPool, create_engine, func, select, text
from typer.testing import CliRunner

from jobs.__main__ import app
from jobs.awarding import award
from jobs.store import current_program, edit_program, last_batch
from jobs.writer import StoreError, Writer
from program.questionnaire import DECK_QUESTIONNAIRE, MOST_QUESTIONS
from program.rules import DECK_RULES
from program.schema import (
    FACT_TABLES,
    contact_attempt,
    delivery,
    key_fact,
    license_key,
    metadata,
    survey_fact,
)
from program.settings import settings
from queries.check_rules import facts_out_of_date
from queries.contract import ContractBreach, contract_problems
from queries.scope import EVERYTHING
from tests.jobs.sets import AS_OF


def out_of_date(connection: Connection) -> int:
    return sum(
        connection.execute(found.counted(EVERYTHING)).scalar_one() for found in facts_out_of_date()
    )


def rows(connection: Connection, table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.fixture
def at_program(program_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QUALITY_DATABASE_URL", program_url)
    settings.cache_clear()
    yield program_url
    monkeypatch.undo()
    settings.cache_clear()


def without_facts(url: str) -> None:
    """Leave the program as a version that knew no facts has left it."""
    with edit_program(url) as writer:
        for name in FACT_TABLES:
            for (key,) in writer.connection.execute(
                select(metadata.tables[name].primary_key.columns[0])
            ).all():
                writer.delete(name, {metadata.tables[name].primary_key.columns[0].name: key})
        writer._touched = {"competence_evaluation"}
        publish(writer, source="award")


def test_a_written_program_has_a_fact_for_every_record(program_url):
    with current_program(program_url) as connection:
        assert rows(connection, key_fact) == rows(connection, license_key) > 0
        assert rows(connection, metadata.tables["delivery_fact"]) == rows(connection, delivery) > 0
        assert rows(connection, metadata.tables["contact_fact"]) == rows(
            connection, contact_attempt
        )
        assert out_of_date(connection) == 0


def test_a_program_without_facts_breaks_the_contract(at_program):
    without_facts(at_program)
    with current_program(at_program) as connection:
        breaches = {problem.table: problem.breach for problem in contract_problems(connection)}
        assert breaches["key_fact"] is ContractBreach.NOT_DERIVED
        assert out_of_date(connection) > 0


def test_no_decision_is_read_from_a_program_without_facts(at_program):
    without_facts(at_program)
    refused = CliRunner().invoke(app, ["evaluate", "--on", "2026-12-01"])
    assert refused.exit_code == 1
    assert "python -m jobs facts" in refused.output


def test_facts_brings_a_program_of_an_earlier_version_up_to_date(at_program):
    without_facts(at_program)
    with current_program(at_program) as connection:
        before = last_batch(connection)
    made = CliRunner().invoke(app, ["facts"])
    assert made.exit_code == 0, made.output
    assert "key_fact: " in made.output
    with current_program(at_program) as connection:
        assert contract_problems(connection) == []
        assert out_of_date(connection) == 0
        after = last_batch(connection)
    assert (after.source, after.data_as_of) == ("facts", before.data_as_of)
    assert after.id == before.id + 1


def publish(writer: Writer, source: str = "load") -> None:
    newest = last_batch(writer.connection)
    writer.record_batch(
        source=source, data_as_of=newest.data_as_of, content_sha256=newest.content_sha256
    )


def without_survey_facts(url: str) -> None:
    drop = text("DROP TABLE survey_fact")
    if url.startswith("postgresql"):
        with create_engine(url, poolclass=NullPool).begin() as connection:
            connection.execute(drop)
        return
    with edit_program(url) as writer:
        writer.connection.execute(drop)
        publish(writer, source="award")


def test_facts_that_an_earlier_version_did_not_have_are_made_by_the_next_job(at_program):
    with edit_program(at_program) as writer:
        asked = {"questionnaire_version": 1, "completed_on": AS_OF.date()}
        (number,) = writer.read(select(delivery.c.id).limit(1))["id"]
        writer.append("survey", pd.DataFrame([{"id": 1, "delivery_id": number, **asked}]))
        publish(writer)
    without_survey_facts(at_program)
    with current_program(at_program) as connection:
        (problem,) = contract_problems(connection)
    assert (problem.table, problem.breach) == ("survey_fact", ContractBreach.NO_TABLE)
    award(at_program, DECK_RULES)
    with current_program(at_program) as connection:
        assert contract_problems(connection) == []
        assert rows(connection, survey_fact) == 1
        assert out_of_date(connection) == 0


def test_a_questionnaire_that_is_too_long_to_be_counted_is_refused_in_words(at_program):
    questions = [
        dataclasses.asdict(DECK_QUESTIONNAIRE[0]) | {"code": f"q{i}"}
        for i in range(MOST_QUESTIONS + 1)
    ]
    with edit_program(at_program) as writer:
        writer.append("question", pd.DataFrame(questions))
        with pytest.raises(StoreError, match="16 questions, at most 15"):
            publish(writer)
        writer.discard()


def test_facts_of_a_damaged_schema_are_refused_in_words(at_program):
    with edit_program(at_program) as writer:
        writer.connection.execute(text("ALTER TABLE region DROP COLUMN name_en"))
        writer.record_batch(source="award", data_as_of=AS_OF, content_sha256="x")
    refused = CliRunner().invoke(app, ["facts"])
    assert (refused.exit_code, "python -m jobs check" in refused.output) == (1, True)


def test_an_award_over_a_program_without_facts_decides_as_over_one_with_them(at_program):
    without_facts(at_program)
    decided = award(at_program, DECK_RULES)
    assert sum(decision.partners for decision in decided) > 0
    with current_program(at_program) as connection:
        assert out_of_date(connection) == 0
