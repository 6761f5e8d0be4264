"""Screens for those who are not served: what is wrong, and who can do what about it."""

from __future__ import annotations

import streamlit as st

from charts import formats
from components.access import Basis, Reason, Refused, User
from components.access_events import PAGE_OF_ANOTHER_ROLE, access_notes
from components.people import person_code
from components.sign_in_routes import OUTCOME, Outcome
from components.text import plain
from program.language import N_, _
from program.settings import settings

_OUTCOME = "sign_in_outcome"
_OUTCOMES = {
    Outcome.DENIED: N_("Sign-in was cancelled or not allowed by the sign-in service."),
    Outcome.FAILED: N_("Sign-in did not succeed. Try again."),
    Outcome.UNAVAILABLE: N_("The sign-in service does not answer. Try again in a few minutes."),
    Outcome.NOT_FOR_GOOD: N_(
        "You have signed out in this browser, but the server could not write that down. After its "
        "restart a copy of your session could be used until the session expires. Tell the "
        "administrator: the log says why."
    ),
}
#: Where to read on, and what to set: the same in every language.
README = "README.md"
SIGN_IN_SETTINGS = """QUALITY_OIDC_METADATA_URL=…
QUALITY_OIDC_CLIENT_ID=…
QUALITY_OIDC_CLIENT_SECRET=…
QUALITY_OIDC_REDIRECT_URI=…
QUALITY_COOKIE_SECRET=…"""
SINGLE_USER_SETTING = "QUALITY_SINGLE_USER_WITHOUT_SIGN_IN=true"
LOOPBACK_COMMAND = "streamlit run dashboard.py --server.address 127.0.0.1"


def show_refusal(refusal: Refused) -> None:
    """Draw the screen of a refused visit, and note who it was if the provider has said so."""
    if refusal.email:
        access_notes().refused(refusal.email, refusal.reason.code)
    with st.container(key="refusal", width=640):
        if refusal.reason in (Reason.NOT_SIGNED_IN, Reason.EXPIRED, Reason.SIGNED_OUT):
            _show_sign_in(refusal.reason)
        elif refusal.reason in (Reason.UNKNOWN_PERSON, Reason.EMAIL_NOT_VERIFIED):
            _show_no_access(refusal)
        else:
            _show_what_to_set(refusal.reason)


def _taken_outcome() -> Outcome | None:
    """Return how the latest sign-in failed, and clean the address of it."""
    said = st.query_params.get(OUTCOME)
    if said is not None:
        del st.query_params[OUTCOME]
        st.session_state[_OUTCOME] = said
    said = st.session_state.get(_OUTCOME)
    return Outcome(said) if said in list(Outcome) else None


def _show_sign_in(reason: Reason) -> None:
    st.title(_("Quality Programme"), anchor=False)
    outcome = _taken_outcome()
    if outcome is not None:
        st.warning(_(_OUTCOMES[outcome]), icon=":material/error:")
    elif reason is Reason.EXPIRED:
        hours = settings().session_hours
        st.info(
            _("A session lasts {hours} h. Sign in again to go on where you were.").format(
                hours=formats.number(hours, 0 if hours == int(hours) else 1)
            ),
            icon=":material/schedule:",
        )
    elif reason is Reason.SIGNED_OUT:
        st.info(_("You have signed out of this session."), icon=":material/logout:")
    st.markdown(
        _("The dashboard of the programme is open to its staff. Sign in with your work account.")
    )
    if st.button(_("Sign in"), type="primary", icon=":material/login:", key="sign_in"):
        st.session_state.pop(_OUTCOME, None)
        st.login()


def _show_no_access(refusal: Refused) -> None:
    st.title(_("You have no access yet"), anchor=False)
    who = plain(refusal.email) or _("without an e-mail address")
    if refusal.reason is Reason.UNKNOWN_PERSON:
        why = _(
            "You are signed in as **{email}**. This address is not in the staff list of the "
            "programme, so nothing is shown."
        )
        then = _("Ask the administrator of the programme to add it to the table `staff`.")
    else:
        why = _(
            "You are signed in as **{email}**. The sign-in service has not confirmed that this "
            "address is yours, so nothing is shown."
        )
        then = _(
            "Confirm the address in your account, or ask the administrator, and sign in again."
        )
    st.markdown(why.format(email=who))
    st.markdown(then)
    if st.button(_("Sign in as somebody else"), icon=":material/login:", key="sign_in"):
        st.login()


def _show_what_to_set(reason: Reason) -> None:
    if reason is Reason.OTHER_MACHINE:
        st.title(_("Without sign-in only this computer is served"), anchor=False)
        st.markdown(
            _(
                "Sign-in is not configured. The dashboard then answers only a browser on the "
                "computer it runs on, under the name localhost and without a proxy in front."
            )
        )
    else:
        st.title(_("These data need sign-in"), anchor=False)
        st.markdown(
            _(
                "The database is not the demonstration, and sign-in is not configured. Nothing is "
                "shown, so that nobody sees partners' figures by accident."
            )
        )
    st.markdown(_("For a team, configure sign-in ({readme}, «Sign-in»):").format(readme=README))
    st.code(SIGN_IN_SETTINGS, language=None)
    if reason is Reason.OWN_DATABASE:
        st.markdown(_("If you alone use this computer and may see everything:"))
        st.code(SINGLE_USER_SETTING, language=None)
    else:
        st.markdown(_("To look at it on this computer, let the server listen here only:"))
        st.code(LOOPBACK_COMMAND, language=None)
    st.caption(_("Set them as environment variables or in the file .env, then start again."))


def show_page_refused(user: User, page: str, landing: str) -> None:
    """Say that a page is not for the visitor's role, and lead to one that is."""
    access_notes().refused(
        *(person_code(user), PAGE_OF_ANOTHER_ROLE),
        role=user.role.value,
        page=page,
        demonstration=user.demonstration,
    )
    with st.container(key="refusal", width=640):
        st.title(_("This page is not for your role"), anchor=False)
        st.markdown(_("Everything for your role is in the menu."))
        st.page_link(landing, label=_("Open your first page"), icon=":material/arrow_forward:")
        if user.basis is Basis.DEMONSTRATION:
            st.caption(_("In the demonstration you can change the role in the side panel."))
