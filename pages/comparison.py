from __future__ import annotations

import streamlit as st

from charts import formats
from components.chart import show_chart
from components.data import ask, ask_of_all, data_moment
from components.definitions import definitions
from components.download import About, download
from components.filter_bar import current_choice
from components.measures import metric_code, pick_measure
from components.page import title
from components.partner_picker import open_partner, pick_partner
from components.peer_funnel import funnel_figure, funnel_words
from components.peer_table import described, file_columns, for_file, peer_columns
from components.peer_words import (
    FLAGS_HEADED,
    RULES,
    TONES,
    VIEWS,
    View,
    alone_words,
    answers_words,
    chart_words,
    flagged,
    lead_words,
    of_view,
    partners_words,
    verdict_words,
    view_sizes,
    view_words,
)
from components.peers import compare_partners
from components.remembered import remembered
from components.session import require_user
from components.states import empty, not_allowed, nothing_matches
from components.survey_period import period_of, period_words
from components.table import ROWS_SHOWN, height_of, rows_left_out, show_table
from components.theme import figure_theme
from components.verdict import badge
from program.language import _
from program.settings import settings
from queries.questionnaire import questionnaires

user = require_user()
choice = current_choice()
questions = ask_of_all(questionnaires)
if questions.empty:
    title(_("How do partners compare?"))
    empty(_("No questionnaire has been loaded, so there is nothing to compare by."))
    st.stop()

# Verdict -------------------------------------------------------------------------------------
heading = st.container()
name, measure = pick_measure(questions)
asked = (choice.filters, measure, choice.evaluated_on, choice.today, settings().rules)
found = ask(compare_partners, user.scope, *asked)
listed, index, whose = found.listed, measure.index, (user.scope, *asked)
with heading:
    title(
        *remembered(
            lambda: (
                verdict_words(name, found),
                lead_words(found, choice.filters, index=index),
            ),
            "peers_verdict",
            *whose,
        )
    )
if listed.empty:
    nothing_matches()
    st.stop()
if alone := alone_words(found, user.scope):
    not_allowed(alone)

about = About(
    title=_("Comparison of partners"),
    file_name=f"partners_compared_{choice.today}",
    filters=(name, *choice.lines),
    period=period_words(period_of(choice.filters)),
    basis=f"{partners_words(found)}, {answers_words(found)}",
    definitions=definitions(metric_code(measure), "interval", "peer_flag", "room", "worsening"),
    data_as_of=data_moment().as_of,
)
columns = peer_columns(name, index=index)
first = remembered(lambda: described(listed.head(ROWS_SHOWN), index=index), "peers", *whose)
views, nobody = remembered(
    lambda: (view_sizes(listed), bool(listed["value"].isna().all())), "peer_views", *whose
)

# Funnel --------------------------------------------------------------------------------------
picture, flags = st.columns([5, 3], gap="large")
points = []
with picture:
    if nobody:
        empty(_("None of these partners has five answers in the period."))
    else:
        points = show_chart(
            remembered(lambda: funnel_figure(found, figure_theme(), index=index), "funnel", *whose),
            title=_("Partners by the number of answers"),
            alt=remembered(lambda: funnel_words(found, index=index), "funnel_words", *whose),
            data=first,
            columns=columns[:6],
            key="peers_funnel",
            about=about,
            note=chart_words(found),
            select=True,
        )
with flags:
    for flag, (some, names) in remembered(
        lambda: flagged(listed, index=index), "flagged", *whose
    ).items():
        words = f"{_(FLAGS_HEADED[flag])} · {formats.number(some)}"
        st.markdown(badge(words, TONES[flag]), help=_(RULES[flag]))
        st.markdown(names)

# Table ---------------------------------------------------------------------------------------
st.markdown(f"## {_('Partners and their room for improvement')}")
view = View(
    st.segmented_control(
        _("Show"),
        [view.value for view in View],
        default=View.ALL.value,
        key="peers_view",
        required=True,
        format_func=lambda code: f"{_(VIEWS[View(code)])} · {formats.number(views[View(code)])}",
        label_visibility="collapsed",
        persist_state="session",
    )
)
st.caption(view_words(view, found))
if not views[view]:
    empty(_("No partner is in this group."))
    st.stop()
shown = first
if view is not View.ALL:
    shown = remembered(
        lambda: described(of_view(listed, view).head(ROWS_SHOWN), index=index),
        "peers_of_view",
        view,
        *whose,
    )
chosen = show_table(
    shown,
    columns,
    key=f"peers_{view}",
    alt=_("Partners with their answers, verdict and room for improvement"),
    question=(view, *whose),
    select="partner_id",
    height=height_of(len(shown), 400),
)
with st.container(horizontal=True, vertical_alignment="center"):
    if left_out := rows_left_out(views[view]):
        st.caption(left_out)
    download(for_file(listed, view), file_columns(name, index=index), about=about, key="peers_file")
ticked = chosen if chosen is not None else next((p["customdata"] for p in points), None)
picked = pick_partner(
    shown, key="peers_partner", chosen=None if ticked is None else int(str(ticked))
)
if picked is not None and st.button(_("Open the partner's card"), icon=":material/badge:"):
    open_partner(picked)
