from __future__ import annotations

import streamlit as st

from charts import formats
from components.data import ask, ask_of_all, data_moment
from components.definitions import definitions
from components.download import About
from components.filter_bar import current_choice
from components.page import title
from components.remembered import remembered
from components.session import require_user
from components.states import empty, nothing_matches
from components.survey_figures import Measure, Reading, Subject, trend
from components.survey_pairs import show_pairs
from components.survey_questions import asked_in, choose_version, wordings
from components.survey_recommendation import (
    answered,
    critics_list,
    response_line,
    response_told,
    subject_tiles,
    verdict_words,
)
from components.survey_segments import segments_block
from components.survey_trend import show_trend
from components.survey_view import one_of, view_of
from components.survey_words import MAPPING_NAMES, MEASURES, SUBJECTS
from components.text import within
from components.tiles import tiles
from metrics.recommendation import IndexMapping
from program.language import _
from program.settings import settings
from queries.questionnaire import questionnaires
from queries.response import response_counts
from queries.survey import recommendation_counts

user = require_user()
choice = current_choice()
filters = choice.filters
view = view_of(choice, settings().rules)
counts = ask(recommendation_counts, user.scope, filters, view.previous, view.since, view.sizing)
questions = ask_of_all(questionnaires)
question = (user.scope, filters, view)
current, previous, versions = remembered(
    lambda: answered(counts, questions), "recommendation_answered", *question
)

if current.empty:
    title(_("Who would recommend the developer and the platform?"), view.words)
    nothing_matches()
    st.stop()

# How the answers are read ------------------------------------------------------------------------
version = choose_version(versions, key="recommendation_version")
asked = {a.code: a for a in asked_in(questions, version)}
if any(subject.code not in asked for subject in Subject):
    title(_("Who would recommend the developer and the platform?"), view.words)
    empty(_("The questionnaire of these surveys does not ask about recommending."))
    st.stop()
mapping = IndexMapping(st.session_state.get("recommendation_mapping", IndexMapping.STRICT))
readings = {s: Reading.of(s, asked[s.code], mapping) for s in Subject}

# Verdict and key figures -------------------------------------------------------------------------
whose = (*question, version, mapping)
title(
    *remembered(
        lambda: verdict_words(readings, current, previous, view), "recommendation_verdict", *whose
    )
)
tiles(
    remembered(
        lambda: subject_tiles(readings, current, previous, counts, view), "subjects", *whose
    ),
    in_a_row=2,
)
responses = ask(response_counts, user.scope, filters, view.previous, view.since, view.sizing)
response_line(
    remembered(
        lambda: response_told(responses, readings, current), "recommendation_response", *whose
    )
)

with st.container(horizontal=True, vertical_alignment="bottom"):
    subject = one_of(
        _("Whom clients recommend"),
        {s: _(SUBJECTS[s]).capitalize() for s in Subject},
        key="recommendation_subject",
        shown=True,
    )
    measure = one_of(
        _("Figure"),
        {m: _(MEASURES[m]) for m in Measure},
        key="recommendation_measure",
        shown=True,
    )
    one_of(
        _("Who is a promoter, neutral, a critic"),
        {m: _(name) for m, name in MAPPING_NAMES.items()},
        key="recommendation_mapping",
        shown=True,
    )
reading = readings[subject]
if reading.mapping is IndexMapping.CLASSIC:
    st.caption(_("A 0–10 question is always read by the classic mapping: 9–10 | 7–8 | 0–6."))
series = (*whose, subject, measure)
answers, critics = remembered(
    lambda: (reading.share(current).n, reading.groups(current).critics),
    "recommendation_answers",
    *series,
)
about = About(
    title=_("Recommendation"),
    file_name=f"recommendation_{subject}_{measure}_{view.until}",
    filters=choice.lines,
    period=view.words,
    basis=formats.answers(answers),
    definitions=definitions(
        "recommending", "not_recommending", "recommendation_index", "survey_control_chart"
    ),
    data_as_of=data_moment().as_of,
)

# Closer ------------------------------------------------------------------------------------------
TREND, SEGMENTS, PAIRS, CRITICS = "trend", "segments", "pairs", "critics"
look = one_of(
    _("Look closer"),
    {
        TREND: _("Over time"),
        SEGMENTS: _("Who stands out"),
        PAIRS: _("Developer and platform"),
        CRITICS: _("Reasons to ask: {n}").format(n=formats.number(critics)),
    },
    key="recommendation_look",
)
if look == TREND:
    show_trend(
        remembered(
            lambda: trend(
                counts,
                reading.across(wordings(questions, subject.code)),
                measure,
                view.until,
                complete_from=view.since,
            ),
            "recommendation_trend",
            *series,
        ),
        measure,
        ("recommendation", *series),
        title=_("Over time: {figure}, {subject}").format(
            figure=within(_(MEASURES[measure])), subject=_(SUBJECTS[subject])
        ),
        about=about,
        key="recommendation_trend",
    )
elif look == SEGMENTS:
    segments_block(user.scope, filters, view, reading, measure, about)
elif look == PAIRS:
    show_pairs(current, readings[Subject.DEVELOPER], readings[Subject.PLATFORM], about, whose)
else:
    critics_list(user.scope, filters, view, reading, critics, questions, about)
