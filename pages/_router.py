"""The only script that Streamlit runs: admits the visitor, draws the shared frame, then the page.

Pages are data: adding one is a line in ``PAGES`` and a script beside this file.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components import address
from components.access import Refused, User, visitor
from components.account import account, standing_notes
from components.audit import note_page
from components.data import ask_of_all, data_moment, schema_problems
from components.document import dress_document
from components.failure import show_failure, show_schema_problems
from components.filter_bar import Part, filter_bar, remember_choice
from components.menu import MenuEntry, PageOfMenu, page_for_streamlit, remember_menu
from components.page import freshness_line
from components.partner_picker import CARD
from components.refusals import show_page_refused, show_refusal
from components.saved_views import saved_views
from components.session import admit, choose_language, dismiss, session_language
from components.theme import figure_theme
from program.language import LANGUAGES, N_, _
from program.roles import Role
from program.settings import settings
from queries.engine import ProgramDatabaseError, QueryFailed

PROGRAMME, COMPETENCE, CLIENTS, GEOGRAPHY, PARTNERS, REFERENCE = (
    N_("Overview"),
    N_("Competence"),
    N_("Clients"),
    N_("Geography"),
    N_("Partners"),
    N_("Reference"),
)
FOLDER = Path(__file__).parent
BOTH = (Part.EVALUATION, Part.PARTNERS)
CUT = (Part.PARTNERS,)
SURVEYS = (Part.SURVEY_PERIOD, Part.PARTNERS)
EVERYTHING = (Part.EVALUATION, Part.SURVEY_PERIOD, Part.PARTNERS)
PAGES = (
    PageOfMenu("home.py", N_("Home"), ":material/home:", PROGRAMME, (Part.PARTNERS,)),
    PageOfMenu("threshold.py", N_("Threshold 50 %"), ":material/flag:", COMPETENCE, BOTH),
    PageOfMenu("coverage.py", N_("Coverage"), ":material/trending_up:", COMPETENCE, CUT),
    PageOfMenu("simulator.py", N_("If the rule changes"), ":material/tune:", COMPETENCE, CUT),
    PageOfMenu("recommendation.py", N_("Recommendation"), ":material/recommend:", CLIENTS, SURVEYS),
    PageOfMenu("satisfaction.py", N_("Questionnaire"), ":material/checklist:", CLIENTS, SURVEYS),
    PageOfMenu("comparison.py", N_("Comparison"), ":material/scatter_plot:", CLIENTS, SURVEYS),
    PageOfMenu("survey.py", N_("Calls"), ":material/call:", CLIENTS, SURVEYS),
    PageOfMenu("regions.py", N_("Regions"), ":material/map:", GEOGRAPHY, EVERYTHING),
    PageOfMenu("partners.py", N_("Catalogue"), ":material/storefront:", PARTNERS, CUT),
    PageOfMenu("partner.py", N_("Partner card"), ":material/badge:", PARTNERS),
    PageOfMenu("tour.py", N_("Tour"), ":material/explore:", REFERENCE),
    PageOfMenu("methodology.py", N_("Methodology"), ":material/menu_book:", REFERENCE),
    PageOfMenu(
        "data_checks.py",
        N_("Data checks"),
        ":material/fact_check:",
        REFERENCE,
        roles=(Role.ANALYST, Role.ADMIN),
    ),
    PageOfMenu("journal.py", N_("Journal"), ":material/history:", REFERENCE, roles=(Role.ADMIN,)),
)
#: Where a role begins when a visit begins at the bare address; the others begin at the first page.
LANDING = {Role.MANAGER: "threshold.py"}


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


def _navigation(user: User | None) -> tuple[st.Page, PageOfMenu]:
    """Return the page that the address names, for Streamlit and of ours.

    Pages of other roles stay known, so that a shared link is answered in words; nobody's menu
    shows them. A visitor who is not served has no menu, but keeps the address.
    """
    sections: dict[str, list[st.Page]] = {}
    scripts = {}
    for page in PAGES:
        entry = page_for_streamlit(
            FOLDER / page.script,
            title=_(page.title),
            icon=page.icon,
            default=page is PAGES[0],
            visible=bool(user and user.role in page.roles),
        )
        sections.setdefault(_(page.section), []).append(entry)
        scripts[entry.url_path] = page
    current = st.navigation(sections, position="sidebar" if user else "hidden", expanded=True)
    return current, scripts[current.url_path]


def _land(user: User, page: PageOfMenu) -> None:
    """Take a visit that begins at the bare address to the first page of the role."""
    if st.session_state.get("landed"):
        return
    st.session_state["landed"] = True
    landing = LANDING.get(user.role)
    if landing and page is PAGES[0] and not set(st.query_params) - {"lang"}:
        st.switch_page(landing, query_params=st.query_params.to_dict())


def _run(user: User, current: st.Page, page: PageOfMenu) -> None:
    """Draw the shared frame and the page."""
    if user.role not in page.roles:
        show_page_refused(user, page.path, LANDING.get(user.role, PAGES[0].script))
        return
    _land(user, page)
    admit(user, page.roles)
    remember_menu([MenuEntry(p.path, p.script, p.title) for p in PAGES if user.role in p.roles])
    if problems := ask_of_all(schema_problems):
        show_schema_problems(problems)
        return
    freshness_line(data_moment(), standing_notes(user, page.path))
    choice = filter_bar(user.scope, settings().rules, page.parts)
    remember_choice(choice)
    asked = st.query_params.get("partner", "") if page.script == CARD else ""
    note_page(user, page.path, choice.codes(page.parts), asked)
    address.write()
    with st.sidebar:
        saved_views(user, page.path)
    current.run()


def main() -> None:
    """Decide who is looking, then draw the frame and run the chosen page."""
    dismiss()
    # Before the menu: otherwise the browser fetches the page's icon from a font host.
    st.set_page_config(page_icon=str(FOLDER / "static" / "icon.png"), layout="wide")
    choose_language(st.query_params.get("lang") or address.chosen().get("lang"))
    user, trouble = None, None
    try:
        user = visitor()
    except (Refused, ProgramDatabaseError) as error:
        trouble = error
    current, page = _navigation(user)
    st.set_page_config(page_title=f"{_(page.title)} · {_('Quality Programme')}")
    address.synchronise(page.path)
    choose_language(address.chosen().get("lang"))
    with st.sidebar:
        if user:
            account(user)
        _language_switch()
        dress_document(session_language(), figure_theme())
    try:
        if isinstance(trouble, Refused):
            show_refusal(trouble)
        elif isinstance(trouble, QueryFailed) and (problems := ask_of_all(schema_problems)):
            show_schema_problems(problems)
        elif trouble:
            show_failure(trouble)
        elif user:
            _run(user, current, page)
    except ProgramDatabaseError as error:
        show_failure(error)


main()
