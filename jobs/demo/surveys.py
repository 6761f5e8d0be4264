"""Survey answers: lasting differences between partners, correlated questions, no-answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pyarrow as pa

from jobs.demo import columns, names
from jobs.demo.contacts import COMPLETED, Calls
from jobs.demo.deliveries import Deliveries
from jobs.demo.partners import Partners
from jobs.demo.recipe import Days, Flags, Floats, Ints, Recipe
from program.questionnaire import DECK_QUESTIONNAIRE

_VERSION = 1
_CODES = tuple(q.code for q in DECK_QUESTIONNAIRE)
_ABOUT_PARTNER = np.array([q.subject == "partner" for q in DECK_QUESTIONNAIRE])
_RECOMMEND_PARTNER = _CODES.index("recommend_partner")


@dataclass(frozen=True, slots=True)
class _Asked:
    """How a question is answered: shares of 5, 4, 3, 2, 1; pull of the opinion; no answer."""

    shares: tuple[int, int, int, int, int]
    pull: float
    silent: float


_ASKED = {
    "goals": _Asked((52, 30, 9, 6, 3), 0.75, 0.03),
    "design": _Asked((45, 35, 9, 7, 4), 0.60, 0.04),
    "development": _Asked((44, 33, 11, 8, 4), 0.80, 0.04),
    "management": _Asked((47, 30, 10, 8, 5), 0.75, 0.03),
    "budget": _Asked((43, 27, 13, 10, 7), 0.55, 0.06),
    "speed": _Asked((38, 34, 13, 10, 5), 0.62, 0.05),
    "recommend_partner": _Asked((48, 31, 10, 7, 4), 0.85, 0.03),
    "usability": _Asked((44, 36, 10, 7, 3), 0.75, 0.04),
    "features": _Asked((42, 38, 11, 6, 3), 0.75, 0.06),
    "recommend_platform": _Asked((50, 33, 10, 5, 2), 0.82, 0.04),
}
#: A share of the opinion of the platform is the opinion of the partner.
_SPILL = 0.4
_TREND_A_YEAR = 0.05
_OWN_STRENGTHS = 0.2
_COMMENTED = 0.16


@dataclass(frozen=True, slots=True)
class Surveys:
    """Completed surveys by day (index = id − 1)."""

    delivery: Ints
    partner: Ints
    day: Days

    def __len__(self) -> int:
        return len(self.delivery)


def completed_surveys(calls: Calls, deliveries: Deliveries) -> Surveys:
    """Return one survey for every call that ended completed; calls are in order of days."""
    done = np.flatnonzero(calls.outcome == COMPLETED)
    delivery = calls.delivery[done]
    return Surveys(delivery, deliveries.partner[delivery], calls.day[done])


def question_table() -> pa.Table:
    """Return the deck's questionnaire as the ``question`` table."""
    fields = (
        "version", "code", "position", "subject", "text_ru", "text_en", "scale_labels_ru",
        "scale_labels_en", "scale_max",
    )  # fmt: skip
    return pa.table(
        {name: pa.array([getattr(q, name) for q in DECK_QUESTIONNAIRE]) for name in fields}
    )


def survey_and_answer_tables(
    recipe: Recipe, partners: Partners, surveys: Surveys
) -> Iterator[tuple[str, pa.Table]]:
    """Return chunks of ``survey`` and, each right after, of their ``answer`` rows."""
    rng = recipe.rng("answers")
    strengths = rng.normal(0, _OWN_STRENGTHS, (len(partners), len(_CODES)))
    strengths[:, ~_ABOUT_PARTNER] = 0
    for part in columns.chunks(len(surveys)):
        partner = surveys.partner[part]
        opinion = partners.quality[partner]
        opinion = opinion + 0.11 - _TREND_A_YEAR * recipe.years_ago(surveys.day[part])
        scores = _scores(rng, opinion, strengths[partner])
        silent = rng.random(scores.shape) < [_ASKED[code].silent for code in _CODES]
        number = np.arange(part.start + 1, part.stop + 1)
        yield (
            "survey",
            pa.table(
                {
                    "id": columns.ids(number),
                    "delivery_id": columns.ids(surveys.delivery[part] + 1),
                    "completed_on": columns.dates(surveys.day[part]),
                    "questionnaire_version": columns.ids(np.full(len(number), _VERSION)),
                    "comment": _comments(rng, scores),
                }
            ),
        )
        yield "answer", _answers(number, scores, silent)


def _scores(rng: np.random.Generator, quality: Floats, strengths: Floats) -> Ints:
    """Return scores, surveys × questions, from two correlated opinions of every client."""
    n = len(quality)
    of_partner = quality + 0.92 * rng.standard_normal(n)
    of_platform = _SPILL * of_partner + np.sqrt(1 - _SPILL**2) * rng.standard_normal(n)
    of_platform += 0.06
    normal = NormalDist()
    scores = np.empty((n, len(_CODES)), dtype=np.int64)
    for i, code in enumerate(_CODES):
        asked = _ASKED[code]
        opinion = (of_partner if _ABOUT_PARTNER[i] else of_platform) + strengths[:, i]
        noise = rng.standard_normal(n)
        felt = asked.pull * opinion + np.sqrt(1 - asked.pull**2) * noise
        worse = np.cumsum(asked.shares[::-1])[:-1] / 100  # shares of 1, 1–2, 1–3 and 1–4
        edges = [normal.inv_cdf(float(share)) for share in worse]
        scores[:, i] = 1 + np.searchsorted(edges, felt)
    return scores


def _comments(rng: np.random.Generator, scores: Ints) -> pa.Array:
    """Return short comments on some surveys, in keeping with the scores."""
    complaints = [text for pair in names.COMPLAINTS.values() for text in pair]
    pool = (*names.PRAISE, *names.DOUBT, *complaints)
    n = len(scores)
    worst = scores[:, _ABOUT_PARTNER].argmin(axis=1)
    overall = scores[:, _RECOMMEND_PARTNER]
    praise = rng.integers(0, len(names.PRAISE), n)
    doubt = len(names.PRAISE) + rng.integers(0, len(names.DOUBT), n)
    complaint = len(names.PRAISE) + len(names.DOUBT) + 2 * worst + rng.integers(0, 2, n)
    chosen = np.where(overall >= 4, praise, np.where(overall == 3, doubt, complaint))
    talkative = np.where(overall <= 2, 2.2, 1.0)
    silent: Flags = rng.random(n) >= _COMMENTED * talkative
    return columns.picks(pool, chosen, silent)


def _answers(number: Ints, scores: Ints, silent: Flags) -> pa.Table:
    """Return one row for each given answer."""
    row, question = np.nonzero(~silent)
    return pa.table(
        {
            "survey_id": columns.ids(number[row]),
            "question_code": columns.picks(_CODES, question),
            "score": pa.array(scores[row, question].astype(np.int16)),
        }
    )
