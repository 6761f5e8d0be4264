"""``python -m jobs award``: the words around the monthly decision."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.refusals import refusing_in_words

if TYPE_CHECKING:  # imported by the command itself when it runs
    from jobs.awarding import Decision

_DAYS = ["%Y-%m-%d"]
_NAMES_SHOWN = 20


def award(
    *,
    on: Annotated[
        dt.datetime | None,
        typer.Option(formats=_DAYS, help="The 1st to decide; by default the latest possible."),
    ] = None,
    since: Annotated[
        dt.datetime | None,
        typer.Option(formats=_DAYS, help="Fill the history from this 1st on."),
    ] = None,
    due: Annotated[
        bool,
        typer.Option(
            "--due",
            help="For schedulers: decide the latest 1st by the clock, or end with 1 until the data "
            "reaches it.",
        ),
    ] = False,
) -> None:
    """Decide who holds the competence on a 1st of a month, and store it once and for all.

    Evaluations missed since the last stored one are decided too, unless --on names a single one.
    """
    if on and due:
        raise typer.BadParameter("--due and --on name different evaluations: say one of them")
    # Heavy imports wait until the command runs: «--help» answers at once.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from jobs.awarding import award as decide  # noqa: PLC0415
    from program.settings import settings  # noqa: PLC0415

    with refusing_in_words("award"), Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Deciding", total=None)
        decisions = decide(
            settings().database_url,
            settings().rules,
            on=on.date() if on else None,
            since=since.date() if since else None,
            due=due,
            progress=lambda day: bar.update(task, description=f"Decided {day}"),
        )
    for decision in decisions:
        _tell(decision)


def _tell(decision: Decision) -> None:
    if decision.already_stored:
        typer.echo(f"{decision.evaluated_on}: already decided, nothing changed")
        return
    change = (
        "no earlier evaluation is stored"
        if decision.is_first
        else f"gained {len(decision.gained)}, lost {len(decision.lost)}"
    )
    held = f"{decision.holders} of {decision.partners} partners hold"
    typer.echo(f"{decision.evaluated_on}: {held}; {change}")
    for sign, names in (("+", decision.gained), ("-", decision.lost)):
        for name in names[:_NAMES_SHOWN]:
            typer.echo(f"  {sign} {name}")
        if len(names) > _NAMES_SHOWN:
            typer.echo(f"  {sign} … and {len(names) - _NAMES_SHOWN} more")
