"""The only script that Streamlit runs: admits the visitor, draws the shared frame, then the page.

Pages are data: adding one is a line in ``PAGES`` and a script beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from components import address
from components.data import ask, data_moment, schema_problems
from components.failure import show_failure, show_schema_problems
from components.filter_bar import Part, filter_bar, remember_choice
from components.page import freshness_line
from components.session import admit, choose_language, require_user, session_language
from program.language import LANGUAGES, N_, _
from program.settings import settings
from queries.engine import ProgramDatabaseError


@dataclass(frozen=True, slots=True)
class PageOfMenu:
    """One page: its script, its words in the menu, and the filters that apply to it."""

    script: str
    title: str
    icon: str
    section: str
    parts: tuple[Part, ...] = ()

    @property
    def path(self) -> str:
        """Return the page's address."""
        return self.script.removesuffix(".py")


PROGRAMME, COMPETENCE, CLIENTS, PARTNERS, REFERENCE = (
    N_("Overview"),
    N_("Competence"),
    N_("Clients"),
    N_("Partners"),
    N_("Reference"),
)
FOLDER = Path(__file__).parent
BOTH = (Part.EVALUATION, Part.PARTNERS)
SURVEYS = (Part.SURVEY_PERIOD, Part.PARTNERS)
PAGES = (
    PageOfMenu("home.py", N_("Home"), ":material/home:", PROGRAMME, (Part.PARTNERS,)),
    PageOfMenu("threshold.py", N_("Threshold 50 %"), ":material/flag:", COMPETENCE, BOTH),
    PageOfMenu("recommendation.py", N_("Recommendation"), ":material/recommend:", CLIENTS, SURVEYS),
    PageOfMenu("satisfaction.py", N_("Questionnaire"), ":material/checklist:", CLIENTS, SURVEYS),
    PageOfMenu("comparison.py", N_("Comparison"), ":material/scatter_plot:", CLIENTS, SURVEYS),
    PageOfMenu("survey.py", N_("Calls"), ":material/call:", CLIENTS, SURVEYS),
    PageOfMenu("partner.py", N_("Partner card"), ":material/badge:", PARTNERS),
    PageOfMenu("methodology.py", N_("Methodology"), ":material/menu_book:", REFERENCE),
    PageOfMenu("data_checks.py", N_("Data checks"), ":material/fact_check:", REFERENCE),
)


def _language_switch() -> None:
    key = "language_switch"
    st.session_state[key] = session_language()
    st.segmented_control(
        _("Language"),
        LANGUAGES,
        key=key,
        required=True,
        format_func={"ru": "Русский", "en": "English"}.__getitem__,
        on_change=lambda: address.choose("lang", st.session_state[key]),
        label_visibility="collapsed",
    )


def main() -> None:
    """Draw the frame and run the chosen page."""
    # Before the menu: otherwise the browser fetches the page's icon from a font host.
    st.set_page_config(page_icon=str(FOLDER / "static" / "icon.png"), layout="wide")
    choose_language(st.query_params.get("lang") or address.chosen().get("lang"))
    sections: dict[str, list[st.Page]] = {}
    scripts = {}
    for page in PAGES:
        entry = st.Page(
            FOLDER / page.script, title=_(page.title), icon=page.icon, default=page is PAGES[0]
        )
        sections.setdefault(_(page.section), []).append(entry)
        scripts[entry.url_path] = page
    current = st.navigation(sections)
    page = scripts[current.url_path]
    st.set_page_config(page_title=f"{_(page.title)} · {_('Quality Programme')}")
    admit()
    user = require_user()
    address.synchronise(page.path)
    choose_language(address.chosen().get("lang"))
    with st.sidebar:
        _language_switch()
    try:
        if problems := ask(schema_problems, user.scope):
            show_schema_problems(problems)
            return
        freshness_line(data_moment(user.scope))
        remember_choice(filter_bar(user.scope, settings().rules, page.parts))
        address.write()
        current.run()
    except ProgramDatabaseError as error:
        show_failure(error)


main()
