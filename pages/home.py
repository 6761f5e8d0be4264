from __future__ import annotations

import pandas as pd
import streamlit as st

from charts import formats
from charts.history import programme_trend, programme_trend_alt
from components import address
from components.change_marks import change_marks
from components.chart import show_chart
from components.data import ask, ask_ahead, data_moment
from components.definitions import definitions
from components.download import About
from components.filter_bar import current_choice
from components.follow_ups import follow_ups, my_follow_ups
from components.home_tiles import programme_tiles
from components.outlook import coming_evaluations, groups_by_evaluation
from components.page import title
from components.remembered import made_of, remembered
from components.session import require_user
from components.states import empty, no_data_loaded
from components.survey_home import asked_of_survey, survey_tiles
from components.table import Column, Kind
from components.text import plain
from components.theme import figure_theme
from components.tiles import tiles
from components.whose import coverage_words
from metrics.coverage import Group, coverage
from program.calendar import add_months, last_evaluation
from program.language import _, ngettext
from program.settings import settings
from queries.decisions import competence_changes, decision_history
from queries.deliveries import deliveries_by_month
from queries.response import response_counts
from queries.survey import recommendation_counts

NAMES_SHOWN = 5

user = require_user()
rules = settings().rules
choice = current_choice()
today, filters = choice.today, choice.filters
coming = coming_evaluations(today, rules)
outlooks = (*coming, add_months(coming[-1], 1))
surveyed = asked_of_survey(filters, coming[0], today, rules)
ask_ahead(user.scope, (recommendation_counts, *surveyed), (response_counts, *surveyed))
history = ask(decision_history, user.scope, filters)
groups = ask(groups_by_evaluation, user.scope, filters, outlooks, today, rules)
months = ask(
    deliveries_by_month, user.scope, filters, add_months(last_evaluation(today), -13), today
)

if data_moment().as_of is None and not groups[list(Group)].to_numpy().any():
    title(_("How does the programme stand, and what changed in a month?"))
    no_data_loaded()
    st.stop()

# Verdict -------------------------------------------------------------------------------------
nearest = groups.iloc[0]
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
figures = remembered(
    lambda: [
        *programme_tiles(history, months, today, coverage_words(user.scope, filters)),
        *survey_tiles(user.scope, surveyed, today),
    ],
    "home_tiles",
    user.scope,
    filters,
    today,
    rules,
)
if figures:
    tiles(figures)
else:
    no_data_loaded()

# The coming evaluations --------------------------------------------------------------------------
st.markdown(f"## {_('The coming evaluations')}")
for column, (i, row) in zip(st.columns(len(groups)), groups.iterrows(), strict=True):
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
stored = [moment.date() for moment in history["evaluated_on"].tail(2)]
changes = ask(competence_changes, user.scope, filters, tuple(stored))
if changes.empty:
    empty(_("Nobody gained or lost the competence at the latest stored evaluation."))
gained, lost = (changes[changes["held"] == held] for held in (True, False))
for some, words in (
    (
        gained,
        ngettext(
            "{n} partner gained the competence on {day}",
            "{n} partners gained the competence on {day}",
            len(gained),
        ),
    ),
    (
        lost,
        ngettext(
            "{n} partner lost the competence on {day}",
            "{n} partners lost the competence on {day}",
            len(lost),
        ),
    ),
):
    if some.empty:
        continue
    names = ", ".join(
        f"[{plain(name)}](partner?partner={number})"
        for name, number in zip(some["name"].head(NAMES_SHOWN), some["partner_id"], strict=False)
    )
    more = len(some) - NAMES_SHOWN
    tail = " " + _("and {n} more").format(n=formats.number(more)) if more > 0 else ""
    st.markdown(
        "- "
        + words.format(n=formats.number(len(some)), day=formats.date_long(stored[-1]))
        + f": {names}{tail}"
    )

# Over time ---------------------------------------------------------------------------------------
if len(history) > 1:
    settled_rows = groups[groups["evaluated_on"].isin([pd.Timestamp(day) for day in coming])]
    trend = pd.concat(
        [
            history.assign(decided=True),
            settled_rows[["evaluated_on", "base", "delivered"]].assign(decided=False),
        ],
        ignore_index=True,
    )
    trend["coverage"] = coverage(trend["base"].to_numpy(), trend["delivered"].to_numpy())
    show_chart(
        made_of(programme_trend, trend, theme=figure_theme(), marks=change_marks()),
        title=_("{coverage} at each evaluation").format(
            coverage=coverage_words(user.scope, filters)
        ),
        alt=programme_trend_alt(trend),
        data=trend,
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
