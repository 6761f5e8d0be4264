from __future__ import annotations

import pandas as pd
import streamlit as st

from charts import formats
from components.data import ask, ask_of_all, data_moment
from components.definitions import definitions
from components.download import About
from components.filter_bar import current_choice
from components.page import title
from components.region_measures import (
    DEFINED_AS,
    TITLES,
    pick_region_measure,
    survey_figures,
)
from components.region_tables import city_table, partner_table, region_table, with_lines
from components.regions import map_section, named, regional, without_place
from components.remembered import remembered
from components.session import require_user
from components.states import empty, nothing_matches
from components.survey_period import period_of, period_words
from program.calendar import add_months, last_evaluation
from program.language import _
from program.settings import settings
from queries.choices import stored_evaluations
from queries.standing import At, partner_standing, region_history, region_standing
from queries.survey import Sizing

user = require_user()
rules = settings().rules
choice = current_choice()
filters, evaluated_on = choice.filters, choice.evaluated_on
stored = ask_of_all(stored_evaluations).dates
at = At(evaluated_on, choice.today, rules, stored=evaluated_on in stored)
everywhere = (user.scope, without_place(filters), at)
regions, anybody = remembered(
    lambda: named(ask(region_standing, *everywhere)), "regions", *everywhere
)
heading = st.container()
if not anybody:
    with heading:
        title(_("How do the regions differ?"))
    nothing_matches()
    st.stop()

# The measure, on the map and in words ------------------------------------------------------------
measure = pick_region_measure()
whose = (user.scope, filters, at)


def survey() -> pd.DataFrame | None:
    """Return the figures of a measure of the survey."""
    if measure.subject is None:
        return None
    tile_of = dict(zip(regions["place"], regions["tile"], strict=True))
    sizing = Sizing(evaluated_on, choice.today, rules)
    return survey_figures(user.scope, without_place(filters), sizing, measure, tile_of)


found = remembered(
    lambda: regional(regions, survey(), measure, filters, rules), "regional", measure, *whose
)
with heading:
    title(
        found.verdict,
        " · ".join(
            (
                _("evaluation on {day}").format(day=formats.date_long(evaluated_on)),
                _("as decided") if at.stored else _("by today's records"),
                formats.partners(found.partners),
                *([period_words(period_of(filters))] if measure.subject else []),
            )
        ),
    )
about = About(
    title=_(TITLES[measure]),
    file_name=f"regions_{measure}_{evaluated_on}",
    filters=choice.lines,
    period=period_words(period_of(filters))
    if measure.subject
    else formats.window(rules.window(evaluated_on).start, rules.window(evaluated_on).end),
    basis=formats.partners(found.partners),
    definitions=definitions(DEFINED_AS[measure], "base", "delivered", "competence"),
    data_as_of=data_moment().as_of,
)
map_section(found.tiles, measure, filters, rules, about, whose)

# The same as a table -----------------------------------------------------------------------------
since = add_months(last_evaluation(choice.today), -12)
asked = (without_place(filters), since, at)
history = ask(region_history, user.scope, *asked)
st.markdown(f"## {_('Regions')}")
rows = remembered(lambda: with_lines(found.inside, history), "with_lines", measure, since, *whose)
region_table(rows, measure, about, (since, *whose))

# From the region to its cities and partners ------------------------------------------------------
if filters.region or filters.country or filters.city_id:
    partners = ask(partner_standing, user.scope, filters, at)
    if partners.empty:
        empty(_("No partner sits here."))
        st.stop()
    st.markdown(f"## {_('Cities')}")
    city_table(partners, about, whose)
    st.markdown(f"## {_('Partners')}")
    partner_table(partners, about, whose)
