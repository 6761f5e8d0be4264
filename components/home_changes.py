"""Who gained and who lost the competence, for the home page: below what stands at once."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from charts import formats
from components.data import ask
from components.fragment import fragment
from components.remembered import remembered
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
    question = (scope, filters, evaluations)
    lines = remembered(
        lambda: _told(ask(competence_changes, *question), evaluations), "what_changed", *question
    )
    if not lines:
        empty(_("Nobody gained or lost the competence at the latest stored evaluation."))
    for line in lines:
        st.markdown(line)


def _told(changes: pd.DataFrame, evaluations: tuple[dt.date, ...]) -> list[str]:
    """Return who gained and who lost, a line each; none where nobody did."""
    lines = []
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
        told = words.format(n=formats.number(len(some)), day=formats.date_long(evaluations[-1]))
        lines.append(f"- {told}: {names}{tail}")
    return lines
