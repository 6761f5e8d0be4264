"""What happened to the programme: the list for everybody, the form for analysts."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Callable

import streamlit as st
from sqlalchemy import Connection

from charts import formats
from components.access import User
from components.note_form import text_problem
from components.people import people_words, person_code
from components.state import read_state, told_trouble, writing_state
from components.states import empty
from components.text import plain
from program.language import N_, _
from program.written_text import TextRefused, checked_text
from queries.annotations import (
    EDITORS,
    Annotation,
    AnnotationKind,
    NotAnEditor,
    keep_annotation,
    noted_changes,
    remove_annotation,
)
from queries.state import StateDatabaseError

log = logging.getLogger("quality_program.state")
LONGEST = 80
KINDS = {
    AnnotationKind.RULES: N_("change of the rules"),
    AnnotationKind.QUESTIONNAIRE: N_("change of the questionnaire"),
    AnnotationKind.CAMPAIGN: N_("campaign"),
}
_DRAFT = "annotation_draft"


def annotations_section(user: User) -> None:
    """Draw what happened, marked on charts over time, and for editors how to add and remove."""
    st.markdown(f"## {_('What happened in the programme')}")
    st.caption(_("Marked on every chart over time."))
    found = read_state(user, noted_changes, None)
    if found is not None and found.empty:
        empty(_("Nothing has been marked yet."))
    elif found is not None:
        people = people_words(set(found["created_by"]))
        for event in found.itertuples():
            kind = _(KINDS[AnnotationKind(event.kind)])
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"**{formats.date_long(event.on_day.date())}** · {kind}: {plain(event.text)}"
                    f" · {plain(people[event.created_by])}"
                )
                if user.role in EDITORS and st.button(
                    _("Remove"), key=f"annotation_remove_{event.id}", type="tertiary"
                ):
                    _remove(user, str(event.id))
    if user.role in EDITORS:
        with st.expander(_("Mark a change"), icon=":material/flag:"):
            _new(user)


def _written(user: User, write: Callable[[Connection], None]) -> str | None:
    """Write and return ``None``, or what to tell the person instead."""
    try:
        with writing_state(user) as connection:
            write(connection)
    except NotAnEditor:
        return _("Only analysts and administrators mark changes.")
    except StateDatabaseError as error:
        log.warning("an annotation was not written: %s: %s", type(error).__name__, error)
        return _("Not saved: {trouble}. Your text is still here; try again.").format(
            trouble=told_trouble(error)
        )
    return None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def _remove(user: User, annotation_id: str) -> None:
    problem = _written(
        user,
        lambda connection: remove_annotation(
            connection, user.role, annotation_id, person_code(user), _now()
        ),
    )
    if problem:
        st.warning(problem)
    else:
        st.rerun()


def _new(user: User) -> None:
    draft = st.session_state.setdefault(_DRAFT, secrets.token_hex(16))
    words = {kind.value: _(words) for kind, words in KINDS.items()}
    with st.form(key=f"annotation_form_{draft}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            day = st.date_input(_("Day"), key=f"annotation_day_{draft}", format="DD.MM.YYYY")
            kind = st.selectbox(
                _("What it was"),
                list(words),
                key=f"annotation_kind_{draft}",
                format_func=lambda code: words.get(code, words[AnnotationKind.RULES]),
                placeholder=_("Choose"),
            )
        text = st.text_input(_("In a few words"), key=f"annotation_text_{draft}", max_chars=LONGEST)
        if st.form_submit_button(_("Save the mark"), icon=":material/save:"):
            problem = _kept(user, draft, day, kind, text or "")
            if problem is None:
                st.session_state[_DRAFT] = secrets.token_hex(16)
                st.rerun()
            st.warning(problem)


def _kept(user: User, draft: str, day: object, kind: str | None, text: str) -> str | None:
    try:
        checked = checked_text(text, LONGEST, lines=False)
    except TextRefused as error:
        return text_problem(error, LONGEST)
    if not isinstance(day, dt.date) or kind not in list(AnnotationKind):
        return _("Say by which day, please.")
    event = Annotation(draft, day, AnnotationKind(kind), checked, person_code(user))
    return _written(user, lambda connection: keep_annotation(connection, user.role, event, _now()))
