"""What «Обзвон» shows of stages, outcomes and days, ready to be drawn."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import pandas as pd

from charts.contacts import day_bins, days_histogram_alt, outcome_months_alt
from charts.survey import contact_funnel_alt
from components.contact_words import outcome_names, stage_rows, stages_note
from components.contacts import ResponseNow, response_now
from metrics.estimate import Estimate
from metrics.lag import median_days, share_within

#: A call later than this is late.
IN_TIME = 30


class Shown(NamedTuple):
    """What a chart lists, and what it says in words."""

    rows: pd.DataFrame
    alt: str


class Waits(NamedTuple):
    """Days from delivery to the first call.

    Attributes
    ----------
    bins
        From ``charts.contacts.day_bins``.
    median
        In days.
    within
        The share of calls within :data:`IN_TIME`.
    """

    bins: pd.DataFrame
    alt: str
    median: float
    within: Estimate


class Calls(NamedTuple):
    """The page; ``None`` where there is nothing to draw."""

    now: ResponseNow
    stages: Shown | None
    stages_note: str
    months: Shown | None
    waits: Waits | None


def calls(stages: pd.DataFrame, months: pd.DataFrame, days: pd.DataFrame, today: dt.date) -> Calls:
    """Put the answers of the three queries into rows and words.

    Parameters
    ----------
    stages
        From ``queries.contact_stages.contact_stages``.
    months, days
        From ``queries.contacts``: ``outcomes_by_month`` and ``days_to_call``.
    """
    reached = stage_rows(stages)
    of_period = months[~months["before"]]
    return Calls(
        now=response_now(months),
        stages=Shown(reached, contact_funnel_alt(reached)) if reached["count"].iloc[0] else None,
        stages_note=stages_note(stages, today),
        months=None
        if of_period.empty
        else Shown(of_period, outcome_months_alt(of_period, outcome_names())),
        waits=None if days.empty else _waits(days),
    )


def _waits(days: pd.DataFrame) -> Waits:
    median = median_days(days["days"], days["deliveries"])
    return Waits(
        day_bins(days),
        days_histogram_alt(days, median=median, limit=IN_TIME),
        median,
        share_within(days["days"], days["deliveries"], IN_TIME),
    )
