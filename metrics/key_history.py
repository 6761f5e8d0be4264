"""The keys as they were known on a past day, judged by their dates.

A key is known from its purchase, its activation and its delivery from their days on. What the
records said on that day about a delivery still under review, or about a partner that has changed
since, is not kept anywhere: a replay is as good as the dates are.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.delivery_habit import HABIT_DAYS, Habits, shrunk_habits
from metrics.forecast import Situation, pending_chances
from metrics.lag_curve import LagCurve, lag_curve
from program.calendar import ONE_DAY
from program.rules import DECK_RULES, ProgramRules

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: Days of activations and purchases behind the curves: 24 months.
CURVE_DAYS = 730
#: A day after every other: «never».
NEVER = 10_000_000

_EPOCH = dt.date(1970, 1, 1).toordinal()


def day_number(day: dt.date) -> int:
    """Return ``day`` as days since 1970-01-01."""
    return day.toordinal() - _EPOCH


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a forecast for one evaluation was made of on one day."""

    situation: Situation
    delivery: LagCurve
    activation: LagCurve
    habits: Habits


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """Counted keys as whole days since 1970-01-01, ``NEVER`` where there is no such day.

    Attributes
    ----------
    partner
        Index 0 … ``partners`` − 1 of the buyer.
    purchased, activated, delivered
        ``delivered`` is the first accepted delivery by the buyer.
    """

    partners: int
    partner: Ints
    purchased: Ints
    activated: Ints
    delivered: Ints

    def counts(
        self, evaluated_on: dt.date, today: dt.date, rules: ProgramRules = DECK_RULES
    ) -> tuple[Ints, Ints, Ints]:
        """Return base, delivered and pending of each partner as seen ``today``.

        The same numbers as ``queries.coverage.partner_counts``.
        """
        end = day_number(min(evaluated_on, today + ONE_DAY))
        bought = self._bought(evaluated_on, rules) & (self.purchased <= day_number(today))
        active = bought & (self.activated < end)
        return (
            self._count(active),
            self._count(active & (self.delivered < end)),
            self._count(bought & ~active),
        )

    def known(
        self, evaluated_on: dt.date, today: dt.date, rules: ProgramRules = DECK_RULES
    ) -> Knowledge:
        """Return what a forecast for ``evaluated_on`` on the day ``today`` could know."""
        now, last_day = day_number(today), day_number(evaluated_on) - 1
        seen = self.purchased <= now
        activated = np.where(seen & (self.activated <= now), self.activated, NEVER)
        delivered = np.where(self.delivered <= now, self.delivered, NEVER)
        delivery = lag_curve(_lags(activated, delivered, now))
        activation = lag_curve(_lags(np.where(seen, self.purchased, NEVER), activated, now))
        bought = self._bought(evaluated_on, rules) & seen
        active = bought & (activated < NEVER)
        is_open = active & (delivered == NEVER)
        waiting = bought & ~active
        age = now - 1 - activated[is_open]
        until = last_day - activated[is_open]
        in_time, after = pending_chances(
            activation, delivery, now - 1 - self.purchased[waiting], last_day - (now - 1)
        )
        situation = Situation(
            base=self._count(active),
            delivered=self._count(active & ~is_open),
            pending=self._count(waiting),
            open_partner=self.partner[is_open],
            open_hazard=delivery.hazard_between(age, until),
            pending_partner=self.partner[waiting],
            pending_activation=in_time,
            pending_hazard=after,
        )
        return Knowledge(
            situation, delivery, activation, self._habits(activated, delivered, now, delivery)
        )

    def delivered_between(
        self,
        evaluated_on: dt.date,
        today: dt.date,
        rules: ProgramRules = DECK_RULES,
    ) -> Ints:
        """Return how many keys open ``today`` each partner delivered before ``evaluated_on``."""
        now = day_number(today)
        base = self._bought(evaluated_on, rules) & (self.activated <= now)
        made = (self.delivered > now) & (self.delivered < day_number(evaluated_on))
        return self._count(base & made)

    def _habits(self, activated: Ints, delivered: Ints, now: int, curve: LagCurve) -> Habits:
        counted, entry, leaving, ended = habit_ages(activated, delivered, now)
        partner = self.partner[counted]
        met = curve.hazard_between(entry - 1, leaving)
        return shrunk_habits(
            np.bincount(partner[ended], minlength=self.partners),
            np.bincount(partner, weights=met, minlength=self.partners).astype(np.float64),
        )

    def _bought(self, evaluated_on: dt.date, rules: ProgramRules) -> Flags:
        window = rules.window(evaluated_on)
        bought: Flags = (self.purchased >= day_number(window.start)) & (
            self.purchased < day_number(window.end)
        )
        return bought

    def _count(self, chosen: Flags) -> Ints:
        return np.bincount(self.partner[chosen], minlength=self.partners)


def habit_ages(activated: Ints, delivered: Ints, now: int) -> tuple[Flags, Ints, Ints, Flags]:
    """Return which keys tell a partner's pace, from which age to which, and how they ended.

    Keys activated in the ``CURVE_DAYS`` before ``now`` that were still open ``HABIT_DAYS``
    before it. For those: age on entering and on leaving, and whether by delivery.
    """
    since = now - HABIT_DAYS
    counted = (activated >= now - CURVE_DAYS) & (activated < now) & (delivered >= since)
    begun, done = activated[counted], delivered[counted]
    ended: Flags = done <= now
    entry = np.maximum(since - begun, 0)
    leaving = np.where(ended, np.maximum(done - begun, 0), now - 1 - begun)
    return counted, entry, leaving, ended


def _lags(started: Ints, ended: Ints, now: int) -> pd.DataFrame:
    """Return the life table of the lags that began in the ``CURVE_DAYS`` before ``now``."""
    counted = (started >= now - CURVE_DAYS) & (started < now)
    begun, done = started[counted], ended[counted]
    happened = done <= now
    lags = np.where(happened, np.maximum(done - begun, 0), now - 1 - begun)
    length = CURVE_DAYS + 1
    return pd.DataFrame(
        {
            "lag": np.arange(length),
            "delivered": np.bincount(lags[happened], minlength=length),
            "censored": np.bincount(lags[~happened], minlength=length),
        }
    )
