"""The survey's key figures for the home page: twelve months against the twelve before."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from charts import formats
from components.data import ask, ask_of_all
from components.definitions import definition
from components.survey_figures import Measure, Reading, Subject, periods, values
from components.survey_questions import questionnaire
from components.survey_recommendation import response_of
from components.survey_view import trend_start
from components.survey_words import (
    RECOMMEND,
    basis_words,
    change_tone,
    change_words,
    figure_words,
    interval_told,
)
from components.tiles import Tile
from metrics.difference import share_difference
from metrics.recommendation import IndexMapping
from metrics.response import response_rates
from program.calendar import month_start
from program.language import _
from program.period import Period, last_months
from program.rules import ProgramRules
from queries.filters import Filters
from queries.questionnaire import questionnaires
from queries.response import response_counts
from queries.scope import Scope
from queries.survey import Part, Sizing, recommendation_counts

_MONTHS = 12
#: Whole months of a sparkline.
_SPARK = 13


class Asked(NamedTuple):
    """What the survey's key figures are counted from, as both of its queries take it."""

    filters: Filters
    previous: Period
    since: dt.date
    sizing: Sizing


def asked_of_survey(
    filters: Filters, evaluated_on: dt.date, today: dt.date, rules: ProgramRules
) -> Asked:
    """Return what :func:`survey_tiles` asks: the latest twelve months and those before."""
    period = last_months(today, _MONTHS)
    return Asked(
        replace(filters, survey_from=period.first, survey_to=period.last),
        period.previous(),
        trend_start(today, period.first),
        Sizing(evaluated_on, today, rules),
    )


def survey_tiles(scope: Scope, asked: Asked, today: dt.date) -> list[Tile]:
    """Return the tiles of recommending and of the response; none without surveys or contacts."""
    counts = ask(recommendation_counts, scope, *asked)
    responses = ask(response_counts, scope, *asked)
    return [
        *_recommending_tiles(counts, ask_of_all(questionnaires), asked.since, today),
        *_response_tile(responses, today),
    ]


def _recommending_tiles(
    counts: pd.DataFrame, questions: pd.DataFrame, since: dt.date, today: dt.date
) -> list[Tile]:
    current, previous = (counts[counts["part"] == p] for p in (Part.CURRENT, Part.PREVIOUS))
    known = set(current["version"]) & set(questions["version"])
    asked = {a.code: a for a in questionnaire(questions, max(known))} if known else {}
    shown = []
    for subject in Subject:
        if subject.code not in asked:
            continue
        reading = Reading.of(subject, asked[subject.code], IndexMapping.STRICT)
        share = reading.share(current)
        change = reading.difference(current, previous, Measure.SHARE)
        series = periods(counts, [reading], today, complete_from=since).frame
        shown.append(
            Tile(
                _(RECOMMEND[subject]),
                figure_words(share),
                basis=_("12 months · {basis}").format(
                    basis=basis_words(share, reading.missing(current))
                ),
                change=change_words(change),
                tone=change_tone(change),
                trend=values(series, Measure.SHARE).tail(_SPARK).tolist(),
                definition=definition("recommending"),
            )
        )
    return shown


def _response_tile(responses: pd.DataFrame, today: dt.date) -> list[Tile]:
    now, before = (response_of(responses, part) for part in (Part.CURRENT, Part.PREVIOUS))
    if not now.ended:
        return []
    change = share_difference(now.completed, now.ended, before.completed, before.ended)
    return [
        Tile(
            _("Response to the survey"),
            figure_words(now.rate),
            basis=_("12 months · {basis}").format(
                basis=" · ".join(
                    (
                        interval_told(now.rate),
                        _("{completed} of {ended} calls that ended").format(
                            completed=formats.number(now.completed),
                            ended=formats.number(now.ended),
                        ),
                    )
                )
            ),
            change=change_words(change),
            tone=change_tone(change),
            trend=_rates(responses, today),
            definition=definition("response_rate"),
        )
    ]


def _rates(responses: pd.DataFrame, today: dt.date) -> list[float]:
    """Return the response rate of the last whole months, the oldest first."""
    completed: Counter[pd.Timestamp] = Counter()
    ended: Counter[pd.Timestamp] = Counter()
    rows = zip(responses["month"], responses["outcome"], responses["contacts"], strict=True)
    for month, outcome, contacts in rows:
        if outcome != "pending":
            ended[month] += contacts
            completed[month] += contacts if outcome == "completed" else 0
    over = sorted(month for month in ended if month < pd.Timestamp(month_start(today)))
    shown = over[-_SPARK:]
    rates: list[float] = response_rates(
        [completed[month] for month in shown], [ended[month] for month in shown]
    ).tolist()
    return rates
