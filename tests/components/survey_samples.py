"""Few answers of a survey, made by hand, and their words as they are read."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd

from components.survey_figures import (
    Reading,
    Subject,
)
from components.survey_questions import questionnaire
from metrics.recommendation import IndexMapping
from queries.facts import RECOMMEND_PARTNER
from tests.survey_programmes import QUESTIONS

QUESTION_ROWS = pd.DataFrame([dataclasses.asdict(question) for question in QUESTIONS])


DAY = dt.date(2026, 11, 23)


def reading(version: int = 1, mapping: IndexMapping = IndexMapping.STRICT) -> Reading:
    asked = {a.code: a for a in questionnaire(QUESTION_ROWS, version)}
    return Reading.of(Subject.DEVELOPER, asked[RECOMMEND_PARTNER], mapping)


def rows(scores: list[int], version: int = 1, month: str = "2026-01-01") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "segment": "RU-MOW",
            "version": version,
            "month": pd.Timestamp(month),
            "partner_score": scores,
            "platform_score": 5,
            "surveys": 1,
        }
    )


def answers(scores: dict[int, int], code: str = "goals", version: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        {"version": version, "code": code, "score": list(scores), "answers": list(scores.values())}
    )


def said(words: str) -> str:
    """Words as they are read, without what keeps a line together or Markdown away."""
    return words.replace("\u00a0", " ").replace("\\", "")
