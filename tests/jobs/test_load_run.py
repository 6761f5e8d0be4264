from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from jobs.__main__ import app
from jobs.loading.run import SHOWN_PROBLEMS, load_set
from jobs.store import StoreError, current_program, edit_program, last_batch, new_program
from program.language import use_language_source
from program.schema import (
    answer,
    client_contact,
    competence_evaluation,
    load_batch,
    metadata,
    question,
)
from program.settings import settings
from tests.jobs.sets import AS_OF, Set, sound_set, with_decisions, write_csv


@pytest.fixture
def url(tmp_path) -> str:
    return f"duckdb:///{tmp_path / 'data' / 'program.duckdb'}"


@pytest.fixture
def run(url, monkeypatch):
    """Run the command line against the test's database."""
    monkeypatch.setenv("QUALITY_DATABASE_URL", url)
    settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, [str(word) for word in words])
    settings.cache_clear()
    use_language_source(lambda: "ru")


def write(records: Set, tmp_path: Path, name: str = "set") -> Path:
    return write_csv(records, tmp_path / name)


def value(url: str, statement: Any) -> Any:
    with current_program(url) as connection:
        return connection.execute(statement).scalar()


def decide(url: str, partner_id: int = 1, held: bool = True) -> None:
    """Store a decision as the monthly job does."""
    row = {
        "evaluated_on": [dt.date(2026, 11, 1)],
        "partner_id": [partner_id],
        "base": [3],
        "delivered": [3],
        "held": [held],
        "rules_version": ["r1"],
    }
    with edit_program(url) as writer:
        writer.append("competence_evaluation", pd.DataFrame(row))
        writer.record_batch(source="award", data_as_of=AS_OF, content_sha256="a")


def test_a_load_publishes_every_table_and_its_batch(tmp_path, url):
    result = load_set(write(sound_set(), tmp_path), url, as_of=AS_OF)
    assert result.published
    with current_program(url) as connection:
        batch = last_batch(connection)
        assert connection.execute(select(func.count()).select_from(client_contact)).scalar() == 3
        assert connection.execute(select(func.sum(answer.c.score))).scalar() == 18
    assert (batch.source, batch.data_as_of) == ("load", AS_OF)
    assert batch.content_sha256 == result.content_sha256


def test_a_set_without_questions_gets_the_deck_questionnaire(tmp_path, url):
    load_set(write(sound_set(), tmp_path), url, as_of=AS_OF)
    assert value(url, select(func.count()).select_from(question)) == 10


def test_the_same_set_twice_changes_nothing(tmp_path, url):
    path = write(sound_set(), tmp_path)
    load_set(path, url, as_of=AS_OF)
    file = tmp_path / "data" / "program.duckdb"
    before = (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes())
    for as_of in (AS_OF, None):
        again = load_set(path, url, as_of=as_of)
        assert (again.same, again.published, again.moved_as_of) == (True, False, False)
        assert again.data_as_of == AS_OF
        assert before == (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes())


def test_the_same_set_after_an_award_keeps_the_award(tmp_path, url):
    path = write(sound_set(), tmp_path)
    load_set(path, url, as_of=AS_OF)
    decide(url)
    assert load_set(path, url, as_of=AS_OF).same
    assert value(url, select(func.count()).select_from(competence_evaluation)) == 1


def test_the_same_set_as_of_a_later_moment_moves_the_moment_only(tmp_path, url):
    path = write(sound_set(), tmp_path)
    load_set(path, url, as_of=AS_OF)
    later = AS_OF + dt.timedelta(days=1)
    result = load_set(path, url, as_of=later)
    assert (result.same, result.moved_as_of, result.data_as_of) == (True, True, later)
    with current_program(url) as connection:
        assert last_batch(connection).data_as_of == later
        assert last_batch(connection).content_sha256 == result.content_sha256
    assert load_set(path, url, as_of=later).moved_as_of is False


def test_loading_back_an_earlier_set_is_a_change(tmp_path, url):
    first, second = write(sound_set(3), tmp_path, "first"), write(sound_set(4), tmp_path, "second")
    assert [load_set(path, url, as_of=AS_OF).published for path in (first, second, first)] == [
        True,
        True,
        True,
    ]
    assert value(url, select(func.count()).select_from(load_batch)) == 3


def test_a_dry_run_writes_nothing_at_all(tmp_path, url):
    result = load_set(write(sound_set(), tmp_path), url, as_of=AS_OF, dry_run=True)
    assert (result.problem_count, result.published) == (0, False)
    assert result.rows["license_key"] == 3
    assert not (tmp_path / "data").exists()


