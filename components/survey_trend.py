"""A survey series on its control chart: the picture, its signals in words, and what limits it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from charts import formats
from charts.annotations import Mark
from charts.comparison import control_chart, control_chart_alt, no_signals
from components.change_marks import change_marks
from components.chart import show_chart
from components.definitions import definition
from components.download import About
from components.remembered import drawn_once, remembered
from components.states import empty
from components.survey_figures import Measure, Trend
from components.survey_words import SIGNALS, signal_sentences
from components.table import Column, Kind
from metrics.control_chart import Variation
from metrics.control_rules import Signal
from metrics.estimate import ENOUGH
from program.language import _

#: A line through fewer points shows nothing.
DRAWN_FROM = 3


def trend_marks(trend: Trend) -> tuple[Mark, ...]:
    """Return what changed: the wording of the question where limits start anew, and the rest.

    A questionnaire whose wording begins a part of the series is not marked once more.
    """
    reworded = {f"{version}" for version in trend.frame["version"].unique()[1:]}
    wordings = tuple(Mark(day, _("new wording")) for day in trend.changes)
    return wordings + change_marks(told=reworded)


@dataclass(frozen=True, slots=True)
class _Told:
    """A trend in words: the rows of its table, the picture's message, signals and limits."""

    rows: pd.DataFrame
    alt: str
    signals: tuple[str, ...]
    note: str


def _told(trend: Trend, *, index: bool) -> _Told:
    frame = trend.frame
    rows = frame.assign(
        words=[
            _("not judged")
            if variation == Variation.NOT_JUDGED
            else _(SIGNALS[Signal(signal)])
            if signal != Signal.NONE
            else ""
            for signal, variation in zip(frame["signal"], frame["variation"], strict=True)
        ]
    )
    return _Told(
        rows,
        control_chart_alt(frame, quarterly=trend.quarterly, index=index),
        tuple(signal_sentences(frame, quarterly=trend.quarterly)),
        " ".join(notes(trend)),
    )


def show_trend(
    trend: Trend,
    measure: Measure,
    question: tuple[Hashable, ...],
    *,
    title: str,
    about: About,
    key: str,
) -> None:
    """Draw the series with its limits; too short a series is said in words.

    Parameters
    ----------
    question
        Frozen, hashable values that tell ``trend`` from all others.
    """
    frame, index = trend.frame, measure is Measure.INDEX
    if len(frame) < DRAWN_FROM:
        st.markdown(f"**{title}**")
        empty(_("A trend needs at least three whole periods with answers."))
        return
    told = remembered(lambda: _told(trend, index=index), "trend_told", *question)
    kind = Kind.INDEX if index else Kind.SHARE
    show_chart(
        drawn_once(
            control_chart,
            frame,
            question=question,
            marks=trend_marks(trend),
            quarterly=trend.quarterly,
            index=index,
        ),
        title=title,
        alt=told.alt,
        data=told.rows,
        columns=[
            Column("month", _("Quarter from") if trend.quarterly else _("Month"), Kind.MONTH),
            Column("value", _("Index") if index else _("Share"), kind, n=None if index else "n"),
            Column("n", _("Answers"), Kind.COUNT),
            Column("mean", _("Mean"), kind),
            Column("low", _("Lower limit"), kind, undefined="—"),
            Column("high", _("Upper limit"), kind, undefined="—"),
            Column("words", _("Signal"), width="large"),
            Column("version", _("Questionnaire version"), Kind.COUNT),
        ],
        key=key,
        about=about,
        note=told.note,
    )
    for sentence in told.signals:
        st.markdown(f"- {sentence}")
    with st.popover(_("How signals are found"), type="tertiary", icon=":material/help:"):
        st.markdown(definition("survey_control_chart"))


def notes(trend: Trend) -> list[str]:
    """Return what limits the series; of points that are not judged nothing is claimed."""
    said = [
        _("Quarters, because some month has fewer than 10 answers.")
        if trend.quarterly
        else _("Months, each with its own answers; the current month is not over and left out.")
    ]
    if trend.quarterly:
        said.append(_("Quarters with 5–9 answers are not judged, those with fewer are left out."))
    if trend.left_out:
        words = (
            _("Quarters left out: {n}; the line breaks there.")
            if trend.quarterly
            else _("Months without answers: {n}; the line breaks there.")
        )
        said.append(words.format(n=formats.number(trend.left_out)))
    if (trend.frame["n"] < ENOUGH).all():
        said.append(_("No quarter has 10 answers: nothing is judged, no limits are drawn."))
    elif not trend.judged:
        said.append(_("Neighbouring periods show no change to set limits by: nothing is judged."))
    elif trend.chart.preliminary:
        said.append(_("Preliminary limits: fewer than 13 points."))
    if trend.changes:
        said.append(_("Where the wording of the question changed, the limits start anew."))
    if trend.judged and (trend.frame["signal"] == Signal.NONE).all():
        said.append(no_signals(trend.judged, len(trend.frame)))
    return said
