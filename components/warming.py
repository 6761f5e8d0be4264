"""After a load the costliest answers are asked once for all, before anybody waits for them."""

from __future__ import annotations

import asyncio
import logging

from starlette.concurrency import run_in_threadpool

from components.data import ask, ask_of_all, data_moment, program_database, schema_problems
from components.data_check_list import check_counts
from components.forecast import forecast
from components.garbage import collect
from components.outlook import coming_evaluations, groups_by_evaluation, partners_outlook
from program.calendar import add_months
from program.settings import settings
from queries.changes import version_changes
from queries.choices import managers, places, stored_evaluations
from queries.engine import ProgramDatabaseError
from queries.filters import NO_FILTERS
from queries.freshness import freshness
from queries.partners import partner_ids
from queries.questionnaire import questionnaires
from queries.scope import EVERYTHING

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


def warm_up() -> None:
    """Ask for the frame, and what «Главная» and «Порог 50 %» show to whoever sees everything.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot answer.
    """
    if ask_of_all(schema_problems):
        return
    ask_for_frame()
    rules, today = settings().rules, data_moment().today
    coming = coming_evaluations(today, rules)
    outlooks = (*coming, add_months(coming[-1], 1))
    ask(groups_by_evaluation, EVERYTHING, NO_FILTERS, outlooks, today, rules)
    ask(partners_outlook, EVERYTHING, NO_FILTERS, coming, today, rules)
    forecast(EVERYTHING, coming, today, rules)


def ask_for_checks() -> None:
    """Ask what the checks of the data find: seconds of scans, the same for all who may see it.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot answer.
    """
    if not ask_of_all(schema_problems):
        check_counts(EVERYTHING, data_moment().today)


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
                # Not tried again: a scan that is too slow would keep the database busy for good.
                await run_in_threadpool(ask_for_checks)
        except ProgramDatabaseError as error:
            log.info("not warmed up: %s: %s", type(error).__name__, error)
        await asyncio.sleep(every)
