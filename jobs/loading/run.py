"""One load from path to database: read, check, judge, publish; whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from jobs import clock
from jobs.loading.content import (
    DecisionChanges,
    add_deck_questionnaire,
    changes_of_decisions,
    content_sha256,
    newest_event,
    problems_of_kept,
    publish,
    stored_decisions,
)
from jobs.loading.opening import open_set
from jobs.loading.problems import write_report
from jobs.loading.records import LoadSet, Problem
from jobs.loading.set_rules import check_set
from jobs.loading.staging import STAGED, Staging, staging
from jobs.refusals import Refusal
from jobs.store import Batch, current_program, edit_program, last_batch, new_program
from program.language import _
from program.schema import LOAD_TABLES, competence_evaluation

#: So many problems go to the screen; all of them go into the report.
SHOWN_PROBLEMS = 50
#: Records that end so long before the moment they are said to describe deserve a question.
STALE_DAYS = 14

#: Told the phase (``read``, ``check``, ``write``) and which share of it is done.
Progress = Callable[[str, float], None]


class MomentAhead(Refusal):
    """The records cannot describe a moment that has not come."""


def unwatched(_phase: str, _share: float) -> None:
    """Take note of no progress."""


@dataclass(slots=True)
class LoadResult:
    """What a load found and did.

    Attributes
    ----------
    published
        Whether readers now see the set.
    same
        Whether the database already holds what the set says.
    moved_as_of
        Whether the same records were declared to describe another moment.
    decisions_kept
        Stored decisions carried over because the set brings none.
    """

    data_as_of: dt.datetime
    problem_count: int = 0
    first_problems: list[Problem] = field(default_factory=list)
    content_sha256: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    newest: dt.date | None = None
    published: bool = False
    same: bool = False
    moved_as_of: bool = False
    decisions_kept: int = 0
    decision_changes: DecisionChanges = field(default_factory=DecisionChanges)

    @property
    def is_stale(self) -> bool:
        """Return whether the newest record is much older than the moment of the data."""
        newest = self.newest
        return newest is not None and (self.data_as_of.date() - newest).days > STALE_DAYS


def load_set(
    path: Path,
    url: str,
    *,
    as_of: dt.datetime | None = None,
    dry_run: bool = False,
    report: Path | None = None,
    progress: Progress = unwatched,
) -> LoadResult:
    """Check the set at ``path`` and, unless it is refused or a dry run, publish it at ``url``.

    Parameters
    ----------
    as_of
        The moment the records describe; now unless given. It may be ahead of the clock by as much
        as time zones differ.
    report
        File for all problems as CSV.

    Raises
    ------
    MomentAhead
        If ``as_of`` has not come yet.
    NoSet
        If ``path`` is no set at all.
    StoreError
        If the database cannot be read or written; it is as it was.
    """
    now = clock.local_now()
    _require_past(as_of or now, now)
    result = LoadResult(data_as_of=as_of or now)
    with closing(open_set(path)) as found, staging() as scratch:
        _read_and_check(found, scratch, result.data_as_of.date(), now.date(), progress)
        if dry_run:
            with current_program(url) as previous:
                _judge(scratch, previous, result)
        else:
            _load_checked(scratch, url, result, progress)
        if report:
            write_report(scratch.problems(), report)
    if result.same and as_of and not dry_run:
        result.moved_as_of = _move_as_of(url, as_of, result)
    return result


def _require_past(as_of: dt.datetime, now: dt.datetime) -> None:
    if as_of > now + clock.TIME_ZONES_AHEAD:
        raise MomentAhead(
            _(
                "the moment of the data, {moment}, has not come: it is {now} by the clock of this "
                "machine, and time zones explain no more than {hours} hours"
            ).format(
                moment=f"{as_of:%d.%m.%Y %H:%M}",
                now=f"{now:%d.%m.%Y %H:%M}",
                hours=clock.TIME_ZONES_AHEAD // dt.timedelta(hours=1),
            )
        )


def _read_and_check(
    found: LoadSet, scratch: Staging, as_of: dt.date, today: dt.date, progress: Progress
) -> None:
    scratch.add_problems(found.problems)
    scratch.incomplete |= found.unreadable
    for done, source in enumerate(found.tables.values()):
        for block in scratch.stage(source):
            progress("read", (done + block.share_read) / len(found.tables))
    progress("read", 1)
    add_deck_questionnaire(scratch)
    check_set(scratch, as_of, today, lambda share: progress("check", share))


def _load_checked(scratch: Staging, url: str, result: LoadResult, progress: Progress) -> None:
    """Publish under the job lock, so that nobody adds decisions between look and publication."""
    with new_program(url) as writer:
        with writer.previous() as previous:
            kept = _judge(scratch, previous, result)
        if result.problem_count or result.same:
            writer.discard()
            return
        publish(scratch, writer, kept, lambda share: progress("write", share))
        result.rows = writer.record_batch(
            source="load",
            data_as_of=result.data_as_of,
            content_sha256=result.content_sha256,
        )
    result.published = True


def _judge(scratch: Staging, previous: Connection | None, result: LoadResult) -> Any:
    """Weigh the set against the current database; return the stored decisions to keep."""
    decisions = stored_decisions(previous)
    batch = _program_batch(previous)
    if decisions is not None and competence_evaluation.name in scratch.files:
        result.decision_changes = changes_of_decisions(scratch, decisions)
        decisions = None
    elif decisions is not None:
        scratch.add_problems(problems_of_kept(scratch, decisions))
        result.decisions_kept = decisions.num_rows
    result.problem_count = scratch.count()
    result.first_problems = list(scratch.problems(SHOWN_PROBLEMS))
    if result.problem_count:
        return None
    result.content_sha256 = content_sha256(scratch)
    result.newest = newest_event(scratch)
    result.rows = {
        name: scratch.connection.execute(
            select(func.count()).select_from(STAGED[name])
        ).scalar_one()
        for name in LOAD_TABLES
    }
    result.same = batch is not None and batch.content_sha256 == result.content_sha256
    if result.same and batch is not None:
        result.data_as_of = batch.data_as_of
    return decisions


def _program_batch(connection: Connection | None) -> Batch | None:
    """Return the batch that wrote the whole program, if it was a load."""
    batch = last_batch(connection, "demo", "load") if connection else None
    return batch if batch and batch.source == "load" else None


def _move_as_of(url: str, as_of: dt.datetime, result: LoadResult) -> bool:
    """Record that the same records describe another moment; return whether anything changed."""
    if as_of == result.data_as_of:
        return False
    with edit_program(url) as writer:
        batch = _program_batch(writer.connection)
        if batch is None or batch.content_sha256 != result.content_sha256:
            writer.discard()  # another job came in between: its data stay
            return False
        writer.record_batch(source="load", data_as_of=as_of, content_sha256=result.content_sha256)
    result.data_as_of = as_of
    return True
