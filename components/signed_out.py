"""Sessions that were signed out: a copied cookie of one of them opens nothing any more.

The session cookie carries its own proof, so it stays valid for weeks wherever a copy of it is.
Signing out therefore has to be remembered here. Whoever brings a database of the dashboard's own
state replaces :func:`signed_out_sessions` by something with the same two methods.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import streamlit as st

from program.settings import PROJECT_ROOT, settings

log = logging.getLogger("quality_program")
#: The cookie's own signature is refused after 30 days; nothing older needs to be remembered.
KEPT_SECONDS = 31 * 24 * 3600


class SignedOutSessions(Protocol):
    """Which sessions have been ended by their owner."""

    def add(self, session_id: str) -> bool:
        """Remember that a session was signed out; return whether a restart will not forget it."""

    def __contains__(self, session_id: str) -> bool:
        """Return whether a session was signed out."""


class SignedOutFile:
    """Signed-out sessions in memory and in a small file, one line each: id and time.

    Several processes may share the file: it is read again whenever it has changed. An id is a
    hash, so the file tells nothing about anybody.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._ended: set[str] = set()
        self._only_here: set[str] = set()
        self._seen: tuple[int, int] | None = None
        self._forget_old()

    def add(self, session_id: str) -> bool:
        """Remember that a session was signed out, at once here and on disk for later.

        A disk that cannot be written is told to the log and to the caller: in this process the
        session is over, and the next sign-out of it tries the disk again.
        """
        with self._lock:
            if session_id in self._ended and session_id not in self._only_here:
                return True
            self._ended.add(session_id)
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                number = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                with os.fdopen(number, "w", encoding="ascii") as file:
                    fcntl.flock(file, fcntl.LOCK_EX)
                    file.write(f"{session_id} {int(self._now())}\n")
                    file.flush()
                    os.fsync(file.fileno())
            except OSError:
                self._only_here.add(session_id)
                log.exception("a signed-out session is not remembered over a restart")
                return False
            self._only_here.discard(session_id)
            return True

    def __contains__(self, session_id: str) -> bool:
        """Return whether a session was signed out, by this process or by another.

        Raises
        ------
        OSError
            If the file is there and cannot be read: then nobody's session can be trusted.
        """
        with self._lock:
            self._read()
            return session_id in self._ended

    def _read(self) -> None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return
        if self._seen == (stat.st_mtime_ns, stat.st_size):
            return
        lines = self._path.read_text(encoding="ascii", errors="replace").splitlines()
        self._ended.update(line.split(" ")[0] for line in lines)
        self._seen = (stat.st_mtime_ns, stat.st_size)

    def _forget_old(self) -> None:
        """Drop lines whose cookies have expired by themselves, so that the file stays small."""
        try:
            with self._path.open("r+", encoding="ascii", errors="replace") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                lines = file.read().splitlines()
                living = [line for line in lines if self._is_living(line)]
                if len(living) < len(lines):
                    file.seek(0)
                    file.writelines(f"{line}\n" for line in living)
                    file.truncate()
        except FileNotFoundError:
            return
        except OSError:
            log.exception("the list of signed-out sessions could not be tidied up")

    def _is_living(self, line: str) -> bool:
        _, _, signed_out_at = line.partition(" ")
        return signed_out_at.isdigit() and int(signed_out_at) > self._now() - KEPT_SECONDS


@st.cache_resource(show_spinner=False)
def signed_out_sessions() -> SignedOutSessions:
    """Return the process's list of signed-out sessions."""
    return SignedOutFile(PROJECT_ROOT / settings().signed_out_file)
