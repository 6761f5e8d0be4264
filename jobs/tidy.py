"""``python -m jobs tidy``: the journal forgets what is older than the settings say."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from jobs.refusals import REFUSED
from program.language import _


def tidy(
    *,
    days: Annotated[
        int | None,
        typer.Option(min=1, help="Keep so many days instead of QUALITY_JOURNAL_DAYS."),
    ] = None,
) -> None:
    """Delete events of the journal that are older than QUALITY_JOURNAL_DAYS.

    The dashboard does so by itself once a day; this is for a server where nobody opens it.
    """
    from program.settings import settings  # noqa: PLC0415 - slow, only when run
    from queries.audit import tidy_journal  # noqa: PLC0415
    from queries.state import StateDatabase, StateDatabaseError  # noqa: PLC0415

    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=days or settings().journal_days)
    database = StateDatabase(settings())
    try:
        gone = tidy_journal(database, before.replace(tzinfo=None))
    except StateDatabaseError as error:
        typer.echo(
            _("The state database cannot be written ({kind}).").format(kind=type(error).__name__),
            err=True,
        )
        raise typer.Exit(REFUSED) from None
    finally:
        database.dispose()
    typer.echo(
        _("Events from before {day} deleted from the journal: {n}").format(
            day=f"{before.astimezone():%d.%m.%Y}", n=gone
        )
    )
