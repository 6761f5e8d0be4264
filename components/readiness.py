"""Whether pages can be shown: for load balancers, and for the log when the server starts."""

from __future__ import annotations

import logging

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from components.access import WHAT_TO_SET, serving_problem
from components.data import program_database
from queries.contract import contract_problems
from queries.engine import ProgramDatabaseError

log = logging.getLogger("quality_program")


def problem() -> str | None:
    """Return what keeps pages from being shown; of the database by kind, details are logged."""
    try:
        with program_database().connect() as connection:
            if contract_problems(connection):
                return "wrong schema"
        reason = serving_problem()
        return f"{reason}: {WHAT_TO_SET[reason]}" if reason else None
    except ProgramDatabaseError as error:
        return type(error).__name__


async def tell_the_log() -> None:
    """Write down why nothing is shown, if so."""
    if why := await run_in_threadpool(problem):
        log.error("no page is shown: %s", why)


async def readyz(_request: Request) -> JSONResponse:
    """Tell a load balancer whether pages can be answered: the database is really asked."""
    why = await run_in_threadpool(problem)
    body = {"status": "ready"} if why is None else {"status": "not ready", "why": why}
    return JSONResponse(body, status_code=200 if why is None else 503)
