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
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.page import PageCost, cost
from components.warming import warm_up
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
    arguments = ["--partner", str(partner), "--repeat", str(repeat)]
    arguments += [f"--page={page}" for page in pages]
    return [PageCost(**page) for page in _told(url, *arguments, **environment)]


def warming_seconds(url: str) -> float:
    """Return how long a server that has just started asks what pages first show.

    Raises
    ------
    RuntimeError
        If that failed.
    """
    return float(_told(url, "--warming"))


def _told(url: str, *arguments: str, **environment: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.pages", *arguments],
        cwd=PROJECT_ROOT,
        env={**os.environ, "QUALITY_DATABASE_URL": url, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--partner", help="whose card is opened")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--page", action="append")
    parser.add_argument("--warming", action="store_true", help="only what the server asks itself")
    chosen = parser.parse_args()
    if chosen.warming:
        begun = time.perf_counter()
        warm_up()
        print(time.perf_counter() - begun)
        return
    costs = [
        cost(page.script, {CARD: chosen.partner} if page.path == CARD else {}, chosen.repeat)
        for page in MENU
        if not chosen.page or page.path in chosen.page
    ]
    print(json.dumps([asdict(page) for page in costs]))


if __name__ == "__main__":
    main()
