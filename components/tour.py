"""The tour: for each role, which page answers which question, and how to read what is there."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from components.menu import menu_of_visit
from program.language import N_, _
from program.roles import Role


@dataclass(frozen=True, slots=True)
class Step:
    """One stop: the address of a page, the question it answers, and what to do there."""

    path: str
    question: str
    hint: str


_THRESHOLD = Step(
    "threshold",
    N_("Who loses the competence on the 1st, and how many deliveries are missing?"),
    N_(
        "Those whom one delivery saves stand first. Tick a row: the keys that decide appear below. "
        "«Download» gives the list for the calls."
    ),
)
_CARD = Step(
    "partner",
    N_("What exactly must this partner deliver, and by which day?"),
    N_(
        "The verdict, the shortest list of keys, and why each key counts or does not. A note with "
        "a date becomes a follow-up. The card prints on one sheet."
    ),
)
_COMPARISON = Step(
    "comparison",
    N_("About whom is there a reason to ask?"),
    N_("Only differences larger than chance are marked; the rest are alike."),
)
_CALLS = Step(
    "survey",
    N_("Are clients reached, and where do they answer least?"),
    N_("The way from the key to the answer, and how each contact ended."),
)
_CATALOGUE = Step(
    "partners",
    N_("Whom to name to a client who looks for a developer?"),
    N_("Search, then «A shortlist for a client»: only participants who hold the competence."),
)
_HOME = Step(
    "home",
    N_("How does the programme stand, and what changed in a month?"),
    N_("Six figures, the next three evaluations, and who gained or lost the competence."),
)
_COVERAGE = Step(
    "coverage",
    N_("Does the programme grow?"),
    N_("Partners and coverage at each evaluation; groups; days from activation to delivery."),
)
_RECOMMENDATION = Step(
    "recommendation",
    N_("Do clients recommend developers and the platform, and does that change?"),
    N_("A change is named only when it is larger than chance."),
)
_QUESTIONNAIRE = Step(
    "satisfaction",
    N_("What is weakest in partners' work?"),
    N_("All questions, the weakest first; any two periods or groups compared; comments."),
)
_REGIONS = Step(
    "regions",
    N_("Where has the programme taken root?"),
    N_("The map and the table show the same; a tile leads to its cities and partners."),
)
_SIMULATOR = Step(
    "simulator",
    N_("What would another threshold or window have brought?"),
    N_("A calculation over the whole history, not a decision."),
)
_METHODOLOGY = Step(
    "methodology",
    N_("Where does each number come from?"),
    N_("Formula, an example with today's numbers, source, rules in force."),
)
_CHECKS = Step(
    "data_checks",
    N_("Can the data be trusted?"),
    N_("Suspicious rows, and stored decisions that differ from today's records."),
)
_JOURNAL = Step(
    "journal",
    N_("Who opened what, and what left as a file?"),
    N_("Filters are kept as codes; neither clients' data nor typed text is kept."),
)
TOURS: dict[Role, tuple[Step, ...]] = {
    Role.MANAGER: (_THRESHOLD, _CARD, _COMPARISON, _CALLS, _CATALOGUE),
    Role.LEADER: (_HOME, _THRESHOLD, _COVERAGE, _RECOMMENDATION, _QUESTIONNAIRE, _REGIONS),
    Role.ANALYST: (_METHODOLOGY, _CHECKS, _QUESTIONNAIRE, _COMPARISON, _COVERAGE, _SIMULATOR),
    Role.ADMIN: (_CHECKS, _JOURNAL, _HOME, _METHODOLOGY),
}
READING = (
    N_(
        "**Short by 2 deliveries**: two more keys of the base must be delivered; others do not "
        "help."
    ),
    N_(
        "**Short by 2–3**: three, if keys still pending are activated. Plan with the larger number."
    ),
    N_("**No base**: no counted key in the window; coverage does not exist then, it is not 0 %."),
    N_("**Few answers**: grey at 5–9, hidden below 5 wherever results are compared."),
    N_("**«?»** beside a figure opens its definition. Filters are in the address: send the link."),
)


def show_tour(role: Role) -> None:
    """Draw the stops of a role, each a link and what it answers, then how to read the numbers."""
    menu = menu_of_visit()
    for number, step in enumerate(TOURS[role], start=1):
        entry = menu[step.path]
        with st.container(border=True):
            link, words = st.columns([1, 3], vertical_alignment="center")
            with link:
                st.page_link(
                    entry.script, label=f"{number}. {entry.title}", icon=":material/arrow_forward:"
                )
            with words:
                st.markdown(f"**{_(step.question)}** {_(step.hint)}")
    st.markdown(f"## {_('How to read the numbers')}")
    st.markdown("\n".join(f"- {_(line)}" for line in READING))
