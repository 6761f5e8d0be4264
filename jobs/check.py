"""``python -m jobs check``: is the database the one the product reads, and is the data sound."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from jobs import clock
from jobs.refusals import REFUSED, refusing_in_words
from program.language import N_, _, ngettext

if TYPE_CHECKING:  # imported by the command itself when it runs
    from sqlalchemy import Connection

    from queries.contract import ContractProblem

_SEVERITY_WORDS = {
    "error": N_("error"),
    "warning": N_("warning"),
    "information": N_("information"),
}


def check(
    *,
    rows: Annotated[
        int, typer.Option(min=0, help="Show so many rows of each check that found some.")
    ] = 0,
) -> None:
    """Check the schema and the data of the program database; exit code 1 if errors are found."""
    from jobs.store import StoreError, current_program  # noqa: PLC0415 - slow, only when run
    from program.settings import settings  # noqa: PLC0415

    with refusing_in_words("check"), current_program(settings().database_url) as connection:
        if connection is None:
            raise StoreError(_("There is no program database yet."))
        sound = _schema_is_sound(connection) and _data_is_sound(connection, rows)
        if sound:
            _say_disputed_decisions(connection)
    if not sound:
        raise typer.Exit(REFUSED)


def _schema_is_sound(connection: Connection) -> bool:
    """Say what the schema lacks; without a sound one the data cannot be asked."""
    from queries.contract import contract_problems  # noqa: PLC0415 - as above

    problems = contract_problems(connection)
    for problem in problems:
        typer.echo(contract_line(problem))
    if not problems:
        typer.echo(_("The schema is as expected."))
    return not problems


def contract_line(problem: ContractProblem) -> str:
    """Return a difference of the schema as one line."""
    from queries.contract import ContractBreach  # noqa: PLC0415 - as above

    words = {
        ContractBreach.NO_TABLE: _("the table {table} is missing"),
        ContractBreach.NO_COLUMN: _("the column {table}.{column} ({expected}) is missing"),
        ContractBreach.WRONG_TYPE: _("{table}.{column} is {found}, expected {expected}"),
        ContractBreach.NOT_DERIVED: _("{table} is empty: run «python -m jobs facts»"),
    }
    return words[problem.breach].format(
        table=problem.table,
        column=problem.column,
        expected=problem.expected,
        found=problem.found,
    )


def _data_is_sound(connection: Connection, shown_rows: int) -> bool:
    """Say what every check found; warnings and information do not make the data unsound."""
    from queries.data_checks import CHECKS, Severity, count_problems  # noqa: PLC0415
    from queries.freshness import freshness  # noqa: PLC0415
    from queries.scope import EVERYTHING  # noqa: PLC0415

    fresh = freshness(connection, EVERYTHING)
    moment = fresh.data_as_of if fresh else clock.local_now()
    counts = count_problems(connection, EVERYTHING, moment.date())
    found = [(check, n) for check, n in zip(CHECKS, counts["rows"], strict=True) if n]
    typer.echo(_("Data as of {moment}.").format(moment=f"{moment:%d.%m.%Y %H:%M}"))
    for checked, n in found:
        severity = _(_SEVERITY_WORDS[checked.severity])
        typer.echo(f"{n:>9}  {severity:<12} {_(checked.title)} ({checked.code})")
        if shown_rows:
            _show_rows(connection, checked.code, shown_rows, moment.date())
    silent = len(CHECKS) - len(found)
    typer.echo(
        ngettext("{n} check found nothing.", "{n} checks found nothing.", silent).format(n=silent)
    )
    return not any(checked.severity is Severity.ERROR for checked, _n in found)


def _say_disputed_decisions(connection: Connection) -> None:
    """Say how many stored decisions differ from today's records: a question, no error."""
    from charts.formats import disputed_decisions  # noqa: PLC0415 - as above
    from metrics.recomputation import with_decision  # noqa: PLC0415
    from program.settings import settings  # noqa: PLC0415 - as above
    from queries.choices import stored_evaluations  # noqa: PLC0415
    from queries.decisions import decisions_that_disagree  # noqa: PLC0415
    from queries.scope import EVERYTHING  # noqa: PLC0415

    rules = settings().rules
    stored = stored_evaluations(connection, EVERYTHING).dates
    disputed = with_decision(decisions_that_disagree(connection, EVERYTHING, stored, rules), rules)
    typer.echo(disputed_decisions(len(disputed), int(disputed["otherwise"].sum())) + ".")


def _show_rows(connection: Connection, code: str, limit: int, as_of: dt.date) -> None:
    import pandas as pd  # noqa: PLC0415 - as above

    from queries.data_checks import rows_of  # noqa: PLC0415
    from queries.scope import EVERYTHING  # noqa: PLC0415

    for row in rows_of(connection, code, limit, EVERYTHING, as_of).itertuples(index=False):
        day = "" if pd.isna(row.day) else f"{row.day:%d.%m.%Y}"
        detail = row.detail if isinstance(row.detail, str) else ""
        typer.echo(f"{'':>11}{row.table_name} {row.record}  {day} {detail}".rstrip())
