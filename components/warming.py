"""After a load the server asks by itself what pages first show, before anybody waits for it."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool

from components.contacts import response_beside
from components.data import ask, ask_of_all, data_moment, program_database, schema_problems
from components.data_check_list import checked
from components.filter_bar import Choice
from components.forecast import forecast, replay_evidence
from components.forecast_quality import DAYS_BEFORE
from components.garbage import collect
from components.measures import first_measure
from components.outlook import coming_evaluations, groups_by_evaluation, partners_outlook
from components.peers import compare_partners
from components.simulation import records
from components.survey_card import period_beside
from components.survey_home import asked_of_survey
from components.survey_period import usual_period
from components.survey_view import view_of
from program.calendar import add_months, last_evaluation
from program.rules import ProgramRules
from program.settings import settings
from queries.adoption import adoption
from queries.answers import answer_counts, answers_by_region, partners_surveyed
from queries.changes import changes_at, version_changes
from queries.choices import managers, places, stored_evaluations
from queries.contact_stages import contact_stages
from queries.contacts import days_to_call, outcomes_by_month
from queries.decisions import competence_changes
from queries.engine import ProgramDatabaseError, QueryFailed, QueryTooBig, QueryTooSlow
from queries.filters import NO_FILTERS
from queries.freshness import freshness
from queries.key_months import chosen_ids
from queries.partners import partner_directory, partner_ids
from queries.programme import programme_months
from queries.questionnaire import questionnaires
from queries.response import response_counts
from queries.scope import EVERYTHING
from queries.standing import At, partner_standing, region_history, region_standing, standing_totals
from queries.survey import recommendation_counts

log = logging.getLogger("quality_program.warming")

EVERY_SECONDS = 20.0


def ask_for_frame() -> None:
    """Ask what stands around every page: the filter bar, the data's day, the wording, the changes.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot answer.
    """
    for common in (freshness, stored_evaluations, questionnaires, version_changes):
        ask_of_all(common)
    for own in (managers, places, partner_ids):
        ask(own, EVERYTHING)


def ask_for_checks() -> None:
    """Ask what the checks and the audit find; the same for all who may see it.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot answer.
    """
    stored = ask_of_all(stored_evaluations).dates
    checked(EVERYTHING, data_moment().today, stored, settings().rules)


def warm_up() -> None:
    """Ask for the frame, for every page as it is first seen, the forecast, and the checks.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot answer.
    """
    if ask_of_all(schema_problems):
        return
    ask_for_frame()
    rules, today = settings().rules, data_moment().today
    for query, *arguments in first_questions(today, rules):
        with left_to_visitors_if_it_fails(query.__name__):
            ask(query, EVERYTHING, *arguments)
    with left_to_visitors_if_it_fails("forecast"):
        forecast(EVERYTHING, coming_evaluations(today, rules), today, rules)
        ask(replay_evidence, EVERYTHING, DAYS_BEFORE, today, rules)
    with left_to_visitors_if_it_fails("the checks"):  # seconds of scans, so the last
        ask_for_checks()


@contextmanager
def left_to_visitors_if_it_fails(what: str) -> Iterator[None]:
    """Go on after what cannot be answered: asked again, it would keep the database busy."""
    try:
        yield
    except (QueryTooSlow, QueryTooBig, QueryFailed) as error:
        log.info("%s is not asked ahead: %s: %s", what, type(error).__name__, error)


def first_questions(today: dt.date, rules: ProgramRules) -> Iterator[tuple[Any, ...]]:
    """Yield what pages ask for whoever sees everything and has chosen nothing, as they ask it.

    The pages that are opened most come first. A test holds this to the pages: after it no first
    visit sends a statement.

    Yields
    ------
    tuple
        A query and its arguments after the scope.
    """
    coming, latest = coming_evaluations(today, rules), last_evaluation(today)
    stored = ask_of_all(stored_evaluations).dates
    now, year = (NO_FILTERS, coming[0], today, rules), usual_period(today)
    surveyed = replace(NO_FILTERS, survey_from=year.first, survey_to=year.last)

    def at(evaluated_on: dt.date) -> At:
        return At(evaluated_on, today, rules, stored=evaluated_on in stored)

    # «Главная», «Порог 50 %», «Методика»
    yield groups_by_evaluation, NO_FILTERS, (*coming, add_months(coming[-1], 1)), today, rules
    yield programme_months, NO_FILTERS, add_months(latest, -13), today
    of_survey = asked_of_survey(*now)
    yield recommendation_counts, *of_survey
    yield response_counts, *of_survey
    if len(stored) > 1:
        yield competence_changes, NO_FILTERS, stored[-2:]
    yield partners_outlook, NO_FILTERS, coming, today, rules
    # «Охват», «Регионы», «Каталог»
    yield adoption, NO_FILTERS, None, coming, today, rules
    if len(stored) > 1:
        yield changes_at, NO_FILTERS, stored[-1], stored[-2], coming, today, rules
    yield region_standing, surveyed, at(coming[0])
    yield region_history, surveyed, add_months(latest, -12), at(coming[0])
    yield standing_totals, NO_FILTERS, at(latest)
    yield partner_standing, NO_FILTERS, at(latest)
    # «Анкета», «Сравнение партнёров», «Обзвон»; «Рекомендации» asks what «Главная» does
    view = view_of(Choice(today, coming[0], surveyed, ()), rules)
    yield response_counts, surveyed, None, None, view.sizing
    yield answer_counts, surveyed, view.previous, view.since, view.sizing
    if (measure := first_measure(ask_of_all(questionnaires))) is not None:
        yield compare_partners, surveyed, measure, coming[0], today, rules
    for of_contacts in (contact_stages, outcomes_by_month, days_to_call, response_beside):
        yield of_contacts, surveyed, *now[1:]
    # «Если изменить правило», and what is the same on every card
    yield chosen_ids, *now
    yield records, today, rules
    yield partner_directory, NO_FILTERS
    for of_others in (answers_by_region, partners_surveyed):
        yield of_others, period_beside(today)


async def warm_up_after_loads(every: float = EVERY_SECONDS) -> None:
    """Warm up at the start and again whenever the data are others, until cancelled.

    A database that does not answer is asked again later; visitors are told by the pages.
    """
    warmed = None
    while True:
        try:
            version = await run_in_threadpool(program_database().version)
            if version != warmed:
                await run_in_threadpool(warm_up)
                await run_in_threadpool(collect)
                warmed = version
        except ProgramDatabaseError as error:
            log.info("not warmed up: %s: %s", type(error).__name__, error)
        await asyncio.sleep(every)
