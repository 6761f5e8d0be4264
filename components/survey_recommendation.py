"""Blocks of the page «Рекомендации»: verdict, tiles, response, critics' answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import pandas as pd
import streamlit as st

from charts import formats
from components.definitions import definition
from components.download import About
from components.states import empty
from components.survey_figures import (
    Measure,
    Reading,
    Subject,
    judged,
    periods,
    values,
)
from components.survey_lists import show_surveys
from components.survey_questions import Versions, versions_of
from components.survey_view import View
from components.survey_words import (
    INDEX_OF,
    MAPPINGS,
    RECOMMEND,
    SUBJECTS,
    basis_words,
    change_tone,
    change_words,
    figure_words,
    interval_told,
)
from components.tiles import Tile
from metrics.difference import Verdict
from metrics.estimate import ENOUGH
from metrics.response import OUTCOMES, Response, response, worst_case
from program.language import _
from queries.comments import Critical, critical_answers
from queries.filters import Filters
from queries.scope import Scope
from queries.survey import Part

#: Whole periods of a tile's sparkline.
_SPARK = 13


class Answered(NamedTuple):
    """The answers of the chosen period and of the one before, and the questionnaires in use."""

    current: pd.DataFrame
    previous: pd.DataFrame
    versions: Versions


def answered(counts: pd.DataFrame, questions: pd.DataFrame) -> Answered:
    """Return the parts of ``queries.survey.recommendation_counts`` that figures are made of."""
    current, previous = (counts[counts["part"] == part] for part in (Part.CURRENT, Part.PREVIOUS))
    surveys = current.groupby("version")["surveys"].sum()
    codes = [subject.code for subject in Subject]
    return Answered(current, previous, versions_of(questions, surveys, codes))


def verdict_words(
    readings: Mapping[Subject, Reading], current: pd.DataFrame, previous: pd.DataFrame, view: View
) -> tuple[str, str]:
    """Return both shares in a sentence, and what changed against the period before."""
    developer, platform = (readings[s].share(current) for s in Subject)
    few = min(developer.n, platform.n) < ENOUGH
    sentence = (
        _("Few answers so far: {developer} recommend the developer, {platform} the platform")
        if few
        else _("{developer} of clients recommend the developer, {platform} the platform")
    )
    said = [
        formats.share_of(round(e.value * e.n), e.n) if few and e.n else figure_words(e)
        for e in (developer, platform)
    ]
    changes = [
        f"{_(SUBJECTS[s])} {change_words(difference)}"
        for s in Subject
        if judged(difference := readings[s].difference(current, previous, Measure.SHARE))
        is not Verdict.TOO_FEW
    ]
    lead = [view.words, formats.answers(int(current["surveys"].sum()))]
    if changes and view.previous:
        lead.append(
            _("against {period}: {changes}").format(
                period=formats.period(view.previous.first, view.previous.last),
                changes="; ".join(changes),
            )
        )
    return sentence.format(developer=said[0], platform=said[1]), " · ".join(lead)


def subject_tiles(
    readings: Mapping[Subject, Reading],
    current: pd.DataFrame,
    previous: pd.DataFrame,
    counts: pd.DataFrame,
    view: View,
) -> list[Tile]:
    """Return share and index of the developer, then of the platform."""
    shown = []
    for subject, reading in readings.items():
        missing = reading.missing(current)
        series = periods(counts, [reading], view.until, complete_from=view.since).frame
        for measure, label, code in (
            (Measure.SHARE, _(RECOMMEND[subject]), "recommending"),
            (Measure.INDEX, _(INDEX_OF[subject]), "recommendation_index"),
        ):
            value = reading.figure(current, measure)
            change = reading.difference(current, previous, measure)
            basis = basis_words(value, missing, measure)
            meaning = definition(code)
            if measure is Measure.INDEX:
                basis = f"{_(MAPPINGS[reading.mapping])} · {basis}"
            elif value.n:
                basis = f"{basis}  \n{_against_words(reading, current)}"
                meaning = f"{meaning}\n\n{definition('not_recommending')}"
            shown.append(
                Tile(
                    label,
                    figure_words(value, measure),
                    basis=basis,
                    change=change_words(change, measure),
                    tone=change_tone(change),
                    trend=values(series, measure).tail(_SPARK).tolist(),
                    definition=meaning,
                )
            )
    return shown


def _against_words(reading: Reading, current: pd.DataFrame) -> str:
    """Return the share not recommending with its interval, named by the scores it counts."""
    against = reading.share_against(current)
    return ", ".join(
        (
            _("do not recommend ({scores}): {share}").format(
                scores=formats.span(reading.asked.scores[0], reading.asked.bad_to),
                share=figure_words(against),
            ),
            interval_told(against),
        )
    )


def response_of(responses: pd.DataFrame, part: Part = Part.CURRENT) -> Response:
    """Return how the contacts of one period ended, from ``queries.response``."""
    ended: Counter[str] = Counter()
    rows = zip(responses["part"], responses["outcome"], responses["contacts"], strict=True)
    for of_part, outcome, contacts in rows:
        if of_part == part and outcome in OUTCOMES:
            ended[outcome] += int(contacts)
    return response(ended)


def response_words(responses: pd.DataFrame) -> str:
    """Return the response rate of the chosen period in words."""
    ended = response_of(responses)
    share = formats.share_of(ended.completed, ended.ended, undefined=formats.no_data())
    words = [_("response {share}").format(share=share)]
    if ended.ended:
        words.append(interval_told(ended.rate))
    return ", ".join(words)


class ResponseTold(NamedTuple):
    """The response rate in words, and how far silence could move each share."""

    rate: str
    bounds: list[str]


def response_told(
    responses: pd.DataFrame, readings: Mapping[Subject, Reading], current: pd.DataFrame
) -> ResponseTold:
    """Return the response rate of the period with the bounds of both shares."""
    ended = response_of(responses)
    rate = [
        _("Response: **{share}** of the calls that ended").format(
            share=formats.share_of(ended.completed, ended.ended, undefined=formats.no_data())
        )
    ]
    if ended.ended:
        rate.append(interval_told(ended.rate))
    rate.append(_("pending: {n}").format(n=formats.number(ended.pending)))
    bounds = []
    for subject, reading in readings.items():
        share = reading.share(current)
        if not share.n:
            continue
        worst = worst_case(round(share.value * share.n), share.n, max(ended.ended - share.n, 0))
        bounds.append(
            _("{subject}: from **{low}** to **{high}**").format(
                subject=_(SUBJECTS[subject]).capitalize(),
                low=formats.share(worst.low, share.n),
                high=formats.share(worst.high, share.n),
            )
        )
    return ResponseTold(" · ".join(rate), bounds)


def response_line(told: ResponseTold) -> None:
    """Draw the response rate of the period, and how far silence could move the shares."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(told.rate, help=definition("response_rate"))
        with st.popover(_("If the others had answered"), type="tertiary"):
            for bounds in told.bounds:
                st.markdown(bounds)
            st.caption(
                _(
                    "The share if nobody of those who did not answer would recommend, and if all "
                    "of them would. These are bounds, not an interval: chance is not in them."
                )
            )


def critics_list(
    scope: Scope,
    filters: Filters,
    view: View,
    reading: Reading,
    critics: int,
    questions: pd.DataFrame,
    about: About,
) -> None:
    """Draw the answers of so many critics of the period: a reason to ask, never blame."""
    st.caption(
        _(
            "An answer is a reason to ask the partner what happened. It says nothing about guilt. "
            "Critics by the chosen mapping: {mapping}."
        ).format(mapping=_(MAPPINGS[reading.mapping]))
    )
    if not critics:
        empty(_("No critical answers in this period."))
        return
    critical = Critical(reading.asked.code, reading.asked.versions, reading.critical_to)
    show_surveys(
        critical_answers,
        scope,
        (filters, critical, view.sizing),
        questions,
        alt=_("Surveys with a critical answer, the latest first"),
        about=replace(
            about,
            title=_("Critics' answers"),
            file_name=f"critics_{reading.asked.code}_{view.until}",
        ),
        key="recommendation_critics_list",
    )
