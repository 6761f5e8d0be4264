"""What clients say of one partner: beside the others, and survey by survey."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from charts import formats
from components.data import ask, ask_of_all, data_moment
from components.definitions import definitions
from components.document import ON_SCREEN
from components.download import About, download
from components.fragment import fragment
from components.remembered import made_of, remembered
from components.states import empty
from components.survey_answers import (
    Tally,
    bar_span,
    good_share,
    question_figures,
    scores_of,
    show_bars,
    tally,
)
from components.survey_figures import judged
from components.survey_questions import Asked, questionnaire
from components.survey_words import VERDICTS
from components.table import ROWS_SHOWN, Column, Kind, height_of, rows_left_out, show_table
from metrics.anonymity import ENOUGH_OTHERS, ROUNDED_TO
from metrics.beside import Beside, answers_beside
from metrics.difference import Verdict, share_difference
from metrics.estimate import HIDDEN_BELOW, Estimate
from program.language import _
from program.period import Period, last_months
from queries.answers import answers_by_region, answers_of_partner, partners_surveyed
from queries.comments import surveys_of_partner
from queries.facts import RECOMMEND_PARTNER, RECOMMEND_PLATFORM
from queries.questionnaire import questionnaires
from queries.scope import Scope, Sight
from queries.survey import NO_ANSWER

#: A partner has few answers a year; two years make comparisons possible.
_MONTHS = 24
#: With fewer other partners in the region its average would tell about one of them.
_OTHERS_FROM = 3
_SURVEYS_HIGH = 360


def period_beside(today: dt.date) -> Period:
    """Return the period in which a partner's answers are looked at beside those of others."""
    return last_months(today, _MONTHS)


@fragment
def survey_block(scope: Scope, partner: pd.Series, today: dt.date) -> None:
    """Draw a partner's answers beside the region's and all others', then its surveys."""
    st.markdown(f"## {_('What clients say')}")
    partner_id, period = int(partner["partner_id"]), period_beside(today)
    said = ask(surveys_of_partner, scope, partner_id, today)
    if said.empty:
        empty(_("No client of this partner has been surveyed yet."))
        return
    questions = ask_of_all(questionnaires)
    about = About(
        title=_("What clients say"),
        file_name=f"survey_partner_{partner_id}",
        period=formats.period(period.first, period.last),
        definitions=definitions("good_answers", "survey_difference"),
        data_as_of=data_moment().as_of,
    )
    counts = remembered(
        lambda: answers_beside(
            ask(answers_of_partner, scope, partner_id, period),
            ask(answers_by_region, scope, period),
            ask(partners_surveyed, scope, period),
            str(partner["region_code"]),
            own_is_counted=scope.sight is not Sight.PORTFOLIO,
        ),
        "card_counts",
        *(scope, partner_id, period),
    )
    own = counts[counts["beside"] == Beside.PARTNER]
    if own.empty:
        empty(
            _("No answers in {period}; earlier ones are listed below.").format(
                period=formats.period(period.first, period.last)
            )
        )
    else:
        asked = questionnaire(questions, int(own["version"].max()))
        answers = tally(own)
        figures = remembered(
            lambda: question_figures(answers, asked), "card_figures", scope, partner_id, period
        )
        _answers(answers, asked, figures, about, (scope, partner_id, period))
        if int(figures["n"].max()) >= HIDDEN_BELOW:
            with st.container(key=f"{ON_SCREEN}_beside"):
                _beside_others(counts, asked, about, partner_id, scope)
    with st.container(key=f"{ON_SCREEN}_surveys"):
        _surveys(said, questions, about, partner_id)


def _answers(
    answers: Tally,
    asked: Sequence[Asked],
    figures: pd.DataFrame,
    about: About,
    whose: tuple[Scope, int, Period],
) -> None:
    _scope, partner_id, _period = whose
    five = [a for a in asked if a.scale_max == 5]
    show_bars(
        answers,
        five,
        figures,
        title=_("Answers about this partner, {period}").format(period=about.period),
        span=bar_span(figures[figures["code"].isin([a.code for a in five])]),
        question=whose,
        about=about,
        key=f"card_answers_{partner_id}",
    )


def _beside_others(
    counts: pd.DataFrame, asked: Sequence[Asked], about: About, partner_id: int, scope: Scope
) -> None:
    rows = made_of(beside_others, counts, asked=tuple(asked))
    few, none = _("hidden"), formats.no_answers()
    columns = [
        Column("name", _("Question"), width=182),
        Column("verdict", _("Against all the others"), width=215),
    ]
    for who, label, count, nothing in (
        ("own", _("This partner"), _("n of the partner"), none),
        ("others", _("All the others"), _("n of the others"), none),
        # With too few other partners the region's answers are there and not told.
        ("region", _("Others of the region"), _("n of the region"), few),
    ):
        share = partial(Column, kind=Kind.SHARE, n=f"{who}_n", undefined=nothing, hidden=few)
        columns += [
            share(who, label),
            share(f"{who}_low", _("95 % interval"), high=f"{who}_high"),
            Column(f"{who}_n", count, Kind.COUNT),
        ]
    show_table(
        rows,
        columns,
        key=f"card_beside_{partner_id}",
        alt=_("Good answers about this partner beside the region's and all others'"),
        height="content",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _(
                "Good answers are 5 and 4. The others never include the partner itself; the region "
                "needs three other partners. Hidden below 5 answers, judged from 10."
            )
            if scope.sight is not Sight.PORTFOLIO
            else _(
                "Good answers are 5 and 4. The others never include the partner itself. Counts of "
                "other portfolios are rounded to multiples of {base}, and shown from {n} of their "
                "partners on. Hidden below 5 answers, judged from 10."
            ).format(base=ROUNDED_TO, n=ENOUGH_OTHERS)
        )
        download(rows, columns, about=about, key=f"card_beside_file_{partner_id}")


