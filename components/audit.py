"""Who opens and takes what, noted without making anybody wait.

Events are handed to a thread that writes them to the state database. While that fails, each event
stands in the log at once and is tried again later under the same id, so that none is doubled and
none is lost but by the end of the process, and then the log has it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import streamlit as st

from components.access import User
from components.people import person_code
from components.state import state_database, told_trouble
from program.language import _, current_language
from queries.audit import Action, AuditEvent, keep_events
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
            if self.trouble is not None:
                self._tell([event])
            if not self._busy:
                self._busy, self._closing = True, False
                threading.Thread(target=self._write, name="audit", daemon=True).start()

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


def _keeping(database: StateDatabase) -> Callable[[Sequence[AuditEvent]], None]:
    def keep(events: Sequence[AuditEvent]) -> None:
        with database.writing() as connection:
            keep_events(connection, events)

    return keep


@st.cache_resource(show_spinner=False, on_release=Recorder.close)
def recorder() -> Recorder:
    """Return the process's recorder."""
    return Recorder(_keeping(state_database()))


_OPENED = "audit_opened"


def note_page(user: User, page: str, filters: str, partner: str) -> None:
    """Note that a page was opened or its address changed; drawing it again is not noted.

    Parameters
    ----------
    filters
        Codes that were checked: nothing that a visitor typed into the address is noted.
    partner
        The partner asked for, as the address says.
    """
    event = AuditEvent(
        id=secrets.token_hex(16),
        at=_now(),
        person=person_code(user),
        role=user.role.value,
        action=Action.OPENED,
        page=page,
        filters=filters,
        partner_id=int(partner) if partner.isdecimal() and len(partner) < 10 else None,
        language=current_language(),
    )
    before = st.session_state.get(_OPENED)
    if before is None or replace(event, id=before.id, at=before.at) != before:
        recorder().note(event)
        st.session_state[_OPENED] = event
    show_trouble()


def show_trouble() -> None:
    """Say in a small line that the journal cannot be written at the moment."""
    trouble = recorder().trouble
    if trouble is not None:
        st.caption(
            ":material/cloud_off: "
            + _("The journal is not being written: {trouble}. The log keeps it meanwhile.").format(
                trouble=told_trouble(trouble)
            )
        )


@dataclass(frozen=True, slots=True)
class ExportNote:
    """Notes a file when somebody takes it: on a thread without a visitor, so all plain values."""

    page: AuditEvent
    recorder: Recorder

    def __call__(self, rows: int) -> None:
        """Note that a file with so many rows was made."""
        event = replace(
            self.page,
            id=secrets.token_hex(16),
            at=_now(),
            action=Action.EXPORTED,
            exported_rows=rows,
        )
        self.recorder.note(event)


def export_note() -> Callable[[int], None]:
    """Return what notes an export of the page that is being drawn."""
    page = st.session_state.get(_OPENED)
    if page is None:
        return lambda rows: log.warning("%d rows exported outside any page", rows)
    return ExportNote(page, recorder())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
