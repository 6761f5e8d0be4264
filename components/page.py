"""The frame around every page's content: title, freshness, banners."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import streamlit as st

from charts import formats
from components.data import Moment
from components.states import stale_data
from program.language import _
from program.settings import settings


def freshness_line(moment: Moment, notes: Iterable[str] = ()) -> None:
    """Say when the data is from, that it is synthetic where it is, and when it is out of date.

    ``notes`` are badges that stand beside it on every page.
    """
    fresh = moment.freshness
    with st.container(horizontal=True, vertical_alignment="center", key="freshness"):
        st.caption(formats.data_as_of(moment.as_of), width="content")
        if fresh and fresh.is_demonstration:
            st.markdown(
                ":yellow-badge[:material/science: "
                + _("Demonstration data: everything is synthetic")
                + "]",
                width="content",
            )
        for note in notes:
            st.markdown(note, width="content")
    if fresh and not fresh.is_demonstration:
        age = (dt.datetime.now().astimezone().date() - fresh.data_as_of.date()).days
        if age > settings().stale_after_days:
            stale_data(fresh.data_as_of, age)


def title(text: str, lead: str | None = None) -> None:
    """Draw the page's heading and the sentence under it."""
    st.title(text, anchor=False)
    if lead:
        st.markdown(lead[0].upper() + lead[1:])
