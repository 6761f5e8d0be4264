"""The funnel of a comparison on screen; drawn once for everybody who sees the same data."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from charts.comparison import funnel_plot_alt
from charts.palette import ThemeName
from charts.peers import peer_funnel
from components.peers import Comparison
from metrics.peers import PeerFlag
from program.language import current_language

#: With more partners than this the quiet ones are drawn as a crowd, by count instead of by name.
NAMED_POINTS = 600
_QUIET = (PeerFlag.LIKE_OTHERS, PeerFlag.NOT_JUDGED)


def drawable(comparison: Comparison) -> pd.DataFrame:
    """Return the listed partners with at least five answers, as the funnel takes them."""
    listed = comparison.listed
    return listed[listed["value"].notna()].assign(
        label=lambda rows: rows["name"], key=lambda rows: rows["partner_id"].astype("int64")
    )


@st.cache_resource(show_spinner=False, max_entries=16)
def _figure(
    version: str, question: str, language: str, theme: ThemeName, index: bool, _found: Comparison
) -> go.Figure:
    del version, question, language  # part of the cache key only
    points, crowd = drawable(_found), _found.crowd
    if len(points) > NAMED_POINTS:
        quiet = points["flag"].isin(_QUIET)
        if not quiet.all():
            beside = points[quiet].groupby(["n", "value"], as_index=False).size()
            crowd = pd.concat([crowd, beside.rename(columns={"size": "partners"})])
            crowd = crowd.groupby(["n", "value"], as_index=False).sum()
            points = points[~quiet]
    limits = _found.limits if _found.flags_given else _found.limits.iloc[:0]
    return peer_funnel(points, crowd, limits, theme=theme, target=_found.overall.value, index=index)


def funnel_figure(
    found: Comparison, *, index: bool, theme: ThemeName, version: str, question: str
) -> go.Figure:
    """Return the funnel of ``found``; some listed partner must be drawable.

    ``version`` and ``question`` tell this comparison from every other one, the visitor's scope
    included. The figure is shared between visitors and must not be changed.
    """
    return _figure(version, question, current_language(), theme, index, found)


def funnel_words(found: Comparison, *, index: bool) -> str:
    """Say in words what the funnel shows."""
    return funnel_plot_alt(drawable(found), target=found.overall.value, index=index)
