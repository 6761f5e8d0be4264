"""Surveys with all their answers in one number (``survey_fact``), counted by question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, select

from program.questionnaire import ANSWER_BITS
from program.schema import question, survey_fact
from queries.engine import frame

#: What :class:`Surveys` needs of every survey.
TOLD = (survey_fact.c.version, survey_fact.c.answers)
#: The bits of one answer.
ONE_ANSWER = 2**ANSWER_BITS - 1
_NONE = np.empty(0, dtype="int64")


def scores_at(answers: NDArray[np.int64], place: int) -> NDArray[np.int64]:
    """Return the scores of the question at ``place`` of every survey, ``NO_ANSWER`` for none."""
    scores: NDArray[np.int64] = (answers >> (ANSWER_BITS * place) & ONE_ANSWER) - 1
    return scores


def _places(connection: Connection) -> dict[int, dict[str, int]]:
    """Return where the answers to each question lie: version -> code -> place in ``answers``."""
    asked = question.c
    statement = select(asked.version, asked.code).order_by(
        asked.version, asked.position, asked.code
    )
    places: dict[int, dict[str, int]] = {}
    for version, code in connection.execute(statement).all():
        of_version = places.setdefault(version, {})
        of_version[code] = len(of_version)
    return places


@dataclass(frozen=True, slots=True)
class Surveys:
    """Surveys with all their answers, to be counted by question.

    Counting here takes a third of what it takes in the database, where every answer is a row.

    Attributes
    ----------
    rows
        Grain: one row a survey. ``version``, ``answers`` (as in ``survey_fact``), what they are
        counted by, and ``partner_id`` where partners are counted.
    places
        As from :func:`_places`.
    """

    rows: pd.DataFrame
    places: dict[int, dict[str, int]]

    @classmethod
    def of(cls, connection: Connection, base: Select[Any], columns: dict[str, str]) -> Surveys:
        """Return the surveys of ``base``, which selects version, answers and ``columns``."""
        told = {"version": "int64", "answers": "int64"} | columns
        return cls(frame(connection, base, told), _places(connection))

    def counts(self, *keys: str) -> pd.DataFrame:
        """Count the answers by ``keys``, version, question and score, the missing ones with them.

        Grain: one row a combination that somebody gave, in this order; the last three columns
        are ``code``, ``score`` and ``answers``.
        """
        group, groups = self._grouped(*keys, "version")
        given: list[tuple[NDArray[np.int64], ...]] = [(_NONE,) * 3]
        codes: list[str] = []
        for code, own, digits in self._by_question():
            counted = np.bincount(group[own] << ANSWER_BITS | digits)
            some = np.flatnonzero(counted)
            given.append((some >> ANSWER_BITS, (some & ONE_ANSWER) - 1, counted[some]))
            codes += [code] * len(some)
        return _together(groups, codes, given, ("score", "answers"))

    def partners(self, *keys: str) -> pd.DataFrame:
        """Count the partners with an answer, by ``keys``, version and question.

        Grain: one row a combination, in this order, ``code`` and ``partners`` last.
        """
        group, groups = self._grouped(*keys, "version")
        partner_id = self.rows["partner_id"].to_numpy("int64")
        most = partner_id.max(initial=0) + 1
        given: list[tuple[NDArray[np.int64], ...]] = [(_NONE,) * 2]
        codes: list[str] = []
        for code, own, digits in self._by_question():
            said = own[digits > 0]
            each = np.unique(group[said] * most + partner_id[said])
            counted = np.bincount(each // most)
            some = np.flatnonzero(counted)
            given.append((some, counted[some]))
            codes += [code] * len(some)
        return _together(groups, codes, given, ("partners",))

    def _by_question(self) -> Iterator[tuple[str, NDArray[np.int64], NDArray[np.int64]]]:
        """Yield each question with the places of its surveys, and their answers plus one."""
        version, answers = (self.rows[name].to_numpy() for name in ("version", "answers"))
        for number, places in self.places.items():
            own = np.flatnonzero(version == number)
            packed = answers[own]
            for code, place in places.items():
                yield code, own, packed >> (ANSWER_BITS * place) & ONE_ANSWER

    def _grouped(self, *by: str) -> tuple[NDArray[np.int64], pd.DataFrame]:
        """Return the number of each survey's group, and the values of ``by`` in every group."""
        number = np.zeros(len(self.rows), dtype="int64")
        for name in by:
            code, values = pd.factorize(self.rows[name])
            number = number * len(values) + code
        # Combinations that nobody has are left out of the numbers.
        some = np.flatnonzero(np.bincount(number))
        dense = np.empty(number.max(initial=-1) + 1, dtype="int64")
        dense[some] = np.arange(len(some))
        number = dense[number]
        one = np.empty(len(some), dtype="int64")
        one[number] = np.arange(len(number))
        return number, self.rows[[*by]].take(one).reset_index(drop=True)


def _together(
    groups: pd.DataFrame,
    codes: list[str],
    given: list[tuple[NDArray[np.int64], ...]],
    names: tuple[str, ...],
) -> pd.DataFrame:
    """Return what was counted of each question, group by group, under ``names``.

    ``given`` has the places in ``groups`` first, then the values of ``names``; ``codes`` the
    question of each.
    """
    place, *values = (np.concatenate(part) for part in zip(*given, strict=True))
    told = dict(zip(names, values, strict=True))
    found = groups.take(place).assign(code=pd.array(codes, dtype="str"), **told)
    return found.sort_values([*groups.columns, "code", *names[:-1]], ignore_index=True)
