"""The checked content: its digest, and its way into the program database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, String, cast, func, insert, inspect, select, union_all

from jobs.loading.records import Problem
from jobs.loading.staging import STAGED, Staging
from jobs.store_duckdb import PHYSICAL_ORDER, stream
from jobs.writer import Writer, last_batch
from program.questionnaire import DECK_QUESTIONNAIRE
from program.schema import LOAD_TABLES, competence_evaluation, metadata

_EMPTY, _BETWEEN = "\x1e", "\x1f"
#: Days on which something happened to a partner's keys and deliveries.
_EVENT_DAYS = (
    ("license_key", "purchased_on"),
    ("license_key", "activated_on"),
    ("delivery", "delivered_on"),
    ("contact_attempt", "attempted_on"),
    ("survey", "completed_on"),
)


@dataclass(frozen=True, slots=True)
class DecisionChanges:
    """How many stored decisions a set's own ``competence_evaluation`` drops or changes."""

    dropped: int = 0
    changed: int = 0


def add_deck_questionnaire(staging: Staging) -> None:
    """Give a set without a ``question`` table the deck's questionnaire, version 1."""
    if "question" not in staging.incomplete.union(staging.files):
        rows = [asdict(question) for question in DECK_QUESTIONNAIRE]
        staging.connection.execute(insert(STAGED["question"]), rows)


def content_sha256(staging: Staging) -> str:
    """Return a digest of what the set says, whatever its encoding, separators and row order.

    Per table the digests of the rows are added up, which needs no sorting and does not depend on
    order; the sums are then hashed together.
    """
    sums: dict[str, Any] = {}
    for name, table in STAGED.items():
        cells = [func.coalesce(cast(c, String), _EMPTY) for c in table.columns if c.name != "row_"]
        row = func.concat_ws(_BETWEEN, *cells)
        answer = staging.connection.execute(
            select(
                func.count(),
                cast(func.sum(func.md5_number_lower(row)), String),
                cast(func.sum(func.md5_number_upper(row)), String),
            ).select_from(table)
        ).one()
        sums[name] = list(answer)
    # A set without decisions keeps the stored ones; one with an empty table of them does not.
    sums["brings decisions"] = competence_evaluation.name in staging.files
    return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()


def newest_event(staging: Staging) -> Any:
    """Return the newest day of any record, ``None`` if there is none."""
    days = union_all(
        *(select(func.max(STAGED[table].c[column]).label("day")) for table, column in _EVENT_DAYS)
    ).subquery()
    return staging.connection.execute(select(func.max(days.c.day))).scalar()


def stored_decisions(previous: Connection | None) -> pa.Table | None:
    """Return the decisions of the current database; ``None`` if it is a demonstration or empty.

    Demonstration decisions are about partners that do not exist: no real load keeps them.
    """
    if previous is None or not inspect(previous).has_table(competence_evaluation.name):
        return None
    program = last_batch(previous, "demo", "load")
    if program is None or program.source == "demo":
        return None
    rows = previous.execute(select(competence_evaluation)).mappings().all()
    names = competence_evaluation.columns.keys()
    return pa.table({name: [row[name] for row in rows] for name in names}) if rows else None


def problems_of_kept(staging: Staging, decisions: pa.Table) -> list[Problem]:
    """Return a problem for each partner with stored decisions that the set does not have."""
    partners = set(staging.connection.execute(select(STAGED["partner"].c.id)).scalars())
    lost = sorted(set(decisions["partner_id"].to_pylist()) - partners)
    return [
        Problem("competence_evaluation", "kept_decision", column="partner_id", value=str(partner))
        for partner in lost
    ]


def changes_of_decisions(staging: Staging, decisions: pa.Table) -> DecisionChanges:
    """Return what the set's own decisions do to the stored ones."""
    staged = STAGED[competence_evaluation.name]
    new = {
        (day, partner): held
        for day, partner, held in staging.connection.execute(
            select(staged.c.evaluated_on, staged.c.partner_id, staged.c.held)
        )
    }
    columns = ("evaluated_on", "partner_id", "held")
    old = zip(*(decisions[name].to_pylist() for name in columns), strict=True)
    now = [(held, new.get((day, partner))) for day, partner, held in old]
    return DecisionChanges(
        dropped=sum(held_now is None for _, held_now in now),
        changed=sum(held_now not in {None, held} for held, held_now in now),
    )


def publish(
    staging: Staging, writer: Writer, kept: pa.Table | None, written: Callable[[float], None]
) -> None:
    """Write the checked set, in the physical order that the queries like."""
    for done, name in enumerate(LOAD_TABLES, start=1):
        staged = STAGED[name]
        table = metadata.tables[name]
        order = [staged.c[PHYSICAL_ORDER[name]]] if name in PHYSICAL_ORDER else []
        rows = select(*(staged.c[c.name] for c in table.columns)).order_by(
            *order, *(staged.c[c.name] for c in table.primary_key)
        )
        writer.append(name, stream(staging.connection, rows))
        written(done / len(LOAD_TABLES))
    if kept is not None:
        writer.append(competence_evaluation.name, kept)