def test_a_refused_set_leaves_the_database_as_it_was(tmp_path, url):
    load_set(write(sound_set(), tmp_path), url, as_of=AS_OF)
    file = tmp_path / "data" / "program.duckdb"
    before = (file.stat().st_ino, file.read_bytes())
    spoiled = sound_set(4)
    spoiled["answer"][0]["score"] = 9
    result = load_set(write(spoiled, tmp_path, "spoiled"), url, as_of=AS_OF)
    assert (result.problem_count, result.published) == (1, False)
    assert before == (file.stat().st_ino, file.read_bytes())


def test_stored_decisions_are_kept_by_a_set_without_any(tmp_path, url):
    load_set(write(sound_set(3), tmp_path), url, as_of=AS_OF)
    decide(url)
    result = load_set(write(sound_set(4), tmp_path, "next"), url, as_of=AS_OF)
    assert (result.published, result.decisions_kept) == (True, 1)
    assert value(url, select(func.count()).select_from(competence_evaluation)) == 1
    assert result.rows["competence_evaluation"] == 1


@pytest.mark.parametrize("dry_run", [False, True])
def test_stored_decisions_about_a_partner_the_set_lacks_refuse_it(tmp_path, url, dry_run):
    load_set(write(sound_set(), tmp_path), url, as_of=AS_OF)
    decide(url, partner_id=2)
    lacking = sound_set()
    del lacking["partner"][1]
    path = write(lacking, tmp_path, "lacking")
    result = load_set(path, url, as_of=AS_OF, dry_run=dry_run)
    assert [(p.rule, p.value) for p in result.first_problems] == [("kept_decision", "2")]
    assert value(url, select(func.count()).select_from(competence_evaluation)) == 1


def test_a_set_with_decisions_replaces_the_stored_ones_and_says_so(tmp_path, url, run):
    load_set(write(sound_set(), tmp_path), url, as_of=AS_OF)
    decide(url)
    path = write(with_decisions(sound_set()), tmp_path, "decided")
    answer_ = run("load", path, "--as-of", "2026-11-14T06:00")
    assert answer_.exit_code == 0
    assert "1 are not in it, 0 are different" in answer_.output
    days = value(url, select(func.max(competence_evaluation.c.evaluated_on)))
    assert days == dt.date(2026, 10, 1)


def test_decisions_of_a_demonstration_are_not_kept(tmp_path, url):
    load_set(write(with_decisions(sound_set()), tmp_path), url, as_of=AS_OF)
    with current_program(url) as connection:
        demonstration = {
            name: pd.DataFrame(connection.execute(select(metadata.tables[name])).mappings().all())
            for name in ("region", "city", "partner", "competence_evaluation")
        }
    with new_program(url) as writer:
        for name, rows in demonstration.items():
            writer.append(name, rows)
        writer.record_batch(source="demo", data_as_of=AS_OF, content_sha256="d")
    decide(url)
    result = load_set(write(sound_set(4), tmp_path, "real"), url, as_of=AS_OF)
    assert (result.published, result.decisions_kept) == (True, 0)
    assert value(url, select(func.count()).select_from(competence_evaluation)) == 0


def test_an_unreadable_current_database_stops_the_load_before_anything_is_lost(tmp_path, url):
    file = tmp_path / "data" / "program.duckdb"
    file.parent.mkdir()
    file.write_text("not a database")
    with pytest.raises(StoreError, match=r"program\.duckdb cannot be read"):
        load_set(write(sound_set(), tmp_path), url, as_of=AS_OF)
    assert file.read_text() == "not a database"
    assert sorted(f.name for f in file.parent.iterdir()) == [
        "program.duckdb",
        "program.duckdb.lock",
    ]


def test_the_command_says_what_was_loaded_and_what_comes_next(tmp_path, run):
    path = write(sound_set(), tmp_path)
    answer_ = run("load", path, "--as-of", "2026-11-14T06:00")
    assert answer_.exit_code == 0
    for words in ("license_key", "Loaded.", "Data as of 14.11.2026 06:00"):
        assert words in answer_.output
    assert "Next: python -m jobs award --since YYYY-MM-01" in answer_.output
    again = run("load", path)
    assert again.exit_code == 0
    assert "Already loaded, nothing changed." in again.output
    moved = run("load", path, "--as-of", "2026-11-15")
    assert "only the moment of the data has moved" in moved.output


