"""Figures drawn once for everybody who sees the same data in the same language and theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from charts.palette import ThemeName
from components.data import program_database
from components.theme import figure_theme
from program.language import current_language


@st.cache_resource(show_spinner=False, max_entries=64)
def _figure(
    version: str,
    drawing: str,
    question: str,
    language: str,
    theme: ThemeName,
    _draw: Callable[[ThemeName], go.Figure],
) -> go.Figure:
    del version, drawing, question, language  # part of the cache key only
    return _draw(theme)


def drawn_once(
    draw: Callable[..., go.Figure], *frames: Any, question: tuple[object, ...], **details: Any
) -> go.Figure:
    """Return ``draw(*frames, theme=…, **details)``, from memory where it was drawn before.

    Parameters
    ----------
    draw
        A function of ``charts/``.
    frames
        What it draws.
    question
        Frozen values whose ``repr`` tells these frames from all others: the scope and whatever
        was asked. The version of the data, the language, the theme and ``details`` are part of
        the key as well. The figure is shared and must not be changed afterwards.
    """
    return _figure(
        program_database().version(),
        f"{draw.__module__}.{draw.__qualname__}",
        repr((question, sorted(details.items()))),
        current_language(),
        figure_theme(),
        lambda theme: draw(*frames, theme=theme, **details),
    )
