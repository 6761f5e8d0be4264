"""All questions of the questionnaire: how answers are spread, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from charts import formats
from charts.answers import score_columns, score_columns_alt
from charts.palette import ThemeName
from charts.survey import likert, likert_alt
from components.chart import show_chart
from components.download import About
from components.remembered import made_of
from components.survey_questions import Asked
from components.survey_words import figure_words
from components.table import Column, Kind
from components.text import plain
from components.theme import figure_theme
from metrics.distribution import bottom_box, distribution, top_box
from metrics.estimate import Estimate
from metrics.recommendation import not_recommending, recommending
from program.language import _
from queries.survey import NO_ANSWER

#: Answers by score, ``NO_ANSWER`` among them, for each version and question code.
Tally: TypeAlias = dict[tuple[int, str], dict[int, int]]


def tally(counts: pd.DataFrame) -> Tally:
    """Return answers added up by version, question and score.

    Parameters
    ----------
    counts
        Rows with ``version``, ``code``, ``score`` and ``answers``.
    """
    found: Tally = {}
    columns = (counts[name].tolist() for name in ("version", "code", "score", "answers"))
    for version, code, score, answers in zip(*columns, strict=True):
        scores = found.setdefault((int(version), code), {})
        scores[int(score)] = scores.get(int(score), 0) + int(answers)
    return found


def scores_of(answers: Tally, asked: Asked) -> tuple[dict[int, int], int]:
    """Return the answers by score to one wording, and how many surveys lack the answer."""
    scores: dict[int, int] = {}
    for version in asked.versions:
        for score, n in answers.get((version, asked.code), {}).items():
            scores[score] = scores.get(score, 0) + n
    missing = scores.pop(NO_ANSWER, 0)
    return scores, missing


def good_share(scores: dict[int, int], asked: Asked) -> Estimate:
    """Return the share of good answers: 5 and 4, or 9 and 10 on a 0–10 scale."""
    if asked.scale_max == 5:
        return top_box(scores)
    return recommending(scores, asked.scale_max)


def question_figures(answers: Tally, questions: Sequence[Asked]) -> pd.DataFrame:
    """Return the figures of every question, the smallest share of good answers first.

    Grain: one row a question, those without any answer last. ``code``, ``name``, ``text``,
    ``subject``; ``good``, ``good_low``, ``good_high``, ``middle``, ``bad`` (NaN without
    answers), ``mean``, ``n``, ``missing``, ``versions`` and ``scale`` in words.
    """
    rows = []
    for asked in questions:
        scores, missing = scores_of(answers, asked)
        good = good_share(scores, asked)
        five = asked.scale_max == 5
        bad = bottom_box(scores) if five else not_recommending(scores, asked.scale_max)
        scale = asked.scores
        rows.append(
            {
                "code": asked.code,
                "name": asked.name,
                "text": asked.text,
                "subject": asked.subject,
                "good": good.value,
                "good_low": good.low,
                "good_high": good.high,
                "middle": 1 - good.value - bad.value,
                "bad": bad.value,
                "mean": distribution(scores, asked.scale_max, missing).mean,
                "n": good.n,
                "missing": missing,
                "scale": formats.span(scale[0], scale[-1]),
                "versions": ", ".join(str(version) for version in asked.versions),
            }
        )
    found = pd.DataFrame(rows)
    return found.sort_values(["good", "name"], ignore_index=True, na_position="last")


def figure_columns() -> list[Column]:
    """Return the columns of the table of all questions."""
    none = formats.no_answers()
    return [
        Column("text", _("Question"), width="large"),
        Column("good", _("Good (5 and 4)"), Kind.SHARE, n="n", undefined=none),
        Column("good_low", _("Interval from"), Kind.SHARE, n="n", undefined=none),
        Column("good_high", _("Interval to"), Kind.SHARE, n="n", undefined=none),
        Column("middle", _("Middle (3)"), Kind.SHARE, n="n", undefined=none),
        Column("bad", _("Bad (2 and 1)"), Kind.SHARE, n="n", undefined=none),
        Column("mean", _("Mean score"), Kind.DECIMAL, undefined=none),
        Column("n", _("Answers"), Kind.COUNT),
        Column("missing", _("No answer"), Kind.COUNT),
        Column("scale", _("Scale")),
        Column("versions", _("Questionnaire version")),
    ]


def bars(answers: Tally, questions: Sequence[Asked], order: Sequence[str]) -> pd.DataFrame:
    """Return what ``charts.survey.likert`` draws: one row a question and score, 0 = no answer."""
    by_code = {asked.code: asked for asked in questions}
    rows = []
    for code in order:
        scores, missing = scores_of(answers, by_code[code])
        good = good_share(scores, by_code[code])
        label = f"{by_code[code].name}: {figure_words(good)}" if good.n else by_code[code].name
        rows += [(label, score, scores.get(score, 0)) for score in range(1, 6)]
        rows.append((label, 0, missing))
    return pd.DataFrame(rows, columns=["label", "score", "count"])


def bar_span(figures: pd.DataFrame) -> tuple[float, float]:
    """Return how far bars around the middle answer reach, so that no half of a chart is empty."""
    left = (figures["bad"] + figures["middle"] / 2).max()
    right = (figures["good"] + figures["middle"] / 2).max()
    if pd.isna(left):
        return -1.0, 1.0
    # A sliver on either side, also when every answer is of one kind.
    return -max(float(left), 0.05) - 0.01, max(float(right), 0.05) + 0.01


def centred_bars(frame: pd.DataFrame, *, theme: ThemeName, span: tuple[float, float]) -> go.Figure:
    """Draw the bars of :func:`bars` in the width of :func:`bar_span`."""
    figure = likert(frame, theme=theme, scale=legend())
    return figure.update_xaxes(range=span)


def legend() -> tuple[str, ...]:
    """Return the scores from 1 to 5 as names: words would not fit above half a page."""
    return tuple(formats.number(score) for score in range(1, 6))


def subject_bars(
    answers: Tally,
    questions: Sequence[Asked],
    figures: pd.DataFrame,
    *,
    title: str,
    span: tuple[float, float],
    about: About,
    key: str,
) -> None:
    """Draw the questions about one subject around the middle answer, the worst first.

    A question on a 0–10 scale has a picture of its own below: scales are not mixed in one.

    Parameters
    ----------
    span
        Left and right end of the bars, from :func:`bar_span`, the same for all subjects.
    """
    five = [asked for asked in questions if asked.scale_max == 5]
    rows = figures[figures["code"].isin([asked.code for asked in five])]
    if not rows.empty:
        frame = bars(answers, five, rows["code"].tolist())
        show_chart(
            made_of(centred_bars, frame, theme=figure_theme(), span=span),
            title=title,
            alt=made_of(likert_alt, frame),
            data=rows,
            columns=figure_columns(),
            key=key,
            about=about,
        )
    for asked in questions:
        if asked.scale_max == 5:
            continue
        scores, missing = scores_of(answers, asked)
        if not scores:
            continue
        frame = pd.DataFrame({"score": asked.scores}).assign(
            count=[scores.get(score, 0) for score in asked.scores]
        )
        show_chart(
            made_of(score_columns, frame, theme=figure_theme()),
            title=plain(asked.text),
            alt=made_of(score_columns_alt, frame),
            data=frame,
            columns=[
                Column("score", _("Score"), Kind.COUNT),
                Column("count", _("Answers"), Kind.COUNT),
            ],
            key=f"{key}_{asked.code}",
            about=replace(about, file_name=f"{about.file_name}_{asked.code}"),
            note=" · ".join(
                (
                    _("0–10 scale, classic mapping"),
                    formats.estimate(good_share(scores, asked)),
                    formats.no_answer(missing),
                )
            ),
        )
    st.caption(
        _(
            "5 is the best answer, 3 is «Hard to say», 1 the worst; the share of 5 and 4 stands "
            "beside the name. Full wording and intervals: «Show as table»."
        )
    )
