"""Blocks of the page «Рекомендации»: verdict, tiles, response, segments, critics' answers."""

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
from components.definitions import definition
from components.download import About
from components.remembered import drawn_once, remembered
from components.states import empty
from components.survey_figures import (
    Measure,
    Reading,
    Subject,
    judged,
    periods,
    segment_figures,
    values,
)
from components.survey_lists import show_surveys
from components.survey_questions import Versions, versions_of
from components.survey_view import View, one_of
from components.survey_words import (
    DIMENSIONS,
    INDEX_OF,
    MAPPINGS,
    RECOMMEND,
    SIGNS,
    SUBJECTS,
    VERDICTS,
    basis_words,
    change_tone,
    change_words,
    difference_words,
    figure_words,
    interval_told,
)
from components.table import Column, Kind
from components.text import plain
from components.tiles import Tile
from components.words import BASE_SIZES, EDITIONS, TIERS, word
from metrics.difference import Verdict
from metrics.estimate import ENOUGH, HIDDEN_BELOW, Estimate, status_of
from metrics.response import OUTCOMES, Response, response, worst_case
from program.language import _, current_language, ngettext
from queries.choices import managers, places
from queries.comments import Critical, critical_answers
from queries.filters import Filters
from queries.scope import Scope
from queries.survey import Dimension, Part, recommendation_by_segment

#: Whole periods of a tile's sparkline.
_SPARK = 13
#: Segments drawn; the table and the file hold all of them.
_DRAWN = 12
#: Segments told in words for each direction.
_TOLD = 6


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
    rows = responses[(responses["part"] == part) & responses["outcome"].isin(OUTCOMES)]
    summed = rows.groupby("outcome")["contacts"].sum()
    return response({str(outcome): int(n) for outcome, n in summed.items()})


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
