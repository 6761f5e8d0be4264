from __future__ import annotations

import streamlit as st

from charts import formats
from components.data import ask, ask_of_all, data_moment
from components.data_check_list import check_counts, problems, show_found
from components.page import title
from components.session import require_user
from components.states import empty
from components.table import Column, Kind, show_table
from metrics.recomputation import with_decision
from program.language import _, ngettext
from program.settings import settings
from queries.choices import stored_evaluations
from queries.decisions import decisions_that_disagree

user = require_user()
rules = settings().rules
moment = data_moment()
with st.spinner(_("Checking the data and recomputing every stored decision…")):
    checks = check_counts(user.scope, moment.today)
    stored = ask_of_all(stored_evaluations).dates
    disputed = with_decision(ask(decisions_that_disagree, user.scope, stored, rules), rules)

# Verdict -------------------------------------------------------------------------------------
listed = problems(checks, disputed=len(disputed))
serious = int((listed["weight"] == 0).sum())
title(
    ngettext("{n} check of {all} found errors", "{n} checks of {all} found errors", serious).format(
        n=formats.number(serious), all=formats.number(len(listed))
    )
    if serious
    else _("The data is consistent: no check found an error"),
    formats.disputed_decisions(len(disputed), int(disputed["otherwise"].sum())),
)

# Checks ----------------------------------------------------------------------------------------
ticked = show_table(
    listed,
    [
        Column("mark", _("Result"), width=150),
        Column("title", _("Check"), width="large"),
        Column("rows", _("Rows"), Kind.COUNT),
        Column("why", _("Why it matters"), width="large"),
    ],
    key="checks",
    alt=_("Checks of the data with the number of suspicious rows"),
    select="code",
    height=420,
)
codes = listed.loc[listed["rows"] > 0, "code"].tolist()
names = listed.set_index("code")["title"]
if not codes:
    empty(_("There are no suspicious rows to show."))
    st.stop()
st.session_state["check_picked"] = ticked if ticked in codes else codes[0]
picked = st.selectbox(
    _("Rows found by"),
    codes,
    key="check_picked",
    format_func=lambda code: str(names[code]),
    placeholder=_("Choose"),
)

# Rows --------------------------------------------------------------------------------------------
show_found(user.scope, picked, listed.set_index("code").loc[picked], disputed, moment)
