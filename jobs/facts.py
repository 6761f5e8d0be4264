"""``python -m jobs facts``: fill the fact tables of a program that was written without them."""

from __future__ import annotations

import typer

REFUSED = 1


def facts() -> None:
    """Fill the fact tables anew from the other tables.

    Every job does so by itself. This is for a database of an earlier version, and for one whose
    tables something else than these jobs has written.
    """
    # Heavy imports wait until the command runs: «--help» answers at once.
    from jobs.store import StoreError, edit_program  # noqa: PLC0415
    from program.settings import settings  # noqa: PLC0415
    from queries.contract import contract_problems  # noqa: PLC0415

    try:
        with edit_program(settings().database_url) as writer:
            if not all(p.is_of_facts for p in contract_problems(writer.connection)):
                raise StoreError(
                    "the other tables are not as expected; «python -m jobs check» names every "
                    "difference"
                )
            counts = writer.record_facts()
    except StoreError as error:
        typer.echo(f"facts: {error}", err=True)
        raise typer.Exit(REFUSED) from None
    for name, rows in counts.items():
        typer.echo(f"{name}: {rows:,}")
