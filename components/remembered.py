"""What takes longer to draw than to ask, made once for all who see the same data and language.

Plotly checks every mark anew, and a frame in words is written cell by cell: both cost more than
the query behind them. What is remembered is shared between visitors and must not be changed.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.data import program_database
from components.theme import figure_theme
from program.language import current_language

Made = TypeVar("Made")


@st.cache_resource(show_spinner=False, max_entries=256)
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
        was asked.
    """
    name = f"{draw.__module__}.{draw.__qualname__}"
    return remembered(
        lambda: draw(*frames, theme=figure_theme(), **details),
        name,
        question,
        sorted(details.items()),
    )


@st.cache_resource(show_spinner=False, max_entries=256)
def _kept(
    key: str, _draw: Callable[..., go.Figure], _frame: pd.DataFrame, _options: dict[str, Any]
) -> go.Figure:
    del key  # all that tells one figure from another
    return _draw(_frame, **_options)


def drawn(draw: Callable[..., go.Figure], frame: pd.DataFrame, **options: Any) -> go.Figure:
    """Return ``draw(frame, **options)``, from memory if the same rows were drawn before.

    For a few rows that are cheaper to compare than to name: the key is the content itself and the
    language, so what one visitor sees can be another's figure only where both are the same to
    the last sign.

    Parameters
    ----------
    draw
        A function of ``charts/`` or one that calls such functions.
    frame
        The few rows it draws, not a table of records.
    options
        Plain values, the theme among them.
    """
    said = (
        draw.__module__,
        draw.__qualname__,
        current_language(),
        list(frame.columns),
        frame.to_numpy(dtype=object).tolist(),
        sorted(options.items()),
    )
    key = hashlib.sha256(pickle.dumps(said)).hexdigest()
    return _kept(key, draw, frame, options)
