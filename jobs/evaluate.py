"""``python -m jobs evaluate``: the words around an evaluation."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

import typer

from jobs.refusals import refusing_in_words

_DAYS = ["%Y-%m-%d"]


class Format(StrEnum):
    """How to print."""

    CSV = "csv"
    TABLE = "table"


def evaluate(
    *,
    on: Annotated[
        dt.datetime, typer.Option(formats=_DAYS, help="A 1st of a month, past or coming.")
    ],
    today: Annotated[
        dt.datetime | None,
        typer.Option(formats=_DAYS, help="As seen on this day; by default the day of the data."),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="csv is the stable contract.")
    ] = Format.TABLE,
) -> None:
    """Print what the 50 % rule says of every partner on a 1st of a month."""
    # Heavy imports wait until the command runs: «--help» answers at once.
    from jobs.evaluation import as_csv, data_day, evaluation  # noqa: PLC0415
    from jobs.store import readable_program  # noqa: PLC0415
    from program.settings import settings  # noqa: PLC0415

    day = on.date()
    if day.day != 1:
        raise typer.BadParameter("an evaluation takes place on the 1st of a month", param_hint="on")
    with refusing_in_words("evaluate"), readable_program(settings().database_url) as connection:
        seen_on = today.date() if today else data_day(connection)
        rows = evaluation(connection, day, seen_on, settings().rules)
    if format_ is Format.CSV:
        typer.echo(as_csv(rows), nl=False)
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=f"Evaluation on {day}, as seen on {seen_on}")
    for name in rows.columns:
        table.add_column(name, justify="right")
    for row in rows.itertuples(index=False):
        share = "" if row.base == 0 else f"{row.coverage:.1%}"
        table.add_row(
            *(
                share if name == "coverage" else str(value)
                for name, value in zip(rows.columns, row, strict=True)
            )
        )
    Console().print(table)
