"""The process itself: it does not start in vain, and what it writes is its owner's."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from program.settings import PROJECT_ROOT
from tests.browser.server import START_SECONDS, free_port, start_server
from tests.databases import build_demo, changed_copy, url_of


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_demo(tmp_path_factory.mktemp("demo") / "program.duckdb")


@pytest.fixture(scope="module")
def own_file(demo_file: Path) -> Path:
    """Records that do not say that they are a demonstration."""
    own = demo_file.with_name("own.duckdb")
    return changed_copy(demo_file, own, "UPDATE load_batch SET source = 'load'")


def ran(
    database: Path, settings: Mapping[str, str], *command: str
) -> subprocess.CompletedProcess[str]:
    """Run Python in the project's folder, over a database, until it ends by itself."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STREAMLIT_", "QUALITY_"))
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT_ROOT,
        env={
            **inherited,
            "QUALITY_DATABASE_URL": url_of(database),
            "QUALITY_STATE_URL": f"sqlite:///{database.with_name('state.sqlite')}",
            **settings,
        },
        capture_output=True,
        text=True,
        check=False,
        umask=0o022,
        timeout=START_SECONDS,
    )


def refusal(database: Path, settings: Mapping[str, str], *arguments: str) -> str:
    """Start a dashboard as people do, see it end by itself in failure, and return what it said."""
    ended = ran(
        database,
        settings,
        *("-m", "streamlit", "run", "dashboard.py"),
        *("--server.port", str(free_port()), "--server.headless", "true", *arguments),
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr + ended.stdout
    assert "The dashboard does not start: " in ended.stderr
    return ended.stderr


def test_own_records_without_sign_in_are_not_even_listened_for(own_file: Path) -> None:
    said = refusal(own_file, {})
    assert "QUALITY_SINGLE_USER_WITHOUT_SIGN_IN=true" in said
    assert "QUALITY_OIDC_" in said


@pytest.mark.parametrize("alone", ["true", "false"])
def test_other_machines_are_not_listened_to_without_sign_in(demo_file: Path, alone: str) -> None:
    """Not even with the demonstration, not even with the setting for one person."""
    everywhere = ("--server.address", "0.0.0.0")  # noqa: S104 - refused, which is the point
    said = refusal(demo_file, {"QUALITY_SINGLE_USER_WITHOUT_SIGN_IN": alone}, *everywhere)
    assert "server.address" in said
    assert "QUALITY_OIDC_" in said


def test_a_setting_that_cannot_work_stops_the_start(demo_file: Path) -> None:
    said = refusal(demo_file, {"QUALITY_WINDOW_FROM_MONTHS": "1"})
    assert "QUALITY_WINDOW_FROM_MONTHS" in said


WRITES_A_NOTE = """
import dashboard
from components.state import state_database
with state_database().writing():
    pass
"""


def test_what_staff_write_and_what_jobs_load_is_for_the_owner_of_the_process_only(
    demo_file: Path, tmp_path: Path
) -> None:
    """Programs hold clients' contacts; the state, notes and the journal."""
    program = tmp_path / "program.duckdb"
    ended = ran(program, {}, "-m", "jobs", "demo", "--scale", "small")
    assert ended.returncode == 0, ended.stderr
    ended = ran(demo_file, {}, "-c", WRITES_A_NOTE)
    assert ended.returncode == 0, ended.stderr
    made = [program, *demo_file.parent.glob("state.sqlite*")]
    assert len(made) > 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}


def test_a_server_told_to_stop_leaves_nothing_of_its_queries_on_the_disk(
    demo_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As systemd stops it: what DuckDB puts aside there holds clients' answers."""
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setenv("TMPDIR", str(aside))
    server = start_server(demo_file, tmp_path / "server.log")
    assert server.readiness()[0] == 200
    assert [*aside.glob("quality-program-duckdb-*")], "nothing was asked yet"
    server.stop()
    assert not [*aside.iterdir()]
