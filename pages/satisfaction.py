from __future__ import annotations

import streamlit as st

from charts import formats
from components.data import ask, ask_ahead, ask_of_all, data_moment
from components.definitions import definitions
from components.download import About
from components.filter_bar import current_choice
from components.page import title
from components.remembered import remembered
from components.session import require_user
from components.states import empty, nothing_matches
from components.survey_answers import (
    answered,
    bar_span,
    question_figures,
    subject_bars,
    verdict_words,
)
from components.survey_association import association_block
from components.survey_compare import compare_block, compared_period
from components.survey_figures import Measure, Reading, trend
from components.survey_lists import show_surveys
from components.survey_questions import asked_in, choose_version, wordings
from components.survey_recommendation import response_words
from components.survey_trend import show_trend
from components.survey_view import one_of, view_of
from metrics.recommendation import IndexMapping, mapping_for
from program.language import _
from program.settings import settings
from queries.answers import answer_counts
from queries.comments import commented_surveys
from queries.questionnaire import questionnaires
from queries.response import response_counts

user = require_user()
choice = current_choice()
filters = choice.filters
view = view_of(choice, settings().rules)
response_asked = (filters, None, None, view.sizing)
ask_ahead(user.scope, (response_counts, *response_asked))
counts = ask(answer_counts, user.scope, filters, compared_period(view), view.since, view.sizing)
questions = ask_of_all(questionnaires)
question = (user.scope, filters, view)
answers, versions, surveyed = remembered(
    lambda: answered(counts, questions), "satisfaction_answered", *question
)
if not answers:
    title(_("What do clients say of the work and of the platform?"), view.words)
    nothing_matches()
    st.stop()

# How the answers are read ------------------------------------------------------------------------
version = choose_version(versions, key="satisfaction_version")
if version is None:
    title(_("What do clients say of the work and of the platform?"), view.words)
    empty(_("The wording of these surveys was not loaded, so their answers cannot be read."))
    st.stop()
asked = asked_in(questions, version)
whose = (*question, version)
figures = remembered(lambda: question_figures(answers, asked), "question_figures", *whose)

# Verdict -----------------------------------------------------------------------------------------
SUBJECTS = {
    "partner": _("About the developer"),
    "platform": _("About the platform"),
}
heading, of_platform = remembered(lambda: verdict_words(figures), "satisfaction_verdict", *whose)
responses = ask(response_counts, user.scope, *response_asked)
lead = (
    view.words,
    _("{n} surveys").format(n=formats.number(surveyed)),
    of_platform,
    remembered(
        lambda: response_words(responses), "satisfaction_response", user.scope, *response_asked
    ),
)
title(heading, " · ".join(words for words in lead if words))

# All questions -----------------------------------------------------------------------------------
about = About(
    title=_("Questionnaire"),
    file_name=f"questionnaire_{view.until}",
    filters=choice.lines,
    period=view.words,
    basis=_("{n} surveys").format(n=formats.number(surveyed)),
    definitions=definitions("good_answers", "answer_distribution", "response_rate"),
    data_as_of=data_moment().as_of,
)
span = remembered(lambda: bar_span(figures), "bar_span", *whose)
for column, (subject, words) in zip(st.columns(2, gap="large"), SUBJECTS.items(), strict=True):
    with column:
        subject_bars(
            answers,
            [a for a in asked if a.subject == subject],
            figures,
            title=words,
            span=span,
            question=whose,
            about=about,
            key=f"satisfaction_{subject}",
        )

# Then --------------------------------------------------------------------------------------------
COMPARE, TREND, TOGETHER, COMMENTS = "compare", "trend", "together", "comments"
look = one_of(
    _("Look closer"),
    {
        COMPARE: _("Compare"),
        TREND: _("Over time"),
        TOGETHER: _("What goes with recommending"),
        COMMENTS: _("Comments"),
    },
    key="satisfaction_look",
)
if look == COMPARE:
    compare_block(counts, asked, user.scope, filters, view, about)
elif look == TREND:
    names = {a.code: a.name for a in asked}
    code = st.selectbox(
        _("Question"), list(names), format_func=names.__getitem__, key="satisfaction_question"
    )
    chosen = next(a for a in asked if a.code == code)
    reading = Reading(chosen, mapping_for(chosen.scale_max, IndexMapping.STRICT), "score")
    series = (*whose, compared_period(view), code)
    show_trend(
        remembered(
            lambda: trend(
                counts[counts["code"] == code].rename(columns={"answers": "surveys"}),
                reading.across(wordings(questions, code)),
                Measure.SHARE,
                view.until,
                complete_from=view.since,
            ),
            "satisfaction_trend",
            *series,
        ),
        Measure.SHARE,
        ("satisfaction", *series),
        title=_("Good answers over time: {name}").format(name=chosen.name),
        about=about,
        key="satisfaction_trend",
    )
elif look == TOGETHER:
    association_block(answers, asked, user.scope, filters, view, about)
else:
    found = show_surveys(
        commented_surveys,
        user.scope,
        (filters, view.sizing),
        questions,
        alt=_("Surveys with a comment, the latest first"),
        about=about,
        key="satisfaction_comments",
    )
    if not found:
        empty(_("No comments in this period."))
