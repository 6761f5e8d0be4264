"""Figures drawn once for everybody who sees the same data in the same language and theme."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from charts.palette import ThemeName
from components.data import program_database
from components.theme import figure_theme
from program.language import current_language


@st.cache_resource(show_spinner=False, max_entries=64)
def _figure(
    version: str,
    question: str,
    language: str,
    theme: ThemeName,
    _draw: Callable[[ThemeName], go.Figure],
) -> go.Figure:
    del version, question, language  # part of the cache key only
    return _draw(theme)


def drawn(draw: Callable[[ThemeName], go.Figure], name: str, *question: object) -> go.Figure:
    """Return the figure of ``draw``, from memory if the same one was drawn before.

    Drawing takes longer than asking: plotly checks every value it is given. The figure is shared
    between visitors and must not be changed.

    Parameters
    ----------
    draw
        Draws the figure in a theme.
    name
        Tells the figures of the same question apart.
    question
        Everything that the figure depends on beside data, language and theme, the visitor's
        scope above all; frozen values whose ``repr`` tells them apart, as for ``data.ask``.
    """
    return _figure(
        program_database().version(),
        f"{name} {question!r}",
        current_language(),
        figure_theme(),
        draw,
    )
