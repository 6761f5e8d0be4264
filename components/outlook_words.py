"""The outlook in words: what happens to a partner at an evaluation, and what would change it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from charts import formats
from charts.palette import Tone
from components.theme import ICONS
from metrics.coverage import Group, State
from program.language import _, ngettext

GROUP_TONES = {
    Group.WILL_LOSE: Tone.BAD,
    Group.CAN_GAIN: Tone.NEUTRAL,
    Group.NEAR: Tone.WATCH,
    Group.IN_RESERVE: Tone.GOOD,
    Group.NO_BASE: Tone.NEUTRAL,
}


def group_icon(group: Group) -> str:
    """Return the icon of a group's tab; no two tabs have the same."""
    return ":material/remove:" if group is Group.NO_BASE else ICONS[GROUP_TONES[group]]


def outlook_words(state: str, *, held_now: bool, needed: int, needed_worst: int, spare: int) -> str:
    """Return the outlook of one partner for one evaluation, short enough for a table cell."""
    if state == State.NO_BASE:
        return _("loses: no base") if held_now else formats.no_base()
    if state == State.SECURED:
        words = _("keeps, {reserve}") if held_now else _("gains, {reserve}")
        return words.format(reserve=formats.reserve(spare))
    if state == State.HOLDS_UNLESS_ACTIVATIONS:
        words = (
            _("keeps; {n} more if keys are activated")
            if held_now
            else _("gains; {n} more if keys are activated")
        )
        return words.format(n=formats.number(needed_worst))
    short = formats.short_of(needed, needed_worst)
    return _("loses: {short}").format(short=short) if held_now else short


def decided_words(state: str, *, held_before: bool, needed: int, spare: int) -> str:
    """Return what a past evaluation brought one partner by today's records, for a table cell."""
    if state == State.NO_BASE:
        return _("lost: no base") if held_before else formats.no_base()
    if state == State.SHORT:
        short = ngettext("was short by {n} delivery", "was short by {n} deliveries", needed)
        short = short.format(n=formats.number(needed))
        return _("lost: {short}").format(short=short) if held_before else short
    words = _("kept, {reserve}") if held_before else _("gained, {reserve}")
    return words.format(reserve=formats.reserve(spare))


def stored_words(outlook: pd.DataFrame, stored: pd.DataFrame, day: str) -> str:
    """Return what was decided on ``day``, beside the page that counts it by today's records.

    Parameters
    ----------
    outlook
        Grain: one row a partner; ``partner_id``, ``held_now`` (before the evaluation) and
        ``held_0`` (by today's records).
    stored
        As from ``queries.decisions.decisions_on``; no rows where nothing was stored.
    """
    if stored.empty:
        return _("The decision of {day} is not stored: all of this is by today's records.").format(
            day=day
        )
    decided = stored.set_index("partner_id")["held"]
    held = decided.reindex(outlook["partner_id"], fill_value=False).to_numpy(dtype=bool)
    before = outlook["held_now"].to_numpy(dtype=bool)
    otherwise = int((held != outlook["held_0"].to_numpy(dtype=bool)).sum())
    said = _(
        "Decided on {day}: {holders} hold the competence, lost {lost}, gained {gained}."
    ).format(
        day=day,
        holders=formats.number(int(held.sum())),
        lost=formats.number(int((before & ~held).sum())),
        gained=formats.number(int((held & ~before).sum())),
    )
    if not otherwise:
        return said + " " + _("Today's records, which this page counts by, say the same.")
    return (
        said
        + " "
        + ngettext(
            "Today's records, which this page counts by, differ for {n} partner.",
            "Today's records, which this page counts by, differ for {n} partners.",
            otherwise,
        ).format(n=formats.number(otherwise))
    )


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


class CardStanding(NamedTuple):
    """Whether a partner holds now, and what the rule says of the coming evaluations."""

    held_now: bool
    outlooks: list[Outlook]


def card_standing(
    history: pd.DataFrame,
    decisions: pd.DataFrame | None,
    in_force: dt.date,
    coming: Sequence[dt.date],
) -> CardStanding:
    """Return the standing of one partner.

    Parameters
    ----------
    history
        Grain: one row an evaluation with its outlook (``metrics.coverage.with_outlook``),
        ``in_force`` and ``coming`` among them.
    decisions
        From ``queries.partners.decisions_of_partner`` where that of ``in_force`` is stored: no row
        of it then means that the partner does not hold. ``None`` goes by today's records.
    """
    calculated = history.set_index("evaluated_on")
    if decisions is None:
        held_now = bool(calculated.loc[pd.Timestamp(in_force), "held"])
    else:
        decided = decisions["evaluated_on"] == pd.Timestamp(in_force)
        held_now = bool(decisions.loc[decided, "held"].any())
    counts = ("base", "delivered", "needed", "needed_worst", "spare")
    rows = [calculated.loc[pd.Timestamp(day)] for day in coming]
    outlooks = [
        Outlook(day, State(row["state"]), *(int(row[name]) for name in counts))
        for day, row in zip(coming, rows, strict=True)
    ]
    return CardStanding(held_now, outlooks)


def _missing_keys(outlook: Outlook) -> str:
    """Return «3–4 of 15 open keys», or only the keys where pending ones are needed as well."""
    needed = formats.span(outlook.needed, outlook.needed_worst)
    open_keys = outlook.base - outlook.delivered
    if outlook.needed_worst > open_keys:
        return ngettext("{n} key", "{n} keys", outlook.needed_worst).format(n=needed)
    return ngettext(
        "{needed} of {open} open key", "{needed} of {open} open keys", open_keys
    ).format(needed=needed, open=formats.number(open_keys))


def _clause(outlook: Outlook, *, held_before: bool, it: str) -> str:
    """Return what one evaluation brings; ``it`` is «the competence» or the pronoun for it."""
    if outlook.state is State.SECURED:
        words = _("keeps {it} on {day}") if held_before else _("gains {it} on {day}")
    elif outlook.state is State.HOLDS_UNLESS_ACTIVATIONS:
        words = (
            _("keeps {it} on {day} unless pending keys are activated")
            if held_before
            else _("gains {it} on {day} unless pending keys are activated")
        )
    elif outlook.state is State.NO_BASE:
        words = (
            _("loses {it} on {day}: no key in the base")
            if held_before
            else _("cannot gain {it} on {day}: no key in the base")
        )
    else:
        words = (
            _("loses {it} on {day} without delivering {keys}")
            if held_before
            else _("gains {it} on {day} only by delivering {keys}")
        )
    day = formats.date_long(outlook.evaluated_on)
    return words.format(it=it, day=day, keys=_missing_keys(outlook))


def card_verdict(outlooks: Sequence[Outlook], *, held_now: bool) -> str:
    """Return one sentence on the coming evaluations, the nearest first.

    Each evaluation is told against what the one before it decides with today's records.
    """
    clauses, held_before, it = [], held_now, _("the competence")
    for outlook in outlooks:
        clauses.append(_clause(outlook, held_before=held_before, it=it))
        held_before, it = outlook.held, _("it")
    sentence = "; ".join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}."


def card_tone(outlooks: Sequence[Outlook], *, held_now: bool) -> Tone:
    """Return the tone of :func:`card_verdict`: the nearest evaluation decides, later ones warn."""
    nearest = outlooks[0]
    if not nearest.held:
        return Tone.BAD if held_now else Tone.NEUTRAL
    return Tone.GOOD if all(item.state is State.SECURED for item in outlooks) else Tone.WATCH
