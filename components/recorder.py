"""Events on their way to the journal, without making anybody wait.

Events are handed to a thread that writes them to the state database. While that fails, each event
stands in the log at once and is tried again later under the same id, so that none is doubled and
none is lost but by the end of the process, and then the log has it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict

import streamlit as st

from components.state import state_database
from program.settings import settings
from queries.audit import AuditEvent, keep_events, tidy_journal
from queries.state import StateDatabase, StateDatabaseError

log = logging.getLogger("quality_program.audit")
#: More unwritten events than these are left to the log.
MOST_WAITING = 10_000
_TOGETHER = 200
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0


class Recorder:
    """Writes events one after another on a thread that lives while there are any."""

    def __init__(self, keep: Callable[[Sequence[AuditEvent]], None]) -> None:
        self._keep = keep
        self._waiting: deque[AuditEvent] = deque(maxlen=MOST_WAITING)
        self._changed = threading.Condition()
        self._busy = self._closing = False
        self._told: set[str] = set()
        self.trouble: StateDatabaseError | None = None

    def note(self, event: AuditEvent) -> None:
        """Take an event; returns at once, whatever the state database does."""
        with self._changed:
            self._waiting.append(event)
            if not self._busy:
                self._busy, self._closing = True, False
                self.trouble = None  # of a time before it was closed; the next attempt will tell
                threading.Thread(target=self._write, name="audit", daemon=True).start()
            elif self.trouble is not None:
                self._tell([event])

    def _write(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            with self._changed:
                if not self._waiting or (self._closing and self.trouble is not None):
                    self._busy = False
                    self._changed.notify_all()
                    return
                events = [self._waiting[i] for i in range(min(_TOGETHER, len(self._waiting)))]
            try:
                self._keep(events)
            except StateDatabaseError as error:
                with self._changed:
                    self.trouble = error
                    self._tell(self._waiting)
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._closing, pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            except Exception:
                log.exception("events cannot be written: %s", events)
                self._forget(events)
            else:
                pause = _FIRST_PAUSE
                self._forget(events)

    def _forget(self, events: Sequence[AuditEvent]) -> None:
        done = {event.id for event in events}
        with self._changed:
            # Events may have been pushed out at the left meanwhile.
            while self._waiting and self._waiting[0].id in done:
                self._waiting.popleft()
            self._told -= done
            self.trouble = None
            self._changed.notify_all()

    def _tell(self, events: Sequence[AuditEvent] | deque[AuditEvent]) -> None:
        for event in events:
            if event.id not in self._told:
                self._told.add(event.id)
                told = json.dumps(asdict(event), default=str, ensure_ascii=True)
                log.warning("not in the journal yet (%s): %s", type(self.trouble).__name__, told)
        if len(self._told) > MOST_WAITING * 2:
            self._told = {event.id for event in self._waiting}

    def settled(self, seconds: float) -> bool:
        """Wait until every event is written or writing has failed; return whether all are."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting or self.trouble is not None, seconds)
            return not self._waiting

    def close(self, seconds: float = 5.0) -> None:
        """Write what is waiting if that is possible, and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._busy, seconds)


class JournalKeeper:
    """Writes events into the state database, and once a day forgets those that are too old."""

    def __init__(self, database: StateDatabase, days: int) -> None:
        self._database = database
        self._days = days
        self._tidied_on: dt.date | None = None

    def __call__(self, events: Sequence[AuditEvent]) -> None:
        """Write events; an old event that cannot be forgotten today is forgotten another day."""
        with self._database.writing() as connection:
            keep_events(connection, events)
        today = now().date()
        if self._tidied_on != today:
            self._tidied_on = today
            try:
                tidy_journal(self._database, now() - dt.timedelta(days=self._days))
            except StateDatabaseError as error:
                log.warning("old events stay in the journal: %s", type(error).__name__)


def now() -> dt.datetime:
    """Return the moment as the journal keeps it: UTC, without a time zone."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@st.cache_resource(show_spinner=False, on_release=Recorder.close)
def recorder() -> Recorder:
    """Return the process's recorder."""
    return Recorder(JournalKeeper(state_database(), settings().journal_days))
