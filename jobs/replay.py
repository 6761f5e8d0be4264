"""``python -m jobs replay``: the words around a replay of the forecast."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.refusals import refusing_in_words
from program.language import _

if TYPE_CHECKING:  # imported by the command itself when it runs
    from collections.abc import Sequence

    from rich.table import Table

    from metrics.evidence import Evidence

DEFAULT_DAYS = (15, 45)
#: The second coming evaluation is at most two months away.
MOST_DAYS = 62


class ReplayFormat(StrEnum):
    """How to print: the scores of all evaluations together, or of each as CSV."""

    TABLE = "table"
    CSV = "csv"


def replay(
    *,
    days_before: Annotated[
        list[int] | None,
        typer.Option(
            min=1,
            max=MOST_DAYS,
            help="Days before each evaluation; may be repeated. By default 15 and 45.",
        ),
    ] = None,
    latest: Annotated[
        int | None, typer.Option(min=1, help="Only so many of the latest evaluations.")
    ] = None,
    partners: Annotated[
        int | None, typer.Option(min=1, help="Only about so many partners: every m-th.")
    ] = None,
    format_: Annotated[
        ReplayFormat, typer.Option("--format", help="csv prints one row an evaluation.")
    ] = ReplayFormat.TABLE,
) -> None:
    """Forecast every past evaluation from days before it, and score it against no forecast.

    Records as known on a past day are approximated by their dates.
    """
    # Heavy imports wait until the command runs: «--help» answers at once.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from jobs.replaying import as_csv, replayed_programme  # noqa: PLC0415
    from program.settings import settings  # noqa: PLC0415

    days = tuple(dict.fromkeys(days_before or DEFAULT_DAYS))
    with (
        refusing_in_words("replay"),
        Progress(console=Console(stderr=True), transient=True) as bar,
    ):
        task = bar.add_task("Reading the keys", total=None)

        def tell(done: int, total: int, day: dt.date) -> None:
            bar.update(task, completed=done, total=total, description=f"Replayed {day}")

        found = replayed_programme(
            settings().database_url, settings().rules, days, latest, partners, tell
        )
    if format_ is ReplayFormat.CSV:
        typer.echo(as_csv(found), nl=False)
        return
    console = Console()
    console.print(_scores(found))
    console.print(_("A Brier score of 0 is perfect."))
    console.print(_("Records as known on a past day are approximated by their dates."))


def _scores(found: Sequence[Evidence]) -> Table:
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(title=_("Forecasts of past evaluations against «what the records say stays»"))
    table.add_column("")
    for known in found:
        table.add_column(_("{n} days before").format(n=known.proof.days_before), justify="right")
    proofs = [known.proof for known in found]
    lines = (
        (_("Evaluations scored"), [str(proof.evaluations) for proof in proofs]),
        (_("Forecasts of partners"), [str(proof.forecasts) for proof in proofs]),
        (_("Brier score of the forecast"), [f"{proof.brier:.4f}" for proof in proofs]),
        (_("Brier score if the state stays"), [f"{proof.baseline:.4f}" for proof in proofs]),
        (_("Gain"), [f"{proof.gain:.4f}" for proof in proofs]),
        (_("Gain, at least"), [f"{proof.gain_low:.4f}" for proof in proofs]),
        (_("Shown as"), [_("per cent") if proof.proven else _("bands") for proof in proofs]),
        (_("Said to be out of reach"), [str(known.given_up) for known in found]),
        (_("… and held after all"), [str(known.given_up_wrongly) for known in found]),
    )
    for name, values in lines:
        table.add_row(name, *values)
    return table
