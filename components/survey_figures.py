"""Figures about recommending from counts of answers: shares, indices, differences, series.

Everything takes rows as ``queries/survey.py`` returns them (``version``, one column of scores,
``surveys``) and knows by a :class:`Reading` which question they answer and on which scale.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.survey_questions import Asked
from metrics.control_chart import ControlChart, Variation, control_chart, gaps, needs_quarters
from metrics.difference import MOVER, Verdict, mover, share_difference, verdict
from metrics.estimate import ENOUGH, HIDDEN_BELOW, Estimate, status_of
from metrics.index import SCORE, index_limits, recommendation_index
from metrics.recommendation import (
    CUTS,
    Groups,
    IndexMapping,
    groups,
    mapping_for,
    not_recommending,
    recommending,
    scale_of,
)
from program.calendar import add_months, month_start, quarter_start
from queries.facts import RECOMMEND_PARTNER, RECOMMEND_PLATFORM
from queries.survey import NO_ANSWER


class Subject(StrEnum):
    """Whom or what clients would recommend."""

    DEVELOPER = "developer"
    PLATFORM = "platform"

    @property
    def code(self) -> str:
        """Return the question's code."""
        return RECOMMEND_PARTNER if self is Subject.DEVELOPER else RECOMMEND_PLATFORM

    @property
    def column(self) -> str:
        """Return the column of its scores."""
        return "partner_score" if self is Subject.DEVELOPER else "platform_score"


