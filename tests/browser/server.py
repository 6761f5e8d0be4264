"""The real server: ``streamlit run dashboard.py`` on a free port, as people start it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from program.settings import PROJECT_ROOT
from tests.databases import url_of

START_SECONDS = 60.0


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running dashboard and the database it looks at."""

    process: subprocess.Popen[bytes]
    url: str
    port: int
    database: Path
    log: Path

    def get(
        self, path: str, *, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (lower case) and body of an answer, errors included."""
        request = urllib.request.Request(f"{self.url}{path}", headers=headers, method=method)  # noqa: S310 - ours
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - http to ourselves
                return answer.status, _lower(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, _lower(error.headers), error.read()

    def readiness(self) -> tuple[int, dict[str, str]]:
        """Return the status and the JSON of ``/readyz``."""
        status, _, body = self.get("/readyz")
        return status, json.loads(body)

    def stop(self) -> None:
        """End the server and wait until it is gone."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _lower(headers: object) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}  # type: ignore[attr-defined]  # email.message.Message


def start_server(
    database: Path,
    log: Path,
    *,
    folder: Path = PROJECT_ROOT,
    options: Sequence[str] = (),
    processors: Collection[int] = (),
) -> Server:
    """Start a dashboard on ``database`` and wait until it answers on ``/readyz``."""
    server = begin_server(database, log, folder=folder, options=options, processors=processors)
    wait_until_answering(server)
    return server


def begin_server(
    database: Path,
    log: Path,
    *,
    folder: Path = PROJECT_ROOT,
    options: Sequence[str] = (),
    processors: Collection[int] = (),
) -> Server:
    """Start a dashboard without waiting for it.

    Parameters
    ----------
    options
        More of the command line, e.g. ``("--server.enableWebsocketCompression", "true")``.
    processors
        The only ones it may run on (Linux); empty for all.
    """
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if "STREAMLIT" not in name},
        "QUALITY_DATABASE_URL": url_of(database),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", "dashboard.py"),
                *("--server.port", str(port), "--server.headless", "true"),
                *options,
            ],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if processors:  # before it has threads, which inherit what they may run on
        os.sched_setaffinity(process.pid, processors)
    return Server(process, f"http://127.0.0.1:{port}", port, database, log)


def wait_until_answering(server: Server) -> None:
    """Wait until ``/readyz`` answers, ready or not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            server.readiness()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    server.stop()
    raise AssertionError(f"the dashboard did not start:\n{server.log.read_text()[-3000:]}")
