from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from charts import formats
from charts.coverage import coverage_histogram, coverage_histogram_alt
from components import address
from components.chart import show_chart
from components.data import ask, data_moment
from components.definitions import definition, definitions
from components.download import About, download
from components.filter_bar import current_choice
from components.key_list import deciding_keys, show_keys
from components.outlook import evaluations_beside, partners_outlook
from components.outlook_words import GROUP_TONES, outlook_words
from components.page import title
from components.partner_picker import open_partner, pick_partner
from components.session import require_user
from components.states import empty, nothing_matches
from components.table import Column, Kind, show_table
from components.text import plain
from components.theme import ICONS, figure_theme
from components.words import GROUPS, GROUPS_EXPLAINED, TIERS, word
from metrics.coverage import Group, holds
from program.language import _, ngettext
from program.settings import settings

#: Rows of a group on screen; the file holds all of them.
SHOWN = 300

user = require_user()
rules = settings().rules
choice = current_choice()
evaluations = evaluations_beside(choice.evaluated_on, choice.today, rules)
outlook = ask(partners_outlook, user.scope, choice.filters, evaluations, choice.today, rules)
window = rules.window(choice.evaluated_on)
day = formats.date_long(choice.evaluated_on)

if outlook.empty:
    title(_("Who keeps the competence on {day}?").format(day=day))
    nothing_matches()
    st.stop()

# Verdict -------------------------------------------------------------------------------------
losing = outlook[outlook["group_0"] == Group.WILL_LOSE]
by_one = int((losing["needed_worst_0"] == 1).sum())
if choice.evaluated_on > choice.today:
    verdict = ngettext(
        "On {day} {n} partner loses the competence unless it delivers",
        "On {day} {n} partners lose the competence unless they deliver",
        len(losing),
    )
else:
    verdict = ngettext(
        "On {day} {n} partner was to lose the competence",
        "On {day} {n} partners were to lose the competence",
        len(losing),
    )
lead = [
    _("Evaluation window {window}").format(window=formats.window(window.start, window.end)),
    formats.partners(len(outlook)),
    _("{keys} in the base").format(keys=formats.keys(int(outlook["base_0"].sum()))),
]
if by_one:
    lead.insert(
        0,
        ngettext(
            "One delivery saves {n} of them", "One delivery each saves {n} of them", by_one
        ).format(n=formats.number(by_one)),
    )
title(verdict.format(day=day, n=formats.number(len(losing))), " · ".join(lead))
if not outlook["held_is_stored"].all():
    st.info(
        _(
            "The decision in force has not been stored; «competence now» is calculated from "
            "today's records. Run «python -m jobs award»."
        ),
        icon=":material/info:",
    )

# Groups --------------------------------------------------------------------------------------
counts = outlook["group_0"].value_counts()
default = next((group for group in Group if counts.get(group, 0)), Group.WILL_LOSE)
said = address.chosen().get("group")
group = Group(said) if said in list(Group) else default
st.session_state["threshold_group"] = group.value
st.segmented_control(
    _("Group"),
    [g.value for g in Group],
    key="threshold_group",
    required=True,
    format_func=lambda code: (
        f"{ICONS[GROUP_TONES[Group(code)]]} {word(GROUPS, code)} · "
        f"{formats.number(int(counts.get(code, 0)))}"
    ),
    on_change=lambda: address.choose("group", st.session_state["threshold_group"]),
    label_visibility="collapsed",
)
st.caption(_(GROUPS_EXPLAINED[group]))

ORDER = {
    Group.WILL_LOSE: (["needed_0", "needed_worst_0", "base_0"], [True, True, False]),
    Group.CAN_GAIN: (["secured", "needed_0", "base_0"], [True, True, False]),
    Group.NEAR: (["needed_worst_0", "spare_0", "base_0"], [False, True, False]),
    Group.IN_RESERVE: (["spare_0", "base_0"], [True, False]),
    Group.NO_BASE: (["pending_activation_0", "held_now"], [False, False]),
}
by, ascending = ORDER[group]
rows = outlook[outlook["group_0"] == group].assign(secured=lambda f: f["needed_0"] == 0)
rows = rows.sort_values([*by, "name"], ascending=[*ascending, True], ignore_index=True)


def described(partners: pd.DataFrame) -> pd.DataFrame:
    """Put the outlook of each partner into words, one column an evaluation."""
    words = {
        f"outlook_{i}": [
            outlook_words(state, held_now=held, needed=needed, needed_worst=worst, spare=spare)
            for state, held, needed, worst, spare in zip(
                partners[f"state_{i}"],
                partners["held_now"],
                partners[f"needed_{i}"],
                partners[f"needed_worst_{i}"],
                partners[f"spare_{i}"],
                strict=True,
            )
        ]
        for i in range(len(evaluations))
    }
    needed = [
        formats.span(low, high)
        for low, high in zip(partners["needed_0"], partners["needed_worst_0"], strict=True)
    ]
    return partners.assign(
        **words,
        needed=needed,
        open_keys=partners["base_0"] - partners["delivered_0"],
        tier=[word(TIERS, code) for code in partners["tier"]],
    )


