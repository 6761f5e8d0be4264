"""Who is looking, decided anew in every run: by sign-in, as a demonstration, or not at all.

Nothing about the programme is asked before the answer but the staff list (with sign-in) and, of
those who are let in, whether the data are a demonstration.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import streamlit as st
from cachetools import TTLCache, cached

from components.data import ask, program_database
from components.signed_out import signed_out_sessions
from components.this_machine import listens_to_others, visit_comes_from_elsewhere
from program.roles import Role
from program.settings import settings
from program.sign_in import SignInProvider
from queries.choices import managers
from queries.freshness import freshness
from queries.scope import EVERYTHING, Scope, scope_of
from queries.staff import StaffMember, staff_member

#: What the role switch of a demonstration has chosen, in the session.
DEMONSTRATION_ROLE, DEMONSTRATION_PORTFOLIO = "demonstration_role", "demonstration_portfolio"
#: The staff list is asked again after so many seconds, whatever else the data did.
_STAFF_BELIEVED_SECONDS = 30
#: Clocks of the provider and of this machine may differ so much.
_CLOCKS_DIFFER_SECONDS = 300


class Reason(StrEnum):
    """Why somebody is not served."""

    NOT_SIGNED_IN = "not signed in"
    EXPIRED = "the session is too old"
    SIGNED_OUT = "the session was signed out"
    EMAIL_NOT_VERIFIED = "the provider has not verified the e-mail address"
    UNKNOWN_PERSON = "not in the staff list"
    OTHER_MACHINE = "no sign-in is configured, so only this machine is served"
    OWN_DATABASE = "no sign-in is configured, and the database is no demonstration"
    CHANGED = "the role, or what may be seen in it, has changed since the page was drawn"

    @property
    def code(self) -> str:
        """Return the word by which the journal keeps the reason."""
        return self.name.lower()


#: What to do about the reasons that no visitor can mend: at the start, in the log, on ``/readyz``.
WHAT_TO_SET = {
    Reason.OTHER_MACHINE: "set QUALITY_OIDC_… and QUALITY_COOKIE_SECRET for sign-in, or let the "
    "server listen on 127.0.0.1 (server.address) without a proxy in front",
    Reason.OWN_DATABASE: "set QUALITY_OIDC_… and QUALITY_COOKIE_SECRET for sign-in, or "
    "QUALITY_SINGLE_USER_WITHOUT_SIGN_IN=true for one trusted person on this machine",
}


class Refused(Exception):
    """Nothing is shown to whoever asked, and why."""

    def __init__(self, reason: Reason, email: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.email = email


class Basis(StrEnum):
    """Why somebody is served."""

    SIGNED_IN = "signed in"
    DEMONSTRATION = "demonstration"
    SINGLE_USER = "single user"


@dataclass(frozen=True, slots=True)
class User:
    """The person behind the session.

    Attributes
    ----------
    scope
        Whose partners the person sees in detail; part of every question to the database.
    session_id, signed_in_at
        Tells the sign-in apart from every other one, and its moment; empty without sign-in.
    demonstration
        Whether the data are the demonstration: notes, views, marks and events belong to it then.
    """

    role: Role
    scope: Scope
    basis: Basis = Basis.SINGLE_USER
    name: str = ""
    email: str = ""
    session_id: str = ""
    signed_in_at: float = 0.0
    demonstration: bool = False


def claims_of_visit() -> Mapping[str, Any]:
    """Return what the provider said about the visitor; empty while nobody is signed in."""
    return st.user.to_dict()


def session_id_of(claims: Mapping[str, Any]) -> str:
    """Return what tells one sign-in from another: a hash of all that the provider said then.

    The provider repeats our random nonce in it, so that two sign-ins never look alike.
    """
    said = {name: value for name, value in claims.items() if name != "tokens"}
    written = json.dumps(said, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()


def session_problem(session_id: str, issued_at: object) -> Reason | None:
    """Return why a session is over, ``None`` while it lasts."""
    if isinstance(issued_at, bool) or not isinstance(issued_at, int | float):
        return Reason.NOT_SIGNED_IN
    age = time.time() - issued_at
    if not -_CLOCKS_DIFFER_SECONDS <= age < settings().session_hours * 3600:
        return Reason.EXPIRED
    return Reason.SIGNED_OUT if session_id in signed_out_sessions() else None


@cached(TTLCache(1000, _STAFF_BELIEVED_SECONDS), lock=threading.Lock())
def believed_member(version: str, email: str) -> StaffMember | None:
    """Return whom the staff list tells of, as it was at most so many seconds ago."""
    del version  # a loaded staff list counts at once, a row changed by hand within seconds
    with program_database().connect() as connection:
        return staff_member(connection, email)


def _signed_in(provider: SignInProvider, claims: Mapping[str, Any]) -> User:
    if claims.get("is_logged_in") is not True:
        raise Refused(Reason.NOT_SIGNED_IN)
    email, session_id = str(claims.get("email") or "").strip(), session_id_of(claims)
    if problem := session_problem(session_id, claims.get("iat")):
        raise Refused(problem, email)
    # Some providers write booleans as words. Whoever says that it is not, is believed in any case.
    said = claims.get("email_verified")
    verified = provider.vouches_for_email if said is None else str(said).lower() == "true"
    if not email or not verified:
        raise Refused(Reason.EMAIL_NOT_VERIFIED, email)
    return _of_the_staff(email, session_id, float(claims["iat"]))


def _of_the_staff(email: str, session_id: str, signed_in_at: float) -> User:
    member = believed_member(program_database().version(), email)
    if member is None:
        raise Refused(Reason.UNKNOWN_PERSON, email)
    scope = scope_of(member.role, member.email)
    return User(
        *(member.role, scope, Basis.SIGNED_IN, member.name, member.email),
        *(session_id, signed_in_at, is_demonstration()),
    )


def require_still_served(user: User | None, version: str) -> None:
    """Let pass whom the router admitted earlier; needs no visitor's session, so files can ask.

    Parameters
    ----------
    version
        Of the data when ``user`` was admitted: another load may have another portfolio.

    Raises
    ------
    Refused
        If the session has ended since, or its owner may see something else by now.
    queries.engine.ProgramDatabaseError
        If the database cannot be asked.
    """
    if user is None:
        raise Refused(Reason.NOT_SIGNED_IN)
    if user.basis is not Basis.SIGNED_IN:
        if reason := serving_problem():
            raise Refused(reason)
        if user.demonstration != is_demonstration():
            raise Refused(Reason.CHANGED)
        return
    if problem := session_problem(user.session_id, user.signed_in_at):
        raise Refused(problem, user.email)
    now = _of_the_staff(user.email, user.session_id, user.signed_in_at)
    same_partners = now.scope == EVERYTHING or version == program_database().version()
    admitted = (user.role, user.scope, user.demonstration)
    if (now.role, now.scope, now.demonstration) != admitted or not same_partners:
        raise Refused(Reason.CHANGED, user.email)


def is_demonstration() -> bool:
    """Return whether the data are synthetic, by their own load records."""
    fresh = ask(freshness, EVERYTHING)
    return fresh is not None and fresh.is_demonstration


def _in_the_demonstration() -> User:
    said = st.session_state.get(DEMONSTRATION_ROLE)
    role = Role(said) if said in list(Role) else Role.ADMIN
    if role is not Role.MANAGER:
        return User(role, EVERYTHING, Basis.DEMONSTRATION, demonstration=True)
    portfolios = ask(managers, EVERYTHING).set_index("email")["name"]
    chosen = st.session_state.get(DEMONSTRATION_PORTFOLIO)
    email = str(chosen if chosen in portfolios.index else next(iter(portfolios.index), ""))
    name = str(portfolios.get(email, ""))
    scope = scope_of(role, email)
    return User(role, scope, Basis.DEMONSTRATION, name, email, demonstration=True)


def serving_problem() -> Reason | None:
    """Return why nobody at all is served, ``None`` if somebody may be.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot be asked whether it is a demonstration.
    """
    if settings().sign_in is not None:
        return None
    if listens_to_others():
        return Reason.OTHER_MACHINE
    if settings().single_user_without_sign_in or is_demonstration():
        return None
    return Reason.OWN_DATABASE


def visitor() -> User:
    """Return who is looking.

    Raises
    ------
    Refused
        If this visit is not served.
    queries.engine.ProgramDatabaseError
        If the database cannot be asked.
    """
    provider = settings().sign_in
    if provider is not None:
        return _signed_in(provider, claims_of_visit())
    if listens_to_others() or visit_comes_from_elsewhere():
        raise Refused(Reason.OTHER_MACHINE)
    if is_demonstration():
        return _in_the_demonstration()
    if settings().single_user_without_sign_in:
        return User(Role.ADMIN, EVERYTHING)
    raise Refused(Reason.OWN_DATABASE)
