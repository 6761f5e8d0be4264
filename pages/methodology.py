from __future__ import annotations

import streamlit as st

from charts import formats
from components.annotations import annotations_section
from components.data import ask
from components.filter_bar import current_choice
from components.forecast_quality import show_forecast_quality
from components.outlook import coming_evaluations, partners_outlook
from components.page import title
from components.remembered import remembered
from components.session import require_user
from components.words import KINDS, word
from components.worked_examples import forecast_example, rule_examples
from metrics.estimate import ENOUGH, HIDDEN_BELOW
from metrics.registry import METRICS, Direction
from program.language import N_, _
from program.settings import settings
from queries.filters import NO_FILTERS

DIRECTIONS = {
    Direction.HIGHER: N_("more is better"),
    Direction.LOWER: N_("less is better"),
    Direction.NEITHER: N_("neither way is better"),
}
GLOSSARY = (
    (N_("Evaluation"), N_("The automatic decision on the competence on the 1st of a month.")),
    (
        N_("Evaluation window"),
        N_("The months whose purchases an evaluation looks at; always spelled out with its days."),
    ),
    (
        N_("Quality Monitor"),
        N_("The checklist built into the CMS; a passed report sent to 1C-Bitrix is a delivery."),
    ),
    (
        N_("Accepted delivery"),
        N_("A delivery that passed the review; one under review or rejected does not count yet."),
    ),
    (
        N_("Repeated delivery"),
        N_("A later delivery of the same project: renews points, does not count a key twice."),
    ),
    (
        N_("Open key"),
        N_("A key of the base without an accepted delivery by its buyer; delivering it counts."),
    ),
    (
        N_("Key delivered by another partner"),
        N_("Stays in the buyer's base, counts in nobody's delivered keys."),
    ),
)

user = require_user()
rules = settings().rules
today = current_choice().today
coming = coming_evaluations(today, rules)
title(
    _("How every number is made"),
    _("The same definitions stand behind the «?» of every figure and inside every exported file."),
)

# Rules in force --------------------------------------------------------------------------------
st.markdown(f"## {_('Rules in force')}")
st.markdown(
    "\n".join(
        f"- {line}"
        for line in (
            _("Threshold: {share} of the keys in the base").format(
                share=formats.share(float(rules.threshold), 1)
            ),
            *(
                _("Evaluation on {day}: keys bought {window}").format(
                    day=formats.date_long(day),
                    window=formats.window(rules.window(day).start, rules.window(day).end),
                )
                for day in coming
            ),
            _("Kinds of keys that count: {kinds}").format(
                kinds=", ".join(word(KINDS, kind) for kind in rules.counted_kinds)
            ),
            _("Near the threshold: within {keys}, or within {margin}").format(
                keys=formats.keys(rules.near_keys),
                margin=formats.percentage_points(float(rules.near_margin), 1).lstrip("+"),
            ),
            _("Points: {points} for a project, alive for {years} after the latest delivery").format(
                points=formats.number(rules.points_per_project),
                years=formats.years(rules.points_life_years),
            ),
            _("Version of the rules: {version}").format(version=f"`{rules.version}`"),
        )
    )
)

# Metrics ---------------------------------------------------------------------------------------
st.markdown(f"## {_('Figures')}")
outlook = ask(partners_outlook, user.scope, NO_FILTERS, coming, today, rules)
examples = remembered(
    lambda: {**rule_examples(outlook, rules), "programme_forecast": forecast_example()},
    "worked_examples",
    *(user.scope, coming, today, rules),
)
for metric in METRICS:
    with st.expander(_(metric.title)):
        lines = [
            (_("Formula"), _(metric.formula)),
            (_("Example"), examples.get(metric.code)),
            (_("Direction"), _(DIRECTIONS[metric.direction])),
            (_("Small numbers"), _(metric.small_numbers)),
            (_("Source"), _(metric.source)),
        ]
        listed = "\n".join(f"- **{name}:** {text}" for name, text in lines if text)
        st.markdown(f"{_(metric.meaning)}\n\n{listed}")

# What happened -----------------------------------------------------------------------------------
annotations_section(user)

# The forecast against what happened --------------------------------------------------------------
show_forecast_quality(today, rules)

# Small numbers -----------------------------------------------------------------------------------
st.markdown(f"## {_('When there are few answers')}")
st.markdown(
    "\n".join(
        f"- {line}"
        for line in (
            _("from {n} answers: shown and judged").format(n=ENOUGH),
            _("{span} answers: shown grey as «few answers», never judged").format(
                span=formats.span(HIDDEN_BELOW, ENOUGH - 1)
            ),
            _("fewer than {n}: hidden wherever results are compared or exported").format(
                n=HIDDEN_BELOW
            ),
            _(
                "coverage against the threshold counts all keys, so it has no interval and is "
                "exact at any size"
            ),
        )
    )
)

# Glossary ----------------------------------------------------------------------------------------
st.markdown(f"## {_('Glossary')}")
st.markdown("\n".join(f"- **{_(name)}.** {_(meaning)}" for name, meaning in GLOSSARY))
