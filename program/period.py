"""Periods of days: the chosen one, and the disjoint one it is compared with."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass

from program.calendar import ONE_DAY


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period ends after it begins: {self.first} … {self.last}")

    @property
    def whole_months(self) -> int:
        """Return how many calendar months the period spans, 0 if it is not a whole number."""
        after = self.last + ONE_DAY
        if after.day != self.first.day:
            return 0
        return (after.year - self.first.year) * 12 + after.month - self.first.month

    def previous(self) -> Period:
        """Return the period of the same length that ends the day before this one begins.

        A period of whole months is preceded by as many whole months, another one by as many days.
        """
        last = self.first - ONE_DAY
        if self.whole_months:
            return Period(months_before(self.first, self.whole_months), last)
        return Period(last - (self.last - self.first), last)

    def year_before(self) -> Period | None:
        """Return the same days a year earlier, or ``None`` where the two would overlap."""
        shifted = Period(months_before(self.first, 12), months_before(self.last, 12))
        return shifted if shifted.last < self.first else None

    def overlaps(self, other: Period) -> bool:
        """Return whether some day belongs to both periods."""
        return self.first <= other.last and other.first <= self.last


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month ``months`` earlier; a day that is missing becomes the last.

    31 May less 3 months is 28 February.
    """
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return dt.date(year, month, min(day.day, monthrange(year, month)[1]))


def last_months(today: dt.date, months: int) -> Period:
    """Return the ``months`` that end today, today included."""
    return Period(months_before(today, months) + ONE_DAY, today)


def calendar_year(year: int) -> Period:
    """Return a whole calendar year."""
    return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
