"""The journal: who signed in and out, was refused, opened which page and took which file."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import pandas as pd
from sqlalchemy import ColumnElement, Connection, delete, not_, select

from program.state_schema import audit_event
from queries.engine import frame
from queries.state import StateDatabase, insert_once, of_programme


class Action(StrEnum):
    """What is worth remembering."""

    OPENED = "opened"
    EXPORTED = "exported"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"


#: What is about people at the door and about no programme; always kept as the own one's.
ACCESS = frozenset({Action.SIGNED_IN, Action.SIGNED_OUT, Action.REFUSED})


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event, in codes: nothing about clients and no free text.

    Attributes
    ----------
    id
        Made by whoever notes the event, so that writing it again changes nothing.
    at
        UTC, without a time zone.
    person
        The staff member's e-mail; for visits without sign-in a word that is no address.
    filters
        What the filter bar says, as ``name=code`` joined by ``&``.
    partner_id
        Whose card was asked for.
    exported_rows
        Rows of the file, ``None`` for a page.
    reason
        Code of the reason for which somebody was refused, empty otherwise.
    demonstration
        Whether it was the demonstration that was looked at.
    """

    id: str
    at: dt.datetime
    person: str
    role: str
    action: Action
    page: str
    filters: str = ""
    partner_id: int | None = None
    exported_rows: int | None = None
    language: str = ""
    reason: str = ""
    demonstration: bool = False


def keep_events(connection: Connection, events: Sequence[AuditEvent]) -> int:
    """Write the events that are not there yet and return how many those are."""
    return insert_once(connection, audit_event, [asdict(event) for event in events])


#: Events forgotten by one statement: more would hold the write lock for long.
FORGOTTEN_AT_ONCE = 20_000


def forget_events(connection: Connection, before: dt.datetime) -> int:
    """Delete the oldest events from before a UTC moment, at most ``FORGOTTEN_AT_ONCE``.

    Returns how many those were.
    """
    event = audit_event.c
    oldest = select(event.id).where(event.at < before).order_by(event.at).limit(FORGOTTEN_AT_ONCE)
    return connection.execute(delete(audit_event).where(event.id.in_(oldest))).rowcount


def tidy_journal(database: StateDatabase, before: dt.datetime) -> int:
    """Delete every event from before a UTC moment, in steps that others can write between.

    Returns how many those were.

    Raises
    ------
    queries.state.StateDatabaseError
        If the state database cannot be written; what earlier steps deleted stays deleted.
    """
    gone = 0
    while True:
        with database.writing() as connection:
            step = forget_events(connection, before)
        gone += step
        if step < FORGOTTEN_AT_ONCE:
            return gone


@dataclass(frozen=True, slots=True)
class JournalCut:
    """Which part of the journal; ``None`` means all.

    Attributes
    ----------
    since, until
        UTC moments, half-open.
    with_access
        Whether to add, while the demonstration is looked at, who came in, left or was refused:
        for readers who have signed in themselves.
    """

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    person: str | None = None
    page: str | None = None
    partner_id: int | None = None
    action: Action | None = None
    with_access: bool = False


JOURNAL_COLUMNS = {
    "at": "datetime64[us]",
    "person": "str",
    "role": "str",
    "action": "str",
    "page": "str",
    "filters": "str",
    "partner_id": "Int64",
    "exported_rows": "Int64",
    "language": "str",
    "reason": "str",
}


def _readable(connection: Connection, *, with_access: bool) -> ColumnElement[bool]:
    event, own = audit_event.c, of_programme(connection, audit_event)
    at_the_door = event.action.in_(sorted(ACCESS)) & not_(event.demonstration)
    return own | at_the_door if with_access else own


def journal(connection: Connection, cut: JournalCut, most: int) -> pd.DataFrame:
    """Return the newest events of a cut, at most so many, the newest first.

    Grain: one row an event; columns as in ``JOURNAL_COLUMNS`` (``at`` in UTC, ``partner_id`` and
    ``exported_rows`` missing where they do not apply).
    """
    event = audit_event.c
    conditions = [
        compare(column, value)
        for compare, column, value in (
            (operator.ge, event.at, cut.since),
            (operator.lt, event.at, cut.until),
            (operator.eq, event.person, cut.person),
            (operator.eq, event.page, cut.page),
            (operator.eq, event.partner_id, cut.partner_id),
            (operator.eq, event.action, cut.action),
        )
        if value is not None
    ]
    statement = (
        select(*(event[name] for name in JOURNAL_COLUMNS))
        .where(_readable(connection, with_access=cut.with_access), *conditions)
        .order_by(event.at.desc(), event.id)
        .limit(most)
    )
    return frame(connection, statement, JOURNAL_COLUMNS)


def people_of_journal(connection: Connection, *, with_access: bool = False) -> list[str]:
    """Return everybody who is in the journal, sorted; ``with_access`` as in a cut."""
    person = audit_event.c.person
    readable = _readable(connection, with_access=with_access)
    statement = select(person).where(readable).distinct().order_by(person)
    return list(connection.execute(statement).scalars())
