"""How long the monthly decision on all partners takes, as the command that the scheduler runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from program.settings import PROJECT_ROOT


def award_seconds(database: Path) -> tuple[str, float]:
    """Return the 1st that was decided anew on a copy, and the seconds of the whole command."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "program.duckdb"
        shutil.copyfile(database, copy)
        with duckdb.connect(str(copy)) as connection:
            row = connection.execute("SELECT max(evaluated_on) FROM competence_evaluation")
            latest = str((row.fetchone() or ("",))[0])
            connection.execute("DELETE FROM competence_evaluation WHERE evaluated_on = ?", [latest])
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "jobs", "award", "--on", latest],
            cwd=PROJECT_ROOT,
            env={**os.environ, "QUALITY_DATABASE_URL": f"duckdb:///{copy}"},
            check=True,
            capture_output=True,
        )
        return latest, time.perf_counter() - begun
