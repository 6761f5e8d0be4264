"""Single surveys in words: critical answers, comments, and everything said about one partner.

Comments are the client's words about the work; who the client's contact person is, is never
selected here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, func, select

from program.schema import answer, delivery, delivery_fact, partner, project, question, survey
from queries.engine import frame
from queries.filters import Filters
from queries.scope import Scope
from queries.survey import (
    NO_ANSWER,
    Sizing,
    chosen_period,
    in_period,
    scores,
    surveys,
)

SURVEY_COLUMNS = {
    "completed_on": "datetime64[us]",
    "partner_id": "int64",
    "partner": "str",
    "project": "str",
    "version": "int64",
    "partner_score": "int64",
    "platform_score": "int64",
    "comment": "str",
    "total": "int64",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a long list: ``number`` counts from 0."""

    number: int = 0
    size: int = 20

    def __post_init__(self) -> None:
        if self.number < 0 or not 1 <= self.size <= 1000:
            raise ValueError(f"no such page: {self}")


@dataclass(frozen=True, slots=True)
class Critical:
    """Which answers are asked about: a question, its versions, and the highest critical score."""

    code: str
    versions: tuple[int, ...]
    highest: int


def _listed(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    sizing: Sizing,
    page: Page,
    wanted: Sequence[ColumnElement[bool]],
) -> pd.DataFrame:
    statement = (
        surveys(
            scope,
            filters,
            sizing,
            delivery_fact.c.completed_on,
            partner.c.id.label("partner_id"),
            partner.c.name.label("partner"),
            project.c.name.label("project"),
            delivery_fact.c.version,
            *scores(),
            func.coalesce(survey.c.comment, "").label("comment"),
            func.count().over().label("total"),
        )
        .join(survey, survey.c.id == delivery_fact.c.survey_id)
        .join(delivery, delivery.c.id == delivery_fact.c.delivery_id)
        .join(project, project.c.id == delivery.c.project_id)
        .where(in_period(delivery_fact.c.completed_on, chosen_period(filters)), *wanted)
        .order_by(delivery_fact.c.completed_on.desc(), delivery_fact.c.survey_id.desc())
        .offset(page.number * page.size)
        .limit(page.size)
    )
    return frame(connection, statement, SURVEY_COLUMNS)


def critical_answers(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    critical: Critical,
    sizing: Sizing,
    page: Page,
) -> pd.DataFrame:
    """Return a page of the surveys whose answer to one question is critical, the latest first.

    Grain: one row a survey of the chosen period; columns as in ``SURVEY_COLUMNS``, scores
    ``NO_ANSWER`` and comments empty where they are missing, ``total`` the rows of all pages. A
    page beyond the last one has no rows.
    """
    found = (
        select(answer.c.survey_id)
        .where(
            answer.c.survey_id == delivery_fact.c.survey_id,
            answer.c.question_code == critical.code,
            answer.c.score <= critical.highest,
        )
        .exists()
    )
    wanted = (found, delivery_fact.c.version.in_(critical.versions))
    return _listed(connection, scope, filters, sizing, page, wanted)


def commented_surveys(
    connection: Connection, scope: Scope, filters: Filters, sizing: Sizing, page: Page
) -> pd.DataFrame:
    """Return a page of the surveys of the chosen period that carry a comment, the latest first.

    Grain and columns as for :func:`critical_answers`.
    """
    return _listed(connection, scope, filters, sizing, page, (survey.c.comment != "",))


PARTNER_SURVEY_COLUMNS = {
    "survey_id": "int64",
    "completed_on": "datetime64[us]",
    "project": "str",
    "version": "int64",
    "comment": "str",
    "code": "str",
    "score": "int64",
}


def surveys_of_partner(
    connection: Connection, scope: Scope, partner_id: int, until: dt.date
) -> pd.DataFrame:
    """Return every answer about one partner, the latest surveys first.

    Grain: one row a survey and question of its version, with ``NO_ANSWER`` where there is no
    answer; columns as in ``PARTNER_SURVEY_COLUMNS``.
    """
    statement = (
        select(
            delivery_fact.c.survey_id,
            delivery_fact.c.completed_on,
            project.c.name.label("project"),
            delivery_fact.c.version,
            func.coalesce(survey.c.comment, "").label("comment"),
            question.c.code,
            func.coalesce(answer.c.score, NO_ANSWER).label("score"),
        )
        .select_from(delivery_fact)
        .join(partner, partner.c.id == delivery_fact.c.partner_id)
        .join(survey, survey.c.id == delivery_fact.c.survey_id)
        .join(delivery, delivery.c.id == delivery_fact.c.delivery_id)
        .join(project, project.c.id == delivery.c.project_id)
        .join(question, question.c.version == delivery_fact.c.version)
        .outerjoin(
            answer,
            and_(
                answer.c.survey_id == delivery_fact.c.survey_id,
                answer.c.question_code == question.c.code,
            ),
        )
        .where(
            scope.partner_condition(),
            delivery_fact.c.partner_id == partner_id,
            delivery_fact.c.status == "accepted",
            delivery_fact.c.completed_on <= until,
        )
        .order_by(
            delivery_fact.c.completed_on.desc(),
            delivery_fact.c.survey_id.desc(),
            question.c.position,
        )
    )
    return frame(connection, statement, PARTNER_SURVEY_COLUMNS)