columns = [
    Column("name", _("Partner"), width="medium", pinned=True),
    Column("needed", _("Deliveries needed"), help=definition("needed")),
    *(
        Column(f"outlook_{i}", formats.date_short(on), width="medium")
        for i, on in enumerate(evaluations)
    ),
    Column(
        "coverage_0",
        _("Coverage"),
        Kind.SHARE,
        n="base_0",
        undefined=formats.no_base(),
        help=definition("coverage"),
    ),
    Column("delivered_0", _("Delivered"), Kind.COUNT, help=definition("delivered")),
    Column("base_0", _("In the base"), Kind.COUNT, help=definition("base")),
    Column(
        "open_keys",
        _("Open keys"),
        Kind.COUNT,
        help=_("Keys of the base without a delivery yet; each one delivered counts."),
    ),
    Column(
        "pending_activation_0",
        _("Pending activations"),
        Kind.COUNT,
        help=definition("pending_activation"),
    ),
    Column("near_0", _("Near the threshold"), Kind.YES_NO, help=definition("near")),
    Column("held_now", _("Competence now"), Kind.YES_NO, help=definition("competence")),
    Column("city", _("City")),
    Column("tier", _("Partner tier")),
    Column("manager", _("Manager")),
]
about = About(
    title=f"{word(GROUPS, group)} {formats.date_short(choice.evaluated_on)}",
    file_name=f"threshold_{choice.evaluated_on}_{group}",
    filters=choice.lines,
    period=formats.window(window.start, window.end),
    basis=formats.partners(len(rows)),
    definitions=definitions("competence", "base", "delivered", "coverage", "needed", "near"),
    data_as_of=data_moment(user.scope).as_of,
)
if rows.empty:
    empty(_("No partner is in this group."))
    st.stop()
chosen = show_table(
    described(rows.head(SHOWN)),
    columns,
    key=f"threshold_{group}",
    alt=_("Partners of the group «{group}» with their outlook").format(group=word(GROUPS, group)),
    select="partner_id",
    height=min(38 + 35 * len(rows.head(SHOWN)), 400),
)
with st.container(horizontal=True, vertical_alignment="center"):
    if len(rows) > SHOWN:
        st.caption(
            _("Shown: the first {shown} of {all}; the file holds all.").format(
                shown=formats.number(SHOWN), all=formats.number(len(rows))
            )
        )
    else:
        st.caption(_("Tick a row to see the keys that decide."))
    download(lambda: described(rows), columns, about=about, key="threshold_file")

# The keys behind a number ----------------------------------------------------------------------
picked = pick_partner(
    rows.head(SHOWN),
    key="threshold_partner",
    chosen=int(str(chosen)) if chosen is not None else None,
    label=_("Keys that decide for"),
)
if picked is not None:
    partner = described(rows[rows["partner_id"] == picked]).iloc[0]
    st.markdown(
        f"**{plain(partner['name'])}** · "
        + " · ".join(
            f"{formats.date_short(on)}: {partner[f'outlook_{i}']}"
            for i, on in enumerate(evaluations)
        )
    )
    keys = ask(deciding_keys, user.scope, (picked,), evaluations, choice.today, rules)
    show_keys(keys, evaluations, rules, about, key=f"keys_{picked}")
    if st.button(_("Open the partner's card"), icon=":material/badge:"):
        open_partner(picked)

# What if ---------------------------------------------------------------------------------------
left, right = st.columns([2, 3], gap="large")
with left:
    st.markdown(f"##### {_('What if each of them delivers more?')}")
    more = st.number_input(_("Deliveries more by each partner of the group"), 0, 50, 1)
    base, delivered = rows["base_0"].to_numpy(), rows["delivered_0"].to_numpy()
    held_then = int(holds(base, np.minimum(base, delivered + int(more)), rules).sum())
    st.markdown(
        _("Would hold the competence on {day}: **{share}**").format(
            day=day, share=formats.share_of(held_then, len(rows))
        )
    )
    st.caption(_("A calculation from today's records: at most every open key is delivered."))
with right:
    counted = outlook.rename(columns={"base_0": "base", "delivered_0": "delivered"})
    if (counted["base"] > 0).any():
        show_chart(
            coverage_histogram(counted, theme=figure_theme()),
            title=_("How far partners are from 50 %"),
            alt=coverage_histogram_alt(counted),
            data=counted,
            columns=[
                columns[0],
                Column("coverage_0", _("Coverage"), Kind.SHARE, n="base"),
                Column("delivered", _("Delivered"), Kind.COUNT),
                Column("base", _("In the base"), Kind.COUNT),
            ],
            key="threshold_histogram",
            about=about,
        )
