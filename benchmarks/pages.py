"""What every page costs on one database, measured in a process of its own.

``python -m benchmarks.pages`` with ``QUALITY_DATABASE_URL`` set prints the costs as JSON; the
other benchmarks call it that way, because a process reads its settings once.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.page import PageCost, cost
from program.settings import PROJECT_ROOT
from tests.menu import MENU

CARD = "partner"


def costs_on(
    url: str, partner: int, repeat: int, pages: Sequence[str] = (), **environment: str
) -> list[PageCost]:
    """Return what pages (all of them, if none is named) cost on a database.

    Raises
    ------
    RuntimeError
        If a page could not be drawn there.
    """
    command = [sys.executable, "-m", "benchmarks.pages", "--partner", str(partner)]
    command += ["--repeat", str(repeat), *(f"--page={page}" for page in pages)]
    done = subprocess.run(
        command,
        cwd=PROJECT_ROOT,
        env={**os.environ, "QUALITY_DATABASE_URL": url, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return [PageCost(**page) for page in json.loads(done.stdout.splitlines()[-1])]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--partner", required=True, help="whose card is opened")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--page", action="append")
    chosen = parser.parse_args()
    costs = [
        cost(page.script, {CARD: chosen.partner} if page.path == CARD else {}, chosen.repeat)
        for page in MENU
        if not chosen.page or page.path in chosen.page
    ]
    print(json.dumps([asdict(page) for page in costs]))


if __name__ == "__main__":
    main()
