"""Partners by name: the directory behind lists, and everything that one partner's card shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, not_, select

from program.schema import (
    city,
    competence_evaluation,
    delivery,
    delivery_fact,
    license_key,
    partner,
    project,
    region,
    staff,
)
from queries.engine import frame
from queries.filters import Filters
from queries.scope import Scope

DIRECTORY_COLUMNS = {
    "partner_id": "int64",
    "name": "str",
    "city": "str",
    "region_code": "str",
    "region_ru": "str",
    "region_en": "str",
    "district": "str",
    "country": "str",
    "tier": "str",
    "manager_email": "str",
    "manager": "str",
    "joined_on": "datetime64[us]",
    "left_on": "datetime64[us]",
}


def _directory(scope: Scope) -> Select[tuple[int]]:
    return (
        select(
            partner.c.id.label("partner_id"),
            partner.c.name,
            city.c.name_ru.label("city"),
            region.c.code.label("region_code"),
            region.c.name_ru.label("region_ru"),
            region.c.name_en.label("region_en"),
            func.coalesce(region.c.district_ru, "").label("district"),
            region.c.country,
            partner.c.tier,
            partner.c.manager_email,
            func.coalesce(staff.c.name, partner.c.manager_email).label("manager"),
            partner.c.joined_on,
            partner.c.left_on,
        )
        .join(city, city.c.id == partner.c.city_id)
        .join(region, region.c.code == city.c.region_code)
        .outerjoin(staff, staff.c.email == partner.c.manager_email)
        .where(scope.partner_condition())
    )


def partner_ids(connection: Connection, scope: Scope) -> frozenset[int]:
    """Return the ids of the partners in scope: whose notes may be read and written."""
    statement = select(partner.c.id.label("partner_id")).where(scope.partner_condition())
    return frozenset(frame(connection, statement, {"partner_id": "int64"})["partner_id"].tolist())


def partner_directory(connection: Connection, scope: Scope, filters: Filters) -> pd.DataFrame:
    """Return the partners in scope that the filters leave, by id.

    Grain: one row a partner; columns as in ``DIRECTORY_COLUMNS`` (``joined_on`` and ``left_on``
    NaT where unknown, ``district`` empty outside Russia, ``manager`` the e-mail where the staff
    list lacks the person).
    """
    statement = _directory(scope).where(filters.partner_condition()).order_by(partner.c.id)
    return frame(connection, statement, DIRECTORY_COLUMNS)


KEY_COLUMNS = {
    "partner_id": "int64",
    "license_key_id": "int64",
    "key_md5": "str",
    "edition": "str",
    "kind": "str",
    "purchased_on": "datetime64[us]",
    "activated_on": "datetime64[us]",
    "project": "str",
    "site": "str",
    "delivered_on": "datetime64[us]",
    "pending_on": "datetime64[us]",
    "rejected_on": "datetime64[us]",
    "delivered_by_another_on": "datetime64[us]",
}


def _first_day(condition: ColumnElement[bool], label: str) -> ColumnElement[dt.date]:
    return func.min(case((condition, delivery_fact.c.delivered_on))).label(label)


def keys_of_partners(
    connection: Connection, scope: Scope, partner_ids: Collection[int], bought_since: dt.date
) -> pd.DataFrame:
    """Return the keys that partners bought since a day, with the first delivery of each kind.

    Grain: one row a key; columns as in ``KEY_COLUMNS``. ``delivered_on``, ``pending_on`` and
    ``rejected_on`` are first deliveries by the partner itself, ``delivered_by_another_on`` the
    first accepted one by anybody else; NaT where there is none. ``project`` and ``site`` are
    empty for a key without a project, and of the first project by name for a key with several.
    """
    keys = (
        select(
            license_key.c.partner_id,
            license_key.c.id.label("license_key_id"),
            license_key.c.key_md5,
            license_key.c.edition,
            license_key.c.kind,
            license_key.c.purchased_on,
            license_key.c.activated_on,
        )
        .join(partner, partner.c.id == license_key.c.partner_id)
        .where(
            scope.partner_condition(),
            license_key.c.partner_id.in_(partner_ids),
            license_key.c.purchased_on >= bought_since,
        )
        .cte("keys")
    )
    names = (
        select(
            project.c.license_key_id,
            func.min(project.c.name).label("project"),
            func.min(project.c.site).label("site"),
        )
        .join(keys, keys.c.license_key_id == project.c.license_key_id)
        .group_by(project.c.license_key_id)
        .cte("names")
    )
    own, status = delivery_fact.c.own_key, delivery_fact.c.status
    first = (
        select(
            delivery_fact.c.license_key_id,
            _first_day(and_(own, status == "accepted"), "delivered_on"),
            _first_day(and_(own, status == "pending"), "pending_on"),
            _first_day(and_(own, status == "rejected"), "rejected_on"),
            _first_day(and_(not_(own), status == "accepted"), "delivered_by_another_on"),
        )
        .join(keys, keys.c.license_key_id == delivery_fact.c.license_key_id)
        .group_by(delivery_fact.c.license_key_id)
        .cte("first_deliveries")
    )
    statement = (
        select(
            *keys.c,
            func.coalesce(names.c.project, "").label("project"),
            func.coalesce(names.c.site, "").label("site"),
            *(column for column in first.c if column.name != "license_key_id"),
        )
        .select_from(keys)
        .outerjoin(names, names.c.license_key_id == keys.c.license_key_id)
        .outerjoin(first, first.c.license_key_id == keys.c.license_key_id)
        .order_by(keys.c.partner_id, keys.c.purchased_on, keys.c.license_key_id)
    )
    return frame(connection, statement, KEY_COLUMNS)


DELIVERY_COLUMNS = {
    "delivery_id": "int64",
    "project_id": "int64",
    "partner_id": "int64",
    "project": "str",
    "site": "str",
    "client_name": "str",
    "own_key": "bool",
    "delivered_on": "datetime64[us]",
    "status": "str",
    "tests_total": "int64",
    "tests_passed_auto": "int64",
    "tests_passed_manual": "int64",
    "tests_failed": "int64",
    "tests_skipped": "int64",
}


def deliveries_of_partner(connection: Connection, scope: Scope, partner_id: int) -> pd.DataFrame:
    """Return every delivery by one partner, the latest first.

    Grain: one row a delivery; columns as in ``DELIVERY_COLUMNS``. ``own_key`` tells whether the
    project's key was bought by the partner: only such deliveries count in its coverage.
    """
    statement = (
        select(
            delivery.c.id.label("delivery_id"),
            delivery.c.project_id,
            delivery.c.partner_id,
            project.c.name.label("project"),
            project.c.site,
            project.c.client_name,
            delivery_fact.c.own_key,
            delivery.c.delivered_on,
            delivery.c.status,
            delivery.c.tests_total,
            delivery.c.tests_passed_auto,
            delivery.c.tests_passed_manual,
            delivery.c.tests_failed,
            delivery.c.tests_skipped,
        )
        .join(delivery_fact, delivery_fact.c.delivery_id == delivery.c.id)
        .join(project, project.c.id == delivery.c.project_id)
        .join(partner, partner.c.id == delivery.c.partner_id)
        .where(
            scope.partner_condition(),
            delivery.c.partner_id == partner_id,
            delivery_fact.c.partner_id == partner_id,
        )
        .order_by(delivery.c.delivered_on.desc(), delivery.c.id.desc())
    )
    return frame(connection, statement, DELIVERY_COLUMNS)


DECISION_COLUMNS = {
    "evaluated_on": "datetime64[us]",
    "base": "int64",
    "delivered": "int64",
    "held": "bool",
    "rules_version": "str",
}


def decisions_of_partner(connection: Connection, scope: Scope, partner_id: int) -> pd.DataFrame:
    """Return the stored monthly decisions on one partner, the oldest first.

    Grain: one row an evaluation; columns as in ``DECISION_COLUMNS``.
    """
    decided = competence_evaluation
    statement = (
        select(
            decided.c.evaluated_on,
            decided.c.base,
            decided.c.delivered,
            decided.c.held,
            decided.c.rules_version,
        )
        .join(partner, partner.c.id == decided.c.partner_id)
        .where(scope.partner_condition(), decided.c.partner_id == partner_id)
        .order_by(decided.c.evaluated_on)
    )
    return frame(connection, statement, DECISION_COLUMNS)
