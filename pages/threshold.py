from __future__ import annotations

import numpy as np
import streamlit as st

from charts import formats
from charts.coverage import coverage_histogram
from components import address
from components.chart import show_chart
from components.data import ask, data_moment
from components.definitions import definitions
from components.download import About, download
from components.filter_bar import current_choice
from components.follow_ups import follow_ups, marker_words, my_follow_ups
from components.holding_forecast import show_forecast
from components.key_list import deciding_keys, show_keys
from components.notes import new_note
from components.outlook import coming_evaluations, evaluations_beside, partners_outlook
from components.outlook_table import described, of_group, outlook_columns
from components.outlook_words import group_icon, stored_words
from components.page import title
from components.partner_picker import open_partner, pick_partner
from components.remembered import drawn_once, remembered
from components.session import require_user
from components.standing import standing
from components.states import empty, nothing_matches
from components.table import ROWS_SHOWN, Column, Kind, height_of, rows_left_out, show_table
from components.text import plain
from components.theme import figure_theme
from components.whose import outside_words
from components.words import (
    GROUPS,
    GROUPS_DECIDED,
    GROUPS_DECIDED_EXPLAINED,
    GROUPS_EXPLAINED,
    word,
)
from metrics.coverage import Group, holds
from program.language import _, ngettext
from program.settings import settings
from queries.decisions import decisions_on

user = require_user()
rules = settings().rules
choice = current_choice()
evaluations = evaluations_beside(choice.evaluated_on, choice.today, rules)
decided = choice.evaluated_on <= choice.today
group_words, explained = (
    (GROUPS_DECIDED, GROUPS_DECIDED_EXPLAINED) if decided else (GROUPS, GROUPS_EXPLAINED)
)
window = rules.window(choice.evaluated_on)
day = formats.date_long(choice.evaluated_on)
question = (user.scope, choice.filters, evaluations, choice.today, rules)
outlook = ask(partners_outlook, *question)
if outlook.empty:
    title(_("Who keeps the competence on {day}?").format(day=day))
    nothing_matches()
    st.stop()

# Verdict -------------------------------------------------------------------------------------
found = remembered(lambda: standing(outlook), "standing", *question)
if not found.losing:
    verdict = (
        _("By today's records nobody lost the competence on {day}")
        if decided
        else _("Nobody loses the competence on {day}")
    )
elif not decided:
    verdict = ngettext(
        "{n} partner loses the competence on {day} unless it delivers",
        "{n} partners lose the competence on {day} unless they deliver",
        found.losing,
    )
else:
    verdict = ngettext(
        "By today's records {n} partner lost the competence on {day}",
        "By today's records {n} partners lost the competence on {day}",
        found.losing,
    )
lead = [
    _("Evaluation window {window}").format(window=formats.window(window.start, window.end)),
    ", ".join([formats.partners(len(outlook)), *outside_words(found.outside)]),
    _("in their base: {keys}").format(keys=formats.keys(found.base)),
]
if found.saved and not decided:
    words = ngettext(
        "One delivery saves {n} of them", "One delivery each saves {n} of them", found.saved
    )
    lead.insert(0, words.format(n=formats.number(found.saved)))
title(verdict.format(day=day, n=formats.number(found.losing)), " · ".join(lead))
if decided:
    stored = ask(decisions_on, user.scope, choice.filters, choice.evaluated_on)
    st.info(stored_words(outlook, stored, day), icon=":material/history:")
if not found.decided_before:
    st.info(
        _(
            "The decision in force has not been stored; «competence now» is calculated from "
            "today's records. Run «python -m jobs award»."
        ),
        icon=":material/info:",
    )

# Groups --------------------------------------------------------------------------------------
said = address.chosen().get("group")
group = Group(said) if said in list(Group) else next(g for g in Group if g.value in found.groups)
st.session_state["threshold_group"] = group.value
st.segmented_control(
    _("Group"),
    [g.value for g in Group],
    key="threshold_group",
    required=True,
    format_func=lambda code: (
        f"{group_icon(Group(code))} {word(group_words, code)} · "
        f"{formats.number(found.groups.get(code, 0))}"
    ),
    on_change=lambda: address.choose("group", st.session_state["threshold_group"]),
    label_visibility="collapsed",
)
st.caption(_(explained[group]))
rows = remembered(lambda: of_group(outlook, group), "threshold_group", group, *question)
if rows.empty:
    empty(_("No partner is in this group."))
    st.stop()
