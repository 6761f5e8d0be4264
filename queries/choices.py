"""What the filter bar offers: only what the data holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, func, select

from program.schema import city, competence_evaluation, partner, region, staff
from queries.alphabet import alphabetical
from queries.engine import frame
from queries.scope import Scope

PLACE_COLUMNS = {
    "country": "str",
    "district": "str",
    "region": "str",
    "region_ru": "str",
    "region_en": "str",
    "city_id": "int64",
    "city": "str",
}


def places(connection: Connection, scope: Scope) -> pd.DataFrame:
    """Return the cities in which partners in scope sit.

    Grain: one row a city; columns as in ``PLACE_COLUMNS`` (``district`` empty outside Russia).
    """
    statement = (
        select(
            region.c.country,
            func.coalesce(region.c.district_ru, "").label("district"),
            region.c.code.label("region"),
            region.c.name_ru.label("region_ru"),
            region.c.name_en.label("region_en"),
            city.c.id.label("city_id"),
            city.c.name_ru.label("city"),
        )
        .join(region, region.c.code == city.c.region_code)
        .where(
            city.c.id.in_(select(partner.c.city_id).where(scope.partner_condition())),
        )
        .order_by(region.c.country, alphabetical(region.c.name_ru), alphabetical(city.c.name_ru))
    )
    return frame(connection, statement, PLACE_COLUMNS)


MANAGER_COLUMNS = {"email": "str", "name": "str", "partners": "int64"}


def managers(connection: Connection, scope: Scope) -> pd.DataFrame:
    """Return the managers of partners in scope with the number of their partners.

    Grain: one row a manager; columns as in ``MANAGER_COLUMNS``; ``name`` is the e-mail where the
    staff list lacks the person.
    """
    name = func.coalesce(func.max(staff.c.name), partner.c.manager_email).label("name")
    statement = (
        select(partner.c.manager_email.label("email"), name, func.count().label("partners"))
        .outerjoin(staff, staff.c.email == partner.c.manager_email)
        .where(scope.partner_condition())
        .group_by(partner.c.manager_email)
        .order_by(name)
    )
    return frame(connection, statement, MANAGER_COLUMNS)


@dataclass(frozen=True, slots=True)
class StoredEvaluations:
    """Dates of the stored decisions, the oldest first."""

    dates: tuple[dt.date, ...]

    def latest_until(self, day: dt.date) -> dt.date | None:
        """Return the latest stored evaluation not after ``day``."""
        return max((d for d in self.dates if d <= day), default=None)


def stored_evaluations(connection: Connection, scope: Scope) -> StoredEvaluations:
    """Return which evaluations have stored decisions; the same for every scope."""
    del scope
    decided = competence_evaluation.c.evaluated_on
    rows = connection.execute(select(decided).distinct().order_by(decided)).scalars().all()
    return StoredEvaluations(tuple(rows))
