from __future__ import annotations

import streamlit as st

from charts import formats
from components.adoption import (
    adoption_charts,
    adoption_tiles,
    verdict_words,
    window_words,
    with_coverage,
)
from components.adoption_changes import changes_section
from components.adoption_groups import groups_section
from components.change_marks import change_marks
from components.data import ask, data_moment
from components.definitions import definitions
from components.delivery_time import delivery_time_section
from components.download import About
from components.filter_bar import current_choice
from components.outlook import coming_evaluations
from components.page import title
from components.programme_points import points_section
from components.remembered import remembered
from components.sections import section
from components.session import require_user
from components.states import nothing_matches
from components.tiles import tiles
from components.whose import coverage_words, members_words
from program.language import N_, _
from program.settings import settings
from queries.adoption import adoption

SECTIONS = {
    "changes": N_("Gained and lost"),
    "groups": N_("By group"),
    "time": N_("Time to delivery"),
    "points": N_("Points"),
}

user = require_user()
rules = settings().rules
choice = current_choice()
coming = coming_evaluations(choice.today, rules)
asked = (choice.filters, None, coming, choice.today, rules)
rows = ask(adoption, user.scope, *asked)
if rows.empty:
    title(_("How far has the programme come?"))
    nothing_matches()
    st.stop()
whose = (user.scope, *asked)
rows = remembered(lambda: with_coverage(rows), "with_coverage", *whose)
marks = change_marks()

# Verdict and key figures -------------------------------------------------------------------------
title(*remembered(lambda: verdict_words(rows), "adoption_verdict", *whose))
tiles(
    remembered(
        lambda: adoption_tiles(
            rows,
            members=members_words(user.scope, choice.filters),
            coverage=coverage_words(user.scope, choice.filters),
        ),
        "adoption_tiles",
        *whose,
    ),
    in_a_row=4,
)
about = About(
    title=coverage_words(user.scope, choice.filters),
    file_name=f"coverage_{choice.today}",
    filters=choice.lines,
    period=window_words(coming, rules),
    basis=formats.keys(int(rows["base"].iloc[-1])),
    definitions=definitions(
        *("members", "delivering", "competence", "coverage", "base", "pending_activation"),
        "programme_forecast",
    ),
    data_as_of=data_moment().as_of,
)

# Over time ---------------------------------------------------------------------------------------
adoption_charts(rows, marks, about, rules, whose)

# One closer look at a time -----------------------------------------------------------------------
shown = section(SECTIONS, key="look")
if shown == "changes":
    changes_section(user.scope, choice, rows, marks, coming, rules, about)
elif shown == "groups":
    groups_section(user.scope, choice, rows, coming, rules, about)
elif shown == "time":
    delivery_time_section(user.scope, choice, marks, coming[0], rules, about)
else:
    points_section(user.scope, choice, marks, coming[0], rules, about)
