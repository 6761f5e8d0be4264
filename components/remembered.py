"""What takes longer to draw than to ask, made once for all who see the same data and language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from components.data import program_database
from components.theme import figure_theme
from program.language import current_language

Made = TypeVar("Made")


@st.cache_resource(show_spinner=False, max_entries=128)
def _made(version: str, question: str, language: str, theme: str, _make: Callable[[], Any]) -> Any:
    del version, question, language, theme  # part of the cache key only
    return _make()


def remembered(make: Callable[[], Made], name: str, *question: object) -> Made:
    """Return what ``make`` makes, from memory if the same was made before.

    For figures (plotly checks every value it is given) and for frames put into words. The
    result is shared between visitors and must not be changed; it may hold translated words and
    colours, because language and theme are part of the key.

    Parameters
    ----------
    name
        Tells apart what is made of the same question.
    question
        Everything that the result depends on beside data, language and theme, the visitor's
        scope above all; frozen values whose ``repr`` tells them apart, as for ``data.ask``.
    """
    made: Made = _made(
        program_database().version(),
        f"{name} {question!r}",
        current_language(),
        figure_theme(),
        make,
    )
    return made
