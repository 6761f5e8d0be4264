"""The monthly decision, stored once and never changed afterwards: what ``award`` does."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pandas as pd
from sqlalchemy import Connection, func, select

from jobs import clock
from jobs.evaluation import data_day
from jobs.refusals import Refusal
from jobs.store import edit_program
from metrics.coverage import holds
from program.calendar import add_months, evaluations_between, last_evaluation, month_start
from program.rules import ProgramRules
from program.schema import competence_evaluation, partner
from queries.coverage import partner_counts
from queries.filters import NO_FILTERS
from queries.freshness import freshness
from queries.scope import EVERYTHING

logger = logging.getLogger(__name__)

#: Evaluations counted in one pass over the keys: a year at a time keeps the statement readable.
_AT_ONCE = 12


class AwardRefused(Refusal):
    """The decision cannot be taken."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one evaluation decided.

    Attributes
    ----------
    already_stored
        The evaluation had been decided before; nothing was written for it.
    is_first
        No earlier evaluation is stored, so that nobody gained or lost against it.
    gained, lost
        Names of the partners whose competence changed against the stored evaluation before.
    """

    evaluated_on: dt.date
    already_stored: bool
    partners: int = 0
    holders: int = 0
    is_first: bool = False
    gained: tuple[str, ...] = field(default=())
    lost: tuple[str, ...] = field(default=())


def _asked(
    connection: Connection,
    stored: set[dt.date],
    on: dt.date | None,
    since: dt.date | None,
    due: bool,
) -> list[dt.date]:
    """Return the evaluations to see stored afterwards, oldest first.

    Raises
    ------
    AwardRefused
        If one that is not stored lies ahead of the data or of the clock, or is no 1st of a month.
    """
    today, data = clock.local_now().date(), data_day(connection)
    last = on or last_evaluation(today if due else min(today, data))
    before = [day for day in stored if day < last]
    try:
        after_stored = add_months(max(before), 1) if before and not on else last
        asked = evaluations_between(since or after_stored, last)
    except ValueError as error:
        raise AwardRefused(str(error)) from None
    if not asked:
        raise AwardRefused(f"--since {since} lies after the evaluation of {last}")
    newest = max((day for day in asked if day not in stored), default=dt.date.min)
    if newest > data:
        raise AwardRefused(
            f"the evaluation of {newest} needs every record up to the day before it, and the data "
            f"is as of {data}; load newer data or wait for the day"
        )
    if newest > today:
        raise AwardRefused(
            f"the evaluation of {newest} lies ahead: it is {today} by the clock of this machine"
        )
    return asked


def _warn_of_gaps(stored: set[dt.date]) -> None:
    """Name the evaluations between stored ones that nobody has decided."""
    first, last = month_start(min(stored)), month_start(max(stored))
    gaps = sorted(set(evaluations_between(first, last)) - stored)
    if gaps:
        logger.warning(
            "never decided: %s; «python -m jobs award --since %s» decides them",
            ", ".join(map(str, gaps)),
            gaps[0],
        )


def _held_before(connection: Connection, evaluated_on: dt.date) -> set[int] | None:
    """Return who held since the stored evaluation before, ``None`` if this is the first one."""
    decided = competence_evaluation
    earlier = select(func.max(decided.c.evaluated_on)).where(decided.c.evaluated_on < evaluated_on)
    before = connection.execute(earlier).scalar()
    if before is None:
        return None
    rows = connection.execute(
        select(decided.c.partner_id).where(decided.c.evaluated_on == before, decided.c.held)
    )
    return set(rows.scalars())


def _stored(connection: Connection) -> set[dt.date]:
    return set(
        connection.execute(select(competence_evaluation.c.evaluated_on).distinct()).scalars()
    )


def _decisions(
    connection: Connection, missing: list[dt.date], rules: ProgramRules
) -> Iterator[tuple[dt.date, pd.DataFrame]]:
    today = data_day(connection)
    for start in range(0, len(missing), _AT_ONCE):
        part = missing[start : start + _AT_ONCE]
        counts = partner_counts(connection, EVERYTHING, NO_FILTERS, part, today, rules)
        for evaluated_on, rows in counts.groupby("evaluated_on"):
            yield pd.Timestamp(str(evaluated_on)).date(), rows


def award(
    url: str,
    rules: ProgramRules,
    *,
    on: dt.date | None = None,
    since: dt.date | None = None,
    due: bool = False,
    progress: Callable[[dt.date], None] | None = None,
) -> list[Decision]:
    """Decide and store the evaluations from ``since`` to ``on`` that are not stored yet.

    A decision is stored for every partner with a base, and for one without that held the
    competence before (it loses it). Stored decisions are history: they stay.

    Parameters
    ----------
    url
        The program database.
    on
        The evaluation to decide, by default the latest one that the data allows, and with it
        those that were missed after the last stored one.
    since
        Fill the history from this evaluation on.
    due
        Decide the latest 1st by the clock, and refuse if the data does not reach it yet.
    progress
        Called with each evaluation when it has been decided.

    Raises
    ------
    AwardRefused
        If an evaluation lies ahead of the data or of the clock, or is no 1st of a month; nothing
        is stored.
    jobs.store.StoreError
        If the database cannot be written; nothing is stored.
    """
    taken: list[Decision] = []
    with edit_program(url) as writer:
        connection = writer.connection
        stored = _stored(connection)
        asked = _asked(connection, stored, on, since, due)
        fresh = freshness(connection, EVERYTHING)
        names: dict[int, str] = {
            row.id: row.name for row in connection.execute(select(partner.c.id, partner.c.name))
        }
        digest = hashlib.sha256()
        missing = [day for day in asked if day not in stored]
        for evaluated_on, counts in _decisions(connection, missing, rules):
            before = _held_before(connection, evaluated_on)
            rows = counts[(counts["base"] > 0) | counts["partner_id"].isin(before or ())]
            held = holds(rows["base"].to_numpy(), rows["delivered"].to_numpy(), rules)
            decided = pd.DataFrame(
                {
                    "evaluated_on": evaluated_on,
                    "partner_id": rows["partner_id"],
                    "base": rows["base"],
                    "delivered": rows["delivered"],
                    "held": held,
                    "rules_version": rules.version,
                }
            )
            writer.append(competence_evaluation.name, decided)
            digest.update(decided.to_csv(index=False).encode())
            holders = set(decided.loc[decided["held"], "partner_id"])
            compared = holders if before is None else before
            taken.append(
                Decision(
                    evaluated_on,
                    already_stored=False,
                    partners=len(decided),
                    holders=len(holders),
                    is_first=before is None,
                    gained=tuple(sorted(names[number] for number in holders - compared)),
                    lost=tuple(sorted(names[number] for number in compared - holders)),
                )
            )
            if progress is not None:
                progress(evaluated_on)
        if missing:
            writer.record_batch(
                source="award",
                data_as_of=fresh.data_as_of if fresh else clock.local_now(),
                content_sha256=digest.hexdigest(),
            )
    _warn_of_gaps(stored.union(asked))
    taken += [Decision(day, already_stored=True) for day in asked if day in stored]
    return sorted(taken, key=lambda decision: decision.evaluated_on)
