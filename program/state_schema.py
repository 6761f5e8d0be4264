"""Tables of the state database: what staff write from the dashboard, never program data.

The tables are what ``queries/state_migrations.py`` arrives at. Ids are made by whoever writes
(32 hexadecimal signs), so that the same write sent twice is one row. Moments are UTC. Every row
says whether it is about the demonstration or about an own programme: their partners have the same
ids, and nothing about one may show beside the other.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)

state_metadata = MetaData()

#: Which numbered changes of the structure have been made.
state_migration = Table(
    "state_migration",
    state_metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", DateTime, nullable=False),
)


def _programme() -> Column[bool]:
    """Return what says whether a row is about the demonstration; an older row is not."""
    return Column("demonstration", Boolean, nullable=False, server_default=false())


#: Who signed in and out, was refused, opened which page and took which file: codes only, nothing
#: about clients, no free text.
audit_event = Table(
    "audit_event",
    state_metadata,
    Column("id", String, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("person", String, nullable=False),
    Column("role", String, nullable=False),
    Column("action", String, nullable=False),
    Column("page", String, nullable=False),
    Column("filters", String, nullable=False),
    Column("partner_id", Integer, nullable=True),
    Column("exported_rows", Integer, nullable=True),
    Column("language", String, nullable=False),
    Column("reason", String, nullable=False, server_default=""),
    _programme(),
    Index("audit_event_at", "at"),
    Index("audit_event_person", "person", "at"),
)


def _content() -> tuple[Column[object], ...]:
    """Return what a note says; every change keeps all of it."""
    return (
        Column("text", Text, nullable=False),
        Column("status", String, nullable=False),
        Column("owner", String, nullable=True),
        Column("due_on", Date, nullable=True),
        Column("before_evaluation", Date, nullable=True),
    )


#: Notes and follow-ups on a partner as they stand; ``version`` counts their changes from 1.
partner_note = Table(
    "partner_note",
    state_metadata,
    Column("id", String, primary_key=True),
    Column("partner_id", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    *_content(),
    Column("created_at", DateTime, nullable=False),
    Column("created_by", String, nullable=False),
    Column("changed_at", DateTime, nullable=False),
    Column("changed_by", String, nullable=False),
    _programme(),
    Index("partner_note_partner", "partner_id"),
    Index("partner_note_owner", "owner", "status"),
)

#: Who changed which note to what, the first writing included.
note_change = Table(
    "note_change",
    state_metadata,
    Column("id", String, primary_key=True),
    Column("note_id", String, nullable=False),
    Column("partner_id", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    *_content(),
    Column("changed_at", DateTime, nullable=False),
    Column("changed_by", String, nullable=False),
    _programme(),
    Index("note_change_note", "note_id", "version", unique=True),
    Index("note_change_partner", "partner_id"),
)


#: Addresses that somebody wants to open again, under names of one's own.
saved_view = Table(
    "saved_view",
    state_metadata,
    Column("id", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("name", String, nullable=False),
    Column("page", String, nullable=False),
    Column("codes", String, nullable=False),
    Column("created_at", DateTime, nullable=False),
    _programme(),
    Index("saved_view_name", "person", "name", "demonstration", unique=True),
)


#: What happened to the programme on a day, in somebody's words; drawn on charts over time.
annotation = Table(
    "annotation",
    state_metadata,
    Column("id", String, primary_key=True),
    Column("on_day", Date, nullable=False),
    Column("kind", String, nullable=False),
    Column("text", String, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("created_by", String, nullable=False),
    Column("removed_at", DateTime, nullable=True),
    Column("removed_by", String, nullable=True),
    _programme(),
    Index("annotation_day", "on_day"),
)
