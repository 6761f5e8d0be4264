"""The page's answer in one sentence, with a mark that is read without its colour."""

from __future__ import annotations

import streamlit as st

from charts.palette import Tone
from components.theme import COLOURS, ICONS


def verdict(sentence: str, tone: Tone, *, because: str | None = None) -> None:
    """Draw the headline sentence of a page.

    ``sentence`` and ``because`` are Markdown: strings from data pass ``components.text.plain``
    first. The sentence itself says what the mark says.
    """
    st.header(f":{COLOURS[tone]}[{ICONS[tone]}] {sentence}", anchor=False)
    if because:
        st.markdown(because)


def badge(word: str, tone: Tone) -> str:
    """Return a small marked word for use inside Markdown: «✓ сохранит»."""
    return f":{COLOURS[tone]}-badge[{ICONS[tone]} {word}]"
