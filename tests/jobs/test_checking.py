from __future__ import annotations

import duckdb
import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from jobs.loading.run import load_set
from program.language import use_language_source
from program.rules import DECK_RULES
from program.settings import settings
from tests.jobs.sets import AS_OF, sound_set, write_csv


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Run the check on a loaded database that was changed by SQL behind the loader's back."""
    file = tmp_path / "program.duckdb"
    monkeypatch.setenv("QUALITY_DATABASE_URL", f"duckdb:///{file}")
    settings.cache_clear()

    def run(*statements: str, words: tuple[str, ...] = ()):
        load_set(write_csv(sound_set(), tmp_path / "set"), f"duckdb:///{file}", as_of=AS_OF)
        with duckdb.connect(str(file)) as connection:
            for statement in statements:
                connection.execute(statement)
        CliRunner().invoke(app, ["facts"])  # refused where the statements broke the schema
        return CliRunner().invoke(app, ["check", *words])

    yield run
    settings.cache_clear()
    use_language_source(lambda: "ru")


def test_a_sound_database_passes(check):
    answer = check()
    assert answer.exit_code == 0
    assert "The schema is as expected." in answer.output
    assert "Data as of 14.11.2026 06:00." in answer.output


def test_errors_in_the_data_end_with_one_and_are_named(check):
    answer = check("UPDATE answer SET score = 9", words=("--rows", "1"))
    assert answer.exit_code == 1
    assert "6  error        Scores off the scale of their question (score_off_scale)" in (
        answer.output
    )
    assert answer.output.count("answer 1 / ") == 1


def test_warnings_and_information_do_not_fail_the_check(check):
    answer = check(
        "UPDATE partner SET manager_email = 'stranger@example.com'",
        "UPDATE delivery SET partner_id = 2",
    )
    assert answer.exit_code == 0
    assert "manager_not_in_staff" in answer.output
    assert "delivered_by_another" in answer.output


def test_decisions_with_other_counts_are_told_from_those_that_would_be_others(check):
    assert "Today's records repeat every stored decision." in check().output
    decided = [("2026-10-01", 2, 1, "false"), ("2026-11-01", 3, 3, "true")]
    told = check(
        *(
            f"INSERT INTO competence_evaluation VALUES ('{day}', 1, {base}, {delivered}, {held}, "  # noqa: S608
            f"'{DECK_RULES.version}')"
            for day, base, delivered, held in decided
        )
    )
    assert told.exit_code == 0
    assert (
        "2 stored decisions differ from today's records in their counts, 1 of them in the decision."
    ) in told.output


def test_a_wrong_schema_is_named_and_ends_with_one(check):
    answer = check(
        "ALTER TABLE answer DROP COLUMN score",
        "ALTER TABLE survey ALTER completed_on TYPE VARCHAR",
        "DROP TABLE staff",
    )
    assert answer.exit_code == 1
    for words in (
        "the table staff is missing",
        "the column answer.score (integer) is missing",
        "survey.completed_on is VARCHAR, expected date",
    ):
        assert words in answer.output
