"""Segments of respondents on «Рекомендации», each judged against all the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from charts import formats
from charts.survey import interval_dots, interval_dots_alt
from components.chart import show_chart
from components.data import ask
from components.download import About
from components.remembered import drawn_once, remembered
from components.states import empty
from components.survey_figures import (
    Measure,
    Reading,
    segment_figures,
)
from components.survey_view import View, one_of
from components.survey_words import (
    DIMENSIONS,
    SIGNS,
    VERDICTS,
    difference_words,
)
from components.table import Column, Kind
from components.text import plain
from components.words import BASE_SIZES, EDITIONS, TIERS, word
from metrics.difference import Verdict
from metrics.estimate import HIDDEN_BELOW, Estimate, status_of
from program.language import _, current_language, ngettext
from queries.choices import managers, places
from queries.filters import Filters
from queries.scope import Scope
from queries.survey import Dimension, recommendation_by_segment

#: Segments drawn; the table and the file hold all of them.
_DRAWN = 12
#: Segments told in words for each direction.
_TOLD = 6


def segment_names(scope: Scope, dimension: Dimension) -> dict[str, str]:
    """Return the segments of a dimension in words."""
    if dimension is Dimension.REGION:
        where = ask(places, scope)
        return dict(zip(where["region"], where[f"region_{current_language()}"], strict=True))
    if dimension is Dimension.MANAGER:
        who = ask(managers, scope)
        return dict(zip(who["email"], who["name"], strict=True))
    words: dict[Dimension, Mapping[Any, str]] = {
        Dimension.TIER: TIERS,
        Dimension.EDITION: EDITIONS,
        Dimension.SIZE: BASE_SIZES,
    }
    return {code: word(words[dimension], code) for code in words[dimension]} | {
        "": formats.no_base()
    }


class _Segments(NamedTuple):
    """Segments of one dimension in words.

    Attributes
    ----------
    found
        Every segment with answers, as from ``segment_figures`` with ``name`` and ``words``;
        figures of fewer than 5 answers are NaN.
    dots
        Those that are drawn, with ``label``.
    alt, notes
        What the chart says in words, and what limits it.
    """

    found: pd.DataFrame
    dots: pd.DataFrame
    alt: str
    notes: str


def _segments_of(
    counts: pd.DataFrame, names: Mapping[str, str], reading: Reading, measure: Measure
) -> _Segments:
    found = segment_figures(counts, reading, measure)
    hidden = found["n"] < HIDDEN_BELOW
    found = found.assign(
        name=[names.get(code, code) for code in found["segment"]],
        words=[_(VERDICTS[Verdict(v)]) for v in found["verdict"]],
    )
    figures = ["value", "low", "high", "difference", "difference_low", "difference_high"]
    found.loc[hidden, figures] = np.nan
    visible = found[~hidden].head(_DRAWN)
    dots = visible.assign(
        label=[
            f"{SIGNS.get(Verdict(v), '')}{name}"
            for v, name in zip(visible["verdict"], visible["name"], strict=True)
        ]
    )
    alt = "" if dots.empty else interval_dots_alt(dots, index=measure is Measure.INDEX)
    return _Segments(found, dots, alt, " ".join(_segment_notes(found, len(visible))))


def segments_block(
    scope: Scope, filters: Filters, view: View, reading: Reading, measure: Measure, about: About
) -> None:
    """Draw segments of one dimension, each judged against all the others."""
    dimension = one_of(
        _("By"),
        {d: _(DIMENSIONS[d]) for d in Dimension if d is not Dimension.MANAGER},
        key="recommendation_dimension",
    )
    asked = (scope, filters, dimension, view.sizing)
    question = (*asked, reading, measure)
    found, dots, alt, notes = remembered(
        lambda: _segments_of(
            ask(recommendation_by_segment, *asked),
            segment_names(scope, dimension),
            reading,
            measure,
        ),
        "recommendation_segments",
        *question,
    )
    if len(found) < 2:
        empty(_("Only one segment has answers here: there is nothing to compare it with."))
        return
    if dots.empty:
        empty(_("Every segment has fewer than 5 answers: hidden."))
        return
    index = measure is Measure.INDEX
    left, right = st.columns([3, 2], gap="large")
    with right:
        _standing_out(found, index=index)
    kind, n = (Kind.INDEX, None) if index else (Kind.SHARE, "n")
    undefined = _("few answers, hidden")
    difference = partial(
        Column, kind=Kind.INDEX if index else Kind.POINTS, n=n, undefined=undefined
    )
    with left:
        show_chart(
            drawn_once(interval_dots, dots, question=question, index=index),
            title=_("{dimension} against all the others").format(
                dimension=_(DIMENSIONS[dimension])
            ),
            alt=alt,
            data=found,
            columns=[
                Column("name", _(DIMENSIONS[dimension]), width="medium"),
                Column(
                    "value", _("Index") if index else _("Share"), kind, n=n, undefined=undefined
                ),
                Column("low", _("95 % interval"), kind, n=n, high="high", undefined=undefined),
                Column("n", _("Answers"), Kind.COUNT),
                Column("words", _("Against the others"), width="medium"),
                difference("difference", _("Difference from the others")),
                difference(
                    "difference_low", _("95 % interval of the difference"), high="difference_high"
                ),
            ],
            key="recommendation_segments",
            about=replace(about, file_name=f"{about.file_name}_by_{dimension}"),
            note=notes,
        )


def standing_out(found: pd.DataFrame, verdict: Verdict, *, index: bool) -> list[str]:
    """Return the segments of one verdict, the largest difference first, and how many more.

    Parameters
    ----------
    found
        As from ``segment_figures``, with ``name`` and ``words``.
    """
    standing = found[found["verdict"] == verdict]
    told = []
    order = standing["difference"].abs().sort_values(ascending=False, kind="stable").index
    for row in standing.loc[order[:_TOLD]].itertuples():
        difference = Estimate(
            float(row.difference), float(row.difference_low), float(row.difference_high),
            int(row.n), status_of(int(row.n)), "",
        )  # fmt: skip
        words = difference_words(difference, Measure.INDEX if index else Measure.SHARE)
        told.append(
            f"{SIGNS[verdict]}**{plain(row.name)}** {row.words}: {words}, "
            f"{formats.n_of(int(row.n))}"
        )
    if (more := len(standing) - _TOLD) > 0:
        told.append(
            SIGNS[verdict] + _("and {n} more, see the table").format(n=formats.number(more))
        )
    return told


def _standing_out(found: pd.DataFrame, *, index: bool) -> None:
    """Say which segments differ from the others by more than chance explains."""
    st.markdown(f"### {_('More than chance explains')}")
    if (found["verdict"] == Verdict.TOO_FEW).all():
        st.markdown(_("No segment can be judged yet: too few answers."))
    elif not found["verdict"].isin(list(SIGNS)).any():
        st.markdown(_("No segment: every difference from the others is within chance."))
    for verdict in (Verdict.LOWER, Verdict.HIGHER):
        for sentence in standing_out(found, verdict, index=index):
            st.markdown(sentence)
    few = found["verdict"].eq(Verdict.TOO_FEW) & (found["n"] >= HIDDEN_BELOW)
    if few.any():
        st.caption(
            ngettext(
                "{n} segment with 5–9 answers is not judged.",
                "{n} segments with 5–9 answers are not judged.",
                int(few.sum()),
            ).format(n=formats.number(int(few.sum())))
        )


def _segment_notes(found: pd.DataFrame, visible: int) -> list[str]:
    hidden = int((found["n"] < HIDDEN_BELOW).sum())
    left_out = len(found) - hidden - visible
    notes = [
        _(
            "The largest first; not a ranking. No mark: the difference from the others is "
            "within chance."
        ),
        _("Of twenty comparisons about one stands out by chance alone."),
    ]
    if left_out:
        notes.append(
            ngettext("{n} more is in the table.", "{n} more are in the table.", left_out).format(
                n=formats.number(left_out)
            )
        )
    if hidden:
        notes.append(
            ngettext(
                "{n} segment with fewer than 5 answers is hidden.",
                "{n} segments with fewer than 5 answers are hidden.",
                hidden,
            ).format(n=formats.number(hidden))
        )
    return notes
