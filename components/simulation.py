"""Two rules over the same keys: what each decides, and who would be decided otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from charts import formats
from charts.palette import Tone
from charts.rule_variant import holders_by_rule, holders_by_rule_alt
from components.chart import show_chart
from components.definitions import definition
from components.download import About, download
from components.partner_picker import open_partner
from components.rule_controls import rule_words
from components.states import empty
from components.table import Column, Kind, show_table
from components.theme import figure_theme
from components.verdict import badge
from components.words import TIERS, word
from metrics.simulator import (
    Flags,
    Ints,
    KeyMonths,
    RuleVariant,
    counts_at,
    decisions,
    switches,
    switches_per_year,
)
from program.calendar import add_months, evaluations_between
from program.language import _, ngettext
from queries.key_months import month_number

#: Changes are told of the last so many evaluations.
_YEAR = 12


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one rule decides; every array is of shape (partners, evaluations)."""

    variant: RuleVariant
    base: Ints
    delivered: Ints
    held: Flags

    @property
    def holders(self) -> int:
        """Return how many hold at the latest evaluation."""
        return int(self.held[:, -1].sum())

    @property
    def with_base(self) -> int:
        """Return how many have a base that the rule asks for, at the latest evaluation."""
        return int((self.base[:, -1] >= self.variant.rules.minimum_base).sum())

    def changes(self) -> tuple[int, int]:
        """Return gains and losses at the last twelve evaluations."""
        held = self.held[:, -_YEAR - 1 :].astype(np.int8)
        steps = np.diff(held, axis=1)
        return int((steps > 0).sum()), int((steps < 0).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """The rule in force beside a variant, over the evaluations that both can answer.

    Attributes
    ----------
    partner_ids
        Of the rows of every array.
    evaluations
        Of the columns of every array, oldest first.
    stored
        Who held as it was decided; ``None`` where the evaluation was not stored.
    shortened
        The variant looks back farther than the records: its history begins later.
    """

    partner_ids: NDArray[np.int64]
    evaluations: tuple[dt.date, ...]
    in_force: Side
    variant: Side
    stored: tuple[NDArray[np.bool_] | None, ...]
    shortened: bool

    @property
    def disagreements(self) -> int:
        """Return how many stored decisions today's records would not repeat."""
        return sum(
            int((decided != self.in_force.held[:, i]).sum())
            for i, decided in enumerate(self.stored)
            if decided is not None
        )


def simulation(
    months: pd.DataFrame,
    holders: pd.DataFrame,
    stored_on: Sequence[dt.date],
    in_force: RuleVariant,
    variant: RuleVariant,
    last: dt.date,
) -> Simulation | None:
    """Return both rules over the stored history, ``None`` when there is nothing to decide on.

    Parameters
    ----------
    months
        From ``queries.key_months.key_months`` by partner.
    holders
        From ``queries.key_months.stored_holders``.
    stored_on
        The stored evaluations.
    last
        The latest evaluation to look at.
    """
    if months.empty:
        return None
    past = [day for day in stored_on if day <= last]
    reach = in_force.rules.window_from_months
    # The first decision was taken on a whole window, so the records begin where it began.
    begin = (
        add_months(past[0], -reach)
        if past
        else dt.date(int(months["bought"].min()) // 12, int(months["bought"].min()) % 12 + 1, 1)
    )
    usual = add_months(begin, reach)
    first = max(usual, add_months(begin, variant.rules.window_from_months))
    if first > last:
        return None
    ids = np.union1d(months["owner"].to_numpy(), holders["partner_id"].to_numpy()).astype(np.int64)
    bought, activated, delivered, keys = (
        months[name].to_numpy() for name in ("bought", "activated", "delivered", "keys")
    )
    owners = np.searchsorted(ids, months["owner"].to_numpy())
    cube = KeyMonths(owners, bought, activated, delivered, keys, len(ids))
    ends = (month_number(first), month_number(last))
    now = _side(cube, *ends, in_force)
    then = now if variant == in_force else _side(cube, *ends, variant)
    evaluations = tuple(evaluations_between(first, last))
    held = np.zeros(now.held.shape, dtype=bool)
    place = holders["month"].to_numpy() - ends[0]
    seen = (place >= 0) & (place < len(evaluations))
    held[np.searchsorted(ids, holders["partner_id"].to_numpy()[seen]), place[seen]] = True
    known = set(past)
    stored = tuple(held[:, i] if day in known else None for i, day in enumerate(evaluations))
    return Simulation(ids, evaluations, now, then, stored, first > usual)


def _side(cube: KeyMonths, first: int, last: int, variant: RuleVariant) -> Side:
    base, delivered = counts_at(cube, first, last, variant.rules)
    return Side(variant, base, delivered, decisions(base, delivered, variant))


def sides(found: Simulation) -> None:
    """Draw «действует» beside «вариант»: the same figures in the same places."""
    day = formats.date_long(found.evaluations[-1])
    for column, name, side in zip(
        st.columns(2, gap="medium"),
        (_("Rule in force"), _("Variant")),
        (found.in_force, found.variant),
        strict=True,
    ):
        gained, lost = side.changes()
        yearly = switches_per_year(side.held, side.base)
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown(f"**{name}**")
            st.caption(" · ".join(rule_words(side.variant)))
            st.metric(
                _("Hold the competence on {day}").format(day=day),
                formats.share_of(side.holders, side.with_base, undefined=formats.number(0)),
            )
            st.markdown(
                _("In 12 months gained **{gained}**, lost **{lost}**").format(
                    gained=formats.number(gained), lost=formats.number(lost)
                )
            )
            st.markdown(
                _("Switches per partner and year: **{n}**").format(
                    n=formats.number(yearly, 2, undefined=formats.no_data())
                ),
                help=definition("switches"),
            )


def both_ways(found: Simulation) -> None:
    """Draw the two-by-two of the latest evaluation: both, only one, or neither rule."""
    now, then = found.in_force.held[:, -1], found.variant.held[:, -1]
    for column, words, tone, flags in zip(
        st.columns(4, gap="small"),
        (_("hold either way"), _("would gain"), _("would lose"), _("hold neither way")),
        (Tone.NEUTRAL, Tone.GOOD, Tone.BAD, Tone.NEUTRAL),
        (now & then, ~now & then, now & ~then, ~now & ~then),
        strict=True,
    ):
        with column:
            st.markdown(f"{badge(words, tone)} **{formats.number(int(flags.sum()))}**")


def history_chart(found: Simulation, marks: pd.DataFrame, about: About) -> None:
    """Draw holders under both rules at every evaluation, and as it was decided."""
    frame = pd.DataFrame(
        {
            "evaluated_on": pd.to_datetime(list(found.evaluations)),
            "in_force": found.in_force.held.sum(axis=0),
            "variant": found.variant.held.sum(axis=0),
            "stored": pd.array(
                [None if held is None else int(held.sum()) for held in found.stored], dtype="Int64"
            ),
        }
    )
    notes = [_("Circles: as it was decided. Lines: calculated from today's records.")]
    if found.shortened:
        notes.append(
            _("The variant looks back farther, so the history begins on {day}.").format(
                day=formats.date_long(found.evaluations[0])
            )
        )
    show_chart(
        holders_by_rule(frame, marks, theme=figure_theme()),
        title=_("Partners with the competence under both rules"),
        alt=holders_by_rule_alt(frame, marks),
        data=frame,
        columns=[
            Column("evaluated_on", _("Evaluation on"), Kind.DATE),
            Column("in_force", _("Rule in force"), Kind.COUNT),
            Column("variant", _("Variant"), Kind.COUNT),
            Column("stored", _("As decided"), Kind.COUNT, undefined=_("not stored")),
        ],
        key="rule_history",
        about=about,
        note=" ".join(notes),
    )


def agreement_words(found: Simulation) -> str:
    """Return how the calculation under the rule in force compares with what was decided."""
    stored = sum(held is not None for held in found.stored)
    if not stored:
        return _("No decision has been stored yet: there is nothing to compare with.")
    if not found.disagreements:
        return _("The calculation repeats every stored decision of {n} evaluations.").format(
            n=formats.number(stored)
        )
    return ngettext(
        "{n} stored decision would not be repeated by today's records (late records, transfers, "
        "corrections): the decision stands, see «Data checks».",
        "{n} stored decisions would not be repeated by today's records (late records, transfers, "
        "corrections): the decisions stand, see «Data checks».",
        found.disagreements,
    ).format(n=formats.number(found.disagreements))


def names(found: Simulation, directory: pd.DataFrame, about: About) -> None:
    """Draw who would gain beside who would lose; a ticked row opens the card."""
    now, then = found.in_force.held[:, -1], found.variant.held[:, -1]
    told = _told(found, directory)
    columns = [
        Column("name", _("Partner"), width=190, pinned=True),
        Column("counts", _("Delivered: in force → variant"), width=180),
        Column("switches_now", _("Switches, in force"), Kind.COUNT),
        Column("switches_then", _("Switches, variant"), Kind.COUNT),
        Column("city", _("City")),
        Column("tier", _("Partner tier")),
    ]
    ticked = None
    for column, flags, words, tone, nobody in zip(
        st.columns(2, gap="large"),
        (~now & then, now & ~then),
        (_("Would gain"), _("Would lose")),
        (Tone.GOOD, Tone.BAD),
        (_("Nobody would gain the competence."), _("Nobody would lose the competence.")),
        strict=True,
    ):
        some = told[told["partner_id"].isin(found.partner_ids[flags])]
        with column:
            st.markdown(badge(words, tone))
            if some.empty:
                empty(nobody)
                continue
            chosen = show_table(
                some,
                columns,
                key=f"rule_names_{tone}",
                alt=_("Partners that the variant would decide otherwise"),
                select="partner_id",
                height="content" if len(some) <= 8 else 320,
            )
            ticked = chosen if chosen is not None else ticked
    changed = told[told["partner_id"].isin(found.partner_ids[now != then])]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Tick a row to open the partner's card."))
        if len(changed):
            outcome = Column("outcome", _("Under the variant"))
            download(changed, [outcome, *columns], about=about, key="rule_names_file")
    if ticked is not None:
        open_partner(int(str(ticked)))


def _told(found: Simulation, directory: pd.DataFrame) -> pd.DataFrame:
    """Return the partners that the two rules decide differently, in words."""
    sides_ = (found.in_force, found.variant)
    now, then = (side.held[:, -1] for side in sides_)
    differs = np.flatnonzero(now != then)
    counts = [
        " → ".join(
            formats.keys_of(int(side.delivered[i, -1]), int(side.base[i, -1])) for side in sides_
        )
        for i in differs
    ]
    rows = pd.DataFrame(
        {
            "partner_id": found.partner_ids[differs],
            "counts": counts,
            "switches_now": switches(found.in_force.held[differs]),
            "switches_then": switches(found.variant.held[differs]),
            "outcome": [_("would gain") if gains else _("would lose") for gains in then[differs]],
        }
    )
    named = directory[["partner_id", "name", "city", "tier"]]
    told = rows.merge(named, on="partner_id").sort_values("name", ignore_index=True)
    return told.assign(tier=[word(TIERS, code) for code in told["tier"]])
