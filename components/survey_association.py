"""What goes together with recommending: correlations always, weights from 50 answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st
from sqlalchemy import Connection

from charts import formats
from charts.importance import importance_quadrant, importance_quadrant_alt
from components.chart import show_chart
from components.data import ask
from components.definitions import definition, definitions
from components.download import About, download
from components.remembered import made_of
from components.states import empty
from components.survey_answers import Tally, good_share, scores_of
from components.survey_figures import Subject
from components.survey_questions import Asked
from components.survey_view import View, one_of
from components.survey_words import RECOMMEND
from components.table import Column, Kind, show_table
from components.theme import figure_theme
from metrics.association import ESTABLISHED_Q, Quadrant, importance_performance
from metrics.estimate import ENOUGH, HIDDEN_BELOW
from metrics.importance import ENOUGH_SURVEYS, Importance, importance
from metrics.rank_correlation import spearman
from metrics.tails import benjamini_hochberg
from program.language import N_, _
from queries.answers import answer_matrix, answers_with_outcome
from queries.filters import Filters
from queries.scope import Scope
from queries.survey import NO_ANSWER, Sizing

_SEED = 20260501
QUADRANTS = {
    Quadrant.IMPROVE_FIRST: N_("improve first"),
    Quadrant.KEEP_UP: N_("keep"),
    Quadrant.LOW_PRIORITY: N_("improve later"),
    Quadrant.ENOUGH: N_("good, matters less"),
    Quadrant.UNCLEAR: N_("not to be told from the average"),
}

#: A question by code and the versions that word it alike: what a cached question needs of it.
Wording = tuple[str, tuple[int, ...]]


def recommending_associations(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    outcome: Wording,
    questions: Sequence[Wording],
    sizing: Sizing,
) -> pd.DataFrame:
    """Return each question's correlation with recommending, over surveys that answered both.

    Grain: one row a question in the order given; ``code``, ``rho``, ``low``, ``high`` (NaN
    where there is nothing to correlate), ``n``, ``q``.
    """
    counts = answers_with_outcome(connection, scope, filters, outcome[0], sizing)
    rows, p_values = [], []
    for code, versions in questions:
        shared = set(versions) & set(outcome[1])
        table = counts[(counts["code"] == code) & counts["version"].isin(shared)]
        pairs = table["answers"].to_numpy()
        rho, p = spearman(
            np.repeat(table["score"].to_numpy(), pairs),
            np.repeat(table["outcome"].to_numpy(), pairs),
        )
        rows.append((code, rho.value, rho.low, rho.high, rho.n))
        p_values.append(p)
    found = pd.DataFrame(rows, columns=["code", "rho", "low", "high", "n"])
    return found.assign(q=benjamini_hochberg(np.array(p_values, dtype=np.float64)))


def recommending_importance(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    outcome: str,
    codes: tuple[str, ...],
    versions: tuple[int, ...],
    sizing: Sizing,
) -> Importance | None:
    """Return what part of the association with recommending each question carries.

    ``None`` with too few answers, see ``metrics.importance.importance``.
    """
    scores = answer_matrix(connection, scope, filters, versions, (*codes, outcome), sizing)
    numbers = scores.astype("float64").replace(float(NO_ANSWER), np.nan)
    return importance(
        numbers[list(codes)].to_numpy(),
        numbers[outcome].to_numpy(),
        codes,
        np.random.default_rng(_SEED),
    )


def association_block(
    answers: Tally,
    questions: Sequence[Asked],
    scope: Scope,
    filters: Filters,
    view: View,
    about: About,
) -> None:
    """Draw the list of correlations and, on demand, importance against performance."""
    subject = one_of(
        _("Recommending"),
        {s: _(RECOMMEND[s]) for s in Subject},
        key="association_subject",
    )
    outcome = next((a for a in questions if a.code == subject.code), None)
    if outcome is None:
        empty(_("The questionnaire of these surveys does not ask about recommending."))
        return
    others = [asked for asked in questions if asked.code != outcome.code]
    found = ask(
        recommending_associations,
        scope,
        filters,
        (outcome.code, outcome.versions),
        tuple((asked.code, asked.versions) for asked in others),
        view.sizing,
    )
    _list(found, others, about)
    fewest = int(found["n"].max()) if len(found) else 0
    if fewest < ENOUGH_SURVEYS:
        st.caption(
            _("Weights are shown from {n} answers on; here only the list.").format(
                n=formats.number(ENOUGH_SURVEYS)
            )
        )
        return
    _weights(answers, others, outcome, scope, filters, view, about)


def _list(found: pd.DataFrame, questions: Sequence[Asked], about: About) -> None:
    names = {asked.code: asked.name for asked in questions}
    hidden = found["n"] < HIDDEN_BELOW
    rows = found.assign(
        name=[names[code] for code in found["code"]],
        words=[_association_words(int(n), rho, q) for n, rho, q in zip(
            found["n"], found["rho"], found["q"], strict=True)],
    )  # fmt: skip
    rows.loc[hidden, ["rho", "low", "high"]] = np.nan
    rows = rows.sort_values("rho", ascending=False, na_position="last", ignore_index=True)
    columns = [
        Column("name", _("Question"), width="medium"),
        Column("rho", _("ρ × 100"), Kind.INDEX, undefined="—", help=definition("association")),
        Column("low", _("95 % interval"), Kind.INDEX, high="high", undefined="—"),
        Column("n", _("Pairs of answers"), Kind.COUNT),
        Column("words", _("Verdict"), width="large"),
    ]
    show_table(
        rows,
        columns,
        key="association_table",
        alt=_("How closely each question goes together with recommending"),
        height="content",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _("Associated with, not a cause: a client content with one is content with all.")
        )
        download(
            rows,
            columns,
            about=replace(
                about,
                title=_("What goes with recommending"),
                file_name=f"{about.file_name}_associations",
                definitions=definitions("association", "importance"),
            ),
            key="association_file",
        )


def _association_words(n: int, rho: float, q: float) -> str:
    if n == 0:
        return formats.no_answers()
    if n < HIDDEN_BELOW:
        return formats.hidden_words(n)
    if np.isnan(rho):
        return _("all answers are the same: nothing to compare")
    if n < ENOUGH:
        return formats.few_words(n)
    return (
        _("goes together with recommending")
        if q <= ESTABLISHED_Q
        else _("no association beyond chance")
    )


def _weights(
    answers: Tally,
    questions: Sequence[Asked],
    outcome: Asked,
    scope: Scope,
    filters: Filters,
    view: View,
    about: About,
) -> None:
    if not st.toggle(
        _("Show weights: importance against performance"),
        key="association_weights",
        help=definition("importance"),
    ):
        return
    versions = set(outcome.versions).intersection(*(asked.versions for asked in questions))
    with st.spinner(_("Calculating weights and their whiskers…")):
        found = ask(
            recommending_importance,
            scope,
            filters,
            outcome.code,
            tuple(asked.code for asked in questions),
            tuple(sorted(versions)),
            view.sizing,
        )
    good = {asked.code: good_share(scores_of(answers, asked)[0], asked) for asked in questions}
    places = importance_performance(found, good)
    if found is None or not places:
        empty(
            _("Too few surveys answered enough of these questions together."),
            then=_("Weights need 50 surveys, and 30 for every pair of questions."),
        )
        return
    names = {asked.code: asked.name for asked in questions}
    frame = pd.DataFrame(
        {
            "label": [names[place.code] for place in places],
            "importance": [place.importance.value for place in places],
            "importance_low": [place.importance.low for place in places],
            "importance_high": [place.importance.high for place in places],
            "performance": [place.performance.value for place in places],
            "performance_low": [place.performance.low for place in places],
            "performance_high": [place.performance.high for place in places],
            "n": [place.performance.n for place in places],
            "quadrant": [place.quadrant.value for place in places],
            "words": [_(QUADRANTS[place.quadrant]) for place in places],
        }
    )
    interval = _("95 % interval")
    middle, level = float(frame["importance"].mean()), float(frame["performance"].mean())
    show_chart(
        made_of(
            importance_quadrant, frame, theme=figure_theme(), importance=middle, performance=level
        ),
        title=_("What goes with recommending, and how good the answers are"),
        alt=importance_quadrant_alt(frame, importance=middle, performance=level),
        data=frame,
        columns=[
            Column("label", _("Question"), width="medium"),
            Column("importance", _("Weight"), Kind.SHARE, n="n"),
            Column("importance_low", interval, Kind.SHARE, n="n", high="importance_high"),
            Column("performance", _("Good (5 and 4)"), Kind.SHARE, n="n"),
            Column(
                "performance_low",
                _("95 % interval of good"),
                Kind.SHARE,
                n="n",
                high="performance_high",
            ),
            Column("n", _("Answers"), Kind.COUNT),
            Column("words", _("What follows")),
        ],
        key="association_quadrant",
        about=replace(about, file_name=f"{about.file_name}_weights"),
        note=_(
            "R² {r2}: with so much of the differences in recommending all questions together go. "
            "Lines: averages over the questions. Coloured only where both intervals clear them."
        ).format(r2=formats.estimate(found.r2)),
    )
