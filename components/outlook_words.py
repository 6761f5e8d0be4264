"""The outlook in words: what happens to a partner at an evaluation, and what would change it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from charts import formats
from charts.palette import Tone
from metrics.coverage import Group, State
from program.language import _

GROUP_TONES = {
    Group.WILL_LOSE: Tone.BAD,
    Group.CAN_GAIN: Tone.NEUTRAL,
    Group.NEAR: Tone.WATCH,
    Group.IN_RESERVE: Tone.GOOD,
    Group.NO_BASE: Tone.NEUTRAL,
}


def outlook_words(state: str, *, held_now: bool, needed: int, needed_worst: int, spare: int) -> str:
    """Return the outlook of one partner for one evaluation, short enough for a table cell."""
    if state == State.NO_BASE:
        return formats.no_base()
    if state == State.SECURED:
        kept = _("keeps") if held_now else _("gains")
        return f"{kept}, {formats.reserve(spare)}"
    if state == State.HOLDS_UNLESS_ACTIVATIONS:
        kept = _("keeps") if held_now else _("gains")
        worst = formats.short_of(needed_worst)
        return _("{kept}; if pending keys are activated, {short}").format(kept=kept, short=worst)
    short = formats.short_of(needed, needed_worst)
    return _("loses: {short}").format(short=short) if held_now else short


def state_tone(state: str, *, held_now: bool) -> Tone:
    """Return the tone of an outlook: whether it is good, bad, open or neither."""
    if state == State.SECURED:
        return Tone.GOOD
    if state == State.HOLDS_UNLESS_ACTIVATIONS:
        return Tone.WATCH
    return Tone.BAD if held_now else Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the rule says of one partner for one coming evaluation."""

    evaluated_on: dt.date
    state: State
    base: int
    delivered: int
    needed: int
    needed_worst: int
    spare: int

    @property
    def held(self) -> bool:
        """Return whether the competence is held with today's records."""
        return self.state in (State.SECURED, State.HOLDS_UNLESS_ACTIVATIONS)


def _clause(outlook: Outlook, *, held_before: bool) -> str:
    day = formats.date_long(outlook.evaluated_on)
    of_open = _("{deliveries} of {open} open keys").format(
        deliveries=formats.deliveries_between(outlook.needed, outlook.needed_worst),
        open=formats.number(outlook.base - outlook.delivered),
    )
    if outlook.state is State.SECURED:
        words = _("keeps the competence on {day}") if held_before else _("gains it on {day}")
        return words.format(day=day)
    if outlook.state is State.HOLDS_UNLESS_ACTIVATIONS:
        words = (
            _("keeps it on {day} unless pending keys are activated")
            if held_before
            else _("gains it on {day} unless pending keys are activated")
        )
        return words.format(day=day)
    if outlook.state is State.NO_BASE:
        words = (
            _("loses it on {day}: no key in the base") if held_before else _("has no base on {day}")
        )
        return words.format(day=day)
    words = (
        _("loses it on {day} without {deliveries}")
        if held_before
        else _("gains it on {day} only with {deliveries}")
    )
    return words.format(day=day, deliveries=of_open)


def card_verdict(outlooks: Sequence[Outlook], *, held_now: bool) -> str:
    """Return one sentence on the coming evaluations, the nearest first.

    Each evaluation is told against what the one before it decides with today's records.
    """
    clauses, held_before = [], held_now
    for outlook in outlooks:
        clauses.append(_clause(outlook, held_before=held_before))
        held_before = outlook.held
    sentence = "; ".join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}."
