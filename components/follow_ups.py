"""Follow-ups across partners: one's own by deadline, and which partners have an open one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from charts import formats
from components.access import User
from components.data import ask
from components.people import person_code
from components.state import read_state
from components.text import plain
from program.language import _, ngettext
from queries.filters import NO_FILTERS
from queries.notes import open_follow_ups
from queries.partners import partner_directory, partner_ids

#: Follow-ups listed on a page that is about something else.
MOST_LISTED = 7
_WORDS_OF_A_TASK = 140


def clock_day() -> dt.date:
    """Return today by the clock: deadlines are people's, not the data's."""
    return dt.datetime.now().astimezone().date()


def overdue_days(note: Any) -> int:
    """Return by how many days a follow-up is late; 0 while it is in time."""
    if pd.isna(note.deadline):
        return 0
    return max(0, int((clock_day() - note.deadline.date()).days))


def deadline_words(note: Any) -> str:
    """Return by when a follow-up is due, and that it is late if it is."""
    if not pd.isna(note.before_evaluation):
        words = _("before the evaluation on {day}").format(
            day=formats.date_long(note.before_evaluation.date())
        )
    elif not pd.isna(note.due_on):
        words = _("by {day}").format(day=formats.date_long(note.due_on.date()))
    else:
        words = _("without a day")
    late = overdue_days(note)
    return words + (f" · {late_words(late)}" if late else "")


def late_words(days: int) -> str:
    """Return «overdue by 3 days»."""
    return _("overdue by {days}").format(days=formats.days(days))


def follow_ups(user: User) -> pd.DataFrame | None:
    """Return the open follow-ups on the visitor's partners, ``None`` if they cannot be read."""
    in_scope = ask(partner_ids, user.scope)
    return read_state(user, lambda connection: open_follow_ups(connection, in_scope), None)


def marker_words(tasks: pd.DataFrame | None, partners: pd.Series[Any]) -> list[str]:
    """Return for each partner what is open: the earliest deadline, and how many there are."""
    if tasks is None or tasks.empty:
        return ["" for _partner in partners]
    words = {}
    for partner, own in tasks.groupby("partner_id"):
        first = next(own.itertuples())
        day = "" if pd.isna(first.deadline) else formats.date_short(first.deadline.date())
        late = overdue_days(first)
        words[partner] = " · ".join(
            part
            for part in (
                ngettext("{n} follow-up", "{n} follow-ups", len(own)).format(n=len(own)),
                late_words(late) if late else day and _("by {day}").format(day=day),
            )
            if part
        )
    return [words.get(partner, "") for partner in partners]


def my_follow_ups(user: User, tasks: pd.DataFrame | None, *, folded: bool) -> None:
    """List the visitor's own open follow-ups, the most urgent first; nothing without any.

    Parameters
    ----------
    folded
        Whether only their number shows at first.
    """
    mine = tasks if tasks is None else tasks[tasks["owner"] == person_code(user)]
    if mine is None or mine.empty:
        return
    late = sum(overdue_days(task) > 0 for task in mine.itertuples())
    heading = _("My follow-ups: {n}").format(n=formats.number(len(mine)))
    if late:
        heading += ", " + _("overdue: {n}").format(n=formats.number(late))
    if folded:
        with st.expander(heading, icon=":material/pending_actions:"):
            _listed(user, mine)
    else:
        st.markdown(f"## {heading}")
        _listed(user, mine)


def _listed(user: User, mine: pd.DataFrame) -> None:
    names = ask(partner_directory, user.scope, NO_FILTERS).set_index("partner_id")["name"]
    rows = []
    for task in mine.head(MOST_LISTED).itertuples():
        words = " ".join(task.text.split())
        if len(words) > _WORDS_OF_A_TASK:
            words = words[:_WORDS_OF_A_TASK].rstrip() + "…"
        name = plain(names.get(task.partner_id, task.partner_id))
        due = deadline_words(task)
        rows.append(
            f"- **{plain(due)}** · [{name}](partner?partner={task.partner_id}): {plain(words)}"
        )
    st.markdown("\n".join(rows))
    more = len(mine) - MOST_LISTED
    if more > 0:
        st.caption(_("… and {n} more").format(n=formats.number(more)))
