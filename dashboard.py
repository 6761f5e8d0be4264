"""Launcher: ``streamlit run dashboard.py`` serves the dashboard.

The application is an ``st.App`` over ``pages/_router.py``. With a plain script here, Streamlit
would serve every file of ``pages/`` by its name, around the router and its sign-in, on any fresh
server.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import Route

from components.closed_routes import ClosedRoutes
from components.data import program_database
from components.failure import show_failure
from components.garbage import (
    collect,
    collect_less_often,
    collect_now_and_then,
    use_one_heap,
)
from components.readiness import readyz, tell_the_log
from components.recorder import recorder
from components.security import SecurityHeaders
from components.sign_in_routes import SignInRoutes, secrets_of
from components.start import start_problem
from components.theme_message import tell_the_theme_from_memory
from components.warming import warm_up_after_loads
from program.settings import settings

os.umask(0o077)  # notes, journal and ended sessions are for the owner of the process

if problem := start_problem():
    sys.exit(f"The dashboard does not start: {problem}")
provider = settings().sign_in


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Begin the chores that run beside the visits, and close what was opened."""
    import charts.coverage  # noqa: F401, PLC0415 - heavy imports before the freeze
    import metrics.coverage  # noqa: F401, PLC0415

    use_one_heap()
    collect_less_often()
    tell_the_theme_from_memory()
    await tell_the_log()
    collect()
    chores = [
        asyncio.create_task(chore) for chore in (collect_now_and_then(), warm_up_after_loads())
    ]
    yield
    for chore in chores:
        chore.cancel()
        with suppress(asyncio.CancelledError):
            await chore
    await run_in_threadpool(recorder().close)
    program_database().close()


app = st.App(
    "pages/_router.py",
    secrets=secrets_of(provider),
    lifespan=lifespan,
    routes=[Route("/readyz", readyz)],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(ClosedRoutes),
        Middleware(
            SignInRoutes, provider=provider, session_seconds=int(settings().session_hours * 3600)
        ),
    ],
    on_script_error=show_failure,
)
