"""Noting events never makes anybody wait, loses nothing and doubles nothing."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Sequence

import pytest

from components import recorder as recorder_module
from components.recorder import Recorder
from queries.audit import Action, AuditEvent
from queries.state import StateBusy, StateDown

AT = dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC).replace(tzinfo=None)


def event(number: int) -> AuditEvent:
    return AuditEvent(f"id-{number}", AT, "anna@example.test", "admin", Action.OPENED, "home")


class Shelf:
    """Keeps events like the state database: by id, and only when it can."""

    def __init__(self) -> None:
        self.kept: dict[str, AuditEvent] = {}
        self.error: Exception | None = None
        self.hold = threading.Event()
        self.hold.set()

    def keep(self, events: Sequence[AuditEvent]) -> None:
        assert self.hold.wait(30)
        if self.error is not None:
            raise self.error
        self.kept |= {event.id: event for event in events}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(recorder_module, "_LONGEST_PAUSE", 0.02)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_events_are_kept(shelf: Shelf) -> None:
    recorder = Recorder(shelf.keep)
    for number in range(500):
        recorder.note(event(number))
    assert recorder.settled(30)
    assert len(shelf.kept) == 500


def test_whoever_notes_does_not_wait_for_a_database_that_hangs(shelf: Shelf) -> None:
    shelf.hold.clear()
    recorder = Recorder(shelf.keep)
    for number in range(100):
        recorder.note(event(number))
    assert not shelf.kept, "all were taken while nothing could be written"
    shelf.hold.set()
    assert recorder.settled(30)
    assert len(shelf.kept) == 100


def test_what_cannot_be_written_is_in_the_log_once_and_written_later(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.error = StateBusy("locked")
    recorder = Recorder(shelf.keep)
    with caplog.at_level(logging.WARNING, "quality_program.audit"):
        recorder.note(event(1))
        assert not recorder.settled(30)
        assert isinstance(recorder.trouble, StateBusy)
        recorder.note(event(2))
        shelf.error = None
        wait_until_all_are_kept(recorder)
    assert set(shelf.kept) == {"id-1", "id-2"}
    assert recorder.trouble is None
    for number in (1, 2):
        assert sum(f'"id-{number}"' in record.message for record in caplog.records) == 1


def wait_until_all_are_kept(recorder: Recorder) -> None:
    for _ in range(3000):
        if recorder.settled(0.01):
            return
        threading.Event().wait(0.01)
    raise AssertionError("the recorder did not recover")


def test_an_event_that_breaks_the_writing_does_not_stop_the_others(shelf: Shelf) -> None:
    shelf.error = RuntimeError("no error of the database")
    recorder = Recorder(shelf.keep)
    recorder.note(event(1))
    assert recorder.settled(30)
    shelf.error = None
    recorder.note(event(2))
    assert recorder.settled(30)
    assert set(shelf.kept) == {"id-2"}


def test_the_newest_events_wait_when_there_are_too_many(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "MOST_WAITING", 10)
    shelf.hold.clear()
    recorder = Recorder(shelf.keep)
    for number in range(30):
        recorder.note(event(number))
    shelf.hold.set()
    assert recorder.settled(30)
    assert {f"id-{number}" for number in range(20, 30)} <= set(shelf.kept)


def test_closing_writes_what_waits_and_does_not_wait_for_a_broken_database(shelf: Shelf) -> None:
    shelf.hold.clear()
    recorder = Recorder(shelf.keep)
    recorder.note(event(1))
    shelf.hold.set()
    recorder.close(30)
    assert set(shelf.kept) == {"id-1"}
    shelf.error = StateDown("gone")
    recorder.note(event(2))
    recorder.close(30)
    assert not recorder._busy
