"""Loads in processes of their own that die by SIGKILL; run by ``test_killed_jobs.py``.

``killed_loads.py URL AS_OF`` reads lines ``PATH MOMENT``; each forks a load of PATH that is killed
after MOMENT seconds, or, if MOMENT is a word, at that step of publishing. The answer says how the
process ended. Forked from a process that has never opened a database, so a load starts at once.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from jobs import clock, store_duckdb
from jobs.loading.run import load_set


def die(*_anything: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(step: str) -> None:
    """Make the process die at a step of publishing: before, or right after, the new name."""
    if step == "before-sync":
        store_duckdb._sync = die
    elif step == "before-replace":
        Path.replace = die
    elif step == "after-replace":
        replace = Path.replace

        def replace_and_die(self: Path, target: Path) -> None:
            replace(self, target)
            die()

        Path.replace = replace_and_die


def main(url: str, as_of: str) -> None:
    moment_of_data = dt.datetime.fromisoformat(as_of)
    clock.local_now = lambda: moment_of_data
    for order in sys.stdin:
        path, moment = order.split()
        child = os.fork()
        if not child:
            if moment[0].isalpha():
                die_at(moment)
            load_set(Path(path), url, as_of=moment_of_data)
            os._exit(0)
        if not moment[0].isalpha():
            time.sleep(float(moment))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        sys.stdout.write("killed\n" if os.WIFSIGNALED(status) else "done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
