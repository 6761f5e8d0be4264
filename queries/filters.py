"""What a person has chosen in the filter bar, as one frozen value that is also a cache key."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, true

from program.schema import city, partner, region


class BaseSize(StrEnum):
    """Bands of the number of keys in the base of the chosen evaluation."""

    FEW = "1-9"
    SOME = "10-49"
    MANY = "50+"

    @property
    def bounds(self) -> tuple[int, int | None]:
        """Return the smallest and the largest base of the band, both included."""
        return {BaseSize.FEW: (1, 9), BaseSize.SOME: (10, 49), BaseSize.MANY: (50, None)}[self]


@dataclass(frozen=True, slots=True)
class Filters:
    """The chosen cut; ``None`` means «all».

    Attributes
    ----------
    manager_email
        «Мой портфель»: a choice of the person, on top of the scope that is enforced anyway.
    survey_from, survey_to
        Period of the survey, both days included.
    """

    manager_email: str | None = None
    country: str | None = None
    district: str | None = None
    region: str | None = None
    city_id: int | None = None
    tier: str | None = None
    size: BaseSize | None = None
    survey_from: dt.date | None = None
    survey_to: dt.date | None = None

    def partner_condition(self) -> ColumnElement[bool]:
        """Return the condition on ``partner`` joined with ``city`` and ``region``.

        The base size is not in it: it is known only after counting.
        """
        pairs = (
            (partner.c.manager_email, self.manager_email),
            (region.c.country, self.country),
            (region.c.district_ru, self.district),
            (region.c.code, self.region),
            (city.c.id, self.city_id),
            (partner.c.tier, self.tier),
        )
        return and_(true(), *(column == value for column, value in pairs if value is not None))


NO_FILTERS = Filters()