def beside_others(counts: pd.DataFrame, *, asked: Sequence[Asked]) -> pd.DataFrame:
    """Return the shares of good answers of a partner, of its region's others, of all others.

    Grain: one row a question; ``name``; ``own``, ``region`` and ``others``, each with ``…_low``,
    ``…_high`` (NaN where hidden) and ``…_n``; ``verdict`` against all the others.

    Parameters
    ----------
    counts
        As from ``metrics.beside.answers_beside``.
    """
    own = counts[counts["beside"] == Beside.PARTNER]
    region = counts[counts["beside"] == Beside.REGION]
    enough = region.groupby("version")["partners"].max() >= _OTHERS_FROM
    region = region[region["version"].isin(enough[enough].index)]
    others = counts[counts["beside"] == Beside.OTHERS]
    groups = [tally(group) for group in (own, region, others)]
    rows = []
    for question in asked:
        mine, near, rest = (good_share(scores_of(group, question)[0], question) for group in groups)
        difference = share_difference(*_parts(mine), *_parts(rest))
        found = judged(difference)
        rows.append(
            {
                "name": question.name,
                **_shown("own", mine),
                **_shown("region", near),
                **_shown("others", rest),
                "verdict": _(VERDICTS[found])
                if found is not Verdict.TOO_FEW
                else formats.no_answers()
                if mine.n == 0
                else formats.hidden_words(mine.n)
                if mine.n < HIDDEN_BELOW
                else _("hidden")
                if rest.n == 0
                else formats.few_words(min(mine.n, rest.n)),
            }
        )
    return pd.DataFrame(rows)


def _shown(name: str, share: Estimate) -> dict[str, float]:
    ends = {"": share.value, "_low": share.low, "_high": share.high}
    shown = {f"{name}{end}": value if share.shown else np.nan for end, value in ends.items()}
    return {**shown, f"{name}_n": share.n}


def _parts(share: Estimate) -> tuple[int, int]:
    return (round(share.value * share.n), share.n) if share.n else (0, 0)


def _surveys(said: pd.DataFrame, questions: pd.DataFrame, about: About, partner_id: int) -> None:
    all_rows = said["survey_id"].nunique()
    first = said[said["survey_id"].isin(said["survey_id"].unique()[:ROWS_SHOWN])]
    rows = made_of(surveys_in_words, first, questions=questions)
    columns = [
        Column("completed_on", _("Date"), Kind.DATE),
        Column("project", _("Project"), width=240),
        Column("developer", _("Developer"), width=125, help=_("Recommends the developer")),
        Column("platform", _("Platform"), width=125, help=_("Recommends the platform")),
        Column("ask", _("A reason to ask"), width="medium"),
        Column("comment", _("Comment"), width="large"),
    ]
    st.markdown(f"**{_('Surveys and comments')}** · {formats.answers(all_rows)}")
    show_table(
        rows,
        columns,
        key=f"card_surveys_{partner_id}",
        alt=_("Surveys of this partner's clients, the latest first"),
        height=height_of(len(rows), _SURVEYS_HIGH),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        told = (
            _("A reason to ask: questions answered 2 or 1 (0–6 of ten)."),
            rows_left_out(all_rows),
        )
        st.caption(" ".join(words for words in told if words))
        download(
            lambda: surveys_in_words(said, questions=questions),
            columns,
            about=about,
            key=f"card_surveys_file_{partner_id}",
        )


def surveys_in_words(said: pd.DataFrame, *, questions: pd.DataFrame) -> pd.DataFrame:
    """Return one row a survey, the latest first, with its answers in words.

    ``completed_on``, ``project``, ``comment``; ``developer`` and ``platform``: the answers about
    recommending; ``ask``: short names of the questions answered badly.
    """
    asked = {
        (version, a.code): a
        for version in {int(v) for v in said["version"]}
        for a in questionnaire(questions, version)
    }
    rows = []
    for _survey_id, answers in said.groupby("survey_id", sort=False):
        first = answers.iloc[0]
        scores = dict(zip(answers["code"], answers["score"].astype(int), strict=True))
        of = {code: asked[int(first["version"]), code] for code in scores}
        words = {
            code: of[code].answer(scores[code]) if code in of else _("not asked")
            for code in (RECOMMEND_PARTNER, RECOMMEND_PLATFORM)
        }
        bad = [
            of[code].name
            for code, score in scores.items()
            if score != NO_ANSWER and score <= of[code].bad_to
        ]
        rows.append(
            {
                "completed_on": first["completed_on"],
                "project": first["project"],
                "comment": first["comment"],
                "developer": words[RECOMMEND_PARTNER],
                "platform": words[RECOMMEND_PLATFORM],
                "ask": ", ".join(bad),
            }
        )
    return pd.DataFrame(rows)
