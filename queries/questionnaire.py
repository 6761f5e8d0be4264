"""The wording of every questionnaire version: what was asked, on which scale."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, select

from program.schema import question
from queries.engine import frame
from queries.scope import Scope

QUESTION_COLUMNS = {
    "version": "int64",
    "code": "str",
    "position": "int64",
    "subject": "str",
    "text_ru": "str",
    "text_en": "str",
    "scale_labels_ru": "str",
    "scale_labels_en": "str",
    "scale_max": "int64",
}


def questionnaires(connection: Connection, scope: Scope) -> pd.DataFrame:
    """Return every question of every version; the same for every scope.

    Grain: one row a version and question, by version and position; columns as in
    ``QUESTION_COLUMNS``.
    """
    del scope
    columns = [question.c[name] for name in QUESTION_COLUMNS]
    statement = select(*columns).order_by(question.c.version, question.c.position)
    return frame(connection, statement, QUESTION_COLUMNS)
