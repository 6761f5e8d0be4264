from __future__ import annotations

import datetime as dt

import streamlit as st

from charts import formats
from charts.history import coverage_history, coverage_history_alt
from components.card_deliveries import deliveries_block
from components.change_marks import change_marks
from components.chart import show_chart
from components.data import ask, ask_ahead, ask_of_all, data_moment
from components.definitions import definition, definitions
from components.document import ON_SCREEN
from components.download import About
from components.filter_bar import current_choice
from components.holding_forecast import show_chance, show_what_to_do
from components.key_list import show_keys, show_keys_left_out
from components.notes import notes_block
from components.outlook import coming_evaluations
from components.outlook_words import card_standing, card_tone, card_verdict
from components.page import title
from components.partner_picker import pick_partner
from components.printed_card import print_button, printed_keys, show_printed
from components.remembered import drawn_once, remembered
from components.session import require_user
from components.states import empty
from components.survey_card import survey_block
from components.table import Column, Kind
from components.text import plain
from components.tiles import Tile, tiles
from components.verdict import verdict
from components.words import TIERS, country, word
from metrics.coverage import as_decided, coverage, with_outlook
from metrics.keys import counts_from_keys, keys_left_out, keys_that_decide
from metrics.points import awards_alive
from program.calendar import add_months, evaluations_between, last_evaluation
from program.language import _, ngettext
from program.settings import settings
from queries.choices import stored_evaluations
from queries.filters import NO_FILTERS
from queries.partners import (
    decisions_of_partner,
    deliveries_of_partner,
    keys_of_partners,
    partner_directory,
)

HISTORY_MONTHS = 24

user = require_user()
rules = settings().rules
today = current_choice().today
coming = coming_evaluations(today, rules)

# Which partner -------------------------------------------------------------------------------
said = st.query_params.get("partner", "")
asked = int(said) if said.isdecimal() and len(said) < 10 else None
directory = ask(partner_directory, user.scope, NO_FILTERS)
header = remembered(
    lambda: directory[directory["partner_id"] == asked], "card_header", user.scope, asked
)
picked = pick_partner(directory, key="card_partner", chosen=asked)
if picked is not None and picked != asked:
    st.query_params["partner"] = str(picked)
    st.rerun()
if header.empty:
    title(_("Partner card"))
    empty(
        _("Choose a partner above.") if not said else _("There is no such partner in your scope."),
        then=_("Search by name or city; letter case does not matter."),
    )
    st.stop()
partner = header.iloc[0]
partner_id = int(partner["partner_id"])

# Verdict -------------------------------------------------------------------------------------
in_force = last_evaluation(today)
shown = evaluations_between(add_months(in_force, -HISTORY_MONTHS), coming[-1])
since = rules.window(shown[0]).start
ask_ahead(user.scope, (deliveries_of_partner, partner_id))
keys = ask(keys_of_partners, user.scope, (partner_id,), since)
decisions = ask(decisions_of_partner, user.scope, partner_id)
deliveries = ask(deliveries_of_partner, user.scope, partner_id)

question = (user.scope, partner_id, tuple(shown), today, rules)
history = remembered(
    lambda: with_outlook(counts_from_keys(keys, shown, today, rules), rules), "history", *question
)
held_is_stored = in_force in ask_of_all(stored_evaluations).dates
held_now, outlooks = remembered(
    lambda: card_standing(history, decisions if held_is_stored else None, in_force, coming),
    "card_standing",
    *question,
)
title(plain(partner["name"]))
with st.container(horizontal=True, vertical_alignment="center"):
    st.caption(
        " · ".join(
            plain(words)
            for words in (
                word(TIERS, partner["tier"]),
                partner["city"],
                country(partner["country"]),
                _("manager {name}").format(name=partner["manager"]),
            )
        )
    )
    print_button()
verdict(
    card_verdict(outlooks, held_now=held_now),
    card_tone(outlooks, held_now=held_now),
)
chance = st.container()


def spelled_window(day: dt.date) -> str:
    """Return the purchase window of an evaluation as people read it."""
    return formats.window(rules.window(day).start, rules.window(day).end)


