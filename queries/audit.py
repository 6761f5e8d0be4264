"""The journal: who opened which page and took which file."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import pandas as pd
from sqlalchemy import Connection, select

from program.state_schema import audit_event
from queries.engine import frame
from queries.state import insert_once


class Action(StrEnum):
    """What is worth remembering."""

    OPENED = "opened"
    EXPORTED = "exported"


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


def keep_events(connection: Connection, events: Sequence[AuditEvent]) -> int:
    """Write the events that are not there yet and return how many those are."""
    return insert_once(connection, audit_event, [asdict(event) for event in events])


@dataclass(frozen=True, slots=True)
class JournalCut:
    """Which part of the journal; ``None`` means all.

    Attributes
    ----------
    since, until
        UTC moments, half-open.
    """

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    person: str | None = None
    page: str | None = None
    partner_id: int | None = None
    action: Action | None = None


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
}


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
        .where(*conditions)
        .order_by(event.at.desc(), event.id)
        .limit(most)
    )
    return frame(connection, statement, JOURNAL_COLUMNS)


def people_of_journal(connection: Connection) -> list[str]:
    """Return everybody who is in the journal, sorted."""
    person = audit_event.c.person
    return list(connection.execute(select(person).distinct().order_by(person)).scalars())
