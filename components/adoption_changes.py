"""Who gained and who lost the competence, month by month and by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from charts import formats
from charts.adoption import gained_and_lost, gained_and_lost_alt
from charts.annotations import Mark
from charts.palette import Tone
from components import address
from components.chart import show_chart
from components.data import ask
from components.download import About, download
from components.filter_bar import Choice
from components.partner_picker import open_partner
from components.remembered import drawn_once, remembered
from components.states import empty
from components.table import Column, Kind, show_table
from components.verdict import badge
from components.words import TIERS, word
from metrics.coverage import Group
from program.language import _
from program.rules import ProgramRules
from queries.changes import changes_at
from queries.scope import Scope

#: Evaluations in the chart: two years and what is coming.
_SHOWN = 26
#: Names on each side; the file holds all of them.
_NAMED = 100
_ON = "month"


class _Evaluations(NamedTuple):
    """The evaluations of the chart, and which of them can be chosen."""

    rows: pd.DataFrame
    alt: str
    choices: tuple[dt.date, ...]
    latest: dt.date | None
    stored: tuple[dt.date, ...]


def _evaluations_of(rows: pd.DataFrame) -> _Evaluations:
    shown = rows.tail(_SHOWN)
    choices = tuple(day.date() for day in shown.loc[shown["gained"].notna(), "evaluated_on"])
    stored = tuple(day.date() for day in rows.loc[rows["decided"], "evaluated_on"])
    latest = max(set(choices) & set(stored), default=choices[0] if choices else None)
    return _Evaluations(shown, gained_and_lost_alt(shown), choices, latest, stored)


def changes_section(
    scope: Scope,
    choice: Choice,
    rows: pd.DataFrame,
    marks: tuple[Mark, ...],
    coming: Sequence[dt.date],
    rules: ProgramRules,
    about: About,
) -> None:
    """Draw gains and losses, and the names of one evaluation: a click or the list chooses it."""
    question = (scope, choice.filters, coming, choice.today, rules)
    found = remembered(lambda: _evaluations_of(rows), "gained_and_lost", *question)
    points = show_chart(
        drawn_once(gained_and_lost, found.rows, question=question, marks=marks),
        title=_("Who gained and who lost the competence"),
        alt=found.alt,
        data=found.rows,
        columns=[
            Column("evaluated_on", _("Evaluation on"), Kind.DATE),
            Column("decided", _("Decided"), Kind.YES_NO),
            Column("gained", _("Gained"), Kind.COUNT),
            Column("lost", _("Lost"), Kind.COUNT),
        ],
        key="adoption_changes",
        about=about,
        note=_("Pale: the coming evaluations, if nothing more is delivered."),
        select=True,
    )
    if found.latest is None:
        empty(_("Changes are known from the second stored evaluation on."))
        return
    clicked = next((str(point["customdata"][0]) for point in points), None)
    evaluated_on = _chosen(found.choices, clicked, latest=found.latest)
    if evaluated_on in coming:
        _open_threshold(evaluated_on, coming)
        return
    before = found.stored[found.stored.index(evaluated_on) - 1]
    asked = (choice.filters, evaluated_on, before, tuple(coming), choice.today, rules)
    changes = remembered(
        lambda: _changes_of(ask(changes_at, scope, *asked)), "changes_in_words", scope, *asked
    )
    _names(changes, evaluated_on, about, (scope, *asked))


def _chosen(evaluations: Sequence[dt.date], clicked: str | None, latest: dt.date) -> dt.date:
    """Draw the choice of the evaluation, kept in the address, and return it."""
    by_code = {f"{day:%Y-%m}": day for day in reversed(evaluations)}
    told = f"{_ON}_told"
    if clicked in by_code and st.session_state.get(told) != clicked:
        st.query_params[_ON] = clicked
    st.session_state[told] = clicked
    said = st.query_params.get(_ON, "")
    key = "adoption_month"
    st.session_state[key] = said if said in by_code else f"{latest:%Y-%m}"

    def remember() -> None:
        st.query_params[_ON] = st.session_state[key]

    code: str = st.selectbox(
        _("Evaluation on"),
        list(by_code),
        key=key,
        format_func=lambda month: formats.date_long(by_code[month]),
        on_change=remember,
        width=260,
    )
    return by_code[code]


def _open_threshold(evaluated_on: dt.date, coming: Sequence[dt.date]) -> None:
    st.markdown(
        _(
            "{day} has not been decided yet: who loses, who can gain and what is missing is told, "
            "partner by partner, on another page."
        ).format(day=formats.date_long(evaluated_on))
    )
    if st.button(_("Open the list"), icon=":material/flag:"):
        address.choose("on", None if evaluated_on == coming[0] else f"{evaluated_on:%Y-%m}")
        address.choose("group", Group.WILL_LOSE.value)
        st.switch_page("threshold.py")


class _Side(NamedTuple):
    """Who changed to one side: how many, and the first of them in words."""

    n: int
    named: pd.DataFrame


class _Changes(NamedTuple):
    """Who changed: all of them for the file, and each side."""

    both: pd.DataFrame
    gained: _Side
    lost: _Side


def _changes_of(changes: pd.DataFrame) -> _Changes:
    tiers = {code: word(TIERS, code) for code in changes["tier"].unique()}
    told = changes.assign(tier=changes["tier"].map(tiers))
    sides = (told[told["held"] == held] for held in (True, False))
    return _Changes(told, *(_Side(len(side), _in_words(side.head(_NAMED))) for side in sides))


def _names(
    changes: _Changes, evaluated_on: dt.date, about: About, question: tuple[Hashable, ...]
) -> None:
    """Draw who gained beside who lost; a ticked row opens the card."""
    ticked = None
    for column, some, held, mark, tone, nobody in zip(
        st.columns(2, gap="large"),
        (changes.gained, changes.lost),
        (True, False),
        (_("Gained"), _("Lost")),
        (Tone.GOOD, Tone.BAD),
        (_("Nobody gained the competence."), _("Nobody lost the competence.")),
        strict=True,
    ):
        with column:
            st.markdown(badge(f"{mark} · {formats.number(some.n)}", tone))
            if not some.n:
                empty(nobody)
                continue
            chosen = _table(
                some.named,
                mark,
                f"adoption_names_{evaluated_on}_{held}",
                (*question, held),
            )
            ticked = chosen if chosen is not None else ticked
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _("Shown: the first {shown} of each; the file holds all.").format(
                shown=formats.number(_NAMED)
            )
            if max(changes.gained.n, changes.lost.n) > _NAMED
            else _("Tick a row to open the partner's card.")
        )
        if len(changes.both):
            download(changes.both, _file_columns(), about=about, key="adoption_names_file")
    if ticked is not None:
        open_partner(int(str(ticked)))


def _in_words(changes: pd.DataFrame) -> pd.DataFrame:
    before = zip(changes["delivered_before"], changes["base_before"], strict=True)
    then = zip(changes["delivered"], changes["base"], strict=True)
    return changes.assign(
        coverages=[
            f"{formats.keys_of(*counts_before)} → {formats.keys_of(*counts)}"
            for counts_before, counts in zip(before, then, strict=True)
        ],
    )


def _table(
    some: pd.DataFrame, mark: str, key: str, question: tuple[Hashable, ...]
) -> Hashable | None:
    return show_table(
        some,
        [
            Column("name", _("Partner"), width=250),
            Column("coverages", _("Delivered: was → is"), width=170),
            Column("city", _("City")),
            Column("tier", _("Partner tier")),
        ],
        key=key,
        # Two tables of one name would be one place to a screen reader.
        alt=f"{mark}: {_('Partners whose competence changed, with coverage before and then')}",
        question=question,
        select="partner_id",
        height="content" if len(some) <= 8 else 320,
    )


def _file_columns() -> list[Column]:
    return [
        Column("name", _("Partner")),
        Column("held", _("Competence"), Kind.YES_NO),
        Column("delivered_before", _("Delivered before"), Kind.COUNT),
        Column("base_before", _("Base before"), Kind.COUNT),
        Column("delivered", _("Delivered"), Kind.COUNT),
        Column("base", _("In the base"), Kind.COUNT),
        Column("city", _("City")),
        Column("tier", _("Partner tier")),
    ]
