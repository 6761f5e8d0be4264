from __future__ import annotations

import datetime as dt
from dataclasses import replace

import streamlit as st

from charts import formats
from components.access import Basis
from components.data import ask, data_moment
from components.download import About, download
from components.journal import journal_columns, journal_filters, journal_rows
from components.menu import menu_of_visit
from components.page import title
from components.people import people_words
from components.session import require_user
from components.state import read_state
from components.states import empty
from components.table import height_of, show_table
from program.language import _
from program.settings import settings
from queries.audit import journal, people_of_journal
from queries.filters import NO_FILTERS
from queries.partners import partner_directory

#: Rows on screen and in the file; a longer journal is narrowed by its filters.
MOST_ROWS = 10_000

user = require_user()
title(
    _("Who opened and exported what?"),
    _(
        "Every sign-in, sign-out and refusal, every opening of a page and every file taken, in "
        "codes of the filters: no clients, no words that somebody typed. Kept for {days}."
    ).format(days=formats.days(settings().journal_days)),
)

# Filters -------------------------------------------------------------------------------------
partners = ask(partner_directory, user.scope, NO_FILTERS)
pages = {path: entry.title for path, entry in menu_of_visit().items()}
signed_in = user.basis is Basis.SIGNED_IN
people = people_words(
    read_state(user, lambda connection: people_of_journal(connection, with_access=signed_in), [])
)
today = dt.datetime.now().astimezone().date()
cut = replace(journal_filters(people, pages, partners, today), with_access=signed_in)

# Events --------------------------------------------------------------------------------------
found = read_state(user, lambda connection: journal(connection, cut, MOST_ROWS), None)
if found is None:
    st.stop()
if found.empty:
    empty(_("Nothing in the journal matches."), then=_("Widen the period or choose everybody."))
    st.stop()
rows = journal_rows(found, pages, partners)
columns = journal_columns()
show_table(
    rows,
    columns,
    key="journal",
    alt=_("Events, the newest first"),
    height=height_of(len(rows), 520),
)
with st.container(horizontal=True, vertical_alignment="center"):
    st.caption(
        _("The newest {n} events; narrow the filters to see earlier ones.").format(
            n=formats.number(MOST_ROWS)
        )
        if len(rows) == MOST_ROWS
        else _("Events: {n}").format(n=formats.number(len(rows)))
    )
    download(
        rows,
        columns,
        about=About(
            title=_("Journal"),
            file_name=f"journal_{today}",
            basis=_("Events: {n}").format(n=formats.number(len(rows))),
            data_as_of=data_moment().as_of,
        ),
        key="journal_file",
    )
