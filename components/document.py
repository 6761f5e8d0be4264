"""What Streamlit has no setting for: the document's language, its margins and its looks on paper.

The only module that sends HTML. It sends constants: a style sheet of ours, and one line of script
with a language code out of ``LANGUAGES``. Nothing from data comes here.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from charts.palette import ThemeName
from program.language import LANGUAGES

_STYLES = Path(__file__).with_name("document.css")
_PRINTS = "document_prints"
#: Containers with keys that begin so are for paper, or for the screen, only.
ON_PAPER, ON_SCREEN = "only_on_paper", "only_on_screen"


def dress_document(language: str, theme: ThemeName) -> None:
    """Say which language the document is in, for screen readers, hyphenation and translators.

    ``theme`` is what the visitor sees: the style sheet prints a dark page as a light one.

    Raises
    ------
    ValueError
        If we do not speak the language.
    """
    if language not in LANGUAGES:
        raise ValueError("we do not speak this language")
    st.html(_STYLES)
    script = f"<script>document.documentElement.lang = '{language}';</script>"
    with st.container(key="document_dark" if theme == "dark" else "document_light"):
        st.html(script, unsafe_allow_javascript=True)


def print_document() -> None:
    """Open the browser's print dialog, once for each call.

    Charts are as wide as the screen and cannot follow the paper by themselves: the page takes
    the width of the sheet first, and they have a moment to follow it.
    """
    number = st.session_state.get(_PRINTS, 0) + 1
    st.session_state[_PRINTS] = number
    script = (
        f"<script>/* {number} */ "
        "document.documentElement.classList.add('printing'); "
        "setTimeout(() => { window.print(); "
        "document.documentElement.classList.remove('printing'); }, 900);"
        "</script>"
    )
    with st.container(key="document_print"):
        st.html(script, unsafe_allow_javascript=True)
