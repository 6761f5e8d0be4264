"""``python -m jobs load PATH``: the words around a load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.refusals import REFUSED, refusing_in_words
from program.language import _, ngettext

if TYPE_CHECKING:  # imported by the command itself when it runs
    from jobs.loading.run import LoadResult, Progress

WRONG_CALL = 2
_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]


def load(
    path: Annotated[
        Path, typer.Argument(help="Folder or .zip of CSV files, or .xlsx with a sheet a table.")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only, write nothing.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write every problem into this CSV file.")
    ] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=_MOMENTS,
            help="The moment the records describe, not ahead of now [default: now].",
        ),
    ] = None,
) -> None:
    """Load a whole set of records: everything, or nothing with the reasons."""
    # Imported here: the help of the other commands need not wait for DuckDB and Arrow.
    from jobs.loading.opening import NoSet  # noqa: PLC0415
    from jobs.loading.run import load_set  # noqa: PLC0415
    from program.settings import settings  # noqa: PLC0415

    if report and not report.absolute().parent.is_dir():
        raise typer.BadParameter(f"the folder {report.parent} does not exist")
    try:
        with refusing_in_words("load"), _progress_bar() as progress:
            result = load_set(
                path,
                settings().database_url,
                as_of=as_of,
                dry_run=dry_run,
                report=report,
                progress=progress,
            )
    except NoSet as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_CALL) from None
    if result.problem_count:
        _say_refused(result, report)
        raise typer.Exit(REFUSED)
    _say_loaded(result, dry_run=dry_run)


@contextmanager
def _progress_bar() -> Iterator[Progress]:
    """Yield a function that moves a bar on stderr through reading, checking and writing."""
    from rich import progress as bars  # noqa: PLC0415 - see above
    from rich.console import Console  # noqa: PLC0415

    console = Console(stderr=True)
    words = {"read": _("Reading"), "check": _("Checking"), "write": _("Writing")}
    with bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        tasks = {phase: progress.add_task(text, total=1) for phase, text in words.items()}

        def move(phase: str, share: float) -> None:
            progress.update(tasks[phase], completed=share)

        yield move


def _say_refused(result: LoadResult, report: Path | None) -> None:
    from jobs.loading.problems import line  # noqa: PLC0415 - see above

    for problem in result.first_problems:
        typer.echo(line(problem))
    n = result.problem_count
    typer.echo("")
    typer.echo(
        ngettext(
            "Refused: {n} problem. The database is as it was.",
            "Refused: {n} problems. The database is as it was.",
            n,
        ).format(n=n)
    )
    if report:
        typer.echo(_("All of them are in {report}.").format(report=report))
    elif n > len(result.first_problems):
        shown = len(result.first_problems)
        typer.echo(
            _("Shown are the first {shown}; --report problems.csv writes all.").format(shown=shown)
        )


def _say_loaded(result: LoadResult, *, dry_run: bool) -> None:
    from program.schema import competence_evaluation  # noqa: PLC0415 - see above

    for name, count in result.rows.items():
        if count:
            typer.echo(f"{name:<22}{_spaced(count):>12}")
    typer.echo("")
    if result.moved_as_of:
        typer.echo(_("The records are already loaded; only the moment of the data has moved."))
    elif result.same:
        typer.echo(_("Already loaded, nothing changed."))
    elif dry_run:
        typer.echo(_("The set is in order. Dry run: nothing was written."))
    else:
        typer.echo(_("Loaded."))
    typer.echo(_("Data as of {moment}.").format(moment=f"{result.data_as_of:%d.%m.%Y %H:%M}"))
    _say_about_decisions(result)
    if result.is_stale:
        day = f"{result.newest:%d.%m.%Y}"
        typer.echo(_("Attention: the newest record is of {day}, long before that.").format(day=day))
    if result.published:
        typer.echo(
            _("Next: python -m jobs award")
            if result.rows[competence_evaluation.name]
            else _(
                "Next: python -m jobs award --since YYYY-MM-01 (no decision is stored yet: name "
                "the 1st that the history of decisions begins with)"
            )
        )


def _say_about_decisions(result: LoadResult) -> None:
    if result.same:
        return
    if n := result.decisions_kept:
        typer.echo(
            ngettext(
                "{n} stored decision is kept: the set brings none.",
                "{n} stored decisions are kept: the set brings none.",
                n,
            ).format(n=n)
        )
    changes = result.decision_changes
    if changes.dropped or changes.changed:
        typer.echo(
            _(
                "Attention: the set replaces the stored decisions; "
                "{dropped} are not in it, {changed} are different."
            ).format(dropped=changes.dropped, changed=changes.changed)
        )


def _spaced(n: int) -> str:
    return f"{n:,}".replace(",", "\u00a0")
