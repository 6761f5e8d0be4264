"""Tables of the state database: what staff write from the dashboard, never program data.

The tables are what ``queries/state_migrations.py`` arrives at. Ids are made by whoever writes
(32 hexadecimal signs), so that the same write sent twice is one row. Moments are UTC.
"""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Index, Integer, MetaData, String, Table

state_metadata = MetaData()

#: Which numbered changes of the structure have been made.
state_migration = Table(
    "state_migration",
    state_metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", DateTime, nullable=False),
)

#: Who opened which page and took which file: codes only, nothing about clients, no free text.
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
    Index("audit_event_at", "at"),
    Index("audit_event_person", "person", "at"),
)
