"""Notes and follow-ups on partners: read and written within the partners somebody may see.

Every function is given ``in_scope``, the ids of those partners as the program database says; no
statement touches a note of another one, nor one about another programme than the connection's. A
write carries an id that follows from what it writes: sent twice it is one write.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, func, select, update

from program.state_schema import note_change, partner_note
from queries.engine import frame
from queries.state import insert_once, of_programme


class NoteStatus(StrEnum):
    """A note is only read; a follow-up is open until somebody has done it."""

    NOTE = "note"
    OPEN = "open"
    DONE = "done"


class ForeignPartner(Exception):
    """The partner is none of those that this person may see."""


class NoteChanged(Exception):
    """Somebody has changed the note since it was read; nothing was written.

    ``version`` is the note's present one, ``None`` if the partner has no such note.
    """

    def __init__(self, version: int | None) -> None:
        super().__init__(f"the note is at version {version}")
        self.version = version


@dataclass(frozen=True, slots=True)
class NoteContent:
    """What a note says.

    Attributes
    ----------
    text
        Plain text, checked by ``program.written_text``.
    owner
        Who follows up; a code as in the journal. ``None`` for a note.
    due_on, before_evaluation
        By when: a day, or before an evaluation; at most one of them.
    """

    text: str
    status: NoteStatus = NoteStatus.NOTE
    owner: str | None = None
    due_on: dt.date | None = None
    before_evaluation: dt.date | None = None


@dataclass(frozen=True, slots=True)
class NoteWrite:
    """One write: a new note (``base_version`` 0), or a change of the version that was read."""

    note_id: str
    partner_id: int
    base_version: int
    content: NoteContent
    person: str

    @property
    def change_id(self) -> str:
        """Return what is the same for the same write sent again, and for no other."""
        said = json.dumps(asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def write_note(
    connection: Connection, in_scope: AbstractSet[int], write: NoteWrite, now: dt.datetime
) -> None:
    """Write a note and its history in the transaction of ``connection``.

    Raises
    ------
    ForeignPartner
        If the partner is not in scope.
    NoteChanged
        If the note is no longer as it was read, or is no note of this partner.
    """
    if write.partner_id not in in_scope:
        raise ForeignPartner
    content = asdict(write.content)
    version = write.base_version + 1
    stamp = {"changed_at": now, "changed_by": write.person}
    own = of_programme(connection, partner_note)
    done_already = select(note_change.c.id).where(
        of_programme(connection, note_change), note_change.c.id == write.change_id
    )
    if connection.execute(done_already).first():
        return
    if write.base_version == 0:
        note = {
            "id": write.note_id,
            "partner_id": write.partner_id,
            "version": version,
            **content,
            "created_at": now,
            "created_by": write.person,
            **stamp,
        }
        written = insert_once(connection, partner_note, [note])
    else:
        statement = (
            update(partner_note)
            .where(
                own,
                partner_note.c.id == write.note_id,
                partner_note.c.partner_id == write.partner_id,
                partner_note.c.version == write.base_version,
            )
            .values(version=version, **content, **stamp)
        )
        written = connection.execute(statement).rowcount
    change = {
        "id": write.change_id,
        "note_id": write.note_id,
        "partner_id": write.partner_id,
        "version": version,
        **content,
        **stamp,
    }
    if written == 1:
        insert_once(connection, note_change, [change])
    # The other of two equal writes may have come first while this one waited for it.
    elif not connection.execute(done_already).first():
        present = select(partner_note.c.version).where(
            own, partner_note.c.id == write.note_id, partner_note.c.partner_id == write.partner_id
        )
        raise NoteChanged(connection.execute(present).scalar())


NOTE_COLUMNS = {
    "id": "str",
    "partner_id": "int64",
    "version": "int64",
    "text": "str",
    "status": "str",
    "owner": "str",
    "due_on": "datetime64[us]",
    "before_evaluation": "datetime64[us]",
    "deadline": "datetime64[us]",
    "created_at": "datetime64[us]",
    "created_by": "str",
    "changed_at": "datetime64[us]",
    "changed_by": "str",
}


#: What is not read as it stands: no owner is an empty one, and a day is the deadline.
_READ = {
    "owner": func.coalesce(partner_note.c.owner, "").label("owner"),
    "deadline": partner_note.c.due_on.label("deadline"),
}


def _notes(connection: Connection, *conditions: ColumnElement[bool]) -> pd.DataFrame:
    columns = (_READ[name] if name in _READ else partner_note.c[name] for name in NOTE_COLUMNS)
    statement = select(*columns).where(of_programme(connection, partner_note), *conditions)
    notes = frame(connection, statement, NOTE_COLUMNS)
    if notes.empty:
        return notes
    # Before an evaluation the last day in time is the one before it.
    day_before = notes["before_evaluation"] - pd.Timedelta(days=1)
    return notes.assign(deadline=notes["due_on"].fillna(day_before).astype("datetime64[us]"))


def notes_of_partner(
    connection: Connection, in_scope: AbstractSet[int], partner_id: int
) -> pd.DataFrame:
    """Return the notes of a partner in scope: open follow-ups by deadline, then the newest.

    Grain: one row a note; columns as in ``NOTE_COLUMNS`` (moments in UTC, ``owner`` empty for a
    note, ``deadline`` NaT without one). No rows for a partner out of scope.
    """
    asked = partner_id if partner_id in in_scope else None
    notes = _notes(connection, partner_note.c.partner_id == asked)
    if notes.empty:
        return notes
    is_open = notes["status"] == NoteStatus.OPEN.value
    return pd.concat(
        [
            notes[is_open].sort_values(["deadline", "created_at", "id"]),
            notes[~is_open].sort_values(["created_at", "id"], ascending=False),
        ],
        ignore_index=True,
    )


def open_follow_ups(connection: Connection, in_scope: AbstractSet[int]) -> pd.DataFrame:
    """Return every open follow-up on partners in scope, by deadline; grain and columns as above."""
    notes = _notes(connection, partner_note.c.status == NoteStatus.OPEN.value)
    if notes.empty:
        return notes
    seen = np.array([partner in in_scope for partner in notes["partner_id"]], dtype=bool)
    return notes[seen].sort_values(["deadline", "created_at", "id"], ignore_index=True)


CHANGE_COLUMNS = {
    "note_id": "str",
    "version": "int64",
    "text": "str",
    "status": "str",
    "changed_at": "datetime64[us]",
    "changed_by": "str",
}


def note_changes(
    connection: Connection, in_scope: AbstractSet[int], partner_id: int
) -> pd.DataFrame:
    """Return the history of a partner's notes, the newest change of each note first.

    Grain: one row a change; columns as in ``CHANGE_COLUMNS``.
    """
    asked = partner_id if partner_id in in_scope else None
    statement = (
        select(*(note_change.c[name] for name in CHANGE_COLUMNS))
        .where(of_programme(connection, note_change), note_change.c.partner_id == asked)
        .order_by(note_change.c.note_id, note_change.c.version.desc())
    )
    return frame(connection, statement, CHANGE_COLUMNS)
