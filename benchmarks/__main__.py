"""``python -m benchmarks``: what pages cost, each beside a floor measured in the same run.

Parts, in this order, all of them unless named by ``--only``:

pages       statements, bare SQL, cold, warm, bytes and memory of every page, and the monthly award
browser     a real Chromium on the demonstration and at full scale, beside a blank application
naive       the same figures by pandas over whole tables
many        1, 10, 20, 50 and 200 people at once by the real protocol
scale       pages at 0.1×, 1× and, if asked for by ``--scales``, 10× the data
postgresql  pages on a real PostgreSQL at full scale

Every part is printed and written when it is done; what was measured stays when it is interrupted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.award import award_seconds
from benchmarks.browser import browser_report
from benchmarks.data import FULL, built, busiest_partners, sizes
from benchmarks.engines import postgresql_report, scale_report
from benchmarks.machine import described, load
from benchmarks.many import Plan, many_report
from benchmarks.memory import chromium, memory_with_page_open
from benchmarks.naive import naive_report
from benchmarks.page import COLD_EXTRA, COLD_FACTOR, STATEMENTS_MOST, WARM_MOST
from benchmarks.pages import CARD, costs_on, warming_seconds
from benchmarks.serving import own_state
from benchmarks.wire import bytes_of_pages
from tests.databases import build_demo
from tests.menu import MENU

MEMORY_MOST, AWARD_MOST = 600, 10
Part = tuple[str, bool]

HEAD = """# What every page costs

Measured on {today} by `python -m benchmarks` (medians of {repeat} runs): {machine}

Data: {sizes}.
"""

PAGES = """## Pages

The promise: cold ≤ {factor:g} × floor + {extra:.0f} ms, warm ≤ {warm:.0f} ms, at most {statements}
statements, server under {memory} MB with the page open, a monthly award under {award_most} s. The
floor is the page's own statements, run directly through DuckDB with the results as Arrow; cold is
the page by Streamlit's script runner with no answer in memory that a filter changes, warm with
all of them. What a page draws later, in parallel fragments, is in a column of its own (cold).
Bytes: all messages of a first visit.

{table}

Monthly award for {decided_on}, the whole command: {award:.1f} s. After a load the server asks by
itself for what pages first show, the forecast and the checks: {warming:.1f} s."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--database", type=Path, default=FULL, help="a DuckDB file; built at full scale if absent"
    )
    parser.add_argument("--write", type=Path, help="also write the report to this file")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--repeat", type=int, default=7, help="repetitions; medians are shown")
    parser.add_argument("--page", action="append", default=[], help="only these, e.g. --page home")
    parser.add_argument("--no-memory", action="store_true", help="do not start servers for pages")
    parser.add_argument("--scales", type=float, nargs="+", default=[0.1, 1], help="times full")
    parser.add_argument(
        "--scale-folder",
        type=Path,
        default=FULL.parent / "scales",
        help="where databases of other scales are kept",
    )
    parser.add_argument(
        "--engine",
        choices=("duckdb", "postgresql"),
        help="the same as --only pages or --only postgresql",
    )
    chosen = parser.parse_args()
    if chosen.engine:
        chosen.only = ["pages" if chosen.engine == "duckdb" else "postgresql"]
    return chosen


def pages_part(chosen: argparse.Namespace, database: Path) -> Part:
    """Measure every page on DuckDB, and the monthly award."""
    partner = busiest_partners(database, 1)[0]
    costs = costs_on(f"duckdb:///{database}", partner, chosen.repeat, chosen.page)
    received, memory = {}, {}
    if not chosen.no_memory:
        received = bytes_of_pages(database, partner)
        with chromium() as browser:
            for page in MENU:
                if not chosen.page or page.path in chosen.page:
                    address = "" if page is MENU[0] else page.path
                    address += f"?partner={partner}" if page.path == CARD else ""
                    memory[page.path] = memory_with_page_open(browser, database, address)
    decided_on, award = award_seconds(database)
    columns = ("Page", "Statements", "Floor, ms", "Cold, ms", "Allowed, ms", "Warm, ms")
    columns += ("With fragments, ms", "Bytes, kB", "Memory, MB", "Kept")
    lines = [f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 2) + "---|"]
    kept = award < AWARD_MOST
    for page in costs:
        megabytes, sent = memory.get(page.page), received.get(page.page)
        fine = page.kept and (megabytes is None or megabytes < MEMORY_MOST)
        kept = kept and fine
        lines.append(
            f"| {page.page} | {page.statements} | {page.floor * 1000:.0f} | {page.cold * 1000:.0f} "
            f"| {page.allowed * 1000:.0f} | {page.warm * 1000:.0f} | {page.later * 1000:.0f} "
            f"| {'–' if sent is None else f'{sent / 1000:.0f}'} "
            f"| {'–' if megabytes is None else f'{megabytes:.0f}'} | {'yes' if fine else 'NO'} |"
        )
    text = PAGES.format(
        factor=COLD_FACTOR,
        extra=COLD_EXTRA * 1000,
        warm=WARM_MOST * 1000,
        statements=STATEMENTS_MOST,
        memory=MEMORY_MOST,
        award_most=AWARD_MOST,
        table="\n".join(lines),
        decided_on=decided_on,
        award=award,
        warming=warming_seconds(f"duckdb:///{database}"),
    )
    return text, kept


def browser_part(chosen: argparse.Namespace, database: Path) -> Part:
    """Look at the demonstration and at the database in a real browser."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        demo = build_demo(Path(folder) / "program.duckdb")
        databases = {
            "the small demonstration": (demo, busiest_partners(demo, 1)[0]),
            "the full scale": (database, busiest_partners(database, 1)[0]),
        }
        return browser_report(browser, databases, min(chosen.repeat, 3))


def naive_part(_chosen: argparse.Namespace, database: Path) -> Part:
    """Group whole tables with pandas."""
    return naive_report(database), True


def many_part(_chosen: argparse.Namespace, database: Path) -> Part:
    """Let many people in at once."""
    return many_report(database, Plan())


def scale_part(chosen: argparse.Namespace, database: Path) -> Part:
    """Draw pages over less and more data."""
    return scale_report(
        chosen.scale_folder, database, chosen.scales, min(chosen.repeat, 3), chosen.page
    )


def postgresql_part(chosen: argparse.Namespace, database: Path) -> Part:
    """Load the same programme into the other engine."""
    partner = busiest_partners(database, 1)[0]
    return postgresql_report(1, partner, min(chosen.repeat, 3), chosen.page)


PARTS: dict[str, Callable[[argparse.Namespace, Path], Part]] = {
    "pages": pages_part,
    "browser": browser_part,
    "naive": naive_part,
    "many": many_part,
    "scale": scale_part,
    "postgresql": postgresql_part,
}


def main() -> int:
    """Measure part by part, and fail if a promise is broken."""
    chosen = arguments()
    database = built(chosen.database)
    report = [
        HEAD.format(
            today=f"{date.today():%Y-%m-%d}",  # noqa: DTZ011 - the day on the reader's calendar
            repeat=chosen.repeat,
            machine=described(),
            sizes=sizes(database),
        )
    ]
    print(report[0], flush=True)
    kept = []
    with own_state():
        for name in chosen.only:
            begun = time.perf_counter()
            text, fine = PARTS[name](chosen, database)
            took = f"({time.perf_counter() - begun:.0f} s, load {load():.1f} at the end)"
            report.append(f"{text.rstrip()}\n\n{took}\n")
            kept.append(fine)
            print(report[-1], flush=True)
            if chosen.write:
                chosen.write.write_text("\n".join(report), encoding="utf-8")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
