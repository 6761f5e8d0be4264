"""Who opens and takes what, noted for the journal."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from components.access import User
from components.people import person_code
from components.recorder import Recorder, now, recorder
from components.state import told_trouble
from program.language import _, current_language
from queries.audit import Action, AuditEvent

log = logging.getLogger("quality_program.audit")
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
        at=now(),
        person=person_code(user),
        role=user.role.value,
        action=Action.OPENED,
        page=page,
        filters=filters,
        partner_id=int(partner) if partner.isdecimal() and len(partner) < 10 else None,
        language=current_language(),
        demonstration=user.demonstration,
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
            at=now(),
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
