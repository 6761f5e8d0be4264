from __future__ import annotations

import streamlit as st

from charts import formats
from charts.contacts import days_histogram, outcome_months
from charts.survey import contact_funnel
from components.calls import IN_TIME, calls
from components.change_marks import change_marks
from components.chart import show_chart
from components.contact_words import headline, outcome_names, outcome_totals, worst_case_words
from components.contacts import response_beside
from components.data import ask, ask_ahead, data_moment
from components.definitions import definition, definitions
from components.download import About
from components.filter_bar import current_choice
from components.page import title
from components.remembered import drawn_once, remembered
from components.response_list import show_response
from components.session import require_user
from components.states import empty, nothing_matches
from components.survey_period import period_of, period_words
from components.table import Column, Kind
from program.language import _
from program.settings import settings
from queries.contact_stages import contact_stages
from queries.contacts import days_to_call, outcomes_by_month

user = require_user()
choice = current_choice()
asked = (choice.filters, choice.evaluated_on, choice.today, settings().rules)
whose = (user.scope, *asked)
ask_ahead(user.scope, (response_beside, *asked))
stages = ask(contact_stages, user.scope, *asked)
months = ask(outcomes_by_month, user.scope, *asked)
days = ask(days_to_call, user.scope, *asked)
beside = ask(response_beside, user.scope, *asked)
found = remembered(lambda: calls(stages, months, days, choice.today), "calls", *whose)
now = found.now
period = period_words(period_of(choice.filters))
about = About(
    title=_("Calls to clients"),
    file_name=f"calls_{choice.today}",
    filters=choice.lines,
    period=period,
    basis=_("{n} ended contacts").format(n=formats.number(now.rate.n)),
    definitions=definitions("response_rate", "contact_outcome", "contact_stages", "days_to_call"),
    data_as_of=data_moment().as_of,
)

# Verdict -------------------------------------------------------------------------------------
lead = [_("Period: {period}").format(period=period)]
if now.rate.n:
    lead += [
        _("{answered} of ended contacts answered").format(
            answered=formats.share_of(now.outcomes.completed, now.rate.n)
        ),
        _("95 % interval: {span}").format(
            span=formats.share_interval(now.rate.low, now.rate.high, now.rate.n)
        ),
    ]
title(headline(now), " · ".join(lead))
if found.stages is None and months.empty:
    nothing_matches()
    st.stop()

# Stages and outcomes -------------------------------------------------------------------------
left, right = st.columns(2, gap="large")
with left:
    if found.stages:
        show_chart(
            drawn_once(contact_funnel, found.stages.rows, question=whose),
            title=_("From key to recommendation: keys bought in the period"),
            alt=found.stages.alt,
            data=found.stages.rows,
            columns=[Column("label", _("Stage")), Column("count", _("Keys"), Kind.COUNT)],
            key="calls_stages",
            about=about,
            note=found.stages_note,
        )
    else:
        empty(_("No counted key was bought and activated in the period."))
with right:
    if found.months is None:
        empty(_("Nobody was called in the period."))
    else:
        names = outcome_names()
        show_chart(
            drawn_once(
                outcome_months, found.months.rows, names, question=whose, marks=change_marks()
            ),
            title=_("How contacts ended, by the month of the last attempt"),
            alt=found.months.alt,
            data=found.months.rows,
            columns=[
                Column("month", _("Month"), Kind.MONTH),
                *(Column(code, name.capitalize(), Kind.COUNT) for code, name in names.items()),
            ],
            key="calls_outcomes",
            about=about,
            note=definition("contact_outcome").split("\n")[0],
        )

# Days to the call ----------------------------------------------------------------------------
left, right = st.columns(2, gap="large")
with left:
    if found.waits:
        median, within = found.waits.median, found.waits.within
        show_chart(
            drawn_once(days_histogram, days, question=whose, median=median, limit=IN_TIME),
            title=_("From delivery to the first call: median {median}").format(
                median=formats.days(median)
            ),
            alt=found.waits.alt,
            data=found.waits.bins,
            columns=[
                Column("label", _("Days")),
                Column("deliveries", _("Deliveries"), Kind.COUNT),
            ],
            key="calls_days",
            about=about,
            note=_("Within {limit}: {share}.").format(
                limit=formats.days(IN_TIME), share=formats.estimate(within)
            )
            + " "
            + definition("days_to_call").split("\n")[0],
        )
with right:
    st.markdown(f"**{_('How contacts ended in the period')}**")
    st.markdown(outcome_totals(now))
    if st.toggle(_("What if those who did not answer had answered?"), key="calls_worst_case"):
        st.markdown(worst_case_words(beside.recommending))

# Who is never reached ------------------------------------------------------------------------
st.markdown(f"## {_('Where clients answer least')}")
show_response(beside, about, *whose)
