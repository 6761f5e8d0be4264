"""Saved views in the side panel: keep what the page shows under a name, and open it again."""

from __future__ import annotations

import datetime as dt
import logging
import re
import secrets
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from charts import formats
from components import address
from components.access import User
from components.menu import menu_of_visit
from components.note_form import text_problem
from components.people import person_code
from components.state import read_state, told_trouble, writing_state
from components.text import plain
from program.language import _
from program.written_text import TextRefused, checked_text
from queries.saved_views import (
    MOST_VIEWS,
    NameTaken,
    SavedView,
    TooManyViews,
    forget_view,
    keep_view,
    views_of,
)
from queries.state import StateDatabaseError

log = logging.getLogger("quality_program.state")
LONGEST_NAME, _LONGEST_VALUE, _LONGEST_CODES = 60, 120, 1500
_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}")
#: Marks what a page keeps for itself and does not write into the address.
_OWN = "own."
_DRAFT = "saved_view_draft"


def codes_of_page() -> str:
    """Return what the address and the page's own choices say now, without the language."""
    own = {
        f"{_OWN}{field}": value
        for field, value in address.chosen().items()
        if field not in address.FIELDS
    }
    said = {name: st.query_params[name] for name in st.query_params if _CODE.fullmatch(name)} | own
    kept = {
        name: str(value)
        for name, value in said.items()
        if name != "lang" and len(str(value)) <= _LONGEST_VALUE
    }
    return urlencode(kept)


def open_view(view: SavedView) -> None:
    """Go to the page of a view and choose what it says; pages check every code as always."""
    entry = menu_of_visit().get(view.page)
    if entry is None:
        return
    said = dict(parse_qsl(view.codes))
    own = {name for name in said if name.startswith(_OWN)}
    address.forget(field for field in address.FIELDS if field != "lang")
    for name in own:
        address.choose(name.removeprefix(_OWN), said[name])
    for field in address.FIELDS:
        if field in said:
            address.choose(field, said[field])
    lang = address.chosen().get("lang")
    written = {name: value for name, value in said.items() if name not in own}
    st.switch_page(entry.script, query_params=written | ({"lang": lang} if lang else {}))


def saved_views(user: User, page: str) -> None:
    """Draw the visitor's views and the field that saves another one."""
    with st.popover(
        _("Saved views"), icon=":material/bookmarks:", type="tertiary", key="saved_views"
    ):
        views = read_state(user, lambda connection: views_of(connection, person_code(user)), None)
        if views is None:
            return
        for view in views:
            _one(user, view)
        if not views:
            st.caption(_("Save the filters of a page under a name to come back to them."))
        _new(user, page)


def _one(user: User, view: SavedView) -> None:
    known = view.page in menu_of_visit()
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            plain(view.name),
            key=f"saved_view_open_{view.id}",
            type="tertiary",
            width="stretch",
            disabled=not known,
            help=menu_of_visit()[view.page].title if known else _("The page is not for your role"),
        ):
            open_view(view)
        if st.button(
            "",
            key=f"saved_view_forget_{view.id}",
            icon=":material/delete:",
            type="tertiary",
            help=_("Delete «{name}»").format(name=plain(view.name)),
        ):
            try:
                with writing_state(user) as connection:
                    forget_view(connection, person_code(user), view.id)
            except StateDatabaseError as error:
                st.warning(_("Not deleted: {trouble}.").format(trouble=told_trouble(error)))
            else:
                st.rerun()


def _new(user: User, page: str) -> None:
    draft = st.session_state.setdefault(_DRAFT, secrets.token_hex(16))
    with st.form(key=f"saved_view_form_{draft}", border=False):
        name = st.text_input(
            _("Save what this page shows as"),
            key=f"saved_view_name_{draft}",
            max_chars=LONGEST_NAME,
            placeholder=_("Name of the view"),
        )
        if st.form_submit_button(_("Save the view"), icon=":material/bookmark_add:"):
            problem = _kept(user, draft, name or "", page)
            if problem is None:
                st.session_state[_DRAFT] = secrets.token_hex(16)
                st.rerun()
            st.warning(problem)


def _kept(user: User, draft: str, name: str, page: str) -> str | None:
    try:
        checked = checked_text(name, LONGEST_NAME, lines=False)
    except TextRefused as error:
        return text_problem(error, LONGEST_NAME)
    codes = codes_of_page()
    if len(codes) > _LONGEST_CODES:
        return _("This page's address is too long to be saved.")
    view = SavedView(draft, person_code(user), checked, page, codes)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    try:
        with writing_state(user) as connection:
            keep_view(connection, view, now)
    except NameTaken:
        return _("You have a view of this name already; take another one.")
    except TooManyViews:
        return _("You have {n} views already; delete one first.").format(
            n=formats.number(MOST_VIEWS)
        )
    except StateDatabaseError as error:
        log.warning("a view was not kept: %s: %s", type(error).__name__, error)
        return _("Not saved: {trouble}. Your text is still here; try again.").format(
            trouble=told_trouble(error)
        )
    return None
