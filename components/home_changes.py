"""Who gained and who lost the competence, for the home page: below what stands at once."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from charts import formats
from components.data import ask
from components.fragment import fragment
from components.states import empty
from components.text import plain
from program.language import _, ngettext
from queries.decisions import competence_changes
from queries.filters import Filters
from queries.scope import Scope

NAMES_SHOWN = 5


@fragment
def what_changed(scope: Scope, filters: Filters, evaluations: tuple[dt.date, ...]) -> None:
    """Draw who gained and who lost the competence between the last two stored ``evaluations``."""
    changes = ask(competence_changes, scope, filters, evaluations)
    if changes.empty:
        empty(_("Nobody gained or lost the competence at the latest stored evaluation."))
    gained, lost = (changes[changes["held"] == held] for held in (True, False))
    for some, words in (
        (
            gained,
            ngettext(
                "{n} partner gained the competence on {day}",
                "{n} partners gained the competence on {day}",
                len(gained),
            ),
        ),
        (
            lost,
            ngettext(
                "{n} partner lost the competence on {day}",
                "{n} partners lost the competence on {day}",
                len(lost),
            ),
        ),
    ):
        if some.empty:
            continue
        names = ", ".join(
            f"[{plain(name)}](partner?partner={number})"
            for name, number in zip(
                some["name"].head(NAMES_SHOWN), some["partner_id"], strict=False
            )
        )
        more = len(some) - NAMES_SHOWN
        tail = " " + _("and {n} more").format(n=formats.number(more)) if more > 0 else ""
        st.markdown(
            "- "
            + words.format(n=formats.number(len(some)), day=formats.date_long(evaluations[-1]))
            + f": {names}{tail}"
        )
