from __future__ import annotations

from dataclasses import replace

import streamlit as st

from charts import formats
from components.catalogue import catalogue_table, found_partners, said_to_search, shortlist
from components.data import ask, ask_of_all, data_moment
from components.definitions import definitions
from components.download import About
from components.filter_bar import current_choice
from components.page import title
from components.session import require_user
from components.states import empty, nothing_matches
from components.whose import outside_words
from program.calendar import last_evaluation
from program.language import _, ngettext
from program.settings import settings
from queries.choices import stored_evaluations
from queries.standing import At, standing_totals

user = require_user()
rules = settings().rules
choice = current_choice()
evaluated_on = last_evaluation(choice.today)
stored = ask_of_all(stored_evaluations).dates
at = At(evaluated_on, choice.today, rules, stored=evaluated_on in stored)
totals = ask(standing_totals, user.scope, choice.filters, at)
if not totals.partners:
    title(_("Which partner are you looking for?"))
    nothing_matches()
    st.stop()

# Verdict and search ------------------------------------------------------------------------------
heading = st.container()
said, only = said_to_search()
found = found_partners(user.scope, choice.filters, at, totals, said, only=only)
verdict = ngettext(
    "{n} partner, {holders} with the competence",
    "{n} partners, {holders} with the competence",
    totals.partners,
)
decided = _("Decision of {day}") if at.stored else _("Calculated for {day}, decision not stored")
lead = [
    decided.format(day=formats.date_long(evaluated_on)),
    *outside_words(totals.partners - totals.members),
]
if said or only:
    lead.append(_("found: {partners}").format(partners=formats.partners(found.partners)))
with heading:
    title(
        verdict.format(n=formats.number(totals.partners), holders=formats.number(totals.holders)),
        " · ".join(lead),
    )
if not found.partners:
    empty(
        _("No partner matches the search."),
        then=_("Letter case does not matter; try part of the name, or a city."),
    )
    st.stop()
about = About(
    title=_("Catalogue of partners"),
    file_name=f"partners_{choice.today}",
    filters=(
        *((_("search: {words}").format(words=said),) if said else ()),
        *((_("only with the competence"),) if only else ()),
        *choice.lines,
    ),
    period=formats.window(rules.window(evaluated_on).start, rules.window(evaluated_on).end),
    basis=formats.partners(found.partners),
    definitions=definitions("competence", "coverage", "base", "deliveries_12", "points"),
    data_as_of=data_moment().as_of,
)

# The list, and the participants of the programme for a client -------------------------------------
catalogue_table(found, about)
shortlist(
    found,
    evaluated_on,
    rules,
    replace(
        about,
        title=_("Participants of the «Quality Programme»"),
        file_name=f"shortlist_{evaluated_on}",
        definitions=definitions("competence"),
    ),
)
