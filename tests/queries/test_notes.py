"""Notes: written once, never over somebody's head, never on somebody else's partner."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from program.written_text import TextProblem, TextRefused, checked_text
from queries.notes import (
    ForeignPartner,
    NoteChanged,
    NoteContent,
    NoteStatus,
    NoteWrite,
    note_changes,
    notes_of_partner,
    open_follow_ups,
    write_note,
)
from queries.state import StateDatabase
from tests.queries.states import state_of

NOW = dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC).replace(tzinfo=None)
OWN, FOREIGN = 1, 2
IN_SCOPE = frozenset({OWN, 3})
EVERYBODY = frozenset({OWN, FOREIGN, 3})


def note(note_id: str = "n1", partner: int = OWN, base: int = 0, **said: Any) -> NoteWrite:
    content = NoteContent(**{"text": "Call the studio"} | said)
    return NoteWrite(note_id, partner, base, content, "anna@example.test")


def task(note_id: str, partner: int = OWN, **said: Any) -> NoteWrite:
    said = {"status": NoteStatus.OPEN, "owner": "anna@example.test"} | said
    return note(note_id, partner, **said)


def write(state: StateDatabase, *writes: NoteWrite, scope: frozenset[int] = IN_SCOPE) -> None:
    for one in writes:
        with state.writing(demonstration=False) as connection:
            write_note(connection, scope, one, NOW)


def notes(state: StateDatabase, partner: int = OWN, scope: frozenset[int] = IN_SCOPE) -> Any:
    with state.reading(demonstration=False) as connection:
        return notes_of_partner(connection, scope, partner)


def test_a_note_is_read_as_it_was_written(state: StateDatabase) -> None:
    write(state, task("n1", text="До оценки: «3 ключа»\nещё строка", due_on=dt.date(2026, 12, 1)))
    (row,) = notes(state).to_dict("records")
    assert row["text"] == "До оценки: «3 ключа»\nещё строка"
    assert (row["version"], row["status"], row["created_by"]) == (1, "open", "anna@example.test")
    assert row["deadline"].date() == dt.date(2026, 12, 1)


def test_the_same_write_sent_again_is_one_note(state: StateDatabase) -> None:
    write(state, note(), note(), note())
    assert len(notes(state)) == 1
    with state.reading(demonstration=False) as connection:
        assert len(note_changes(connection, IN_SCOPE, OWN)) == 1


def test_the_same_write_sent_by_thirty_threads_is_one_note(url: str) -> None:
    state = state_of(url, seconds=20, pool=2)
    with ThreadPoolExecutor(30) as threads:
        list(threads.map(lambda _: write(state, note()), range(30)))
    assert len(notes(state)) == 1
    with ThreadPoolExecutor(30) as threads:
        list(threads.map(lambda _: write(state, note(base=1, text="New")), range(30)))
    assert notes(state)["version"].tolist() == [2]
    state.dispose()


def test_of_thirty_different_changes_at_once_one_is_kept_and_the_others_told(url: str) -> None:
    state = state_of(url, seconds=20, pool=2)
    write(state, note())

    def change(number: int) -> bool:
        try:
            write(state, note(base=1, text=f"Change {number}"))
        except NoteChanged:
            return False
        return True

    with ThreadPoolExecutor(30) as threads:
        kept = list(threads.map(change, range(30)))
    assert sum(kept) == 1
    assert notes(state)["text"].tolist() == [f"Change {kept.index(True)}"]
    state.dispose()


def test_a_change_of_an_older_version_is_refused_and_leaves_no_trace(state: StateDatabase) -> None:
    write(state, note(), note(base=1, text="By Boris"))
    with pytest.raises(NoteChanged):
        write(state, note(base=1, text="By Anna"))
    assert notes(state)["text"].tolist() == ["By Boris"]
    with state.reading(demonstration=False) as connection:
        assert note_changes(connection, IN_SCOPE, OWN)["version"].tolist() == [2, 1]


def test_an_unclear_first_attempt_with_other_words_is_told_not_doubled(
    state: StateDatabase,
) -> None:
    write(state, note(text="First"))
    with pytest.raises(NoteChanged) as conflict:
        write(state, note(text="Second"))
    assert conflict.value.version == 1
    write(state, note(base=1, text="Second"))
    assert notes(state)["text"].tolist() == ["Second"]


def test_the_history_says_who_changed_what(state: StateDatabase) -> None:
    write(state, task("n1"), note(base=1, status=NoteStatus.DONE, owner="anna@example.test"))
    with state.reading(demonstration=False) as connection:
        history = note_changes(connection, IN_SCOPE, OWN)
    assert history["status"].tolist() == ["done", "open"]
    assert set(history["changed_by"]) == {"anna@example.test"}


def test_nobody_writes_on_a_partner_out_of_scope(state: StateDatabase) -> None:
    with pytest.raises(ForeignPartner):
        write(state, note(partner=FOREIGN))
    assert notes(state, FOREIGN, EVERYBODY).empty


def test_nobody_reads_notes_of_a_partner_out_of_scope(state: StateDatabase) -> None:
    write(state, task("n2", FOREIGN), task("n1"), scope=EVERYBODY)
    assert notes(state, FOREIGN).empty
    with state.reading(demonstration=False) as connection:
        assert note_changes(connection, IN_SCOPE, FOREIGN).empty
        assert open_follow_ups(connection, IN_SCOPE)["partner_id"].tolist() == [OWN]
        assert open_follow_ups(connection, frozenset()).empty
    assert len(notes(state, FOREIGN, EVERYBODY)) == 1


@pytest.mark.parametrize("base", [0, 1])
def test_a_foreign_note_cannot_be_changed_by_its_forged_id(state: StateDatabase, base: int) -> None:
    write(state, note("n2", FOREIGN, text="Theirs"), scope=EVERYBODY)
    with pytest.raises(NoteChanged) as refused:
        write(state, note("n2", OWN, base, text="Forged"))
    assert refused.value.version is None, "not even its version is told"
    assert notes(state, FOREIGN, EVERYBODY)["text"].tolist() == ["Theirs"]
    assert notes(state).empty


def test_open_follow_ups_come_by_deadline_then_the_rest(state: StateDatabase) -> None:
    write(
        state,
        note("plain"),
        task("later", due_on=dt.date(2027, 1, 10)),
        task("evaluation", before_evaluation=dt.date(2026, 12, 1)),
        task("soon", due_on=dt.date(2026, 11, 24)),
        task("whenever"),
        replace(task("done"), content=NoteContent("Done", NoteStatus.DONE, "a")),
    )
    found = notes(state)
    assert found["id"].tolist()[:4] == ["soon", "evaluation", "later", "whenever"]
    assert set(found["id"][4:]) == {"plain", "done"}
    assert found.set_index("id").loc["evaluation", "deadline"].date() == dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", TextProblem.EMPTY),
        (" \n\t ", TextProblem.EMPTY),
        ("x" * 2001, TextProblem.TOO_LONG),
        ("a\x00b", TextProblem.CONTROL),
        ("a\x1bb", TextProblem.CONTROL),
        ("a\u202eb", TextProblem.CONTROL),
        ("a\u2028b", TextProblem.CONTROL),
        ("a\ud800b", TextProblem.CONTROL),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused(text: str, problem: TextProblem) -> None:
    with pytest.raises(TextRefused) as refused:
        checked_text(text, 2000)
    assert refused.value.problem is problem


def test_an_ordinary_text_is_kept(state: StateDatabase) -> None:
    said = "Ёлка 👍 «кавычки» <b>'; DROP TABLE partner_note; --\nвторая строка"
    assert checked_text(f"  {said.replace(chr(10), chr(13) + chr(10))}\t", 2000) == said
    write(state, note(text=said))
    assert notes(state)["text"].tolist() == [said]
    with pytest.raises(TextRefused):
        checked_text("two\nlines", 100, lines=False)
