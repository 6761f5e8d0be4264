"""The journal as people read it: its filters, and its rows in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from components.access import Reason
from components.access_events import PAGE_OF_ANOTHER_ROLE
from components.account import ROLES
from components.partner_picker import pick_partner
from components.people import people_words
from components.table import Column, Kind
from program.language import N_, _
from program.roles import Role
from queries.audit import Action, JournalCut

ACTIONS = {
    Action.OPENED: N_("opened the page"),
    Action.EXPORTED: N_("took a file"),
    Action.SIGNED_IN: N_("signed in"),
    Action.SIGNED_OUT: N_("signed out"),
    Action.REFUSED: N_("was refused"),
}
#: Why somebody was refused, by the code of the reason.
REASONS = {
    Reason.UNKNOWN_PERSON.code: N_("not in the staff list"),
    Reason.EMAIL_NOT_VERIFIED.code: N_("address not confirmed"),
    Reason.EXPIRED.code: N_("session too old"),
    Reason.SIGNED_OUT.code: N_("session was signed out"),
    Reason.CHANGED.code: N_("role or portfolio has changed"),
    PAGE_OF_ANOTHER_ROLE: N_("page of another role"),
}
#: What the journal shows before anybody chooses a period.
DAYS = 30
#: Both dates stand in it, on a phone too, where it takes a row of its own.
_PERIOD_WIDTH = 270


def moment_of(day: dt.date) -> dt.datetime:
    """Return the UTC moment at which ``day`` begins on this server's clock."""
    begins = dt.datetime.combine(day, dt.time()).astimezone()
    return begins.astimezone(dt.UTC).replace(tzinfo=None)


def on_our_clock(moments: pd.Series[Any]) -> list[dt.datetime]:
    """Return UTC moments as this server's clock showed them."""
    return [
        at.to_pydatetime().replace(tzinfo=dt.UTC).astimezone().replace(tzinfo=None)
        for at in moments
    ]


def _chosen(label: str, names: Mapping[str, str], all_words: str, key: str) -> str | None:
    if st.session_state.get(key, "") not in {"", *names}:
        del st.session_state[key]
    said: str | None = st.selectbox(
        label,
        ["", *names],
        key=key,
        format_func=lambda code: names.get(code, all_words),
        placeholder=_("Choose"),
    )
    return said or None


def journal_filters(
    people: Mapping[str, str],
    pages: Mapping[str, str],
    partners: pd.DataFrame,
    today: dt.date,
) -> JournalCut:
    """Draw the journal's own filters and return what they say.

    Parameters
    ----------
    people, pages
        Code and words of everybody and every page in the journal.
    partners
        Grain: one row a partner; ``partner_id``, ``name``, ``city``.
    today
        The clock's day: the journal has nothing to do with the day of the data.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key="journal_filters"):
        period = st.date_input(
            _("Period"),
            (today - dt.timedelta(days=DAYS - 1), today),
            max_value=today,
            format="DD.MM.YYYY",
            key="journal_period",
            width=_PERIOD_WIDTH,
        )
        person = _chosen(_("Who"), people, _("Everybody"), "journal_person")
        page = _chosen(_("Page"), pages, _("All pages"), "journal_page")
        action = _chosen(
            _("What was done"),
            {action.value: _(words) for action, words in ACTIONS.items()},
            _("Everything"),
            "journal_action",
        )
    partner = pick_partner(partners, key="journal_partner")
    days = period if isinstance(period, tuple) else (period,)
    # While only the first day of a period is picked, it stands for itself.
    first, last = (days[0], days[-1]) if days else (today, today)
    return JournalCut(
        since=moment_of(first),
        until=moment_of(last + dt.timedelta(days=1)),
        person=person,
        page=page,
        partner_id=partner,
        action=Action(action) if action else None,
    )


def journal_rows(
    events: pd.DataFrame, pages: Mapping[str, str], partners: pd.DataFrame
) -> pd.DataFrame:
    """Return events of ``queries.audit.journal`` in words and on this server's clock."""
    people = people_words(set(events["person"]))
    names = partners.set_index("partner_id")["name"]
    return events.assign(
        at=pd.Series(on_our_clock(events["at"]), index=events.index, dtype="datetime64[us]"),
        who=[people[code] for code in events["person"]],
        role=[_(ROLES[Role(role)]) if role in list(Role) else role for role in events["role"]],
        action=[_(ACTIONS[Action(code)]) for code in events["action"]],
        reason=[_(REASONS[code]) if code in REASONS else code for code in events["reason"]],
        page=[pages.get(page, page) for page in events["page"]],
        partner=[
            "" if pd.isna(number) else str(names.get(int(number), int(number)))
            for number in events["partner_id"]
        ],
    )


def journal_columns() -> list[Column]:
    """Return the columns of the journal and of its file."""
    return [
        Column("at", _("When"), Kind.MOMENT, width=130),
        Column("who", _("Who"), width=210),
        Column("role", _("Role"), width=125),
        Column("action", _("What was done"), width=145),
        Column("page", _("Page"), width=150),
        Column("reason", _("Reason"), width=170),
        Column("partner", _("Partner"), width=180),
        Column("exported_rows", _("Rows of the file"), Kind.COUNT, undefined="", width=110),
        Column("filters", _("Filters"), width="large"),
        Column("language", _("Language"), width=80),
    ]
