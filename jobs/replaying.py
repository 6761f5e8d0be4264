"""The replay over all keys of the programme: what ``replay`` does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import pandas as pd

from jobs.evaluation import data_day
from jobs.refusals import Refusal
from jobs.store import readable_program
from metrics.evidence import Evidence, evidence_of, replayable
from metrics.replay import replay
from program.rules import ProgramRules
from queries.key_history import key_history
from queries.scope import EVERYTHING


class NothingToReplay(Refusal):
    """There is no past evaluation to replay."""


def replayed_programme(
    url: str,
    rules: ProgramRules,
    days_before: Sequence[int],
    latest: int | None = None,
    most_partners: int | None = None,
    progress: Callable[[int, int, dt.date], None] | None = None,
) -> list[Evidence]:
    """Replay past evaluations from each number of days before, over all partners by default.

    Parameters
    ----------
    progress
        Called after each evaluation with how many are done, of how many, and its day.

    Raises
    ------
    NothingToReplay
        If there is no evaluation whose whole window lies in the data.
    jobs.store.StoreError
        If there is no program, or it cannot be read.
    """
    with readable_program(url) as connection:
        today = data_day(connection)
        keys = key_history(connection, EVERYTHING, today, rules, most_partners)
    evaluations = replayable(keys, today, rules, latest)
    if not evaluations:
        raise NothingToReplay(
            "no past evaluation has its whole window in the data: the history is too short"
        )
    total = len(evaluations) * len(days_before)
    done = 0

    def tell(day: dt.date) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total, day)

    return [evidence_of(replay(keys, evaluations, days, rules, tell), days) for days in days_before]


def as_csv(found: Sequence[Evidence]) -> str:
    """Return the scores of every evaluation as CSV: comma, point, one row an evaluation.

    Columns: ``days_before`` and those of ``metrics.proof.by_evaluation``.
    """
    rows = pd.concat(
        [known.evaluations.assign(days_before=known.proof.days_before) for known in found],
        ignore_index=True,
    )
    columns = ["days_before", *(name for name in rows.columns if name != "days_before")]
    return str(rows[columns].to_csv(index=False, lineterminator="\n", float_format="%.6f"))
