"""The programme's rules as one frozen value; the deck's parameters are the defaults."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from fractions import Fraction

from program.calendar import add_months

KEY_KINDS = ("commercial", "nfr", "demo")
TIERS = ("business", "certified", "gold")
EDITIONS = (
    "start",
    "standard",
    "small_business",
    "business",
    "business_cluster",
    "business_cluster_postgresql",
    "bitrix24",
    "bitrix24_shop",
    "bitrix24_enterprise",
)
DELIVERY_STATUSES = ("accepted", "pending", "rejected")
TEST_STATUSES = ("A", "F", "W", "S")
CONTACT_OUTCOMES = ("completed", "refused", "unreachable", "wrong_contact", "pending")
STAFF_ROLES = ("leader", "manager", "analyst", "admin")
QUESTION_SUBJECTS = ("partner", "platform")


class RulesRefused(ValueError):
    """Parameters that are no rule; says which of them."""

    def __init__(self, why: str, *parameters: str) -> None:
        super().__init__(why)
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class Window:
    """The twelve whole months whose purchases an evaluation looks at: ``[start, end)``."""

    start: dt.date
    end: dt.date

    @property
    def last_day(self) -> dt.date:
        """Return the last day inside the window (the screen spells windows out inclusively)."""
        return self.end - dt.timedelta(days=1)

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class ProgramRules:
    """Parameters of the competence rule and of points (deck, slides «Компетенция», «Сдача»).

    Attributes
    ----------
    threshold
        Share of the base that must be delivered, an exact fraction (deck: 50 %).
    window_from_months, window_to_months
        The window of T is [T - 14 months, T - 2 months).
    counted_kinds
        Kinds of keys that count; demonstration and not-for-resale keys do not.
    minimum_base
        Smallest base that can hold the competence; the deck asks for any base above zero.
    near_keys, near_margin
        «У порога»: within so many keys, or within such a share, of the threshold.
    points_per_project, points_life_years
        One award per partner and project, alive for a year after the latest accepted delivery.
    """

    threshold: Fraction = Fraction(1, 2)
    window_from_months: int = 14
    window_to_months: int = 2
    counted_kinds: tuple[str, ...] = ("commercial",)
    minimum_base: int = 1
    near_keys: int = 1
    near_margin: Fraction = Fraction(1, 10)
    points_per_project: int = 1
    points_life_years: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise RulesRefused("the threshold must lie in (0, 1]", "threshold")
        if not self.window_from_months > self.window_to_months >= 0:
            raise RulesRefused(
                "the window must begin before it ends and end no later than T",
                *("window_from_months", "window_to_months"),
            )
        if self.minimum_base < 1:
            raise RulesRefused("the minimum base is at least one key", "minimum_base")
        if unknown := set(self.counted_kinds) - set(KEY_KINDS):
            raise RulesRefused(
                f"unknown kinds of keys: {sorted(unknown)}; known are {', '.join(KEY_KINDS)}",
                "counted_kinds",
            )
        if self.near_keys < 0 or self.near_margin < 0:
            raise RulesRefused("the near band cannot be negative", "near_keys", "near_margin")
        if self.points_per_project < 0 or self.points_life_years < 1:
            raise RulesRefused(
                "points cannot be negative and live at least a year",
                *("points_per_project", "points_life_years"),
            )

    def window(self, evaluated_on: dt.date) -> Window:
        """Return the purchase window of the evaluation ``evaluated_on`` (a 1st of a month)."""
        return Window(
            add_months(evaluated_on, -self.window_from_months),
            add_months(evaluated_on, -self.window_to_months),
        )

    @property
    def settled_evaluations(self) -> int:
        """How many coming evaluations have a closed window today (two under the deck's rule)."""
        return self.window_to_months

    @property
    def version(self) -> str:
        """Return a short stable name of the parameters that decide the competence.

        The near band and points do not decide anything, so they do not change the version.
        """
        deciding = {
            name: str(value)
            for name, value in asdict(self).items()
            if not name.startswith(("near_", "points_"))
        }
        digest = hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()
        return f"r{digest[:8]}"


DECK_RULES = ProgramRules()
