"""What happened to the programme, noted by analysts for everybody's charts over time."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from enum import StrEnum

import pandas as pd
from sqlalchemy import Connection, select, update

from program.roles import Role
from program.state_schema import annotation
from queries.engine import frame
from queries.state import insert_once, of_programme

#: Who says what happened.
EDITORS = frozenset({Role.ANALYST, Role.ADMIN})


class AnnotationKind(StrEnum):
    """What it was that happened."""

    RULES = "rules"
    QUESTIONNAIRE = "questionnaire"
    CAMPAIGN = "campaign"


class NotAnEditor(Exception):
    """The role only reads annotations."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One event of the programme; ``id`` is made by whoever writes, so that it is written once."""

    id: str
    on_day: dt.date
    kind: AnnotationKind
    text: str
    created_by: str


def keep_annotation(
    connection: Connection, role: Role, event: Annotation, now: dt.datetime
) -> None:
    """Write an annotation that is not there yet.

    Raises
    ------
    NotAnEditor
        If the role may not.
    """
    if role not in EDITORS:
        raise NotAnEditor
    insert_once(connection, annotation, [asdict(event) | {"created_at": now}])


def remove_annotation(
    connection: Connection, role: Role, annotation_id: str, person: str, now: dt.datetime
) -> None:
    """Take an annotation off the charts; who did is kept. Again, or none at all: no change.

    Raises
    ------
    NotAnEditor
        If the role may not.
    """
    if role not in EDITORS:
        raise NotAnEditor
    connection.execute(
        update(annotation)
        .where(
            of_programme(connection, annotation),
            annotation.c.id == annotation_id,
            annotation.c.removed_at.is_(None),
        )
        .values(removed_at=now, removed_by=person)
    )


ANNOTATION_COLUMNS = {
    "id": "str",
    "on_day": "datetime64[us]",
    "kind": "str",
    "text": "str",
    "created_by": "str",
}


def noted_changes(connection: Connection) -> pd.DataFrame:
    """Return what happened, the earliest first; the same for everybody.

    Grain: one row an annotation that has not been removed; columns as in ``ANNOTATION_COLUMNS``.
    """
    statement = (
        select(*(annotation.c[name] for name in ANNOTATION_COLUMNS))
        .where(of_programme(connection, annotation), annotation.c.removed_at.is_(None))
        .order_by(annotation.c.on_day, annotation.c.id)
    )
    return frame(connection, statement, ANNOTATION_COLUMNS)
