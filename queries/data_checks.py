"""Checks of the loaded data: how many rows look wrong, and which.

The loader refuses most of this; a database filled by another way, or by an older release, is
checked here. Counts and rows are the same on every engine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import pandas as pd
from sqlalchemy import Connection, collate, select, union_all
from sqlalchemy.sql import FromClause

from program.calendar import ONE_DAY
from program.language import N_
from program.schema import license_key, metadata, survey
from queries import check_rules as find
from queries.engine import frame
from queries.scope import Scope
from queries.suspects import Suspects, counted

COUNT_COLUMNS = {"code": "str", "rows": "int64"}
ROW_COLUMNS = {
    "table_name": "str",
    "record": "str",
    "partner_id": "Int64",
    "day": "datetime64[us]",
    "detail": "str",
}
#: Records that end so long before the moment of the data deserve a question.
STALE_DAYS = 14


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class DataCheck:
    """One check.

    Attributes
    ----------
    code
        Its stable name.
    title, why
        English message ids: what is counted, and what goes wrong on the pages because of it.
    suspects
        The rows it points at, given the last day the data speaks of.
    """

    code: str
    title: str
    why: str
    severity: Severity
    suspects: Callable[[dt.date], Iterable[Suspects]]


_LOST_KEYS = N_("Such keys are in nobody's base, so coverage is off.")
_LOST_DELIVERIES = N_("Such deliveries count for nobody, so coverage is too low.")
_LOST_ANSWERS = N_("Such answers are in no average and in no response rate.")
_LOST_PLACES = N_("Such partners are in no region and drop out of every list.")
_LOST_HISTORY = N_("Such decisions belong to no partner and drop out of the history.")
_ORPHANS = {
    "city.region_code": (N_("Cities of an unknown region"), _LOST_PLACES),
    "partner.city_id": (N_("Partners of an unknown city"), _LOST_PLACES),
    "license_key.partner_id": (N_("Keys of an unknown partner"), _LOST_KEYS),
    "project.license_key_id": (N_("Projects of an unknown key"), _LOST_DELIVERIES),
    "delivery.project_id": (N_("Deliveries of an unknown project"), _LOST_DELIVERIES),
    "delivery.partner_id": (N_("Deliveries by an unknown partner"), _LOST_DELIVERIES),
    "delivery_test.delivery_id": (
        N_("Test results without a delivery"),
        N_("Such results are in no comparison of tests."),
    ),
    "contact_attempt.delivery_id": (N_("Calls without a delivery"), _LOST_ANSWERS),
    "survey.delivery_id": (N_("Surveys without a delivery"), _LOST_ANSWERS),
    "answer.survey_id": (N_("Answers without a survey"), _LOST_ANSWERS),
    "competence_evaluation.partner_id": (
        N_("Stored decisions about an unknown partner"),
        _LOST_HISTORY,
    ),
}


def _always(*found: Suspects) -> Callable[[dt.date], Iterable[Suspects]]:
    return lambda _as_of: found


def _orphan_checks() -> Iterator[DataCheck]:
    for place, (title, why) in _ORPHANS.items():
        table, column = place.split(".")
        found = find.orphans(metadata.tables[table], column)
        code = f"orphan_{table}_{column}"
        yield DataCheck(code, title, why, Severity.ERROR, _always(found))


CHECKS: tuple[DataCheck, ...] = (
    *_orphan_checks(),
    DataCheck(
        "duplicate_ids",
        N_("Rows that share their key with another row"),
        N_("Joins count such rows twice, and totals come out too high."),
        Severity.ERROR,
        _always(*find.sharing_primary_key()),
    ),
    DataCheck(
        "duplicate_md5",
        N_("Licence keys with the same md5"),
        N_("One key counts twice in the base, and a report cannot be told apart."),
        Severity.ERROR,
        _always(find.sharing_key(license_key, "key_md5")),
    ),
    DataCheck(
        "second_survey",
        N_("Deliveries with more than one survey"),
        N_("One client is heard twice."),
        Severity.ERROR,
        _always(find.sharing_key(survey, "delivery_id")),
    ),
    DataCheck(
        "activated_before_purchase",
        N_("Keys activated before their purchase"),
        N_("One of the two dates is wrong, so the key may be in the wrong window."),
        Severity.ERROR,
        _always(find.activated_before_purchase()),
    ),
    DataCheck(
        "delivered_before_purchase",
        N_("Deliveries before the purchase of the key"),
        N_("One of the two dates is wrong, so the evaluation may be decided wrongly."),
        Severity.ERROR,
        _always(find.delivered_before_purchase()),
    ),
    DataCheck(
        "before_delivery",
        N_("Calls and surveys before the delivery"),
        N_("The answer cannot be about this delivery, or a date is wrong."),
        Severity.ERROR,
        _always(*find.before_delivery()),
    ),
    DataCheck(
        "future_dates",
        N_("Dates after the day of the data"),
        N_("Such records cannot be known yet; they will move coming evaluations."),
        Severity.ERROR,
        find.after,
    ),
    DataCheck(
        "unknown_codes",
        N_("Codes that are in no list"),
        N_("Such rows fall out of every count that asks for a kind, status or outcome."),
        Severity.ERROR,
        _always(*find.off_the_list()),
    ),
    DataCheck(
        "unknown_version",
        N_("Surveys by an unknown questionnaire version"),
        _LOST_ANSWERS,
        Severity.ERROR,
        _always(find.unknown_version()),
    ),
    DataCheck(
        "unknown_question",
        N_("Answers to a question that the version does not have"),
        _LOST_ANSWERS,
        Severity.ERROR,
        _always(find.unknown_question()),
    ),
    DataCheck(
        "score_off_scale",
        N_("Scores off the scale of their question"),
        N_("Such a score distorts averages and shares."),
        Severity.ERROR,
        _always(find.score_off_scale()),
    ),
    DataCheck(
        "tests_not_adding_up",
        N_("Deliveries whose test counts do not add up"),
        N_("Shares of passed and failed tests are wrong for them."),
        Severity.ERROR,
        _always(find.tests_not_adding_up()),
    ),
    DataCheck(
        "impossible_decisions",
        N_("Stored decisions that cannot be"),
        N_("A decision falls on the 1st of a month and delivers no more than the base."),
        Severity.ERROR,
        _always(find.impossible_decisions()),
    ),
    DataCheck(
        "facts_out_of_date",
        N_("Keys, deliveries and calls whose derived record is out of date"),
        N_("Pages count from derived records; «python -m jobs facts» makes them anew."),
        Severity.ERROR,
        lambda _as_of: find.facts_out_of_date(),
    ),
    DataCheck(
        "survey_of_unaccepted",
        N_("Surveys about a delivery that was not accepted"),
        N_("The client was asked about work that is not finished."),
        Severity.WARNING,
        _always(find.survey_of_unaccepted()),
    ),
    DataCheck(
        "manager_not_in_staff",
        N_("Partners whose manager is not in the staff list"),
        N_("Nobody has them in a portfolio, so nobody is told about their threshold."),
        Severity.WARNING,
        _always(find.manager_not_in_staff()),
    ),
    DataCheck(
        "stale",
        N_("No event for two weeks before the moment of the data"),
        N_("The export may have stopped: recent purchases and deliveries are missing."),
        Severity.WARNING,
        lambda as_of: [find.nothing_since(as_of - STALE_DAYS * ONE_DAY)],
    ),
    DataCheck(
        "delivered_by_another",
        N_("Deliveries by another partner than the buyer of the key"),
        N_("No error: the key stays in the buyer's base and counts there as not delivered."),
        Severity.INFORMATION,
        _always(find.delivered_by_another()),
    ),
)
CHECK_BY_CODE = {check.code: check for check in CHECKS}


@lru_cache(maxsize=2)  # each of the forty scans would put the statements of all together again
def _scans(as_of: dt.date) -> list[list[tuple[str, Suspects]]]:
    """Return the code and the suspects of all checks; those of one origin stand together."""
    scans: dict[FromClause, list[tuple[str, Suspects]]] = {}
    for check in CHECKS:
        for suspects in check.suspects(as_of):
            scans.setdefault(suspects.origin, []).append((check.code, suspects))
    return list(scans.values())


#: Numbers of the scans that count everything, each by one statement.
SCANS = range(len(_scans(dt.date.max)))


def count_problems(
    connection: Connection, scope: Scope, as_of: dt.date, scan: int | None = None
) -> pd.DataFrame:
    """Return how many rows each check points at.

    Grain: one row a check, in the order of ``CHECKS``; ``code`` text, ``rows`` integer, 0 where
    all is well. One statement a scan: what reads the same rows is counted together, and nothing
    else, because several scans in one statement would hold their hash tables in memory at once,
    which a full-size programme does not fit into.

    Parameters
    ----------
    scope
        Rows of partners out of sight, and rows without a partner, are counted for nobody but
        those who see everything.
    as_of
        The last day the data speaks of.
    scan
        Which of ``SCANS`` to count, all if ``None``. Counts of a check are summed over the scans.
    """
    rows = dict.fromkeys(CHECK_BY_CODE, 0)
    scans = _scans(as_of)
    for together in scans if scan is None else (scans[scan],):
        numbers = connection.execute(counted([each for _code, each in together], scope)).one()
        for (code, _each), number in zip(together, numbers, strict=True):
            rows[code] += number
    return pd.DataFrame(rows.items(), columns=list(COUNT_COLUMNS)).astype(COUNT_COLUMNS)


def rows_of(
    connection: Connection, code: str, limit: int, scope: Scope, as_of: dt.date
) -> pd.DataFrame:
    """Return the first ``limit`` rows that a check points at.

    Grain: one row a suspicious row. Columns: ``table_name``; ``record``, its key as text;
    ``partner_id``, missing where the row leads to no partner; ``day``, its date if it has one;
    ``detail``, the value that looks wrong or the one it contradicts. Ordered by table and record.

    Raises
    ------
    KeyError
        If there is no such check.
    """
    found = union_all(
        *(suspects.listed(scope) for suspects in CHECK_BY_CODE[code].suspects(as_of))
    ).subquery()
    # By code points, so that engines with different alphabets agree on the first rows.
    order = (collate(column, "C") for column in (found.c.table_name, found.c.record))
    statement = select(found).order_by(*order).limit(limit)
    return frame(connection, statement, ROW_COLUMNS)
