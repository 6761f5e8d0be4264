"""What was asked: wordings of the questionnaire versions, and the scores in words.

Answers to two wordings are never put together: a question keeps its answers across versions only
while its text, its answers and its scale stay the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from charts import formats
from components.remembered import remembered
from metrics.recommendation import scale_of
from program.language import N_, _, current_language
from program.questionnaire import LABEL_SEPARATOR
from queries.survey import NO_ANSWER

#: A word or two for each question of the deck; another question is called by its own text.
SHORT_NAMES = {
    "goals": N_("Business tasks"),
    "design": N_("Design"),
    "development": N_("Development"),
    "management": N_("Managers"),
    "budget": N_("Budget"),
    "speed": N_("Speed"),
    "recommend_partner": N_("Recommend the developer"),
    "usability": N_("Convenience"),
    "features": N_("Capabilities"),
    "recommend_platform": N_("Recommend the platform"),
}
_WORDING = ("subject", "text_ru", "text_en", "scale_labels_ru", "scale_labels_en", "scale_max")
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it was asked in all of ``versions``.

    Attributes
    ----------
    labels
        Names of the answers in the current language, worst first, as many as the scale has.
    """

    code: str
    subject: str
    text: str
    labels: tuple[str, ...]
    scale_max: int
    versions: tuple[int, ...]

    @property
    def name(self) -> str:
        """Return a word or two for charts and tables."""
        if self.code in SHORT_NAMES:
            return _(SHORT_NAMES[self.code])
        short = self.text[: _LONGEST_NAME - 1].rstrip()
        return self.text if len(self.text) <= _LONGEST_NAME else f"{short}…"

    @property
    def scores(self) -> range:
        """Return the scores of the scale, worst first."""
        scale = scale_of(self.scale_max)
        return range(scale.lowest, scale.highest + 1)

    @property
    def bad_to(self) -> int:
        """Return the highest score of a bad answer: 2, or 6 on a 0–10 scale."""
        return scale_of(self.scale_max).not_recommending_to

    def answer(self, score: int) -> str:
        """Return an answer in words, a missing one included."""
        if score == NO_ANSWER:
            return _("no answer")
        if self.scale_max != 5:
            return _("{score} of {highest}").format(
                score=formats.number(score), highest=formats.number(self.scale_max)
            )
        return self.labels[score - 1]


def _asked(row: Mapping[Any, Any], versions: Collection[int]) -> Asked:
    language = current_language()
    labels = str(row[f"scale_labels_{language}"]).split(LABEL_SEPARATOR)[::-1]
    scale = scale_of(int(row["scale_max"]))
    scores = range(scale.lowest, scale.highest + 1)
    if len(labels) != len(scores):
        labels = [formats.number(score) for score in scores]
    return Asked(
        code=str(row["code"]),
        subject=str(row["subject"]),
        text=str(row[f"text_{language}"]),
        labels=tuple(labels),
        scale_max=int(row["scale_max"]),
        versions=tuple(sorted(int(version) for version in versions)),
    )


def _versions_by_wording(records: list[dict[Any, Any]]) -> dict[tuple[Any, ...], list[int]]:
    """Return which versions ask a question in exactly the same words, by code and wording."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for row in records:
        found.setdefault(_wording(row), []).append(int(row["version"]))
    return found


def _wording(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return (row["code"], *(row[name] for name in _WORDING))


def questionnaire(questions: pd.DataFrame, version: int | None) -> tuple[Asked, ...]:
    """Return the questions of one version in its order, each with all versions that ask the same.

    No version has no questions.

    Parameters
    ----------
    questions
        As from ``queries.questionnaire.questionnaires``.
    """
    records = questions.to_dict("records")
    versions = _versions_by_wording(records)
    return tuple(
        _asked(row, versions[_wording(row)]) for row in records if row["version"] == version
    )


def asked_in(questions: pd.DataFrame, version: int | None) -> tuple[Asked, ...]:
    """Return :func:`questionnaire`, from memory; ``questions`` are all that were loaded."""
    return remembered(lambda: questionnaire(questions, version), "questionnaire", version)


def wordings(questions: pd.DataFrame, code: str) -> tuple[Asked, ...]:
    """Return every wording that a question ever had, the oldest first."""
    records = [row for row in questions.to_dict("records") if row["code"] == code]
    versions = _versions_by_wording(records)
    oldest = {wording: min(asked) for wording, asked in versions.items()}
    return tuple(
        _asked(row, versions[_wording(row)])
        for row in sorted(records, key=lambda row: int(row["version"]))
        if row["version"] == oldest[_wording(row)]
    )


@dataclass(frozen=True, slots=True)
class Versions:
    """The known questionnaire versions of a period.

    Attributes
    ----------
    surveys
        Number of surveys by version, the oldest first; all of them have some.
    worded_alike
        Whether all of them ask for what a page shows in the same words.
    """

    surveys: Mapping[int, int]
    worded_alike: bool


def versions_of(
    questions: pd.DataFrame, surveys: pd.Series[int], codes: Collection[str]
) -> Versions:
    """Return the versions that a period's surveys were asked by.

    Parameters
    ----------
    questions
        As from ``queries.questionnaire.questionnaires``.
    surveys
        Number of surveys of the period by version.
    codes
        The questions that a page shows.
    """
    known = set(questions["version"])
    present = {int(v): int(n) for v, n in surveys.sort_index().items() if n > 0 and v in known}
    apart = {
        tuple(a.versions for a in questionnaire(questions, v) if a.code in codes) for v in present
    }
    return Versions(present, len(apart) < 2)


def choose_version(found: Versions, *, key: str) -> int | None:
    """Return the questionnaire version to show: the newest with surveys, or the chosen one.

    A choice is drawn only when the period holds versions that word something otherwise; it says
    that answers to different wordings are not put together.

    Parameters
    ----------
    key
        Of the widget, unique on the page.

    Returns
    -------
    The version, or ``None`` when no known version has a survey.
    """
    options = list(found.surveys)[::-1]
    if found.worded_alike:
        return options[0] if options else None
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    with st.container(border=True):
        st.markdown(
            _(
                "The questionnaire changed within this period. Answers to different wordings or "
                "scales are never put together; choose which are shown."
            )
        )
        chosen: int | None = st.segmented_control(
            _("Questionnaire"),
            options,
            key=key,
            required=True,
            format_func=lambda v: _("version {version} · {n}").format(
                version=v, n=formats.answers(found.surveys[v])
            ),
            label_visibility="collapsed",
        )
    return chosen
