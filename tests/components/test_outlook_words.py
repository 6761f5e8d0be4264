from __future__ import annotations

import datetime as dt

import pytest

from charts.palette import Tone
from components.outlook_words import Outlook, card_tone, card_verdict, outlook_words
from metrics.coverage import State
from program import language

DECEMBER, JANUARY = dt.date(2026, 12, 1), dt.date(2027, 1, 1)


@pytest.fixture(autouse=True)
def russian(monkeypatch):
    monkeypatch.setattr(language, "_source", lambda: "ru")


def outlook(day, base, delivered, pending=0):
    half, worst = -(-base // 2), -(-(base + pending) // 2)
    if base == 0:
        state = State.NO_BASE
    elif delivered < half:
        state = State.SHORT
    else:
        state = State.SECURED if delivered >= worst else State.HOLDS_UNLESS_ACTIVATIONS
    return Outlook(
        day,
        state,
        base,
        delivered,
        max(0, half - delivered),
        max(0, worst - delivered),
        delivered - half,
    )


def test_verdict_tells_each_evaluation_against_the_one_before():
    said = card_verdict([outlook(DECEMBER, 15, 8), outlook(JANUARY, 22, 7)], held_now=True)
    plain = said.replace("\N{NO-BREAK SPACE}", " ")
    assert plain.startswith("Сохранит компетенцию 1 декабря 2026")
    assert "потеряет её 1 января 2027, если не сдаст ещё 4 из 15" in plain


def test_competence_lost_first_is_regained_and_not_kept_afterwards():
    said = card_verdict([outlook(DECEMBER, 9, 4), outlook(JANUARY, 8, 4)], held_now=True)
    assert "получит её" in said


def test_interval_is_said_while_activations_are_pending():
    words = outlook_words(State.SHORT, held_now=True, needed=3, needed_worst=4, spare=-3)
    assert "3–\N{WORD JOINER}4" in words


def test_no_base_is_said_in_words_and_never_as_zero():
    counts = {"needed": 0, "needed_worst": 2, "spare": 0}
    assert outlook_words(State.NO_BASE, held_now=False, **counts) == "нет базы"
    assert outlook_words(State.NO_BASE, held_now=True, **counts) == "теряет: нет базы"


@pytest.mark.parametrize(
    ("outlooks", "held_now", "tone"),
    [
        ([outlook(DECEMBER, 4, 3), outlook(JANUARY, 4, 3)], True, Tone.GOOD),
        ([outlook(DECEMBER, 4, 3), outlook(JANUARY, 4, 1)], True, Tone.WATCH),
        ([outlook(DECEMBER, 4, 2, pending=2), outlook(JANUARY, 4, 4)], True, Tone.WATCH),
        ([outlook(DECEMBER, 4, 1), outlook(JANUARY, 4, 4)], True, Tone.BAD),
        ([outlook(DECEMBER, 0, 0), outlook(JANUARY, 0, 0)], True, Tone.BAD),
        ([outlook(DECEMBER, 4, 1), outlook(JANUARY, 4, 1)], False, Tone.NEUTRAL),
    ],
)
def test_nearest_evaluation_sets_the_tone_and_a_later_loss_warns(outlooks, held_now, tone):
    assert card_tone(outlooks, held_now=held_now) is tone
