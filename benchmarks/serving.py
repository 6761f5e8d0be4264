"""Servers that are measured from outside: the dashboard, and a blank application as the floor."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from program.settings import PROJECT_ROOT
from tests.browser.server import Server, start_server

BLANK = Path(__file__).parent / "blank"


@contextmanager
def serving(
    database: Path,
    *,
    processors: Collection[int] = (),
    folder: Path | None = None,
    options: Sequence[str] = (),
) -> Iterator[Server]:
    """Yield a server that nobody has visited.

    Parameters
    ----------
    processors
        The only ones it may run on; empty for all.
    folder
        Of another application than the dashboard.
    options
        Of Streamlit, ``name=value``.
    """
    with tempfile.TemporaryDirectory() as logs:
        server = start_server(
            database,
            Path(logs) / "server.log",
            folder=folder or PROJECT_ROOT,
            options=[f"--{option}" for option in options],
            processors=processors,
        )
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def own_state() -> Iterator[None]:
    """Point this process and the servers it starts at an empty state database: no notes of ours."""
    with tempfile.TemporaryDirectory(prefix="quality-bench-") as folder:
        before = os.environ.get("QUALITY_STATE_URL")
        os.environ["QUALITY_STATE_URL"] = f"sqlite:///{Path(folder) / 'state.sqlite'}"
        try:
            yield
        finally:
            if before is None:
                del os.environ["QUALITY_STATE_URL"]
            else:
                os.environ["QUALITY_STATE_URL"] = before
