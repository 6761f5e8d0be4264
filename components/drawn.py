"""Figures are drawn once for the same rows: plotly checks every mark anew, which is slow."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from program.language import current_language


@st.cache_resource(show_spinner=False, max_entries=256)
def _kept(
    key: str, _draw: Callable[..., go.Figure], _frame: pd.DataFrame, _options: dict[str, Any]
) -> go.Figure:
    del key  # all that tells one figure from another
    return _draw(_frame, **_options)


def drawn(draw: Callable[..., go.Figure], frame: pd.DataFrame, **options: Any) -> go.Figure:
    """Return ``draw(frame, **options)``, from memory if the same was drawn before.

    The key is the content itself and the language, so what one visitor sees can be another's
    figure only where both are the same to the last sign. The figure must not be changed after.

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
