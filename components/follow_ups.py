"""Follow-ups across partners: one's own by deadline, and which partners have an open one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from charts import formats
from components.access import Basis, User
from components.data import ask
from components.people import is_without_sign_in, people_words, person_code
from components.state import read_state
from components.text import plain
from program.language import _, ngettext
from program.roles import Role
from queries.filters import NO_FILTERS
from queries.notes import open_follow_ups
from queries.partners import partner_directory, partner_ids
from queries.scope import EVERYTHING
from queries.staff import staff_roles

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


def _can_do(user: User, owner: str, manager: str, roles: Mapping[str, Role]) -> bool:
    """Return whether the owner of a follow-up still sees its partner, whose manager is given."""
    if is_without_sign_in(owner):
        return user.basis is not Basis.SIGNED_IN
    role = roles.get(owner)
    return role is not None and (role is not Role.MANAGER or owner == manager)


def _mine(user: User, tasks: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """Return the visitor's follow-ups with ``passed_on``: whether another one had it before.

    That is so where the owner no longer works here or no longer has the partner; its present
    manager has the follow-up then, so that it is in somebody's list.
    """
    me = person_code(user)
    roles = ask(staff_roles, EVERYTHING)
    managers = partners["manager_email"].reindex(tasks["partner_id"]).fillna("")
    passed_on = [
        manager == me and owner != me and not _can_do(user, owner, manager, roles)
        for owner, manager in zip(tasks["owner"], managers, strict=True)
    ]
    marked = tasks.assign(passed_on=passed_on)
    return marked[(marked["owner"] == me) | marked["passed_on"]]


def my_follow_ups(user: User, tasks: pd.DataFrame | None, *, folded: bool) -> None:
    """List the visitor's own open follow-ups, the most urgent first; nothing without any.

    Those are among them whose owner cannot do them any more and whose partner is the visitor's.

    Parameters
    ----------
    folded
        Whether only their number shows at first.
    """
    if tasks is None or tasks.empty:
        return
    partners = ask(partner_directory, user.scope, NO_FILTERS).set_index("partner_id")
    mine = _mine(user, tasks, partners)
    if mine.empty:
        return
    late = sum(overdue_days(task) > 0 for task in mine.itertuples())
    heading = _("My follow-ups: {n}").format(n=formats.number(len(mine)))
    if late:
        heading += ", " + _("overdue: {n}").format(n=formats.number(late))
    if folded:
        with st.expander(heading, icon=":material/pending_actions:"):
            _listed(mine, partners["name"])
    else:
        st.markdown(f"## {heading}")
        _listed(mine, partners["name"])


def _listed(mine: pd.DataFrame, names: pd.Series[Any]) -> None:
    rows, first = [], mine.head(MOST_LISTED)
    people = people_words(set(first.loc[first["passed_on"], "created_by"]))
    for task in first.itertuples():
        words = " ".join(task.text.split())
        if len(words) > _WORDS_OF_A_TASK:
            words = words[:_WORDS_OF_A_TASK].rstrip() + "…"
        name = plain(names.get(task.partner_id, task.partner_id))
        due = deadline_words(task)
        row = f"- **{plain(due)}** · [{name}](partner?partner={task.partner_id}): {plain(words)}"
        if task.passed_on:
            author = _("passed on to you, written by {name}").format(name=people[task.created_by])
            row += f" · {plain(author)}"
        rows.append(row)
    st.markdown("\n".join(rows))
    more = len(mine) - MOST_LISTED
    if more > 0:
        st.caption(_("… and {n} more").format(n=formats.number(more)))
