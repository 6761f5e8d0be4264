"""What determines a synthetic programme: the scale, the seed and the day it is looked at from."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from program.calendar import add_months, evaluations_between, last_evaluation, month_start
from program.rules import DECK_RULES

Days = NDArray[np.int32]
"""Dates as whole days since 1970-01-01, the representation that Arrow and numpy share."""
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]

#: A day beyond every horizon: «never», and safe to compare and to add a few years to.
NEVER = 1_000_000
#: So many past decisions are stored; the first of them sees a whole window of purchases.
DECISIONS = 48
#: Rows whose texts are made and handed over at once: bounds the memory of every table.
CHUNK_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Scale:
    """Size of a programme; ``keys`` is the expected number, met within about one per cent."""

    name: str
    partners: int
    keys: int
    tested_deliveries: int


SCALES = {
    "small": Scale("small", 400, 25_000, 600),
    "medium": Scale("medium", 3_000, 240_000, 2_000),
    "full": Scale("full", 15_000, 1_600_000, 4_000),
}


def day_number(day: dt.date) -> int:
    """Return ``day`` as days since 1970-01-01."""
    return day.toordinal() - dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Recipe:
    """Scale, seed and day: the same recipe always gives the same programme."""

    scale: Scale
    seed: int
    today: dt.date

    def rng(self, stage: str) -> np.random.Generator:
        """Return the stage's own stream, so that a change in one stage leaves the others alone."""
        return np.random.default_rng([self.seed, zlib.crc32(stage.encode())])

    @cached_property
    def today_number(self) -> int:
        """Return the first day without records; the last rows are dated the day before."""
        return day_number(self.today)

    @cached_property
    def evaluations(self) -> list[dt.date]:
        """Return the decisions already taken, oldest first."""
        last = last_evaluation(self.today)
        return evaluations_between(add_months(last, 1 - DECISIONS), last)

    @cached_property
    def months(self) -> Days:
        """Return the first days of all months of history and, last, of the month after it."""
        first = DECK_RULES.window(self.evaluations[0]).start
        after = add_months(month_start(self.today), 1)
        return np.array([day_number(d) for d in evaluations_between(first, after)], dtype=np.int32)

    def month_index(self, days: NDArray[np.int32]) -> Ints:
        """Return the index of each day's month in :attr:`months`."""
        return np.searchsorted(self.months, days, side="right") - 1

    def years_ago(self, days: NDArray[np.int32]) -> Floats:
        """Return how many years before today the days lie."""
        return (self.today_number - days) / 365.25


def stratified_uniforms(rng: np.random.Generator, order: Ints, block: int) -> Floats:
    """Return uniforms on [0, 1) that are even within every ``block`` neighbours in ``order``.

    With few and very unequal partners independent draws would let a single large partner decide
    the whole picture; drawn evenly along the order of size, big and small partners alike get
    every kind of habit.
    """
    n = len(order)
    blocks = -(-n // block)
    ranks = rng.permuted(np.tile(np.arange(block), (blocks, 1)), axis=1).ravel()[:n]
    values = np.empty(n)
    values[order] = (ranks + rng.random(n)) / block
    return values


def draw_codes(rng: np.random.Generator, shares: Any, size: int) -> Codes:
    """Return codes 0, 1, … drawn with ``shares`` (normalised here)."""
    edges = np.cumsum(np.asarray(shares, dtype=float))
    codes = np.searchsorted(edges / edges[-1], rng.random(size), side="right")
    return np.minimum(codes, len(edges) - 1).astype(np.int8)
