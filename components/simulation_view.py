"""What «Если изменить правило» shows: both rules side by side, over time, and by name."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from charts import formats
from charts.annotations import Mark
from charts.palette import Tone
from charts.rule_variant import holders_by_rule, holders_by_rule_alt
from components.chart import show_chart
from components.definitions import definition
from components.download import About, download
from components.partner_picker import open_partner
from components.remembered import drawn_once, remembered
from components.rule_controls import rule_words
from components.simulation import Simulation
from components.states import empty
from components.table import Column, Kind, show_table
from components.verdict import badge
from components.words import TIERS, word
from metrics.simulator import switches
from program.language import _, ngettext

#: Names on each side; the file holds all of them.
_NAMED = 100


def sides(found: Simulation, question: tuple[Hashable, ...]) -> None:
    """Draw «действует» beside «вариант»: the same figures in the same places."""
    both = remembered(
        lambda: [
            (side.holders, side.decided_about, *side.changes())
            for side in (found.in_force, found.variant)
        ],
        "rule_sides",
        *question,
    )
    day = formats.date_long(found.evaluations[-1])
    for column, name, side, (holders, decided_about, gained, lost) in zip(
        st.columns(2, gap="medium"),
        (_("Rule in force"), _("Variant")),
        (found.in_force, found.variant),
        both,
        strict=True,
    ):
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown(f"**{name}**")
            st.caption(" · ".join(rule_words(side.variant)))
            st.metric(
                _("Hold the competence on {day}").format(day=day),
                formats.share_of(holders, decided_about, undefined=formats.number(0)),
            )
            st.markdown(
                _("In 12 months gained **{gained}**, lost **{lost}**").format(
                    gained=formats.number(gained), lost=formats.number(lost)
                )
            )
            st.markdown(
                _("Switches per partner and year: **{n}**").format(
                    n=formats.number(side.switches_a_year, 2, undefined=formats.no_data())
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


class _History(NamedTuple):
    """Holders under both rules at every evaluation, and what the chart says in words."""

    rows: pd.DataFrame
    alt: str


def _history_of(found: Simulation) -> _History:
    rows = pd.DataFrame(
        {
            "evaluated_on": pd.to_datetime(list(found.evaluations)),
            "in_force": found.in_force.held.sum(axis=0),
            "variant": found.variant.held.sum(axis=0),
            "stored": pd.array(
                [None if held is None else int(held.sum()) for held in found.stored], dtype="Int64"
            ),
        }
    )
    return _History(rows, holders_by_rule_alt(rows))


def history_chart(
    found: Simulation, marks: tuple[Mark, ...], about: About, question: tuple[Hashable, ...]
) -> None:
    """Draw holders under both rules at every evaluation, and as it was decided."""
    history = remembered(lambda: _history_of(found), "rule_history", *question)
    notes = [_("Circles: as it was decided. Lines: calculated from today's records.")]
    if found.shortened:
        notes.append(
            _("The variant looks back farther, so the history begins on {day}.").format(
                day=formats.date_long(found.evaluations[0])
            )
        )
    show_chart(
        drawn_once(holders_by_rule, history.rows, question=question, marks=marks),
        title=_("Partners with the competence under both rules"),
        alt=history.alt,
        data=history.rows,
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


def names(
    found: Simulation, directory: pd.DataFrame, about: About, question: tuple[Hashable, ...]
) -> None:
    """Draw who would gain beside who would lose; a ticked row opens the card."""
    differs = remembered(lambda: _decided_otherwise(found, directory), "rule_names", *question)
    ticked = None
    for column, gains, words, tone, nobody in zip(
        st.columns(2, gap="large"),
        (True, False),
        (_("Would gain"), _("Would lose")),
        (Tone.GOOD, Tone.BAD),
        (_("Nobody would gain the competence."), _("Nobody would lose the competence.")),
        strict=True,
    ):
        some = differs[differs["held"] == gains]
        with column:
            st.markdown(badge(words, tone))
            if some.empty:
                empty(nobody)
                continue
            chosen = _table(some.head(_NAMED), f"rule_names_{tone}", question)
            ticked = chosen if chosen is not None else ticked
    with st.container(horizontal=True, vertical_alignment="center"):
        most = int(differs["held"].value_counts().max()) if len(differs) else 0
        st.caption(
            _("Shown: the first {shown} of each; the file holds all.").format(
                shown=formats.number(_NAMED)
            )
            if most > _NAMED
            else _("Tick a row to open the partner's card.")
        )
        if len(differs):
            download(differs, _file_columns(), about=about, key="rule_names_file")
    if ticked is not None:
        open_partner(int(str(ticked)))


def _decided_otherwise(found: Simulation, directory: pd.DataFrame) -> pd.DataFrame:
    """Return the partners that the two rules decide differently at the latest evaluation.

    Grain: one row a partner, by name; ``held`` under the variant, counts and switches of both.
    """
    sides_ = {"now": found.in_force, "then": found.variant}
    at = np.flatnonzero(found.in_force.held[:, -1] != found.variant.held[:, -1])
    rows = pd.DataFrame(
        {"partner_id": found.partner_ids[at], "held": found.variant.held[at, -1]}
        | {f"base_{name}": side.base[at] for name, side in sides_.items()}
        | {f"delivered_{name}": side.delivered[at] for name, side in sides_.items()}
        | {f"switches_{name}": switches(side.held[at]) for name, side in sides_.items()}
    )
    named = rows.merge(directory[["partner_id", "name", "city", "tier"]], on="partner_id")
    tiers = {code: word(TIERS, code) for code in named["tier"].unique()}
    return named.assign(tier=named["tier"].map(tiers)).sort_values("name", ignore_index=True)


def _counts(rows: pd.DataFrame) -> list[str]:
    return [
        f"{formats.keys_of(*now)} → {formats.keys_of(*then)}"
        for now, then in zip(
            zip(rows["delivered_now"], rows["base_now"], strict=True),
            zip(rows["delivered_then"], rows["base_then"], strict=True),
            strict=True,
        )
    ]


def _table(some: pd.DataFrame, key: str, question: tuple[Hashable, ...]) -> Hashable | None:
    return show_table(
        remembered(lambda: some.assign(counts=_counts(some)), "rule_names_shown", key, *question),
        [
            Column("name", _("Partner"), width=250),
            Column("counts", _("Delivered: in force → variant"), width=205),
            Column("switches_now", _("Switches, in force"), Kind.COUNT),
            Column("switches_then", _("Switches, variant"), Kind.COUNT),
            Column("city", _("City")),
            Column("tier", _("Partner tier")),
        ],
        key=key,
        alt=_("Partners that the variant would decide otherwise"),
        question=question,
        select="partner_id",
        height="content" if len(some) <= 8 else 320,
    )


def _file_columns() -> list[Column]:
    return [
        Column("name", _("Partner")),
        Column("held", _("Holds under the variant"), Kind.YES_NO),
        Column("delivered_now", _("Delivered, in force"), Kind.COUNT),
        Column("base_now", _("Base, in force"), Kind.COUNT),
        Column("delivered_then", _("Delivered, variant"), Kind.COUNT),
        Column("base_then", _("Base, variant"), Kind.COUNT),
        Column("switches_now", _("Switches, in force"), Kind.COUNT),
        Column("switches_then", _("Switches, variant"), Kind.COUNT),
        Column("city", _("City")),
        Column("tier", _("Partner tier")),
    ]
