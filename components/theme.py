"""Which of our two themes the visitor sees, and how tones look in Streamlit's own marks."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from charts.palette import ThemeName, Tone

#: Streamlit's names of our colours (see ``.streamlit/config.toml``).
COLOURS: dict[Tone, Literal["blue", "red", "yellow", "gray"]] = {
    Tone.GOOD: "blue",
    Tone.BAD: "red",
    Tone.WATCH: "yellow",
    Tone.NEUTRAL: "gray",
}
#: Icons of Streamlit's bundled font; the word beside says the same.
ICONS = {
    Tone.GOOD: ":material/check_circle:",
    Tone.BAD: ":material/south:",
    Tone.WATCH: ":material/adjust:",
    Tone.NEUTRAL: ":material/radio_button_unchecked:",
}


def figure_theme() -> ThemeName:
    """Return the theme in which charts are to be drawn for this visitor."""
    return "dark" if st.context.theme.type == "dark" else "light"
