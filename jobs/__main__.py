"""``python -m jobs …``: everything that runs outside the browser.

Exit codes: 0 done, 1 refused (also because of the database), 2 wrong call.
"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from jobs.award import award
from jobs.check import check
from jobs.demo import demo
from jobs.evaluate import evaluate
from jobs.facts import facts
from jobs.load import load
from jobs.replay import replay
from jobs.tidy import tidy
from program.language import LANGUAGES, use_language_source

# Locals stay out of error messages: they may hold personal data and passwords.
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def jobs(
    language: Annotated[
        str, typer.Option(help=f"Language of the answers: {', '.join(LANGUAGES)}.")
    ] = "en",
) -> None:
    """Run a job of the quality program."""
    if language not in LANGUAGES:
        raise typer.BadParameter(f"--language is one of {', '.join(LANGUAGES)}")
    use_language_source(lambda: language)


app.command()(demo)
app.command()(load)
app.command()(award)
app.command()(evaluate)
app.command()(check)
app.command()(facts)
app.command()(replay)
app.command()(tidy)

if __name__ == "__main__":
    os.umask(0o077)  # programs hold clients' contacts: what a job makes is for its owner
    app(prog_name="python -m jobs")
