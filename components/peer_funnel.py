"""The funnel of a comparison on screen, for any number of partners."""

from __future__ import annotations

import pandas as pd

from charts.comparison import funnel_plot_alt
from charts.palette import ThemeName
from charts.peers import peer_funnel
from charts.picture import Picture
from components.peers import Comparison
from metrics.peers import PeerFlag

#: With more partners than this the quiet ones are drawn as a crowd, by count instead of by name.
NAMED_POINTS = 600
_QUIET = (PeerFlag.LIKE_OTHERS, PeerFlag.NOT_JUDGED)


def drawable(comparison: Comparison) -> pd.DataFrame:
    """Return the listed partners with at least five answers, as the funnel takes them."""
    named = {"name": "label", "partner_id": "key"}
    listed = comparison.listed[[*named, "n", "value", "flag"]].rename(columns=named)
    return listed[listed["value"].notna()].astype({"key": "int64"})


def funnel_figure(found: Comparison, theme: ThemeName, *, index: bool) -> Picture:
    """Draw the funnel of ``found``; some listed partner must be drawable."""
    points, crowd = drawable(found), found.crowd
    if len(points) > NAMED_POINTS:
        quiet = points["flag"].isin(_QUIET)
        if not quiet.all():
            beside = points[quiet].groupby(["n", "value"], as_index=False).size()
            crowd = pd.concat([crowd, beside.rename(columns={"size": "partners"})])
            crowd = crowd.groupby(["n", "value"], as_index=False).sum()
            points = points[~quiet]
    limits = found.limits if found.flags_given else found.limits.iloc[:0]
    return peer_funnel(
        *(points, crowd, limits),
        theme=theme,
        target=found.overall.value,
        index=index,
    )


def funnel_words(found: Comparison, *, index: bool) -> str:
    """Say in words what the funnel shows."""
    return funnel_plot_alt(drawable(found), target=found.overall.value, index=index)
