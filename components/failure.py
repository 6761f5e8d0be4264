"""When something breaks: a clear page with a retry and an incident code, the rest in the log."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence

import streamlit as st

from components.text import plain
from program.language import _
from queries.contract import ContractBreach, ContractProblem
from queries.engine import (
    DatabaseDown,
    DatabaseMissing,
    ProgramDatabaseError,
    QueryFailed,
    QueryTooBig,
    QueryTooSlow,
)

log = logging.getLogger("quality_program")
_PROBLEMS_SHOWN = 10


def incident_code() -> str:
    """Return a short code by which one failure is found in the log."""
    return secrets.token_hex(4).upper()


def _explained(error: Exception) -> tuple[str, str]:
    """Return what happened and what to do, in the visitor's language."""
    if isinstance(error, DatabaseMissing):
        return (
            _("There is no program database yet"),
            _(
                "Build the demonstration data with «python -m jobs demo», or load your own set "
                "with «python -m jobs load», and try again."
            ),
        )
    if isinstance(error, DatabaseDown):
        return (
            _("The program database does not answer"),
            _("It may be restarting. Try again in a minute; nothing has been lost."),
        )
    if isinstance(error, QueryTooBig):
        return (
            _("The answer needs more memory than the dashboard may use"),
            _("Narrow the filters, or raise QUALITY_DUCKDB_MEMORY_LIMIT."),
        )
    if isinstance(error, QueryTooSlow):
        return (
            _("The answer took too long"),
            _("The database is busy. Try again, or narrow the filters."),
        )
    if isinstance(error, QueryFailed):
        return (
            _("The program database has another structure than expected"),
            _("Run «python -m jobs check»: it names the missing table or column."),
        )
    return (
        _("This page could not be shown"),
        _("The failure has been recorded. Try again, or open another page."),
    )


def show_failure(error: Exception) -> bool:
    """Log ``error`` under an incident code and show a clear page instead of a traceback."""
    code = incident_code()
    log.error("incident %s", code, exc_info=error)
    what, then = _explained(error)
    with st.container(border=True, key="failure"):
        st.subheader(f":material/error: {what}", anchor=False)
        st.markdown(then)
        st.caption(_("Incident code for the administrator: {code}").format(code=code))
        st.button(_("Try again"), key=f"retry_{code}", type="primary")
    return True


def show_schema_problems(problems: Sequence[ContractProblem]) -> None:
    """Say which tables and columns the program database lacks, instead of any page."""
    code = incident_code()
    log.error("incident %s: the schema differs: %s", code, problems)
    with st.container(border=True, key="failure"):
        st.subheader(
            ":material/error: " + _("The program database has another structure than expected"),
            anchor=False,
        )
        for problem in problems[:_PROBLEMS_SHOWN]:
            st.markdown(f"- {plain(_told(problem))}")
        if len(problems) > _PROBLEMS_SHOWN:
            st.markdown(_("… and {n} more").format(n=len(problems) - _PROBLEMS_SHOWN))
        st.caption(_("«python -m jobs check» names every difference."))
        if any(problem.is_of_facts for problem in problems):
            st.caption(_("Derived tables are filled by «python -m jobs facts»."))
        st.caption(_("Incident code for the administrator: {code}").format(code=code))
        st.button(_("Try again"), key=f"retry_{code}", type="primary")


def _told(problem: ContractProblem) -> str:
    if problem.breach is ContractBreach.NO_TABLE:
        return _("table {table} is missing").format(table=problem.table)
    if problem.breach is ContractBreach.NOT_DERIVED:
        return _("table {table} is empty").format(table=problem.table)
    where = f"{problem.table}.{problem.column}"
    if problem.breach is ContractBreach.NO_COLUMN:
        return _("column {column} is missing").format(column=where)
    return _("column {column} holds {found}, expected {expected}").format(
        column=where, found=problem.found, expected=problem.expected
    )


__all__ = ["ProgramDatabaseError", "incident_code", "show_failure"]
