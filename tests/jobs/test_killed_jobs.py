from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from jobs.loading.run import load_set
from jobs.store import current_program, last_batch
from program.schema import LOAD_TABLES, metadata
from tests.jobs.sets import AS_OF, sound_set, write_csv

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("before-sync", "before-replace", "after-replace")
MOMENTS = [round(0.03 + 0.06 * i, 2) for i in range(12)]


@pytest.fixture
def loads(tmp_path):
    """Two sets, a database with the first of them, and a process that loads and dies."""
    sets = [write_csv(sound_set(n), tmp_path / f"set{n}") for n in (40, 60)]
    url = f"duckdb:///{tmp_path / 'data' / 'program.duckdb'}"
    load_set(sets[0], url, as_of=AS_OF)
    (tmp_path / "scratch").mkdir()
    command = [sys.executable, "-m", "tests.jobs.killed_loads", url, AS_OF.isoformat()]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path / "scratch"), "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def load_and_die(path: Path, moment: object) -> str:
            assert process.stdin
            assert process.stdout
            process.stdin.write(f"{path} {moment}\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield sets, url, load_and_die
        assert process.stdin
        process.stdin.close()
        assert process.wait() == 0


def whole_content(url: str) -> tuple[int, dict[str, int]]:
    """Return the number of the newest batch and the rows, which must be the batch's."""
    with current_program(url) as connection:
        assert connection is not None
        counts = {
            name: connection.execute(
                select(func.count()).select_from(metadata.tables[name])
            ).scalar_one()
            for name in LOAD_TABLES
        }
        batch = last_batch(connection)
        assert batch is not None
        recorded = metadata.tables["load_batch"]
        said = connection.execute(
            select(recorded.c.row_counts).where(recorded.c.id == batch.id)
        ).scalar_one()
    assert counts == json.loads(said)
    return batch.id, counts


def test_a_load_killed_at_any_moment_leaves_one_whole_content(loads):
    sets, url, load_and_die = loads
    ends = []
    for moment in [*MOMENTS, *STEPS]:
        before, counts = whole_content(url)
        current = 0 if counts["license_key"] == 40 else 1
        other = sets[1 - current]
        ends.append(load_and_die(other, moment))
        after, counts = whole_content(url)
        assert after in {before, before + 1}
        assert counts["license_key"] == (40, 60)[current if after == before else 1 - current]
        if moment in STEPS:
            assert ends[-1] == "killed"
            assert (after != before) == (moment == "after-replace")
    assert ends.count("killed") >= len(STEPS) + 3


def test_the_load_after_a_killed_one_works_and_cleans_up(loads, tmp_path, monkeypatch):
    sets, url, load_and_die = loads
    for moment in (0.25, "before-replace"):
        load_and_die(sets[1], moment)
    folder = tmp_path / "data"
    assert list(folder.glob("program.duckdb.new-*"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    assert load_set(sets[1], url, as_of=AS_OF).published
    assert whole_content(url)[1]["license_key"] == 60
    assert sorted(file.name for file in folder.iterdir()) == [
        "program.duckdb",
        "program.duckdb.lock",
    ]
    assert list((tmp_path / "scratch").iterdir()) == []
