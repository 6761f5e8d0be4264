"""Calendar arithmetic of the programme: evaluation dates, whole months, anniversaries.

Everything here works on plain dates; the caller says what «today» is.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange

ONE_DAY = dt.timedelta(days=1)


def month_start(day: dt.date) -> dt.date:
    """Return the 1st of the month that ``day`` lies in."""
    return day.replace(day=1)


def quarter_start(day: dt.date) -> dt.date:
    """Return the 1st of the calendar quarter that ``day`` lies in."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def add_months(first: dt.date, months: int) -> dt.date:
    """Return the 1st of the month that lies ``months`` after (or, negative, before) ``first``.

    Raises
    ------
    ValueError
        If ``first`` is not the 1st of a month: adding months to other days is ambiguous.
    """
    require_evaluation_date(first)
    index = first.year * 12 + first.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def require_evaluation_date(day: dt.date) -> None:
    """Raise ``ValueError`` unless ``day`` is the 1st of a month (deck, slide «Компетенция»)."""
    if day.day != 1:
        raise ValueError(f"an evaluation takes place on the 1st of a month, not on {day:%Y-%m-%d}")


def last_evaluation(today: dt.date) -> dt.date:
    """Return the evaluation in force on ``today``: the latest 1st that is not after it.

    On the 1st itself that day's evaluation is already decided, from data up to the day before.
    """
    return month_start(today)


def next_evaluation(today: dt.date) -> dt.date:
    """Return the first evaluation still to come: the 1st after ``today`` (today < T)."""
    return add_months(month_start(today), 1)


def evaluations_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return every evaluation date from ``first`` to ``last``, both included and both 1sts."""
    require_evaluation_date(first)
    require_evaluation_date(last)
    months = (last.year - first.year) * 12 + last.month - first.month
    return [add_months(first, i) for i in range(months + 1)]


def same_day_next_year(day: dt.date, years: int = 1) -> dt.date:
    """Return the same calendar day ``years`` later; 29 February becomes 28 February."""
    year = day.year + years
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))
