"""Generated programmes with dates on every edge, and how to write them to an engine."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from functools import cache

from hypothesis import strategies as st
from sqlalchemy import Connection, text

from program.schema import metadata
from queries.facts import FACTS
from tests.oracle import Programme, months_back

EVALUATIONS = (dt.date(2024, 3, 1), dt.date(2026, 11, 1), dt.date(2026, 12, 1), dt.date(2027, 1, 1))


@cache
def edge_days(*evaluations: dt.date) -> list[dt.date]:
    """Days on which a rule could slip: window borders, evaluations, month ends, 29 February."""
    days = {dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2025, 2, 28)}
    for evaluated_on in evaluations:
        for border in (
            evaluated_on,
            months_back(evaluated_on, 1),
            months_back(evaluated_on, 2),
            months_back(evaluated_on, 13),
            months_back(evaluated_on, 14),
        ):
            days |= {border - dt.timedelta(days=1), border, border + dt.timedelta(days=1)}
            days.add(border.replace(day=monthrange(border.year, border.month)[1]))
    return sorted(days)


EDGE_DAYS = edge_days(*EVALUATIONS)


@st.composite
def programmes(draw: st.DrawFn) -> tuple[Programme, dt.date]:
    """A small programme and a «today» at which no record lies in the future.

    The days of a key lie at the edges of one evaluation, many on its eve or its very day and many
    on «today»: there a wrong rule shows soonest.
    """
    today = draw(st.sampled_from([d for d in EDGE_DAYS if d >= dt.date(2024, 2, 1)]))
    begun = [day for day in EVALUATIONS if edge_days(day)[0] <= today]
    partner_ids = list(range(1, draw(st.integers(1, 3)) + 1))
    programme = Programme(partner_ids=partner_ids)
    for key_id in range(1, draw(st.integers(0, 30)) + 1):
        evaluated_on = draw(st.sampled_from(begun))
        past = [d for d in edge_days(evaluated_on) if d <= today]
        purchased = draw(st.sampled_from(past))
        decisive = (evaluated_on - dt.timedelta(days=1), evaluated_on, today)
        since, at_the_edge = (
            st.sampled_from([d for d in days if purchased <= d <= today])
            for days in (past, decisive)
        )
        partner_id = draw(st.sampled_from(partner_ids))
        programme.keys.append(
            {
                "id": key_id,
                "partner_id": partner_id,
                "kind": draw(st.sampled_from(["commercial"] * 4 + ["nfr", "demo"])),
                "purchased_on": purchased,
                "activated_on": draw(st.none() | since | at_the_edge),
            }
        )
        for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
            project_id = len(programme.projects) + 1
            programme.projects.append({"id": project_id, "license_key_id": key_id})
            for _ in range(draw(st.sampled_from([0, 1, 1, 2, 3]))):
                programme.deliveries.append(
                    {
                        "id": len(programme.deliveries) + 1,
                        "project_id": project_id,
                        "partner_id": draw(st.sampled_from([partner_id, *partner_ids])),
                        "delivered_on": draw(since | at_the_edge),
                        "status": draw(
                            st.sampled_from(["accepted", "accepted", "pending", "rejected"])
                        ),
                    }
                )
    return programme, today


def remove_content(connection: Connection) -> None:
    """Empty every table of the database behind ``connection``, on which nothing was committed."""
    if connection.dialect.name == "clickhousedb":  # it has no transactions
        for table in metadata.tables:
            connection.execute(text(f"TRUNCATE {table}"))
    else:
        connection.rollback()


def derive_facts(connection: Connection) -> None:
    """Fill the empty fact tables with what jobs put there, the few years of a test at once."""
    for table, (facts, _day) in FACTS.items():
        statement = facts(None)
        names = statement.selected_columns.keys()
        connection.execute(table.insert().from_select(names, statement))


def rows_of(programme: Programme) -> dict[str, list[dict]]:
    """The rows of ``programme`` by table, referenced tables first, with what is not drawn."""
    return {
        "region": [{"code": "RU-MOW", "name_ru": "Москва", "name_en": "Moscow", "country": "RU"}],
        "city": [{"id": 1, "name_ru": "Москва", "region_code": "RU-MOW"}],
        "partner": [
            {
                "id": partner_id,
                "name": f"Студия {partner_id}",
                "city_id": 1,
                "tier": "certified",
                "manager_email": f"manager{partner_id % 2}@example.test",
            }
            for partner_id in programme.partner_ids
        ],
        "license_key": [
            {"key_md5": f"{key['id']:032x}", "edition": "start", **key} for key in programme.keys
        ],
        "project": [
            {"name": f"p{p['id']}", "site": "example.test", "client_name": "Клиент", **p}
            for p in programme.projects
        ],
        "delivery": [
            {
                "tests_total": 65,
                "tests_passed_auto": 12,
                "tests_passed_manual": 50,
                "tests_failed": 3,
                "tests_skipped": 0,
                **d,
            }
            for d in programme.deliveries
        ],
    }


def replace_content(connection: Connection, programme: Programme) -> None:
    """Make ``programme`` the whole content of the database behind ``connection``."""
    remove_content(connection)
    for name, rows in rows_of(programme).items():
        if rows:
            connection.execute(metadata.tables[name].insert(), rows)
    derive_facts(connection)
