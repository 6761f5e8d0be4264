from __future__ import annotations

import streamlit as st

from charts import formats
from charts.history import programme_trend
from components import address
from components.change_marks import change_marks
from components.chart import show_chart
from components.data import ask, ask_ahead, data_moment
from components.definitions import definitions
from components.download import About
from components.filter_bar import current_choice
from components.follow_ups import follow_ups, my_follow_ups
from components.home_changes import what_changed
from components.home_tiles import programme_tiles
from components.home_trend import home_trend
from components.outlook import coming_evaluations, groups_by_evaluation
from components.page import title
from components.remembered import drawn_once, remembered
from components.session import require_user
from components.states import no_data_loaded
from components.survey_home import asked_of_survey, survey_tiles
from components.table import Column, Kind
from components.tiles import tiles
from components.whose import coverage_words
from metrics.coverage import Group
from program.calendar import add_months, last_evaluation
from program.language import _, ngettext
from program.settings import settings
from queries.programme import programme_months
from queries.response import response_counts
from queries.survey import recommendation_counts

user = require_user()
rules = settings().rules
choice = current_choice()
today, filters = choice.today, choice.filters
coming = coming_evaluations(today, rules)
outlooks = (*coming, add_months(coming[-1], 1))
surveyed = asked_of_survey(filters, coming[0], today, rules)
ask_ahead(user.scope, (recommendation_counts, *surveyed), (response_counts, *surveyed))
months = ask(programme_months, user.scope, filters, add_months(last_evaluation(today), -13), today)
history = months.history
groups = ask(groups_by_evaluation, user.scope, filters, outlooks, today, rules)

if data_moment().as_of is None and not groups[list(Group)].to_numpy().any():
    title(_("How does the programme stand, and what changed in a month?"))
    no_data_loaded()
    st.stop()

# Verdict -------------------------------------------------------------------------------------
by_evaluation = groups.to_dict("records")
nearest = by_evaluation[0]
losing, saved = int(nearest[Group.WILL_LOSE]), int(nearest["saved_by_one"])
verdict = ngettext(
    "{n} partner is about to lose the competence on {day}",
    "{n} partners are about to lose the competence on {day}",
    losing,
)
title(
    (verdict if losing else _("Nobody is about to lose the competence on {day}")).format(
        n=formats.number(losing), day=formats.date_long(coming[0])
    ),
    ngettext(
        "One delivery saves {n} of them.", "One delivery each saves {n} of them.", saved
    ).format(n=formats.number(saved))
    if saved
    else None,
)

# Key figures -----------------------------------------------------------------------------------
whose = (user.scope, filters, today, rules)
figures = remembered(
    lambda: [
        *programme_tiles(history, months.deliveries, today, coverage_words(user.scope, filters)),
        *survey_tiles(user.scope, surveyed, today),
    ],
    "home_tiles",
    *whose,
)
if figures:
    tiles(figures)
else:
    no_data_loaded()

# The coming evaluations --------------------------------------------------------------------------
st.markdown(f"## {_('The coming evaluations')}")
for i, (column, row) in enumerate(zip(st.columns(len(groups)), by_evaluation, strict=True)):
    on = row["evaluated_on"].date()
    settled = on in coming
    with column, st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f"**{formats.date_long(on)}**")
        kept = int(row[Group.IN_RESERVE] + row[Group.NEAR])
        st.markdown(
            "  \n".join(
                (
                    _("will keep: **{n}**, of them near the threshold: {near}").format(
                        n=formats.number(kept), near=formats.number(int(row[Group.NEAR]))
                    ),
                    _("will lose unless they deliver: **{n}**").format(
                        n=formats.number(int(row[Group.WILL_LOSE]))
                    ),
                    _("can gain: **{n}**").format(n=formats.number(int(row[Group.CAN_GAIN]))),
                )
            )
        )
        st.caption(
            _("Window {window}: purchases are final.").format(
                window=formats.window(rules.window(on).start, rules.window(on).end)
            )
            if settled
            else _("Preliminary: the window is open until {day}.").format(
                day=formats.date_long(rules.window(on).last_day)
            )
        )
        if settled and st.button(_("Open the list"), key=f"open_{on:%Y_%m}"):
            address.choose("on", f"{on:%Y-%m}" if i else None)
            address.choose("group", Group.WILL_LOSE.value)
            st.switch_page("threshold.py")

# What I am to do -------------------------------------------------------------------------------
my_follow_ups(user, follow_ups(user), folded=False)

# What changed ------------------------------------------------------------------------------------
st.markdown(f"## {_('What changed')}")
what_changed(user.scope, filters, tuple(day.date() for day in history["evaluated_on"].tail(2)))

# Over time ---------------------------------------------------------------------------------------
if len(history) > 1:
    trend = remembered(lambda: home_trend(history, groups, coming), "home_trend", *whose)
    show_chart(
        drawn_once(programme_trend, trend.rows, question=whose, marks=change_marks()),
        title=_("{coverage} at each evaluation").format(
            coverage=coverage_words(user.scope, filters)
        ),
        alt=trend.alt,
        data=trend.rows,
        columns=[
            Column("evaluated_on", _("Evaluation on"), Kind.DATE),
            Column("coverage", _("Coverage"), Kind.SHARE, n="base"),
            Column("delivered", _("Delivered"), Kind.COUNT),
            Column("base", _("In the base"), Kind.COUNT),
            Column("decided", _("Decided"), Kind.YES_NO),
        ],
        key="home_trend",
        about=About(
            title=coverage_words(user.scope, filters),
            file_name=f"coverage_over_time_{today}",
            filters=choice.lines,
            definitions=definitions("coverage", "base", "delivered"),
            data_as_of=data_moment().as_of,
        ),
        note=_("A rolling twelve-month window: neighbouring points share eleven months."),
    )
