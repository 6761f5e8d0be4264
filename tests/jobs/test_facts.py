"""Every job leaves fact tables that fit the records, and «facts» makes them anew."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, select, text
from typer.testing import CliRunner

from jobs.__main__ import app
from jobs.awarding import award
from jobs.store import current_program, edit_program, last_batch
from program.rules import DECK_RULES
from program.schema import FACT_TABLES, contact_attempt, delivery, key_fact, license_key, metadata
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
        newest = last_batch(writer.connection)
        writer.record_batch(
            source="award", data_as_of=newest.data_as_of, content_sha256=newest.content_sha256
        )


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
