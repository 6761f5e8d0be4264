"""Notes and follow-ups of one partner: the list, what can be done with each, and a new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy import Connection

from charts import formats
from components.access import User
from components.data import ask
from components.follow_ups import deadline_words
from components.journal import on_our_clock
from components.note_form import Draft, keep_note, new_draft, note_form
from components.people import people_words
from components.state import read_state
from components.states import empty
from components.text import plain
from program.language import N_, _
from queries.notes import NoteContent, NoteStatus, note_changes, notes_of_partner
from queries.partners import partner_ids

#: A longer history of a partner shows its newest part.
MOST_SHOWN = 50
STATUSES = {
    NoteStatus.NOTE: N_("note"),
    NoteStatus.OPEN: N_("follow-up"),
    NoteStatus.DONE: N_("follow-up, done"),
}
_ICONS = {
    NoteStatus.NOTE: ":gray-badge[:material/sticky_note_2: {words}]",
    NoteStatus.OPEN: ":blue-badge[:material/pending_actions: {words}]",
    NoteStatus.DONE: ":gray-badge[:material/task_alt: {words}]",
}


def _content(note: Any) -> NoteContent:
    return NoteContent(
        note.text,
        NoteStatus(note.status),
        note.owner or None,
        None if pd.isna(note.due_on) else note.due_on.date(),
        None if pd.isna(note.before_evaluation) else note.before_evaluation.date(),
    )


def lines(text: str) -> str:
    """Return a text of several lines as Markdown that shows exactly its characters."""
    return "  \n".join(plain(line) for line in text.split("\n"))


def new_note(
    user: User, partner_id: int, manager: str, evaluations: Sequence[dt.date], *, place: str
) -> None:
    """Draw the form of a new note; an empty one takes its place when it has been kept."""
    slot = f"note_new_{place}_{partner_id}"
    draft = st.session_state.setdefault(slot, new_draft())
    if note_form(user, partner_id, manager, evaluations, place=place, draft=draft):
        st.session_state[slot] = new_draft()
        st.toast(_("Saved"), icon=":material/check:")
        st.rerun()


def notes_block(user: User, partner_id: int, manager: str, evaluations: Sequence[dt.date]) -> None:
    """Draw everything that staff have written about a partner, and the form for more."""
    st.markdown(f"## {_('Notes and follow-ups')}")
    in_scope = ask(partner_ids, user.scope)

    def written(connection: Connection) -> tuple[pd.DataFrame, pd.DataFrame]:
        notes = notes_of_partner(connection, in_scope, partner_id)
        # Where nothing is written nothing has been changed either.
        return notes, notes if notes.empty else note_changes(connection, in_scope, partner_id)

    found = read_state(user, written, None)
    if found is not None:
        notes, changes = found
        if notes.empty:
            empty(_("Nobody has written anything about this partner yet."))
        else:
            for note in notes.head(MOST_SHOWN).itertuples():
                _one(user, partner_id, manager, evaluations, note, changes)
        if len(notes) > MOST_SHOWN:
            st.caption(_("Shown: the newest {n}.").format(n=formats.number(MOST_SHOWN)))
    with st.expander(_("Write a note or a follow-up"), icon=":material/edit_note:"):
        new_note(user, partner_id, manager, evaluations, place="card")


def _one(
    user: User,
    partner_id: int,
    manager: str,
    evaluations: Sequence[dt.date],
    note: Any,
    changes: pd.DataFrame,
) -> None:
    content, editing = _content(note), f"note_editing_{note.id}"
    history = changes[changes["note_id"] == note.id]
    people = people_words({note.created_by, note.changed_by, note.owner, *history["changed_by"]})
    with st.container(border=True, key=f"note_{note.id}"):
        said = [_ICONS[content.status].format(words=_(STATUSES[content.status]))]
        if content.status is NoteStatus.OPEN:
            said.append(plain(deadline_words(note)))
        if content.owner:
            said.append(plain(people[content.owner]))
        st.markdown(" · ".join(said))
        st.markdown(lines(content.text))
        created, changed = on_our_clock(pd.Series([note.created_at, note.changed_at]))
        told = f"{people[note.created_by]}, {formats.moment(created)}"
        if note.version > 1:
            told += " · " + _("changed by {name}, {moment}").format(
                name=people[note.changed_by], moment=formats.moment(changed)
            )
        st.caption(plain(told))
        draft = st.session_state.get(editing)
        if draft is None:
            _buttons(user, partner_id, note, content, history, people)
        elif note_form(user, partner_id, manager, evaluations, place="edit", draft=draft):
            del st.session_state[editing]
            st.toast(_("Saved"), icon=":material/check:")
            st.rerun()


def _buttons(
    user: User,
    partner_id: int,
    note: Any,
    content: NoteContent,
    history: pd.DataFrame,
    people: dict[str, str],
) -> None:
    draft = Draft(note.id, int(note.version), content)

    def edit() -> None:
        st.session_state[f"note_editing_{note.id}"] = draft

    with st.container(horizontal=True):
        if content.status is not NoteStatus.NOTE:
            is_open = content.status is NoteStatus.OPEN
            # The version is in the key: a click on a note that has changed since does nothing.
            if st.button(
                _("Done") if is_open else _("Open again"),
                key=f"note_done_{note.id}_{note.version}",
                icon=":material/check:" if is_open else ":material/undo:",
            ):
                _settle(user, partner_id, draft)
        st.button(
            _("Edit"), key=f"note_edit_{note.id}", icon=":material/edit:", type="tertiary",
            on_click=edit,
        )  # fmt: skip
        if len(history) > 1:
            with st.popover(_("History"), icon=":material/history:", type="tertiary"):
                for change in history.itertuples():
                    (moment,) = on_our_clock(pd.Series([change.changed_at]))
                    words = _(STATUSES[NoteStatus(change.status)])
                    st.caption(
                        plain(f"{formats.moment(moment)} · {people[change.changed_by]} · {words}")
                    )
                    st.markdown(lines(change.text))


def _settle(user: User, partner_id: int, draft: Draft) -> None:
    """Close an open follow-up or open a closed one."""
    content = draft.content
    if content is None:
        return
    is_open = content.status is NoteStatus.OPEN
    turned = replace(content, status=NoteStatus.DONE if is_open else NoteStatus.OPEN)
    if problem := keep_note(user, partner_id, draft, turned):
        st.warning(problem, icon=":material/edit_note:")
    else:
        st.rerun()
