"""What stands where a figure cannot: every such place says why, in words."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from charts import formats
from components.data import data_moment
from components.session import admitted_user
from components.text import plain
from program.language import _


def empty(why: str, *, then: str | None = None) -> None:
    """Say why there is nothing here and what to do about it."""
    with st.container(border=True):
        st.markdown(f":gray[:material/inbox:] {why}")
        if then:
            st.caption(then)


def nothing_matches() -> None:
    """Say that the filters leave nothing, or that there is nothing yet to be filtered."""
    user = admitted_user()
    if user and data_moment().as_of is None:
        no_data_loaded()
        return
    empty(
        _("Nothing matches these filters."),
        then=_("Widen the period or the region, or reset the filters above."),
    )


def few_answers(n: int) -> None:
    """Say that the figure beside rests on 5-9 answers."""
    st.caption(f":material/info: {formats.few_words(n)}")


def hidden(n: int) -> None:
    """Say that a figure is not shown because fewer than five answers stand behind it."""
    empty(
        formats.hidden_words(n).capitalize() + ".",
        then=_("Results are compared and exported from 5 answers on."),
    )


def no_base(window: str) -> None:
    """Say that coverage is undefined: no key of the base in this window."""
    empty(
        _("No base: no counted key was bought in {window} and activated since.").format(
            window=window
        ),
        then=_("Coverage is undefined then, it is not 0 %."),
    )


def stale_data(as_of: dt.datetime, days: int) -> None:
    """Warn that what is shown is older than it should be."""
    st.warning(
        _("{as_of}: {days} old. Ask whoever loads the data.").format(
            as_of=formats.data_as_of(as_of), days=formats.days(days)
        ),
        icon=":material/schedule:",
    )


def no_data_loaded() -> None:
    """Say that the program database holds nothing yet."""
    empty(
        _("No data have been loaded."),
        then=_("Load the programme's records, or build the demonstration data, and come back."),
    )


def failed(incident: str, *, what: str | None = None) -> None:
    """Say that something broke, with the code by which the log is searched."""
    st.error(
        (what or _("This part of the page could not be shown."))
        + " "
        + _("Tell your administrator the code {incident}.").format(
            incident=f"**{plain(incident)}**"
        ),
        icon=":material/error:",
    )


def not_allowed(why: str) -> None:
    """Say in words why something is not shown to this visitor."""
    st.info(why, icon=":material/lock:")
