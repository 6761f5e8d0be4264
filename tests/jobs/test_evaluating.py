from __future__ import annotations

import csv
import datetime as dt
import io
import os
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from jobs.evaluate import evaluate as evaluate_command
from program.settings import PROJECT_ROOT, settings
from tests.jobs.small_programme import TODAY, some_programme
from tests.oracle import evaluate
from tests.programmes import EVALUATIONS


def job(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "jobs", *arguments],
        cwd=PROJECT_ROOT,
        env=os.environ | {"QUALITY_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def command(program_url, monkeypatch):
    """The command on its own, in this process.

    A process for each day would mostly be starting; and ClickHouse's own engine gives its folder
    to one process, which this one is.
    """
    monkeypatch.setenv("QUALITY_DATABASE_URL", program_url)
    settings.cache_clear()
    app = typer.Typer()
    app.command()(evaluate_command)
    yield app
    settings.cache_clear()


def test_contract_csv_of_every_partner_equals_plain_python(command):
    for on in EVALUATIONS:
        done = CliRunner().invoke(command, ["--on", str(on), "--format", "csv"])
        assert done.exit_code == 0, done.output
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert [row["partner_id"] for row in rows] == ["1", "2", "3"]
        assert list(rows[0]) == [
            "partner_id",
            "base",
            "delivered",
            "pending_activation",
            "needed",
            "needed_worst",
            "coverage",
            "held",
        ]
        for row in rows:
            expected = evaluate(some_programme(), int(row["partner_id"]), on, TODAY)
            for name in ("base", "delivered", "pending_activation", "needed", "needed_worst"):
                assert int(row[name]) == expected[name]
            assert row["held"] == str(expected["held"]).lower()
            coverage = expected["coverage"]
            assert row["coverage"] == "" if coverage is None else float(row["coverage"]) == coverage


def test_contract_sees_the_records_of_an_earlier_day_when_asked(command):
    asked = ["--on", "2026-12-01", "--today", "2026-04-30", "--format", "csv"]
    done = CliRunner().invoke(command, asked)
    assert done.exit_code == 0, done.output
    first = next(csv.DictReader(io.StringIO(done.stdout)))
    expected = evaluate(some_programme(), 1, dt.date(2026, 12, 1), dt.date(2026, 4, 30))
    assert int(first["delivered"]) == expected["delivered"] == 0


def test_evaluation_not_on_the_first_is_a_wrong_call(program_url):
    done = job(program_url, "evaluate", "--on", "2026-12-02", "--format", "csv")
    assert done.returncode == 2
    assert "1st of a month" in done.stderr
    assert done.stdout == ""


def test_missing_database_is_said_without_a_traceback(tmp_path):
    done = job(f"duckdb:///{tmp_path / 'nothing.duckdb'}", "evaluate", "--on", "2026-12-01")
    assert done.returncode == 1
    assert "no program" in done.stderr
    assert "Traceback" not in done.stderr
