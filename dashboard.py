"""Launcher: ``streamlit run dashboard.py`` serves the dashboard.

The application is an ``st.App`` over ``pages/_router.py``. With a plain script here, Streamlit
would serve every file of ``pages/`` by its name, around the router and its sign-in, on any fresh
server.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from components.access import WHAT_TO_SET, serving_problem
from components.audit import recorder
from components.data import program_database
from components.failure import show_failure
from components.security import SecurityHeaders
from components.sign_in_routes import SignInRoutes, secrets_of
from program.settings import settings
from queries.contract import contract_problems
from queries.engine import ProgramDatabaseError

log = logging.getLogger("quality_program")
try:
    provider = settings().sign_in
except ValueError as error:
    sys.exit(f"The dashboard does not start: {error}")


def _problem() -> str | None:
    """Return what keeps pages from being shown; of the database by kind, details are logged."""
    try:
        with program_database().connect() as connection:
            if contract_problems(connection):
                return "wrong schema"
        reason = serving_problem()
        return f"{reason}: {WHAT_TO_SET[reason]}" if reason else None
    except ProgramDatabaseError as error:
        return type(error).__name__


async def readyz(_request: Request) -> JSONResponse:
    """Tell a load balancer whether pages can be answered: the database is really asked."""
    problem = await run_in_threadpool(_problem)
    body = {"status": "ready"} if problem is None else {"status": "not ready", "why": problem}
    return JSONResponse(body, status_code=200 if problem is None else 503)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Keep the garbage collector away from the imported modules: it walks them at every rerun."""
    import charts.coverage  # noqa: F401, PLC0415 - heavy imports before the freeze
    import metrics.coverage  # noqa: F401, PLC0415

    if problem := await run_in_threadpool(_problem):
        log.error("no page is shown: %s", problem)
    gc.collect()
    gc.freeze()
    yield
    await run_in_threadpool(recorder().close)
    program_database().dispose()


app = st.App(
    "pages/_router.py",
    secrets=secrets_of(provider),
    lifespan=lifespan,
    routes=[Route("/readyz", readyz)],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(
            SignInRoutes, provider=provider, session_seconds=int(settings().session_hours * 3600)
        ),
    ],
    on_script_error=show_failure,
)
