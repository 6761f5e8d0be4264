"""The replay from the command line, on the demonstration and where there is nothing to replay."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.replaying import NothingToReplay, as_csv, replayed_programme
from metrics.evidence import Evidence
from program.rules import DECK_RULES
from program.settings import PROJECT_ROOT
from tests.databases import build_demo, build_empty, changed_copy, url_of

#: Deliveries come on the day of purchase or never, so today's state always stays.
NOTHING_MOVES = (
    "UPDATE license_key SET activated_on = purchased_on WHERE activated_on IS NOT NULL",
    """
    UPDATE delivery SET delivered_on = license_key.purchased_on FROM project, license_key
    WHERE project.id = delivery.project_id AND license_key.id = project.license_key_id
    """,
)


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_demo(tmp_path_factory.mktemp("replay") / "program.duckdb")


@pytest.fixture(scope="module")
def found(demo_file: Path) -> list[Evidence]:
    return replayed_programme(url_of(demo_file), DECK_RULES, (15, 45))


def job(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "jobs", *arguments],
        cwd=PROJECT_ROOT,
        env=os.environ | {"QUALITY_DATABASE_URL": url, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_on_the_demonstration_the_forecast_beats_what_the_records_say(
    found: list[Evidence],
) -> None:
    for known in found:
        proof = known.proof
        assert proof.evaluations == 45
        assert proof.brier < 0.9 * proof.baseline
        assert proof.proven


def test_from_farther_away_there_is_more_to_gain(found: list[Evidence]) -> None:
    near, far = (known.proof for known in found)
    assert far.gain > near.gain
    assert far.baseline > near.baseline


def test_on_the_demonstration_chances_come_true_as_often_as_they_say(
    found: list[Evidence],
) -> None:
    for known in found:
        many = known.reliability.query("n >= 200")
        assert len(many) >= 3
        assert (many["said"] - many["observed"]).abs().max() < 0.08


def test_hardly_anybody_given_up_on_the_demonstration_held(found: list[Evidence]) -> None:
    for known in found:
        assert known.given_up > 300
        assert known.given_up_wrongly <= 0.005 * known.given_up


def test_a_programme_without_a_signal_proves_nothing(demo_file: Path, tmp_path: Path) -> None:
    still = changed_copy(demo_file, tmp_path / "still.duckdb", *NOTHING_MOVES)
    for known in replayed_programme(url_of(still), DECK_RULES, (15, 45), latest=24):
        assert known.proof.baseline == 0
        assert not known.proof.proven


def test_csv_holds_the_scores_of_every_evaluation(found: list[Evidence]) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(rows) == 2 * 45
    assert list(rows[0])[:4] == ["days_before", "evaluated_on", "forecasts", "open"]
    assert {row["days_before"] for row in rows} == {"15", "45"}


def test_command_prints_the_scores_and_how_records_are_dated(demo_file: Path) -> None:
    done = job(url_of(demo_file), "replay", "--latest", "12")
    assert done.returncode == 0, done.stderr
    for words in ("Brier score of the forecast", "15 days before", "by their dates"):
        assert words in done.stdout


def test_command_prints_csv_of_the_days_asked_for(demo_file: Path) -> None:
    arguments = ("--days-before", "10", "--latest", "9", "--partners", "100", "--format", "csv")
    done = job(url_of(demo_file), "replay", *arguments)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["days_before"] for row in rows] == ["10"] * 6


def test_days_that_no_coming_evaluation_can_be_away_are_a_wrong_call(demo_file: Path) -> None:
    assert job(url_of(demo_file), "replay", "--days-before", "0").returncode == 2
    assert job(url_of(demo_file), "replay", "--days-before", "63").returncode == 2


def test_too_short_a_history_is_said_in_words(program_url: str) -> None:
    with pytest.raises(NothingToReplay, match="too short"):
        replayed_programme(program_url, DECK_RULES, (15,))


def test_no_programme_and_no_keys_are_refused_without_a_traceback(tmp_path: Path) -> None:
    done = job(url_of(tmp_path / "nothing.duckdb"), "replay")
    assert done.returncode == 1
    assert "no program" in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(NothingToReplay):
        replayed_programme(url_of(build_empty(tmp_path / "empty.duckdb")), DECK_RULES, (15,))
