"""The demonstration and the own programme share a state database and never read each other."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text

from program.roles import Role
from program.state_schema import state_metadata, state_migration
from queries import annotations, audit, notes, saved_views
from queries.annotations import Annotation, AnnotationKind
from queries.audit import Action, AuditEvent, JournalCut
from queries.notes import NoteChanged, NoteContent, NoteStatus, NoteWrite
from queries.saved_views import SavedView
from queries.state import StateDatabase
from queries.state_migrations import MIGRATIONS, migrate
from tests.queries.states import state_of

NOW = dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC).replace(tzinfo=None)
ANNA = "anna@studio.example"
SCOPE = frozenset({5})
BOTH = pytest.mark.parametrize(
    ("here", "there"), list(permutations((False, True))), ids=["own", "demonstration"]
)


def note(note_id: str, words: str, base: int = 0) -> NoteWrite:
    return NoteWrite(note_id, 5, base, NoteContent(words, NoteStatus.OPEN, ANNA), ANNA)


def view(view_id: str, name: str = "Mine") -> SavedView:
    return SavedView(view_id, ANNA, name, "home", "region=RU-MOW")


def mark(mark_id: str, words: str) -> Annotation:
    return Annotation(mark_id, dt.date(2026, 6, 1), AnnotationKind.CAMPAIGN, words, ANNA)


def opened(number: str, *, demonstration: bool, action: Action = Action.OPENED) -> AuditEvent:
    return AuditEvent(
        number, NOW, ANNA, "leader", action, "home", partner_id=5, demonstration=demonstration
    )


def write_all(state: StateDatabase, name: str, *, demonstration: bool) -> None:
    """Write one thing of each kind, called ``name``."""
    with state.writing(demonstration=demonstration) as connection:
        notes.write_note(connection, SCOPE, note(name, name), NOW)
        saved_views.keep_view(connection, view(name, name), NOW)
        annotations.keep_annotation(connection, Role.ADMIN, mark(name, name), NOW)
        audit.keep_events(connection, [opened(name, demonstration=demonstration)])


def read_all(state: StateDatabase, *, demonstration: bool) -> dict[str, list[Any]]:
    """Return what every question finds."""
    with state.reading(demonstration=demonstration) as connection:
        return {
            "notes": list(notes.notes_of_partner(connection, SCOPE, 5)["text"]),
            "changes": list(notes.note_changes(connection, SCOPE, 5)["text"]),
            "tasks": list(notes.open_follow_ups(connection, SCOPE)["text"]),
            "views": [own.name for own in saved_views.views_of(connection, ANNA)],
            "marks": list(annotations.noted_changes(connection)["text"]),
            "journal": list(audit.journal(connection, JournalCut(), 10)["person"]),
            "people": audit.people_of_journal(connection),
        }


@BOTH
def test_what_was_written_about_one_is_not_read_about_the_other(
    state: StateDatabase, here: bool, there: bool
) -> None:
    write_all(state, "n1", demonstration=here)
    assert all(read_all(state, demonstration=here).values())
    assert not any(read_all(state, demonstration=there).values())


def test_both_may_use_the_same_names(state: StateDatabase) -> None:
    for number, demonstration in (("1", False), ("2", True)):
        with state.writing(demonstration=demonstration) as connection:
            saved_views.keep_view(connection, view(number), NOW)
    assert read_all(state, demonstration=False)["views"] == ["Mine"]
    assert read_all(state, demonstration=True)["views"] == ["Mine"]


@BOTH
def test_a_forged_id_touches_nothing_of_the_other(
    state: StateDatabase, here: bool, there: bool
) -> None:
    write_all(state, "n1", demonstration=here)
    before = read_all(state, demonstration=here)
    for base in (0, 1):
        with pytest.raises(NoteChanged) as refused, state.writing(demonstration=there) as other:
            notes.write_note(other, SCOPE, note("n1", "Forged", base), NOW)
        assert refused.value.version is None
    with state.writing(demonstration=there) as other:
        saved_views.forget_view(other, ANNA, "n1")
        annotations.remove_annotation(other, Role.ADMIN, "n1", ANNA, NOW)
    assert read_all(state, demonstration=here) == before
    assert not any(read_all(state, demonstration=there).values())


def test_who_does_not_say_about_which_programme_neither_reads_nor_writes(
    state: StateDatabase,
) -> None:
    for question in (
        lambda connection: notes.notes_of_partner(connection, SCOPE, 5),
        lambda connection: saved_views.views_of(connection, ANNA),
        annotations.noted_changes,
        lambda connection: audit.journal(connection, JournalCut(), 10),
    ):
        with pytest.raises(LookupError), state.reading() as connection:
            question(connection)
    with pytest.raises(LookupError), state.writing() as connection:
        annotations.keep_annotation(connection, Role.ADMIN, mark("1", "x"), NOW)


def test_who_came_in_or_was_refused_is_shown_to_whoever_has_signed_in(
    state: StateDatabase,
) -> None:
    """Even while the demonstration is served; to its visitors without sign-in never."""
    with state.writing() as connection:
        audit.keep_events(
            connection,
            [
                opened("1", demonstration=False),
                opened("2", demonstration=False, action=Action.SIGNED_IN),
            ],
        )
    with state.reading(demonstration=True) as connection:
        assert audit.journal(connection, JournalCut(), 10).empty
        seen = audit.journal(connection, JournalCut(with_access=True), 10)
        assert seen["action"].tolist() == ["signed_in"]
        assert audit.people_of_journal(connection) == []
        assert audit.people_of_journal(connection, with_access=True) == [ANNA]


CALLS: dict[Callable[..., Any], tuple[Any, ...]] = {
    notes.write_note: (SCOPE, note("n1", "First"), NOW),
    notes.notes_of_partner: (SCOPE, 5),
    notes.open_follow_ups: (SCOPE,),
    notes.note_changes: (SCOPE, 5),
    saved_views.keep_view: (view("v1"), NOW),
    saved_views.views_of: (ANNA,),
    saved_views.forget_view: (ANNA, "v1"),
    annotations.keep_annotation: (Role.ADMIN, mark("a1", "x"), NOW),
    annotations.noted_changes: (),
    annotations.remove_annotation: (Role.ADMIN, "a1", ANNA, NOW),
    audit.keep_events: ([opened("1", demonstration=True)],),
    audit.journal: (JournalCut(), 10),
    audit.people_of_journal: (),
}
#: The journal forgets by age alone.
OF_BOTH = {audit.forget_events}


def functions() -> list[Callable[..., Any]]:
    """Every function that talks to the state database, the ones of tomorrow too."""
    return [
        function
        for module in (notes, saved_views, annotations, audit)
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and "connection" in inspect.signature(function).parameters
    ]


@contextmanager
def statements(engine: type[Engine]) -> Iterator[list[str]]:
    sent: list[str] = []

    def collect(_c: Any, _cursor: Any, words: str, *_rest: Any) -> None:
        sent.append(words)

    event.listen(engine, "before_cursor_execute", collect)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", collect)


@pytest.mark.parametrize("function", functions(), ids=lambda function: function.__name__)
def test_every_statement_on_what_staff_wrote_names_the_programme(
    state: StateDatabase, function: Callable[..., Any]
) -> None:
    if function in OF_BOTH:
        return
    tables = set(state_metadata.tables) - {state_migration.name}
    with state.writing(demonstration=True) as connection, statements(Engine) as sent:
        function(connection, *CALLS[function])
    touching = [words for words in sent if any(table in words for table in tables)]
    assert touching
    for words in touching:
        assert "demonstration" in words.partition("WHERE")[2] or words.startswith("INSERT"), words
        assert "demonstration" in words


# Databases of the version before ---------------------------------------------------------------
ROLE, MADE_UP, REAL = "demonstration:admin", "manager01@example.test", "anna@studio.example"
#: The last structure that did not tell programmes apart.
BEFORE = 5


def old_note(connection: Connection, note_id: str, *people: str) -> None:
    """A note that the first of ``people`` wrote and the others changed."""
    content: dict[str, Any] = {"partner_id": 5, "text": note_id, "status": "open", "owner": REAL}
    for version, person in enumerate(people, start=1):
        change = content | {"note_id": note_id, "version": version, "changed_at": NOW}
        put(
            connection, "note_change", change | {"id": f"{note_id}-{version}", "changed_by": person}
        )
    said = {"created_at": NOW, "created_by": people[0], "changed_at": NOW, "changed_by": people[-1]}
    put(connection, "partner_note", content | said | {"id": note_id, "version": len(people)})


def put(connection: Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)  # noqa: S608


def old_database(url: str) -> dict[str, int]:
    """Fill a database of the version before and return how many rows each table has."""
    engine = create_engine(url)
    with engine.begin() as connection:
        migrate(connection, MIGRATIONS[:BEFORE])
        old_note(connection, "real", REAL)
        old_note(connection, "made up, then real", ROLE, REAL)
        old_note(connection, "real, then made up", REAL, ROLE)
        old_note(connection, "real in between", ROLE, REAL, ROLE)
        old_note(connection, "single user", "local")
        old_note(connection, "of a role", ROLE, ROLE)
        old_note(connection, "of a portfolio", MADE_UP)
        for number, person in enumerate((REAL, "local", ROLE, MADE_UP)):
            at = {"id": f"{number}", "created_at": NOW}
            codes = {"name": person, "page": "home", "codes": ""}
            put(connection, "saved_view", at | codes | {"person": person})
            put(
                connection,
                "annotation",
                at
                | {"on_day": NOW.date(), "kind": "campaign", "text": person, "created_by": person},
            )
            seen = {"role": "admin", "action": "opened", "page": "home", "filters": ""}
            put(
                connection,
                "audit_event",
                seen | {"id": f"{number}", "at": NOW, "person": person, "language": "ru"},
            )
        counts = {
            table: len(connection.execute(text(f"SELECT id FROM {table}")).all())  # noqa: S608
            for table in state_metadata.tables
            if table != state_migration.name
        }
    engine.dispose()
    return counts


def test_an_older_database_belongs_to_the_own_programme_but_for_what_was_made_up(url: str) -> None:
    counts = old_database(url)
    state = state_of(url, seconds=5)
    own, demo = (read_all(state, demonstration=kind) for kind in (False, True))
    assert set(demo["notes"]) == set(demo["changes"]) == {"of a role", "of a portfolio"}
    assert set(own["notes"]) == set(own["changes"]) == set(own["tasks"])
    assert set(own["notes"]) == {
        *("real", "single user"),
        *("made up, then real", "real, then made up", "real in between"),
    }
    assert set(own["marks"]) == set(own["people"]) == {REAL, "local"}
    assert set(demo["marks"]) == set(demo["people"]) == {ROLE, MADE_UP}
    with state.reading() as connection:
        for name, table in state_metadata.tables.items():
            if name in counts:
                assert len(connection.execute(select(table.c.id)).all()) == counts[name]
    state.dispose()


def test_nothing_that_a_person_wrote_comes_up_in_the_demonstration_after_the_upgrade(
    url: str,
) -> None:
    old_database(url)
    state = state_of(url, seconds=5)
    with state.reading() as connection:
        for table in state_metadata.sorted_tables:
            people = {name for name in ("person", "created_by", "changed_by") if name in table.c}
            if people:
                shown = connection.execute(select(table).where(table.c.demonstration)).mappings()
                assert {row[name] for row in shown for name in people} <= {ROLE, MADE_UP}
    state.dispose()


def test_a_row_of_an_older_program_is_the_own_programmes(state: StateDatabase) -> None:
    """Whatever does not know of the demonstration cannot have written about it."""
    with state.writing() as connection:
        connection.execute(
            insert(state_metadata.tables["annotation"]).values(
                id="1", on_day=NOW.date(), kind="campaign", text="x", created_at=NOW, created_by="x"
            )
        )
    assert read_all(state, demonstration=False)["marks"] == ["x"]
    assert read_all(state, demonstration=True)["marks"] == []
