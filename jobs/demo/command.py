"""``python -m jobs demo``: write a synthetic programme into the program database."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection, func, inspect, select

from jobs import clock
from jobs.demo.generate import ContentDigest, program_chunks
from jobs.demo.recipe import SCALES, Recipe
from jobs.refusals import refusing_in_words
from jobs.store import StoreError, Writer, current_program, new_program
from program.schema import SIDE_SOURCES, load_batch, partner
from program.settings import Settings, settings
from queries.contract import contract_problems
from queries.engine import duckdb_path

DATA_AS_OF = dt.time(6, 0)
DEFAULT_SEED = 2026
#: Rows of all tables for each key, roughly: only the progress bar relies on it.
_ROWS_PER_KEY = 5.9


class ScaleName(StrEnum):
    """The scales as the command line offers them."""

    SMALL = "small"
    MEDIUM = "medium"
    FULL = "full"


class ForeignProgramError(StoreError):
    """The database holds something that is not a demonstration and would be lost."""


def demo(
    *,
    scale: Annotated[ScaleName, typer.Option(help="Size of the programme.")] = ScaleName.SMALL,
    seed: Annotated[
        int, typer.Option(min=0, help="Another seed gives another programme.")
    ] = DEFAULT_SEED,
    today: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day it is; records end the day before."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a database that is not a demonstration.")
    ] = False,
    if_missing: Annotated[
        bool,
        typer.Option(
            "--if-missing",
            help="Build only where the default embedded database does not exist yet, "
            "or is a demonstration by an earlier version.",
        ),
    ] = False,
) -> None:
    """Fill the program database with a synthetic programme; nothing in it is real."""
    day = today.date() if today else clock.local_now().date()
    console = Console(stderr=True)
    if if_missing and not _default_is_to_be_built():
        return
    with refusing_in_words("demo"):
        counts = build(
            settings().database_url, Recipe(SCALES[scale], seed, day), force=force, console=console
        )
    told = ", ".join(
        f"{name} {counts[name]:,}" for name in ("partner", "license_key", "delivery", "survey")
    )
    console.print(f"{scale} demonstration as of {day:%Y-%m-%d}: {told}", highlight=False)


def _default_is_to_be_built() -> bool:
    """Return whether the default database is in use, and absent or an outdated demonstration.

    Another one is never created, and what is no demonstration is never replaced.
    """
    url = settings().database_url
    path = duckdb_path(url) if url == Settings.model_fields["database_url"].default else None
    if path is None or not path.exists():
        return path is not None
    try:
        with current_program(url) as published:
            return (
                published is not None
                and _is_demonstration(published)
                and bool(contract_problems(published))
            )
    except StoreError:
        return False


def build(
    database_url: str, recipe: Recipe, *, force: bool = False, console: Console | None = None
) -> dict[str, int]:
    """Write the recipe's programme as the whole content of a database and return its row counts.

    Raises
    ------
    ForeignProgramError
        If the database is not a demonstration and ``force`` is not given; nothing has changed.
    StoreError
        If the database cannot be written; nothing has changed.
    """
    digest = ContentDigest()
    with new_program(database_url) as writer, _progress(console) as progress:
        if not force:
            _refuse_foreign(writer)
        task = progress.add_task("programme", total=recipe.scale.keys * _ROWS_PER_KEY)
        for table_name, rows in program_chunks(recipe):
            progress.update(task, description=table_name)
            digest.add(table_name, rows)
            progress.advance(task, writer.append(table_name, rows))
        progress.update(task, description="publishing")
        counts = writer.record_batch(
            source="demo",
            data_as_of=dt.datetime.combine(recipe.today, DATA_AS_OF),
            content_sha256=digest.hexdigest(),
        )
        total = sum(counts.values())
        progress.update(task, total=total, completed=total)
    return counts


def _refuse_foreign(writer: Writer) -> None:
    """Raise unless the published content is missing or was begun by this command."""
    with writer.previous() as published:
        foreign = published is not None and not _is_demonstration(published)
    # A server without any batch shows no «previous» content; the writer sees what it would delete.
    unrecorded = published is None and int(
        writer.read(select(func.count().label("n")).select_from(partner))["n"].iloc[0]
    )
    if foreign or unrecorded:
        raise ForeignProgramError(
            "the database is not a demonstration and would be lost: choose another one with "
            "QUALITY_DATABASE_URL, or repeat with --force to replace it"
        )


def _is_demonstration(connection: Connection) -> bool:
    """Return whether nothing that brings content has followed the last demonstration."""
    inspector = inspect(connection)
    if not inspector.has_table(load_batch.name):
        return not inspector.get_table_names()
    sources = connection.execute(select(load_batch.c.source).order_by(load_batch.c.id)).scalars()
    content = [source for source in sources if source not in SIDE_SOURCES]
    return bool(content) and content[-1] == "demo"


def _progress(console: Console | None) -> Progress:
    return Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} rows"),
        TimeElapsedColumn(),
        console=console,
        disable=console is None,
    )
