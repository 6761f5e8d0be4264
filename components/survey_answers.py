"""All questions of the questionnaire: how answers are spread, the worst first."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeAlias

import pandas as pd
import streamlit as st

from charts import formats
from charts.answers import score_columns, score_columns_alt
from charts.palette import ThemeName
from charts.picture import Picture
from charts.survey import likert, likert_alt
from components.chart import show_chart
from components.definitions import definition
from components.download import About
from components.remembered import drawn_once, made_of, remembered
from components.states import hidden
from components.survey_questions import Asked, Versions, versions_of
from components.survey_words import figure_words, interval_words
from components.table import Column, Kind
from components.text import plain
from components.theme import figure_theme
from metrics.distribution import bottom_box, distribution, goodman, top_box
from metrics.estimate import ENOUGH, HIDDEN_BELOW, Estimate, Status
from metrics.recommendation import not_recommending, recommending
from program.language import _
from queries.survey import NO_ANSWER, Part

#: Answers by score, ``NO_ANSWER`` among them, for each version and question code.
Tally: TypeAlias = dict[tuple[int, str], dict[int, int]]
#: Pixels of a question's short name: the figures beside it are what a table is opened for.
_NAME = 182


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


class Answered(NamedTuple):
    """The answers of the chosen period, and how many surveys they are from."""

    answers: Tally
    versions: Versions
    surveys: int


def answered(counts: pd.DataFrame, questions: pd.DataFrame) -> Answered:
    """Return what the current part of ``queries.answers.answer_counts`` holds."""
    current = counts[counts["part"] == Part.CURRENT]
    # Every question of a version counts each of its surveys once, with or without an answer.
    surveys = current.groupby(["version", "code"])["answers"].sum().groupby("version").max()
    versions = versions_of(questions, surveys, set(questions["code"]))
    return Answered(tally(current), versions, int(surveys.sum()))


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
    """Return the figures of every question: judged ones first, the smallest share of good on top.

    Those with fewer than 10 answers stand below in the questionnaire's order, which judges nobody:
    with 5-9 answers, with fewer, with none.

    Grain: one row a question. ``code``, ``name``, ``text``, ``subject``; ``good`` and ``bad`` with
    ``…_low`` and ``…_high`` (Wilson), ``middle``, ``mean``; of each score of a five-point scale
    ``count_1`` … ``count_5``, ``share_…``, ``low_…`` and ``high_…`` (Goodman): all of them NaN
    under 5 answers. ``n``, ``missing``, ``versions`` and ``scale`` in words.
    """
    rows = []
    for place, asked in enumerate(questions):
        scores, missing = scores_of(answers, asked)
        spread = distribution(scores, asked.scale_max, missing)
        scale = asked.scores
        figures = _figures(scores, asked) | {"mean": spread.mean}
        if asked.scale_max == 5:
            for score, count, share in zip(scale, spread.counts, spread.shares, strict=True):
                figures |= {f"count_{score}": count, f"share_{score}": share.value}
                figures |= {f"low_{score}": share.low, f"high_{score}": share.high}
        if spread.status is Status.HIDDEN:
            figures = dict.fromkeys(figures, math.nan)
        rows.append(
            {
                "code": asked.code,
                "name": asked.name,
                "text": asked.text,
                "subject": asked.subject,
                **figures,
                "n": spread.n,
                "missing": missing,
                "scale": formats.span(scale[0], scale[-1]),
                "versions": ", ".join(str(version) for version in asked.versions),
                "standing": list(Status).index(spread.status),
                "order": figures["good"] if spread.status is Status.OK else place,
            }
        )
    found = pd.DataFrame(rows).sort_values(["standing", "order", "name"], ignore_index=True)
    return found.drop(columns=["standing", "order"])


def _figures(scores: dict[int, int], asked: Asked) -> dict[str, float]:
    """Return the shares of good, middle and bad answers with the intervals of two of them."""
    good = good_share(scores, asked)
    bad = bottom_box(scores) if asked.scale_max == 5 else not_recommending(scores, asked.scale_max)
    return {
        "good": good.value,
        "good_low": good.low,
        "good_high": good.high,
        "middle": 1 - good.value - bad.value,
        "bad": bad.value,
        "bad_low": bad.low,
        "bad_high": bad.high,
    }


def figure_columns() -> list[Column]:
    """Return the columns of the table of all questions, the figures before the long wording."""
    figure = partial(Column, n="n", undefined=formats.no_answers(), hidden=_("hidden"))
    columns = [
        Column("name", _("Question"), width=_NAME),
        figure("good", _("Good (5 and 4)"), Kind.SHARE),
        figure("good_low", _("95 % interval"), Kind.SHARE, high="good_high"),
        Column("n", _("Answers"), Kind.COUNT),
        Column("missing", _("No answer"), Kind.COUNT),
        figure("bad", _("Bad (2 and 1)"), Kind.SHARE),
        figure("bad_low", _("95 % interval of bad"), Kind.SHARE, high="bad_high"),
        figure("mean", _("Mean score"), Kind.DECIMAL),
    ]
    for score in range(5, 0, -1):
        of = {"score": formats.number(score)}
        columns += [
            figure(f"count_{score}", _("Answers «{score}»").format(**of), Kind.COUNT),
            figure(f"share_{score}", _("Share of «{score}»").format(**of), Kind.SHARE),
            figure(
                f"low_{score}",
                _("Joint 95 % interval of «{score}»").format(**of),
                Kind.SHARE,
                high=f"high_{score}",
                help=definition("answer_distribution"),
            ),
        ]
    return [
        *columns,
        Column("text", _("Wording"), width="large"),
        Column("scale", _("Scale")),
        Column("versions", _("Questionnaire version")),
    ]


def verdict_words(figures: pd.DataFrame) -> tuple[str, str | None]:
    """Return what is rated lowest of the developer's work, and of the platform if anything is.

    Nothing is said of a question with fewer than 10 answers.
    """
    judged = figures[figures["n"] >= ENOUGH]
    lowest = {subject: rows.iloc[0] for subject, rows in judged.groupby("subject")}
    worst, platform = (lowest.get(subject) for subject in ("partner", "platform"))
    heading = (
        _("Few answers so far about the developer's work")
        if worst is None
        else _("Of the developer's work clients rate «{name}» lowest: {share} good answers").format(
            name=worst["name"], share=_good_words(worst)
        )
    )
    if platform is None:
        return heading, None
    return heading, _("of the platform «{name}»: {share}").format(
        name=platform["name"], share=_good_words(platform)
    )


def _good_words(row: pd.Series) -> str:
    """Return the share of good answers of one row of :func:`question_figures`: «72 % (70–75 %)»."""
    span = formats.share_interval(row["good_low"], row["good_high"], int(row["n"]))
    return f"{formats.share(row['good'], int(row['n']))} ({span})"


def bars(answers: Tally, questions: Sequence[Asked], order: Sequence[str]) -> pd.DataFrame:
    """Return what ``charts.survey.likert`` draws: one row a question and score, 0 = no answer."""
    by_code = {asked.code: asked for asked in questions}
    rows = []
    for code in order:
        scores, missing = scores_of(answers, by_code[code])
        good = good_share(scores, by_code[code])
        label = by_code[code].name
        if good.shown:
            label = f"{label}: {figure_words(good)} ({interval_words(good)})"
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


def centred_bars(frame: pd.DataFrame, *, theme: ThemeName, span: tuple[float, float]) -> Picture:
    """Draw the bars of :func:`bars` in the width of :func:`bar_span`."""
    figure = likert(frame, theme=theme, scale=legend())
    figure.update_xaxes(range=span)
    return figure


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
    question: tuple[Hashable, ...],
    about: About,
    key: str,
) -> None:
    """Draw the questions about one subject around the middle answer, the worst first.

    A question on a 0–10 scale has a picture of its own below: scales are not mixed in one.

    Parameters
    ----------
    figures
        From :func:`question_figures`, of these questions and of others.
    span
        Left and right end of the bars, from :func:`bar_span`, the same for all subjects.
    question
        Frozen, hashable values that tell ``answers`` from all others.
    """
    five = [asked for asked in questions if asked.scale_max == 5]
    if five:
        show_bars(
            answers, five, figures, title=title, span=span, question=question, about=about, key=key
        )
    for asked in questions:
        if asked.scale_max != 5:
            _long_scale(answers, asked, about=about, key=f"{key}_{asked.code}")


class _Bars(NamedTuple):
    """What a picture of bars draws, lists and says; nothing is drawn of too few answers."""

    rows: pd.DataFrame
    frame: pd.DataFrame
    alt: str
    most: int


def _bars_of(answers: Tally, questions: Sequence[Asked], figures: pd.DataFrame) -> _Bars:
    rows = figures[figures["code"].isin([asked.code for asked in questions])]
    most = int(rows["n"].max())
    if 0 < most < HIDDEN_BELOW:
        return _Bars(rows, rows.head(0), "", most)
    frame = bars(answers, questions, rows["code"].tolist())
    return _Bars(rows, frame, likert_alt(frame), most)


def show_bars(
    answers: Tally,
    questions: Sequence[Asked],
    figures: pd.DataFrame,
    *,
    title: str,
    span: tuple[float, float],
    question: tuple[Hashable, ...],
    about: About,
    key: str,
) -> None:
    """Draw questions on the five-point scale, or say once that nobody answered often enough.

    Parameters
    ----------
    figures
        From :func:`question_figures`, of these questions and perhaps of others.
    question
        Frozen, hashable values that tell ``answers`` from all others.
    """
    question = (tuple(questions), *question)
    found = remembered(lambda: _bars_of(answers, questions, figures), "bars", *question)
    if 0 < found.most < HIDDEN_BELOW:
        st.markdown(f"**{title}**")
        hidden(found.most)
        return
    show_chart(
        drawn_once(centred_bars, found.frame, question=question, span=span),
        title=title,
        alt=found.alt,
        data=found.rows,
        columns=figure_columns(),
        key=key,
        about=about,
        note=_(
            "5 is the best answer, 3 is «Hard to say», 1 the worst; beside the name stands the "
            "share of 5 and 4 with its 95 % interval. Lowest first; grey at 5–9 answers, which "
            "are not judged. Every score and the full wording: «Show as table»."
        ),
    )


def _long_scale(answers: Tally, asked: Asked, *, about: About, key: str) -> None:
    """Draw a question on a 0–10 scale, without answers nothing."""
    scores, missing = scores_of(answers, asked)
    n = sum(scores.values())
    if not n:
        return
    if n < HIDDEN_BELOW:
        st.markdown(f"**{plain(asked.text)}**")
        hidden(n)
        return
    shares = goodman(scores, asked.scale_max)
    frame = pd.DataFrame(
        {
            "score": asked.scores,
            "count": [scores.get(score, 0) for score in asked.scores],
            "share": [share.value for share in shares],
            "low": [share.low for share in shares],
            "high": [share.high for share in shares],
            "n": n,
        }
    )
    show_chart(
        made_of(score_columns, frame, theme=figure_theme()),
        title=plain(asked.text),
        alt=made_of(score_columns_alt, frame),
        data=frame,
        columns=[
            Column("score", _("Score"), Kind.COUNT),
            Column("count", _("Answers"), Kind.COUNT),
            Column("share", _("Share"), Kind.SHARE, n="n"),
            Column("low", _("Joint 95 % interval"), Kind.SHARE, n="n", high="high"),
        ],
        key=key,
        about=replace(about, file_name=f"{about.file_name}_{asked.code}"),
        note=" · ".join(
            (
                _("0–10 scale, classic mapping"),
                formats.estimate(good_share(scores, asked)),
                formats.no_answer(missing),
            )
        ),
    )
