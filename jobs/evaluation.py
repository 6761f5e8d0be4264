"""The 50 % rule for any 1st of a month, from today's records: what ``evaluate`` prints."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from sqlalchemy import Connection

from jobs import clock
from metrics.coverage import with_outlook
from program.rules import ProgramRules
from queries.coverage import partner_counts
from queries.filters import NO_FILTERS
from queries.freshness import freshness
from queries.scope import EVERYTHING

#: The columns of the contract, in their order.
COLUMNS = (
    "partner_id",
    "base",
    "delivered",
    "pending_activation",
    "needed",
    "needed_worst",
    "coverage",
    "held",
)


def data_day(connection: Connection) -> dt.date:
    """Return the day the data speaks of; the clock's for a database without a load record."""
    fresh = freshness(connection, EVERYTHING)
    return fresh.data_as_of.date() if fresh else clock.local_now().date()


def evaluation(
    connection: Connection, on: dt.date, today: dt.date, rules: ProgramRules
) -> pd.DataFrame:
    """Return what the rule says of every partner at ``on``.

    Grain: one row a partner, by id, also without any key; columns as in ``COLUMNS``, ``coverage``
    a fraction that is missing without a base.

    Raises
    ------
    ValueError
        If ``on`` is not the 1st of a month.
    """
    counts = partner_counts(connection, EVERYTHING, NO_FILTERS, [on], today, rules)
    return with_outlook(counts, rules)[list(COLUMNS)]


def as_csv(rows: pd.DataFrame) -> str:
    """Return the contract's CSV: comma, point, ``true``/``false``, empty where undefined."""
    held = rows["held"].map({True: "true", False: "false"})
    return str(rows.assign(held=held).to_csv(index=False, lineterminator="\n"))