def test_with_stored_decisions_the_plain_award_comes_next(tmp_path, url, run):
    load_set(write(sound_set(), tmp_path), url, as_of=AS_OF)
    decide(url)
    answer_ = run("load", write(sound_set(4), tmp_path, "next"), "--as-of", "2026-11-14T06:00")
    assert "Next: python -m jobs award\n" in answer_.output


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("loaded_before", [False, True])
def test_a_moment_that_has_not_come_is_refused(tmp_path, url, run, loaded_before, dry_run):
    path = write(sound_set(), tmp_path)
    if loaded_before:
        load_set(path, url, as_of=AS_OF)
    words = ("--dry-run",) if dry_run else ()
    refused = run("load", path, "--as-of", "2026-11-25T22:01", *words)
    assert refused.exit_code == 1
    assert "load: the moment of the data, 25.11.2026 22:01, has not come" in refused.stderr
    assert "it is 25.11.2026 08:00 by the clock" in refused.stderr
    with current_program(url) as connection:
        assert (last_batch(connection).data_as_of if connection else None) == (
            AS_OF if loaded_before else None
        )


def test_records_from_the_easternmost_time_zone_are_loaded(tmp_path, run):
    assert run("load", write(sound_set(), tmp_path), "--as-of", "2026-11-25T22:00").exit_code == 0


def test_a_decision_of_a_day_that_has_not_come_is_refused_in_every_time_zone(
    tmp_path, url, set_clock
):
    set_clock("2026-11-30T20:00")
    records = with_decisions(sound_set())
    records["competence_evaluation"][0]["evaluated_on"] = dt.date(2026, 12, 1)
    path = write(records, tmp_path)
    tomorrow = dt.datetime.fromisoformat("2026-12-01T06:00")
    result = load_set(path, url, as_of=tomorrow)
    assert [(p.rule, p.column) for p in result.first_problems] == [("future", "evaluated_on")]
    set_clock("2026-12-01T00:00")
    assert load_set(path, url, as_of=tomorrow).published


def test_old_records_draw_attention(tmp_path, run):
    path = write(sound_set(), tmp_path)
    assert "Attention" not in run("load", path, "--as-of", "2026-11-24", "--dry-run").output
    late = run("load", path, "--as-of", "2026-11-25", "--dry-run")
    assert "Attention: the newest record is of 10.11.2026" in late.output
    assert late.exit_code == 0


def test_the_screen_shows_some_problems_and_the_report_all(tmp_path, run):
    records = sound_set(SHOWN_PROBLEMS + 30)
    for row in records["license_key"]:
        row["kind"] = "=gift"
    report = tmp_path / "problems.csv"
    path = write(records, tmp_path)
    short = run("load", path, "--as-of", "2026-11-14")
    assert short.exit_code == 1
    assert short.output.count("license_key.csv, row") == SHOWN_PROBLEMS
    assert "Refused: 80 problems" in short.output
    assert "--report" in short.output
    assert run("load", path, "--as-of", "2026-11-14", "--report", report).exit_code == 1
    assert report.read_bytes().startswith(b"\xef\xbb\xbf")
    with report.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source, delimiter=";"))
    assert len(rows) == SHOWN_PROBLEMS + 30
    assert (rows[0]["file"], rows[0]["row"], rows[0]["column"]) == ("license_key.csv", "2", "kind")
    assert "=gift" in rows[0]["problem"]
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_a_sound_set_leaves_an_empty_report(tmp_path, run):
    report = tmp_path / "problems.csv"
    run("load", write(sound_set(), tmp_path), "--as-of", "2026-11-14", "--report", report)
    assert len(report.read_text(encoding="utf-8-sig").splitlines()) == 1


def test_the_answers_come_in_russian_on_demand(tmp_path, run):
    records = sound_set()
    records["license_key"][0]["kind"] = "gift"
    path = write(records, tmp_path)
    refused = run("--language", "ru", "load", path, "--as-of", "2026-11-14")
    assert "строка 2" in refused.output
    assert "«gift» нет в списке значений" in refused.output
    assert "Отклонено: 1 замечание" in refused.output


@pytest.mark.parametrize(
    "words",
    [
        ("load", "nowhere"),
        ("load",),
        ("load", ".", "--as-of", "yesterday"),
        ("load", ".", "--report", "nowhere/problems.csv"),
        ("--language", "fr", "check"),
        ("fly",),
    ],
)
def test_a_wrong_call_ends_with_two(run, words):
    assert run(*words).exit_code == 2


def test_a_database_that_jobs_cannot_write_is_refused(tmp_path, run, monkeypatch):
    for address in ("sqlite:///x.db", "mysql://root:secret@host/x", "nonsense"):
        monkeypatch.setenv("QUALITY_DATABASE_URL", address)
        settings.cache_clear()
        answer_ = run("load", write(sound_set(), tmp_path), "--as-of", "2026-11-14")
        assert answer_.exit_code == 1
        assert "secret" not in answer_.output
