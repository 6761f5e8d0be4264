"""How every job says no: the reason in words on stderr, and one exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

#: Exit code of a job that was called rightly and cannot or must not do what it was asked.
REFUSED = 1


class Refusal(Exception):
    """A job does not do what it was asked; the message tells the operator why and what to do."""


@contextmanager
def refusing_in_words(job: str) -> Iterator[None]:
    """End the command with the reason of a refusal instead of a traceback."""
    try:
        yield
    except Refusal as refusal:
        typer.echo(f"{job}: {refusal}", err=True)
        raise typer.Exit(REFUSED) from None
