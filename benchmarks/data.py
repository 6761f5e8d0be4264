"""The databases that are measured, and what is in them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb

from program.schema import DASHBOARD_TABLES
from program.settings import PROJECT_ROOT

FULL = PROJECT_ROOT / "data" / "full.duckdb"


def built(database: Path, scale: str = "full") -> Path:
    """Return the database, building a demonstration if there is none of this version."""
    if not is_current(database):
        database.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "jobs", "demo", "--scale", scale],
            cwd=PROJECT_ROOT,
            env={**os.environ, "QUALITY_DATABASE_URL": f"duckdb:///{database.resolve()}"},
            check=True,
        )
    return database.resolve()


def is_current(database: Path) -> bool:
    """Return whether there is a program database with everything that the pages read."""
    if not database.exists():
        return False
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
    return set(DASHBOARD_TABLES) <= {name for (name,) in rows}


def sizes(database: Path) -> str:
    """Return the numbers of rows in words."""
    tables = ("partner", "license_key", "delivery", "survey", "answer", "competence_evaluation")
    with duckdb.connect(str(database), read_only=True) as connection:
        counts = {name: connection.table(name).count("*").fetchall()[0][0] for name in tables}
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def busiest_partners(database: Path, most: int) -> list[int]:
    """Return the partners with the most keys, the heaviest cards first."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "SELECT partner_id FROM license_key GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ?",
            [most],
        ).fetchall()
    return [int(row[0]) for row in rows]