tasks = follow_ups(user)
shown = remembered(
    lambda: described(rows.head(ROWS_SHOWN), evaluations, figure_theme(), decided=decided),
    "threshold_rows",
    group,
    *question,
)
columns = marked = outlook_columns(evaluations, decided=decided)
markers = marker_words(tasks, shown["partner_id"])
if any(markers):  # a column of nothing would only take room
    shown = shown.assign(task=markers)
    marked = [columns[0], Column("task", _("Follow-up"), width=165), *columns[1:]]
about = About(
    title=f"{word(group_words, group)} {formats.date_short(choice.evaluated_on)}",
    file_name=f"threshold_{choice.evaluated_on}_{group}",
    filters=choice.lines,
    period=formats.window(window.start, window.end),
    basis=formats.partners(len(rows)),
    definitions=definitions("competence", "base", "delivered", "coverage", "needed", "near"),
    data_as_of=data_moment().as_of,
)
ticked = show_table(
    shown,
    marked,
    key=f"threshold_{group}",
    alt=_("Partners of the group «{group}» with their outlook").format(
        group=word(group_words, group)
    ),
    question=(group, *question, *markers),
    select="partner_id",
    height=height_of(len(shown), 400),
)
with st.container(horizontal=True, vertical_alignment="center"):
    st.caption(rows_left_out(len(rows)) or _("Tick a row to see the keys that decide."))
    theme = figure_theme()
    download(
        lambda: described(rows, evaluations, theme, decided=decided),
        columns,
        about=about,
        key="threshold_file",
    )

my_follow_ups(user, tasks, folded=True)

# The keys behind a number ----------------------------------------------------------------------
picked = pick_partner(
    shown,
    key="threshold_partner",
    chosen=None if ticked is None else int(str(ticked)),
    label=_("Keys that decide for"),
)
if picked is not None:
    partner = shown[shown["partner_id"] == picked].iloc[0]
    outlooks = [
        f"{formats.date_short(on)}: {partner[f'outlook_{i}']}" for i, on in enumerate(evaluations)
    ]
    st.markdown(f"**{plain(partner['name'])}** · " + " · ".join(outlooks))
    keys = ask(deciding_keys, user.scope, (picked,), evaluations, choice.today, rules)
    show_keys(keys, evaluations, rules, about, (picked, *question), key=f"keys_{picked}")
    with st.expander(_("Write a note or a follow-up"), icon=":material/edit_note:"):
        coming = coming_evaluations(choice.today, rules)
        new_note(user, picked, str(partner["manager_email"]), coming, place="threshold")
    if st.button(_("Open the partner's card"), icon=":material/badge:"):
        open_partner(picked)

forecast = st.container()

# What if, and the distances -----------------------------------------------------------------------
left, right = st.columns([2, 3], gap="large")
with left:
    if decided:
        asking = _("What if each of them had delivered more?")
        outcome = _("Would have held the competence on {day}: **{share}**")
    else:
        asking = _("What if each of them delivers more?")
        outcome = _("Would hold the competence on {day}: **{share}**")
    st.markdown(f"## {asking}")
    more = st.number_input(_("Deliveries more by each partner of the group"), 0, 50, 1)
    base, delivered = rows["base_0"].to_numpy(), rows["delivered_0"].to_numpy()
    held_then = int(holds(base, np.minimum(base, delivered + int(more)), rules).sum())
    share = formats.share_of(held_then, len(rows))
    st.markdown(outcome.format(day=day, share=share))
    st.caption(_("A calculation from today's records: at most every open key is delivered."))
with right:
    if found.base:
        show_chart(
            drawn_once(coverage_histogram, found.distances, question=question),
            title=_("How far partners are from 50 %"),
            alt=found.distances_alt,
            data=found.distances,
            columns=[
                Column("name", _("Partner"), width=260),
                Column("coverage_0", _("Coverage"), Kind.SHARE, n="base"),
                Column("delivered", _("Delivered"), Kind.COUNT),
                Column("base", _("In the base"), Kind.COUNT),
            ],
            key="threshold_histogram",
            about=about,
        )

# The forecast, asked last: everything exact stands without it ----------------------------------
if not decided:
    with forecast:
        show_forecast(
            user.scope,
            evaluations,
            found.partners,
            shown,
            choice.today,
            rules,
            about,
        )
