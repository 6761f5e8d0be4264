"""The list of «Обзвон»: partners or regions whose clients answer least, beside all the others."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from components.contact_words import (
    beside_words,
    described,
    for_file,
    others_words,
    response_columns,
)
from components.contacts import ResponseBeside
from components.download import About, download
from components.partner_picker import open_partner, pick_partner
from components.remembered import remembered
from components.states import empty
from components.table import ROWS_SHOWN, height_of, rows_left_out, show_table
from metrics.estimate import HIDDEN_BELOW
from program.language import _
from queries.scope import Scope

_PARTNERS, _REGIONS = "partners", "regions"


def show_response(beside: ResponseBeside, about: About, scope: Scope, *question: Hashable) -> None:
    """Draw the choice between partners and regions, the table, its file and the way to a card.

    ``scope`` and ``question`` are everything the rows depend on, as for ``components.remembered``.
    """
    by = st.segmented_control(
        _("By"),
        [_PARTNERS, _REGIONS],
        default=_PARTNERS,
        key="calls_by",
        required=True,
        format_func={_PARTNERS: _("Partners"), _REGIONS: _("Regions")}.__getitem__,
        label_visibility="collapsed",
        persist_state="session",
    )
    of_partners = by == _PARTNERS
    rows = beside.partners if of_partners else beside.regions
    whose = (by, scope, *question)
    st.caption(
        remembered(
            lambda: beside_words(
                rows, int((rows["ended"] < HIDDEN_BELOW).sum()), regions=not of_partners
            ),
            "beside_words",
            *whose,
        )
    )
    if others := others_words(beside.others, scope):
        st.caption(others)
    if rows.empty:
        empty(_("Nobody was called in the period."))
        return
    shown = rows.head(ROWS_SHOWN)
    chosen = show_table(
        remembered(lambda: described(shown), "response", *whose),
        response_columns(of_partners=of_partners),
        key=f"calls_{by}",
        alt=_("Response rate beside the others, the most missing answers first"),
        question=whose,
        select="partner_id" if of_partners else None,
        height=height_of(len(shown), 400),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if left_out := rows_left_out(len(rows)):
            st.caption(left_out)
        columns = response_columns(of_partners=of_partners, in_file=True)
        download(for_file(rows), columns, about=about, key="calls_file")
    if not of_partners:
        return
    ticked = None if chosen is None else int(str(chosen))
    picked = pick_partner(shown, key="calls_partner", chosen=ticked)
    if picked is not None and st.button(_("Open the partner's card"), icon=":material/badge:"):
        open_partner(picked)
