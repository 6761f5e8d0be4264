"""What the two survey pages look at: periods, sizing, and how the answers are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from components.filter_bar import Choice
from components.survey_period import period_of, period_words
from program.calendar import add_months, month_start, quarter_start
from program.period import Period
from program.rules import ProgramRules
from queries.survey import Sizing

#: A trend looks at least this many months back from the end of the period.
TREND_MONTHS = 36
Option = TypeVar("Option", bound=str)


@dataclass(frozen=True, slots=True)
class View:
    """The chosen period, the disjoint one before it, and the trend that leads up to it."""

    period: Period | None
    previous: Period | None
    since: dt.date | None
    until: dt.date
    sizing: Sizing

    @property
    def words(self) -> str:
        """Return the period as people read it."""
        return period_words(self.period)


def view_of(choice: Choice, rules: ProgramRules) -> View:
    """Return what the filter bar's choice means for survey pages."""
    period = period_of(choice.filters)
    until = period.last if period else choice.today
    return View(
        period,
        period.previous() if period else None,
        trend_start(until, period.first) if period else None,
        until,
        Sizing(choice.evaluated_on, choice.today, rules),
    )


def trend_start(until: dt.date, first: dt.date) -> dt.date:
    """Return where the trend up to ``until`` begins: a whole quarter that misses no month of it.

    A period from ``first`` on that is longer than a trend is shown from its own first quarter.
    """
    return quarter_start(min(add_months(month_start(until), -TREND_MONTHS), first))


def one_of(label: str, options: dict[Option, str], *, key: str, shown: bool = False) -> Option:
    """Draw a choice between a few named things and return the chosen one, the first by default."""
    codes = list(options)
    if st.session_state.get(key) not in codes:
        st.session_state[key] = codes[0]
    words: Callable[[Option], str] = options.__getitem__
    chosen: Option | None = st.segmented_control(
        label,
        codes,
        key=key,
        required=True,
        format_func=words,
        label_visibility="visible" if shown else "collapsed",
        persist_state="session",
    )
    return codes[0] if chosen is None else chosen
