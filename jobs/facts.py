"""``python -m jobs facts``: fill the fact tables of a program that was written without them."""

from __future__ import annotations

import typer

from jobs.refusals import refusing_in_words


def facts() -> None:
    """Fill the fact tables anew from the other tables.

    Every job does so by itself. This is for a database of an earlier version, and for one whose
    tables something else than these jobs has written.
    """
    # Heavy imports wait until the command runs: «--help» answers at once.
    from jobs.store import edit_program  # noqa: PLC0415
    from program.settings import settings  # noqa: PLC0415

    with refusing_in_words("facts"), edit_program(settings().database_url) as writer:
        counts = writer.record_facts()
    for name, rows in counts.items():
        typer.echo(f"{name}: {rows:,}")
