"""The list of data checks in words, the audit of stored decisions among them."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import pandas as pd
import streamlit as st
from sqlalchemy import Connection

from charts import formats
from charts.palette import SIGNS, Tone
from components.data import Moment, ask
from components.download import About, download
from components.fragment import fragment
from components.table import Column, Kind, show_table
from components.theme import ICONS
from metrics.recomputation import with_decision
from program.language import _
from program.rules import ProgramRules
from program.settings import settings
from queries.data_checks import CHECK_BY_CODE, SCANS, Severity, count_problems, rows_of
from queries.decisions import decisions_that_disagree
from queries.scope import Scope

#: Stands in the list beside the codes of ``queries.data_checks``.
AUDIT = "recomputed_decisions"

#: Rows of one check on screen and in its file.
MOST_ROWS = 10_000
_WEIGHTS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}


def check_rows(connection: Connection, scope: Scope, as_of: dt.date, scan: int) -> pd.DataFrame:
    """Return what one scan of the data counts; see ``queries.data_checks.count_problems``."""
    return count_problems(connection, scope, as_of, scan)


def check_counts(scope: Scope, as_of: dt.date) -> pd.DataFrame:
    """Return how many rows each check points at.

    The scans are asked apart: each has the time limit of a question to itself, and what has been
    counted stays counted if another one fails.
    """
    counts = [ask(check_rows, scope, as_of, scan) for scan in SCANS]
    return counts[0].assign(rows=sum(count["rows"] for count in counts))


def rows_of_check(
    connection: Connection, scope: Scope, code: str, limit: int, as_of: dt.date
) -> pd.DataFrame:
    """Return the rows a check points at; see ``queries.data_checks.rows_of``."""
    return rows_of(connection, code, limit, scope, as_of)


def _mark(severity: Severity, rows: int) -> tuple[str, int]:
    if rows == 0:
        return f"{SIGNS[Tone.GOOD]} {_('all well')}", 3
    words = {
        Severity.ERROR: (Tone.BAD, _("error")),
        Severity.WARNING: (Tone.WATCH, _("worth a look")),
        Severity.INFORMATION: (Tone.NEUTRAL, _("for information")),
    }
    tone, word = words[severity]
    return f"{SIGNS[tone]} {word}", _WEIGHTS[severity]


def problems(checks: pd.DataFrame, *, disputed: int) -> pd.DataFrame:
    """Return every check in words, the gravest findings first.

    Grain: one row a check; ``code``, ``title``, ``why``, ``rows``, ``mark`` (sign and word) and
    ``weight`` (0 error, 1 worth a look, 2 for information, 3 nothing found).
    """
    rows = [
        (
            AUDIT,
            _("Stored decisions recomputed from today's records"),
            _("Late records, transfers and corrections: the decision stands, ask why it differs."),
            disputed,
            *_mark(Severity.WARNING, disputed),
        )
    ]
    for code, number in zip(checks["code"], checks["rows"], strict=True):
        check = CHECK_BY_CODE[code]
        count = int(number)
        rows.append((code, _(check.title), _(check.why), count, *_mark(check.severity, count)))
    listed = pd.DataFrame(rows, columns=["code", "title", "why", "rows", "mark", "weight"])
    return listed.sort_values("weight", kind="stable", ignore_index=True)


class Checked(NamedTuple):
    """All checks of the data.

    Attributes
    ----------
    listed
        From :func:`problems`.
    disputed
        The rows of the audit, as from ``metrics.recomputation.with_decision``.
    serious, otherwise
        How many checks found errors; how many stored decisions would be taken otherwise.
    found
        Code -> title of every check that points at rows, the gravest first.
    """

    listed: pd.DataFrame
    disputed: pd.DataFrame
    serious: int
    otherwise: int
    found: dict[str, str]


def checked(
    scope: Scope, as_of: dt.date, stored: tuple[dt.date, ...], rules: ProgramRules
) -> Checked:
    """Count what every check points at and recompute every stored decision."""
    counts = check_counts(scope, as_of)
    disputed = with_decision(ask(decisions_that_disagree, scope, stored, rules), rules)
    listed = problems(counts, disputed=len(disputed))
    pointed = listed[listed["rows"] > 0]
    return Checked(
        listed,
        disputed,
        int((listed["weight"] == 0).sum()),
        int(disputed["otherwise"].sum()),
        dict(zip(pointed["code"], pointed["title"], strict=True)),
    )


def found_columns(code: str) -> list[Column]:
    """Return the columns of the rows that a check found."""
    if code == AUDIT:
        return [
            Column("evaluated_on", _("Evaluation on"), Kind.DATE),
            Column("name", _("Partner"), width=260),
            Column("stored_delivered", _("Delivered, stored"), Kind.COUNT, undefined=_("none")),
            Column("stored_base", _("Base, stored"), Kind.COUNT, undefined=_("none")),
            Column("stored_held", _("Held, stored"), Kind.YES_NO, undefined=_("none")),
            Column("delivered", _("Delivered, recomputed"), Kind.COUNT),
            Column("base", _("Base, recomputed"), Kind.COUNT),
            Column("held", _("Held, recomputed"), Kind.YES_NO),
        ]
    return [
        Column("table_name", _("Table")),
        Column("record", _("Record")),
        Column("partner_id", _("Partner id"), Kind.COUNT, undefined="—"),
        Column("day", _("Date"), Kind.DATE, undefined="—"),
        Column("detail", _("Value"), width="medium", undefined="—"),
    ]


@fragment
def show_found(
    scope: Scope, code: str, checks: Checked, stored: tuple[dt.date, ...], moment: Moment
) -> None:
    """Draw the rows that a check found, and offer them as a file."""
    name = checks.found[code]
    if code == AUDIT:
        st.markdown(
            f"{ICONS[Tone.NEUTRAL]} "
            + _(
                "A stored decision is history and stays as it was taken. Late records, transferred "
                "keys and corrections make a recomputation from today's records differ: a reason "
                "to ask, not an error by itself. Those that would be decided otherwise come first."
            )
        )
        found = checks.disputed
    else:
        st.caption(_(CHECK_BY_CODE[code].why))
        found = ask(rows_of_check, scope, code, MOST_ROWS, moment.today)
    columns = found_columns(code)
    show_table(
        found.head(MOST_ROWS),
        columns,
        key=f"found_{code}",
        alt=name,
        question=(scope, code, stored, moment.today, settings().rules),
    )
    download(
        found,
        columns,
        about=About(
            title=name,
            file_name=f"check_{code}",
            basis=_("rows: {n}").format(n=formats.number(len(found))),
            data_as_of=moment.as_of,
        ),
        key=f"found_{code}_file",
    )
