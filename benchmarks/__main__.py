"""``python -m benchmarks``: what every page costs beside its bare SQL, at full scale.

The promise is «cold ≤ 1.5 × floor + 150 ms, warm < 50 ms, under 500 MB, a monthly award < 10 s».
The floor is the page's own statements run directly through DuckDB with the results as Arrow.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import duckdb

from program.settings import PROJECT_ROOT

FULL = PROJECT_ROOT / "data" / "full.duckdb"
MEMORY_MOST, AWARD_MOST = 500, 10


REPORT = """# What every page costs

Measured on {today} by `python -m benchmarks` (medians of {repeat} runs): {machine}

Data: {sizes}.

The promise: cold ≤ 1.5 × floor + 150 ms, warm < 50 ms, server under 500 MB with the page open, a
monthly award under 10 s. The floor is the page's own statements, run directly through DuckDB with
the results as Arrow; cold is the page by Streamlit's script runner with no answer in memory, warm
with all of them. What a page draws later, in parallel fragments, is in a column of its own (cold).

{table}

Monthly award for {decided_on}, the whole command: {award} s.
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--database", type=Path, default=FULL, help="a DuckDB file; built at full scale if absent"
    )
    parser.add_argument("--write", type=Path, help="also write the table to this file")
    parser.add_argument("--repeat", type=int, default=7, help="repetitions; medians are shown")
    parser.add_argument("--page", action="append", help="only these pages, e.g. --page home")
    parser.add_argument("--no-memory", action="store_true", help="do not start servers")
    return parser.parse_args()


def built(database: Path) -> Path:
    """Return the database, building a demonstration at full scale if there is none."""
    if not database.exists():
        database.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "jobs", "demo", "--scale", "full"],
            cwd=PROJECT_ROOT,
            env={**os.environ, "QUALITY_DATABASE_URL": f"duckdb:///{database.resolve()}"},
            check=True,
        )
    return database.resolve()


def sizes(database: Path) -> str:
    """Return the numbers of rows in words."""
    tables = ("partner", "license_key", "delivery", "survey", "answer", "competence_evaluation")
    with duckdb.connect(str(database), read_only=True) as connection:
        counts = {name: connection.table(name).count("*").fetchall()[0][0] for name in tables}
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def busiest_partner(database: Path) -> str:
    """Return the partner with the most keys: the heaviest card."""
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(
            "SELECT partner_id FROM license_key GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchone()
    return str(row[0]) if row else ""


def main() -> int:
    """Measure, print the table, and fail if a promise is broken."""
    chosen = arguments()
    database = built(chosen.database)
    said, partner = sizes(database), busiest_partner(database)
    os.environ["QUALITY_DATABASE_URL"] = f"duckdb:///{database}"
    state = Path(tempfile.mkdtemp(prefix="quality-bench-")) / "state.sqlite"
    os.environ["QUALITY_STATE_URL"] = f"sqlite:///{state}"  # nobody's notes are touched
    # Whatever reads the settings is imported now that they point at this database.
    from benchmarks.award import award_seconds  # noqa: PLC0415
    from benchmarks.machine import described  # noqa: PLC0415
    from benchmarks.memory import chromium, memory_with_page_open  # noqa: PLC0415
    from benchmarks.page import cost  # noqa: PLC0415
    from tests.menu import MENU  # noqa: PLC0415

    machine = described()
    pages = [page for page in MENU if not chosen.page or page.path in chosen.page]
    addresses = {
        page.path: {"partner": partner} if page.path == "partner" else {} for page in pages
    }
    costs = [cost(page.script, addresses[page.path], database, chosen.repeat) for page in pages]
    memory = {}
    if not chosen.no_memory:
        with chromium() as browser:
            for page in pages:
                query = "&".join(f"{k}={v}" for k, v in addresses[page.path].items())
                path = "" if page is MENU[0] else page.path
                memory[page.path] = memory_with_page_open(browser, database, f"{path}?{query}")
    decided_on, award = award_seconds(database)

    columns = ("Page", "Statements", "Floor, ms", "Cold, ms", "Allowed, ms", "Warm, ms")
    columns += ("With fragments, ms", "Memory, MB", "Kept")
    lines = [f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 2) + "---|"]
    kept = award < AWARD_MOST
    for page in costs:
        megabytes = memory.get(page.page)
        fine = page.kept and (megabytes is None or megabytes < MEMORY_MOST)
        kept = kept and fine
        lines.append(
            f"| {page.page} | {page.statements} | {page.floor * 1000:.0f} | {page.cold * 1000:.0f} "
            f"| {page.allowed * 1000:.0f} | {page.warm * 1000:.0f} | {page.later * 1000:.0f} "
            f"| {'–' if megabytes is None else f'{megabytes:.0f}'} | {'yes' if fine else 'NO'} |"
        )
    text = REPORT.format(
        today=f"{date.today():%Y-%m-%d}",  # noqa: DTZ011 - the day on the reader's calendar
        repeat=chosen.repeat,
        machine=machine,
        sizes=said,
        table="\n".join(lines),
        decided_on=decided_on,
        award=f"{award:.1f}",
    )
    print(text)
    if chosen.write:
        chosen.write.write_text(text, encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
