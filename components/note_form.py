"""Writing a note or a follow-up: the form, and what happens when it cannot be kept.

What was typed stays in the form until it has been kept. The id of a note is made when its form is
first drawn, so pressing twice, or again after an unclear failure, writes it once.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from charts import formats
from components.access import User
from components.data import ask
from components.people import people_words, person_code
from components.state import told_trouble, writing_state
from components.text import one_line
from program.language import _
from program.written_text import TextProblem, TextRefused, checked_text
from queries.notes import (
    ForeignPartner,
    NoteChanged,
    NoteContent,
    NoteStatus,
    NoteWrite,
    write_note,
)
from queries.partners import partner_ids
from queries.state import StateDatabaseError

log = logging.getLogger("quality_program.state")
LONGEST_NOTE = 2000
_NO_DAY, _BY_DAY = "none", "day"


@dataclass(frozen=True, slots=True)
class Draft:
    """A note that is being written: a new one, or a version that was read."""

    note_id: str
    base_version: int = 0
    content: NoteContent | None = None


def new_draft() -> Draft:
    """Return the beginning of a new note."""
    return Draft(secrets.token_hex(16))


def keep_note(user: User, partner_id: int, draft: Draft, content: NoteContent) -> str | None:
    """Write the note and return ``None``, or what to tell the person instead.

    After a conflict the next attempt goes by the version that is there now: whoever presses again
    has been told.
    """
    told = f"note_base_{draft.note_id}"
    base = st.session_state.get(told, draft.base_version)
    write = NoteWrite(draft.note_id, partner_id, base, content, person_code(user))
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    try:
        in_scope = ask(partner_ids, user.scope)
        with writing_state(user) as connection:
            write_note(connection, in_scope, write, now)
    except NoteChanged as error:
        if error.version is not None:
            st.session_state[told] = error.version
        return _(
            "Somebody has changed this note since you opened it; the list shows how it stands now. "
            "Nothing was overwritten, your text is still in the form. Press «Save» again to put it "
            "in place of the other."
        )
    except ForeignPartner:
        return _("This partner is not in your portfolio, so nothing was written.")
    except StateDatabaseError as error:
        log.warning("a note was not kept: %s: %s", type(error).__name__, error)
        return _("Not saved: {trouble}. Your text is still here; try again.").format(
            trouble=told_trouble(error)
        )
    st.session_state.pop(told, None)
    return None


def text_problem(error: TextRefused, most: int) -> str:
    """Return in words why a text is refused."""
    if error.problem is TextProblem.EMPTY:
        return _("Write a few words first.")
    if error.problem is TextProblem.TOO_LONG:
        return _("The text is longer than {n} characters.").format(n=formats.number(most))
    return _("The text holds control characters that cannot be kept; type it anew as plain text.")


def _due_choice(draft: Draft, evaluations: Sequence[dt.date]) -> str:
    """Draw by when: a plain note, before one of the evaluations, or by a day of one's own."""
    content = draft.content
    days = {f"{day}" for day in evaluations}
    if content and content.before_evaluation:
        days.add(f"{content.before_evaluation}")
    words = {
        _NO_DAY: _("Only a note"),
        **{
            day: _("Do before the evaluation on {day}").format(
                day=formats.date_long(dt.date.fromisoformat(day))
            )
            for day in sorted(days)
        },
        _BY_DAY: _("Do by a day"),
    }
    default = _NO_DAY
    if content and content.status is not NoteStatus.NOTE:
        default = f"{content.before_evaluation or _BY_DAY}"
    key = f"note_due_{draft.note_id}"
    if st.session_state.get(key) not in words:
        st.session_state[key] = default
    said: str | None = st.segmented_control(
        _("What it is"), list(words), key=key, format_func=lambda code: words.get(code, ""),
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    return said if said in words else default


def _owner_choice(draft: Draft, user: User, manager: str, key: str) -> str | None:
    """Draw who follows up: oneself, the partner's manager, or who had it before."""
    before = draft.content.owner if draft.content else None
    people = [code for code in dict.fromkeys((before, person_code(user), manager)) if code]
    names = people_words(people)
    if st.session_state.get(key) not in people:
        st.session_state[key] = people[0]
    said = st.selectbox(
        _("Who follows up"),
        people,
        key=key,
        format_func=lambda code: one_line(names.get(code, names[people[0]])),
        placeholder=_("Choose"),
    )
    return said if said in people else None


def note_form(
    user: User,
    partner_id: int,
    manager: str,
    evaluations: Sequence[dt.date],
    *,
    place: str,
    draft: Draft,
) -> bool:
    """Draw the form of ``draft`` and return whether it has just been kept.

    Parameters
    ----------
    manager
        Code of the partner's manager, to whom a follow-up may be given.
    evaluations
        The coming evaluations before which something can be done.
    place
        Tells the forms of one page apart.
    """
    due = _due_choice(draft, evaluations)
    content = draft.content
    problem = None
    with st.form(key=f"note_form_{place}_{draft.note_id}", border=True):
        text = st.text_area(
            _("Text"),
            content.text if content else "",
            key=f"note_text_{draft.note_id}",
            max_chars=LONGEST_NOTE,
            height=100,
            placeholder=_("What was agreed, what to ask, what to do next"),
        )
        owner, day = None, None
        if due != _NO_DAY:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                owner = _owner_choice(draft, user, manager, f"note_owner_{draft.note_id}")
                if due == _BY_DAY:
                    day = st.date_input(
                        _("To be done by"),
                        content.due_on if content else None,
                        key=f"note_day_{draft.note_id}",
                        format="DD.MM.YYYY",
                    )
        if st.form_submit_button(_("Save"), icon=":material/save:"):
            problem = _kept(user, partner_id, draft, text or "", due, owner, day)
            if problem is None:
                return True
        if problem:
            st.warning(problem, icon=":material/edit_note:")
    return False


def _kept(
    user: User,
    partner_id: int,
    draft: Draft,
    text: str,
    due: str,
    owner: str | None,
    day: object,
) -> str | None:
    try:
        checked = checked_text(text, LONGEST_NOTE)
    except TextRefused as error:
        return text_problem(error, LONGEST_NOTE)
    if due == _NO_DAY:
        return keep_note(user, partner_id, draft, NoteContent(checked))
    if due == _BY_DAY and not isinstance(day, dt.date):
        return _("Say by which day, please.")
    if owner is None:
        return _("Say who follows up, please.")
    was_done = draft.content is not None and draft.content.status is NoteStatus.DONE
    said = NoteContent(
        checked,
        NoteStatus.DONE if was_done else NoteStatus.OPEN,
        owner,
        due_on=day if due == _BY_DAY and isinstance(day, dt.date) else None,
        before_evaluation=None if due == _BY_DAY else dt.date.fromisoformat(due),
    )
    return keep_note(user, partner_id, draft, said)
