from __future__ import annotations

import streamlit as st

from charts import formats
from components.change_marks import change_marks
from components.data import ask, ask_of_all, data_moment
from components.definitions import definitions
from components.download import About
from components.filter_bar import current_choice
from components.outlook import coming_evaluations
from components.page import title
from components.remembered import remembered
from components.rule_controls import chosen_variant, rule_controls, rule_words
from components.session import require_user
from components.simulation import records, simulation
from components.simulation_view import (
    agreement_words,
    both_ways,
    history_chart,
    names,
    sides,
)
from components.states import nothing_matches
from metrics.simulator import RuleVariant
from program.calendar import last_evaluation
from program.language import _, ngettext
from program.settings import settings
from queries.choices import stored_evaluations
from queries.key_months import chosen_ids
from queries.partners import partner_directory

user = require_user()
rules = settings().rules
choice = current_choice()
coming = coming_evaluations(choice.today, rules)
in_force, variant = RuleVariant(rules), chosen_variant(rules)
question = (user.scope, choice.filters, coming[0], choice.today, rules)
whose = (*question, variant)
chosen = ask(chosen_ids, *question)["partner_id"].to_numpy()
everybody, stored = (
    ask(records, user.scope, choice.today, rules),
    ask_of_all(stored_evaluations).dates,
)
found = remembered(
    lambda: simulation(
        everybody.of(chosen), stored, in_force, variant, last_evaluation(choice.today)
    ),
    "simulation",
    *whose,
)

# Verdict -----------------------------------------------------------------------------------------
if found is None:
    title(_("What if the rule were another one?"))
    if not len(everybody.of(chosen).cube.keys):
        nothing_matches()
    else:
        rule_controls(rules, variant)
        st.info(_("The records do not reach back far enough for this window."))
    st.stop()
now, then = found.in_force.holders, found.variant.holders
if variant == in_force:
    verdict = _("What if the rule were another one?")
else:
    verdict = ngettext(
        "Under this variant {then} partner would hold the competence instead of {now}",
        "Under this variant {then} partners would hold the competence instead of {now}",
        then,
    ).format(then=formats.number(then), now=formats.number(now))
title(
    verdict,
    _("A calculation over {n} evaluations from {first} to {last}; not a decision.").format(
        n=formats.number(len(found.evaluations)),
        first=formats.date_long(found.evaluations[0]),
        last=formats.date_long(found.evaluations[-1]),
    ),
)

# The variant, and both rules side by side --------------------------------------------------------
rule_controls(rules, variant)
sides(found, whose)
st.caption(agreement_words(found))

# Who would be decided otherwise ------------------------------------------------------------------
about = About(
    title=_("If the rule changes"),
    file_name=f"rule_variant_{choice.today}",
    filters=(
        _("variant: {words}").format(words=", ".join(rule_words(variant))),
        _("rule in force: {words}").format(words=", ".join(rule_words(in_force))),
        _("a calculation, not a decision"),
        *choice.lines,
    ),
    period=formats.period(found.evaluations[0], found.evaluations[-1]),
    basis=formats.partners(len(found.partner_ids)),
    definitions=definitions("competence", "coverage", "base", "delivered", "switches"),
    data_as_of=data_moment().as_of,
)
st.markdown(f"## {_('On {day}').format(day=formats.date_long(found.evaluations[-1]))}")
both_ways(found)
if variant != in_force:
    names(found, ask(partner_directory, user.scope, choice.filters), about, whose)

# Over the stored history -------------------------------------------------------------------------
history_chart(found, change_marks(), about, whose)
