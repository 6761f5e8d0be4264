"""What the server's process and its own counters say about the sessions it holds."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from tests.browser.server import Server

_METRICS = "/_stcore/metrics?families=active_sessions"
_ACTIVE = re.compile(r"^active_sessions (\d+)$", re.M)


def connected_sessions(server: Server) -> int:
    """Return how many tabs the server holds a connection to, by its own count.

    A session whose tab has gone is no longer counted, but kept for ``disconnectedSessionTTL``
    seconds, in case the tab comes back; only the memory of the process tells of those.
    """
    _, _, body = server.get(_METRICS)
    said = _ACTIVE.search(body.decode())
    if said is None:
        raise AssertionError(f"the server does not count its sessions:\n{body.decode()}")
    return int(said[1])


def connected_after(server: Server, seconds: float) -> int:
    """Wait until no tab is connected, for so long at most, and return how many still are."""
    deadline = time.monotonic() + seconds
    while (now := connected_sessions(server)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return now


def resident_megabytes(server: Server) -> float:
    """Return the memory that the server's process has in RAM."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def processor_seconds(server: Server) -> float:
    """Return the processor time that the server's process has used."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