nearest = outlooks[0]
window = rules.window(nearest.evaluated_on)
alive = remembered(lambda: awards_alive(deliveries, today, rules), "points", *question)
tiles(
    [
        Tile(
            _("Competence now"),
            _("in force") if held_now else _("none"),
            basis=_("decision of {day}").format(day=formats.date_long(in_force))
            if held_is_stored
            else _("calculated for {day}, decision not stored").format(
                day=formats.date_long(in_force)
            ),
            definition=definition("competence"),
        ),
        *(
            Tile(
                _("Coverage, {day}").format(day=formats.date_short(item.evaluated_on)),
                formats.share(
                    float(coverage(item.base, item.delivered)),
                    item.base,
                    undefined=formats.no_base(),
                ),
                basis=ngettext(
                    "{delivered} of {base} key: {distance}",
                    "{delivered} of {base} keys: {distance}",
                    item.base,
                ).format(
                    delivered=formats.number(item.delivered),
                    base=formats.number(item.base),
                    distance=formats.distance(item.spare, item.needed, item.needed_worst),
                )
                if item.base
                else spelled_window(item.evaluated_on),
                definition=definition("coverage"),
            )
            for item in outlooks
        ),
        Tile(
            _("Points alive"),
            formats.number(int(alive["points"].sum())),
            basis=ngettext(
                "for {n} delivered project", "for {n} delivered projects", len(alive)
            ).format(n=formats.number(len(alive))),
            definition=definition("points"),
        ),
    ],
    in_a_row=4,
)

# Keys ------------------------------------------------------------------------------------------
about = About(
    title=_("Keys that decide"),
    file_name=f"keys_partner_{partner_id}",
    period=formats.window(window.start, rules.window(coming[-1]).end),
    basis=formats.keys(len(keys)),
    definitions=definitions("competence", "base", "delivered", "pending_activation", "needed"),
    data_as_of=data_moment().as_of,
)
deciding = remembered(lambda: keys_that_decide(keys, coming, today, rules), "keys", *question)
what_to_do = st.container(key=f"{ON_SCREEN}_to_do")
st.markdown(f"## {_('Keys that decide')}")
st.caption(
    _("Windows: {windows}. The keys whose delivery still counts come first.").format(
        windows="; ".join(
            _("{window} (evaluation on {day})").format(
                window=spelled_window(day), day=formats.date_short(day)
            )
            for day in coming
        )
    )
)
with st.container(key=f"{ON_SCREEN}_keys"):
    show_keys(deciding, coming, rules, about, question, key=f"keys_{partner_id}")
    others = remembered(lambda: keys_left_out(keys, coming, today, rules), "other_keys", *question)
    show_keys_left_out(
        others, coming, since, today, about, question, key=f"other_keys_{partner_id}"
    )
show_printed(
    remembered(lambda: printed_keys(deciding, coming, today, rules), "printed_keys", *question)
)

# What staff wrote ------------------------------------------------------------------------------
with st.container(key=f"{ON_SCREEN}_notes"):
    notes_block(user, partner_id, str(partner["manager_email"]), coming)

# Coverage over time ----------------------------------------------------------------------------
marks = change_marks()
if history["base"].any():
    line = remembered(lambda: as_decided(history, decisions, today), "decided", *question)
    show_chart(
        drawn_once(
            coverage_history, line, question=question, marks=marks, window=window, rules=rules
        ),
        title=_("Coverage at each evaluation"),
        alt=remembered(lambda: coverage_history_alt(line), "history_alt", *question),
        data=line,
        columns=[
            Column("evaluated_on", _("Evaluation on"), Kind.DATE),
            Column("coverage", _("Coverage"), Kind.SHARE, n="base", undefined=formats.no_base()),
            Column("delivered", _("Delivered"), Kind.COUNT),
            Column("base", _("In the base"), Kind.COUNT),
            Column("pending_activation", _("Pending activations"), Kind.COUNT),
            Column("held", _("Holds"), Kind.YES_NO),
            Column("is_stored", _("Stored decision"), Kind.YES_NO),
        ],
        key="card_history",
        about=about,
        note=_("A rolling twelve-month window: neighbouring points share eleven months."),
    )

# What clients say ------------------------------------------------------------------------------
survey_block(user.scope, partner, today)

# Projects and points ---------------------------------------------------------------------------
with st.container(key=f"{ON_SCREEN}_deliveries"):
    deliveries_block(user.scope, deliveries, partner_id, marks, today, rules, about)

# The forecast is asked last: it takes longest, and everything exact stands without it -----------
with chance:
    show_chance(user.scope, partner_id, coming, today, rules, held_now=held_now)
with what_to_do:
    show_what_to_do(user.scope, partner_id, deciding, coming, today, rules, about)
