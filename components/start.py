"""What must be right before the server answers anybody."""

from __future__ import annotations

from pydantic import ValidationError

from components.access import WHAT_TO_SET, serving_problem
from components.data import kept_answers, program_database
from components.state import state_database
from program.settings import settings
from queries.engine import ProgramDatabaseError


def start_problem() -> str | None:
    """Return why a dashboard with these settings could show nothing to anybody, and what to set.

    A database that does not answer is no reason: it may come, and pages and ``/readyz`` say so
    until then. Nothing of a value is repeated where it may hold a secret.
    """
    try:
        _ = settings().sign_in, settings().rules
        # Each is one for all threads, so it is made before there are any.
        program_database()
        state_database()
        kept_answers()
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False)
        return "; ".join(
            f"QUALITY_{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in told
        )
    except ValueError as error:
        return str(error)
    try:
        reason = serving_problem()
    except ProgramDatabaseError:
        return None
    return f"{reason}: {WHAT_TO_SET[reason]}" if reason else None
