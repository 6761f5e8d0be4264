from __future__ import annotations

import streamlit as st

from charts import formats
from components.data import ask_of_all, data_moment
from components.data_check_list import checked, show_found
from components.page import title
from components.remembered import remembered
from components.session import require_user
from components.states import empty
from components.table import Column, Kind, show_table
from program.language import _, ngettext
from program.settings import settings
from queries.choices import stored_evaluations

user = require_user()
rules = settings().rules
moment = data_moment()
with st.spinner(_("Checking the data and recomputing every stored decision…")):
    stored = ask_of_all(stored_evaluations).dates
    question = (user.scope, moment.today, stored, rules)
    checks = remembered(lambda: checked(*question), "checked", *question)

# Verdict -------------------------------------------------------------------------------------
errors = ngettext(
    "{n} check of {all} found errors", "{n} checks of {all} found errors", checks.serious
)
title(
    errors.format(n=formats.number(checks.serious), all=formats.number(len(checks.listed)))
    if checks.serious
    else _("The data is consistent: no check found an error"),
    formats.disputed_decisions(len(checks.disputed), checks.otherwise),
)

# Checks ----------------------------------------------------------------------------------------
ticked = show_table(
    checks.listed,
    [
        Column("mark", _("Result"), width=150),
        Column("title", _("Check"), width="large"),
        Column("rows", _("Rows"), Kind.COUNT),
        Column("why", _("Why it matters"), width="large"),
    ],
    key="checks",
    alt=_("Checks of the data with the number of suspicious rows"),
    question=question,
    select="code",
    height=420,
)
codes = list(checks.found)
if not codes:
    empty(_("There are no suspicious rows to show."))
    st.stop()
st.session_state["check_picked"] = ticked if ticked in codes else codes[0]
picked = st.selectbox(
    _("Rows found by"),
    codes,
    key="check_picked",
    format_func=checks.found.__getitem__,
    placeholder=_("Choose"),
)

# Rows --------------------------------------------------------------------------------------------
show_found(user.scope, picked, checks, stored, moment)
