"""How the state database came to its present structure: numbered steps, forward only.

A step that has been published is never edited; a change is a new step. The statements are plain
SQL that SQLite and PostgreSQL both run, so that a later edit of the tables cannot change the past;
a test compares where they arrive with ``program/state_schema.py``.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, func, insert, inspect, select

from program.state_schema import state_migration

_FIRST = """CREATE TABLE state_migration (
    version INTEGER NOT NULL PRIMARY KEY, applied_at TIMESTAMP NOT NULL)"""

_PROGRAMME = "ADD COLUMN demonstration BOOLEAN DEFAULT FALSE NOT NULL"


def _made_up(person: str) -> str:
    """Return the condition that a person exists in the demonstration only.

    Its roles have codes of their own, and its staff addresses that no mail server can have. No
    LIKE: «%» means something to psycopg.
    """
    return (
        f"(substr({person}, 1, 14) = 'demonstration:'"
        f" OR substr({person}, length({person}) - 12) = '@example.test')"
    )


MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE audit_event (
            id VARCHAR NOT NULL PRIMARY KEY,
            at TIMESTAMP NOT NULL,
            person VARCHAR NOT NULL,
            role VARCHAR NOT NULL,
            action VARCHAR NOT NULL,
            page VARCHAR NOT NULL,
            filters VARCHAR NOT NULL,
            partner_id INTEGER,
            exported_rows INTEGER,
            language VARCHAR NOT NULL)""",
        "CREATE INDEX audit_event_at ON audit_event (at)",
        "CREATE INDEX audit_event_person ON audit_event (person, at)",
    ),
    (
        """CREATE TABLE partner_note (
            id VARCHAR NOT NULL PRIMARY KEY,
            partner_id INTEGER NOT NULL,
            version INTEGER NOT NULL,
            text TEXT NOT NULL,
            status VARCHAR NOT NULL,
            owner VARCHAR,
            due_on DATE,
            before_evaluation DATE,
            created_at TIMESTAMP NOT NULL,
            created_by VARCHAR NOT NULL,
            changed_at TIMESTAMP NOT NULL,
            changed_by VARCHAR NOT NULL)""",
        "CREATE INDEX partner_note_partner ON partner_note (partner_id)",
        "CREATE INDEX partner_note_owner ON partner_note (owner, status)",
        """CREATE TABLE note_change (
            id VARCHAR NOT NULL PRIMARY KEY,
            note_id VARCHAR NOT NULL,
            partner_id INTEGER NOT NULL,
            version INTEGER NOT NULL,
            text TEXT NOT NULL,
            status VARCHAR NOT NULL,
            owner VARCHAR,
            due_on DATE,
            before_evaluation DATE,
            changed_at TIMESTAMP NOT NULL,
            changed_by VARCHAR NOT NULL)""",
        "CREATE UNIQUE INDEX note_change_note ON note_change (note_id, version)",
        "CREATE INDEX note_change_partner ON note_change (partner_id)",
    ),
    (
        """CREATE TABLE saved_view (
            id VARCHAR NOT NULL PRIMARY KEY,
            person VARCHAR NOT NULL,
            name VARCHAR NOT NULL,
            page VARCHAR NOT NULL,
            codes VARCHAR NOT NULL,
            created_at TIMESTAMP NOT NULL)""",
        "CREATE UNIQUE INDEX saved_view_name ON saved_view (person, name)",
    ),
    (
        """CREATE TABLE annotation (
            id VARCHAR NOT NULL PRIMARY KEY,
            on_day DATE NOT NULL,
            kind VARCHAR NOT NULL,
            text VARCHAR NOT NULL,
            created_at TIMESTAMP NOT NULL,
            created_by VARCHAR NOT NULL,
            removed_at TIMESTAMP,
            removed_by VARCHAR)""",
        "CREATE INDEX annotation_day ON annotation (on_day)",
    ),
    ("ALTER TABLE audit_event ADD COLUMN reason VARCHAR DEFAULT '' NOT NULL",),
    # What is there belongs to the own programme, unless nobody but the demonstration wrote it.
    (
        *(
            f"ALTER TABLE {table} {_PROGRAMME}"
            for table in ("audit_event", "partner_note", "note_change", "saved_view", "annotation")
        ),
        f"""UPDATE partner_note SET demonstration = TRUE WHERE {_made_up("created_by")}
            AND {_made_up("changed_by")} AND NOT EXISTS (
                SELECT 1 FROM note_change WHERE note_change.note_id = partner_note.id
                AND NOT {_made_up("note_change.changed_by")})""",  # noqa: S608 - names of this file
        """UPDATE note_change SET demonstration = TRUE
            WHERE note_id IN (SELECT id FROM partner_note WHERE demonstration)""",
        *(
            f"UPDATE {table} SET demonstration = TRUE WHERE {_made_up(person)}"  # noqa: S608 - as above
            for table, person in (
                *(("audit_event", "person"), ("saved_view", "person")),
                ("annotation", "created_by"),
            )
        ),
        "DROP INDEX saved_view_name",
        "CREATE UNIQUE INDEX saved_view_name ON saved_view (person, name, demonstration)",
    ),
)
#: Locks the migrations of one PostgreSQL database: any number that nothing else uses.
_ADVISORY_LOCK = 4_705_001


def present_version(connection: Connection) -> int:
    """Return the number of the last step made, 0 for a database without any."""
    if not inspect(connection).has_table(state_migration.name):
        return 0
    return connection.execute(select(func.max(state_migration.c.version))).scalar() or 0


def migrate(connection: Connection, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS) -> None:
    """Make the steps that are missing, in the transaction of ``connection``: all or none.

    Two processes that start at once do not both make a step: on PostgreSQL the second one waits
    here, on SQLite it has waited for the write transaction already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    done = present_version(connection)
    if not done and not inspect(connection).has_table(state_migration.name):
        connection.exec_driver_sql(_FIRST)
    for version, statements in enumerate(migrations, start=1):
        if version > done:
            for statement in statements:
                connection.exec_driver_sql(statement)
            now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
            connection.execute(insert(state_migration).values(version=version, applied_at=now))
