"""What is noted about access: each event once, no flood, nothing that deceives or is secret."""

from __future__ import annotations

import logging

import pytest

from components.access import Reason
from components.access_events import MOST_REFUSALS, REFUSAL_SECONDS, AccessNotes
from components.journal import REASONS
from queries.audit import Action, AuditEvent


class Clock:
    """Stands still until told otherwise."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0 * REFUSAL_SECONDS

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def kept() -> list[AuditEvent]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notes(kept: list[AuditEvent], clock: Clock) -> AccessNotes:
    return AccessNotes(kept.append, clock)


def test_a_session_begins_and_ends_once_whatever_is_drawn(
    notes: AccessNotes, kept: list[AuditEvent]
) -> None:
    for session in ("one", "two", "one"):
        for _ in range(5):
            notes.signed_in(session, "anna@example.test", "leader")
            notes.signed_out(session, "anna@example.test", "leader")
    assert [event.action for event in kept] == [Action.SIGNED_IN, Action.SIGNED_OUT] * 2


def test_another_process_gives_the_same_event_the_same_id(kept: list[AuditEvent]) -> None:
    for _process in range(2):
        AccessNotes(kept.append).signed_in("one", "anna@example.test", "leader")
    first, second = kept
    assert first.id == second.id


def test_one_refusal_an_address_and_reason_in_some_minutes(
    notes: AccessNotes, kept: list[AuditEvent], clock: Clock
) -> None:
    for _ in range(1000):
        notes.refused("eve@example.test", "unknown_person")
    assert len(kept) == 1
    notes.refused("eve@example.test", "expired")
    notes.refused("bob@example.test", "unknown_person")
    assert len(kept) == 3
    clock.seconds += REFUSAL_SECONDS
    notes.refused("eve@example.test", "unknown_person")
    assert len(kept) == 4
    assert len({event.id for event in kept}) == 4


def test_many_who_are_refused_fill_neither_the_journal_nor_the_log(
    notes: AccessNotes, kept: list[AuditEvent], clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "quality_program.access"):
        for number in range(20 * MOST_REFUSALS):
            notes.refused(f"{number}@example.test", "unknown_person")
    assert len(kept) == MOST_REFUSALS
    assert len(caplog.records) == MOST_REFUSALS + 1
    assert "the rest of them is not noted" in caplog.text
    notes.signed_in("one", "anna@example.test", "leader")
    assert kept[-1].action is Action.SIGNED_IN, "who is let in is noted all the same"
    clock.seconds += REFUSAL_SECONDS
    notes.refused("later@example.test", "unknown_person")
    assert kept[-1].person == "later@example.test"


@pytest.mark.parametrize(
    "email",
    ["a\nINFO admin@example.test", "a\x00b", "\u202etset.elpmaxe@a", "\ud800", "x" * 10_000],
)
def test_an_address_is_one_short_line_without_tricks(
    notes: AccessNotes, kept: list[AuditEvent], email: str
) -> None:
    notes.refused(email, "unknown_person")
    (event,) = kept
    assert len(event.person) <= 254
    assert event.person.isprintable()


def test_every_reason_of_which_a_person_is_known_has_words() -> None:
    nobody_known = {Reason.NOT_SIGNED_IN, Reason.OTHER_MACHINE, Reason.OWN_DATABASE}
    assert {reason.code for reason in set(Reason) - nobody_known} < set(REASONS)


def test_ids_tell_nothing_of_the_session(notes: AccessNotes, kept: list[AuditEvent]) -> None:
    notes.signed_in("the-id-of-a-session", "anna@example.test", "leader")
    assert "the-id-of-a-session" not in repr(kept)
