"""Two pages with a heading and a box each."""

from __future__ import annotations

import streamlit as st


def blank() -> None:
    """Draw one."""
    st.title("Blank")
    st.selectbox("Box", ["one", "two", "three"], key="filter_tier")


def other() -> None:
    """Draw the other."""
    blank()


st.navigation(
    [st.Page(blank, title="Blank", default=True), st.Page(other, title="Other", url_path="other")]
).run()