class Measure(StrEnum):
    """Which figure is looked at."""

    SHARE = "share"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class Reading:
    """How the answers to one question are read in this view: one wording, one mapping.

    ``column`` is where the counted rows hold its scores.
    """

    asked: Asked
    mapping: IndexMapping
    column: str

    @classmethod
    def of(cls, subject: Subject, asked: Asked, wanted: IndexMapping) -> Reading:
        """Return the reading with the mapping that fits the question's scale."""
        return cls(asked, mapping_for(asked.scale_max, wanted), subject.column)

    def across(self, wordings: Sequence[Asked]) -> list[Reading]:
        """Return how each wording on the same scale is read, in their order."""
        return [
            Reading(asked, self.mapping, self.column)
            for asked in wordings
            if asked.scale_max == self.asked.scale_max
        ]

    @property
    def critical_to(self) -> int:
        """Return the highest score of a critic."""
        return CUTS[self.mapping][2]

    def _said(self, counts: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return scores of this wording, missing ones included, and how many surveys each has."""
        of_wording = _of_versions(counts, self.asked.versions)
        scores = counts[self.column].to_numpy()[of_wording]
        return scores, counts["surveys"].to_numpy()[of_wording]

    def scores(self, counts: pd.DataFrame) -> dict[int, int]:
        """Return the number of answers by score; missing ones are in none."""
        scores, surveys = self._said(counts)
        return {
            score: total
            for score in self.asked.scores
            if (total := int(surveys[scores == score].sum()))
        }

    def missing(self, counts: pd.DataFrame) -> int:
        """Return the number of surveys without this answer."""
        scores, surveys = self._said(counts)
        return int(surveys[scores == NO_ANSWER].sum())

    def share(self, counts: pd.DataFrame) -> Estimate:
        """Return the share recommending."""
        return recommending(self.scores(counts), self.asked.scale_max)

    def share_against(self, counts: pd.DataFrame) -> Estimate:
        """Return the share not recommending."""
        return not_recommending(self.scores(counts), self.asked.scale_max)

    def groups(self, counts: pd.DataFrame) -> Groups:
        """Return promoters, passives and critics."""
        return groups(self.scores(counts), self.mapping)

    def index(self, counts: pd.DataFrame) -> Estimate:
        """Return the recommendation index."""
        return _index_of(self.groups(counts))

    def figure(self, counts: pd.DataFrame, measure: Measure) -> Estimate:
        """Return the share or the index."""
        return self.share(counts) if measure is Measure.SHARE else self.index(counts)

    def difference(self, first: pd.DataFrame, second: pd.DataFrame, measure: Measure) -> Estimate:
        """Return the difference of two disjoint sets of rows, first minus second."""
        if measure is Measure.INDEX:
            return mover(self.index(first), self.index(second), MOVER)
        (x1, n1), (x2, n2) = (_good_of(self, rows) for rows in (first, second))
        return share_difference(x1, n1, x2, n2)


def _of_versions(counts: pd.DataFrame, versions: Sequence[int]) -> NDArray[np.bool_]:
    """Return which rows are of some versions; of one or two that is quicker than ``isin``."""
    version = counts["version"].to_numpy()
    found: NDArray[np.bool_] = np.logical_or.reduce([version == one for one in versions])
    return found


@lru_cache(maxsize=4096)
def _index_of(answered: Groups) -> Estimate:
    """Return the index; its limits are found by iteration, so the same counts are not redone."""
    return recommendation_index(answered)


def _good_of(reading: Reading, rows: pd.DataFrame) -> tuple[int, int]:
    scores = reading.scores(rows)
    least = scale_of(reading.asked.scale_max).recommending_from
    return sum(n for score, n in scores.items() if score >= least), sum(scores.values())


def _tallies(counts: pd.DataFrame, by: str, reading: Reading) -> pd.DataFrame:
    """Count good answers, promoters, critics and all answers by group, in one pass."""
    score = counts[reading.column].to_numpy()
    kept = _of_versions(counts, reading.asked.versions) & (score != NO_ANSWER)
    score, n = score[kept], counts["surveys"].to_numpy()[kept]
    place, groups = pd.factorize(counts[by].array[kept], sort=True)
    _scale, promoter_from, critic_to = CUTS[reading.mapping]
    least = scale_of(reading.asked.scale_max).recommending_from

    def total(counted: NDArray[np.bool_]) -> NDArray[np.int64]:
        summed = np.bincount(place[counted], weights=n[counted], minlength=len(groups))
        return summed.astype(np.int64)

    return pd.DataFrame(
        {
            by: groups,
            "good": total(score >= least),
            "promoters": total(score >= promoter_from),
            "critics": total(score <= critic_to),
            "n": total(np.full(len(score), fill_value=True)),
        }
    )


def _indices(
    promoters: pd.Series[int], critics: pd.Series[int], n: pd.Series[int]
) -> list[Estimate]:
    """Return many indices at once: their limits are the costly part."""
    low, high = index_limits(promoters.to_numpy(), critics.to_numpy(), n.to_numpy())
    return [
        Estimate((p - d) / total, float(lo), float(hi), int(total), status_of(int(total)), SCORE)
        if total
        else Estimate.nothing(SCORE)
        for p, d, total, lo, hi in zip(promoters, critics, n, low, high, strict=True)
    ]


def segment_figures(counts: pd.DataFrame, reading: Reading, measure: Measure) -> pd.DataFrame:
    """Return every segment beside all the others.

    Parameters
    ----------
    counts
        As from ``queries.survey.recommendation_by_segment``.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a segment with answers, the largest first (size, not merit). ``segment``;
        ``value``, ``low``, ``high``, ``n``; ``difference``, ``difference_low``,
        ``difference_high`` against the others, and ``verdict``, ``too_few`` under 10 answers on
        either side.
    """
    part = _tallies(counts, "segment", reading)
    part = part.sort_values(["n", "segment"], ascending=[False, True], ignore_index=True)
    rest = (
        part[["good", "promoters", "critics", "n"]].sum()
        - part[["good", "promoters", "critics", "n"]]
    )
    if measure is Measure.INDEX:
        own = _indices(part["promoters"], part["critics"], part["n"])
        others = _indices(rest["promoters"], rest["critics"], rest["n"])
        differences = [mover(a, b, MOVER) for a, b in zip(own, others, strict=True)]
    else:
        own = [recommending_of(good, n) for good, n in zip(part["good"], part["n"], strict=True)]
        differences = [
            share_difference(*pair)
            for pair in zip(part["good"], part["n"], rest["good"], rest["n"], strict=True)
        ]
    return pd.DataFrame(
        {
            "segment": part["segment"],
            "value": [e.value for e in own],
            "low": [e.low for e in own],
            "high": [e.high for e in own],
            "n": part["n"],
            "difference": [d.value for d in differences],
            "difference_low": [d.low for d in differences],
            "difference_high": [d.high for d in differences],
            "verdict": [verdict(d, ENOUGH).value for d in differences],
        }
    )


def recommending_of(good: int, n: int) -> Estimate:
    """Return the share recommending from counts already added up."""
    return recommending([n - good, 0, 0, 0, good])


@dataclass(frozen=True, slots=True)
class Periods:
    """The answers of disjoint whole periods.

    Attributes
    ----------
    frame
        Grain: one row a wording and period with answers, oldest first; quarters with under five
        are left out. ``month``, ``version`` (the first of its wording), ``good``,
        ``promoters``, ``critics``, ``n``.
    quarterly
        Whether months had too few answers and were joined.
    left_out
        How many periods between the first answer and the last one have no row.
    """

    frame: pd.DataFrame
    quarterly: bool
    left_out: int


@dataclass(frozen=True, slots=True)
class Trend:
    """A disjoint series with its control limits.

    Attributes
    ----------
    frame
        Grain: one row a month or quarter, oldest first: ``month``, ``value``, ``n``, ``version``
        (the first of its wording), and what ``ControlChart.told`` says of it.
    quarterly
        Whether months had too few answers and were joined.
    left_out
        How many periods in between have too few answers to be shown.
    changes
        First period of every wording after the first.
    """

    frame: pd.DataFrame
    chart: ControlChart
    quarterly: bool
    left_out: int
    changes: tuple[dt.date, ...]

    @property
    def judged(self) -> int:
        """Return how many points are judged; of the others nothing may be claimed."""
        return int((self.frame["variation"] != Variation.NOT_JUDGED).sum())


def periods(
    counts: pd.DataFrame,
    readings: Sequence[Reading],
    complete_to: dt.date,
    *,
    complete_from: dt.date | None = None,
) -> Periods:
    """Return the answers of each whole month, or quarter when a month has under 10.

    Parameters
    ----------
    counts
        As from ``queries.survey.recommendation_counts``.
    readings
        Wordings of the question on one and the same scale, the oldest first.
    complete_to
        Periods that end later are left out: they are not over.
    complete_from
        Periods that begin earlier are left out: some of their answers were not asked for.
        ``None`` means that all answers were.
    """
    series = pd.concat(
        [
            _tallies(counts, "month", reading).assign(version=reading.asked.versions[0])
            for reading in readings
        ],
        ignore_index=True,
    )
    answered = shown = _complete(series, complete_from, complete_to, months=1)
    quarterly = needs_quarters(answered["n"].to_numpy())
    if quarterly:
        starts = [quarter_start(month.date()) for month in series["month"]]
        joined = series.assign(month=pd.to_datetime(starts).astype("datetime64[us]"))
        joined = joined.groupby(["version", "month"], as_index=False).sum()
        answered = _complete(joined, complete_from, complete_to, months=3)
        shown = answered[answered["n"] >= HIDDEN_BELOW]
    return Periods(
        shown.sort_values(["version", "month"], ignore_index=True),
        quarterly,
        _spanned(answered["month"], 3 if quarterly else 1) - shown["month"].nunique(),
    )


def _spanned(months: pd.Series[Any], step: int) -> int:
    """Return how many periods of ``step`` months lie from the first to the last, both included."""
    if months.empty:
        return 0
    first, last = months.min(), months.max()
    return (int(last.year - first.year) * 12 + int(last.month - first.month)) // step + 1


def values(series: pd.DataFrame, measure: Measure) -> pd.Series[float]:
    """Return the share or the index of every period, from :func:`periods`."""
    part = series["good"] if measure is Measure.SHARE else series["promoters"] - series["critics"]
    found: pd.Series[float] = part / series["n"]
    return found


def trend(
    counts: pd.DataFrame,
    readings: Sequence[Reading],
    measure: Measure,
    complete_to: dt.date,
    *,
    complete_from: dt.date | None = None,
) -> Trend:
    """Return the series of one subject with its limits, which start anew at each wording.

    Parameters
    ----------
    counts, readings, complete_to, complete_from
        As for :func:`periods`.
    """
    found = periods(counts, readings, complete_to, complete_from=complete_from)
    shown = found.frame
    value = values(shown, measure)
    starts_at = np.flatnonzero(shown["version"].diff().fillna(0).to_numpy())
    chart = control_chart(
        value.to_numpy(),
        rebase_at=[int(at) for at in starts_at],
        gaps_at=gaps(shown["month"], 3 if found.quarterly else 1),
    )
    # A quarter of five to nine answers is drawn, but nothing is said of so few.
    frame = shown[["month", "n", "version"]].assign(
        value=value, **chart.told(shown["n"].to_numpy() >= ENOUGH)
    )
    changes = tuple(frame["month"].iloc[int(at)].date() for at in starts_at)
    return Trend(frame, chart, found.quarterly, found.left_out, changes)


def _complete(
    series: pd.DataFrame, complete_from: dt.date | None, complete_to: dt.date, *, months: int
) -> pd.DataFrame:
    """Return the periods of so many months that lie wholly between two days and have answers."""
    last = add_months(month_start(complete_to + dt.timedelta(days=1)), -months)
    kept = (series["month"] <= pd.Timestamp(last)) & (series["n"] > 0)
    if complete_from is not None:
        kept &= series["month"] >= pd.Timestamp(complete_from)
    return series[kept]


#: Rows and columns of the table of pairs, best first.
STANDS = ("for", "middle", "against")


def pairs(counts: pd.DataFrame, developer: Reading, platform: Reading) -> pd.DataFrame:
    """Count respondents by what they said of the developer and of the platform.

    Grain: one row a stand on the developer and on the platform (:data:`STANDS`), all nine;
    ``developer``, ``platform``, ``surveys``. Only respondents with both answers.
    """
    versions = set(developer.asked.versions) & set(platform.asked.versions)
    rows = counts[counts["version"].isin(versions)]
    rows = rows[(rows["partner_score"] != NO_ANSWER) & (rows["platform_score"] != NO_ANSWER)]
    stands = pd.DataFrame(
        {
            "developer": _stands(rows["partner_score"], developer),
            "platform": _stands(rows["platform_score"], platform),
            "surveys": rows["surveys"].to_numpy(),
        }
    )
    grid = pd.MultiIndex.from_product([STANDS, STANDS], names=["developer", "platform"])
    summed = stands.groupby(["developer", "platform"])["surveys"].sum()
    return summed.reindex(grid, fill_value=0).astype("int64").reset_index()


def _stands(scores: pd.Series[int], reading: Reading) -> list[str]:
    scale = scale_of(reading.asked.scale_max)
    return [
        STANDS[0]
        if score >= scale.recommending_from
        else STANDS[2]
        if score <= scale.not_recommending_to
        else STANDS[1]
        for score in scores
    ]


def judged(difference: Estimate) -> Verdict:
    """Return the verdict of a difference, ``too_few`` under 10 answers on either side."""
    return verdict(difference, ENOUGH)
