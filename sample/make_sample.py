"""Writes the sample set beside this file: ``python sample/make_sample.py``.

Synthetic from the first to the last row, the same at every run, as of 14 November 2026. Each
partner is one case that the dashboard must tell apart; the comments name them. The next two
evaluations, on 1 December 2026 and 1 January 2027, look at purchases of October 2025 to
September 2026 and of November 2025 to October 2026.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
AS_OF = dt.date(2026, 11, 14)
FIRST_PURCHASE = dt.date(2025, 9, 15)
EDITIONS = ("start", "standard", "small_business", "business", "bitrix24")
PARTNER_CODES = (
    *("goals", "design", "development", "management", "budget", "speed", "recommend_partner"),
)
PLATFORM_CODES = ("usability", "features", "recommend_platform")
CODES = PARTNER_CODES + PLATFORM_CODES
#: From here on clients answer the second questionnaire, with one 0–10 question.
SECOND_VERSION_FROM = dt.date(2026, 7, 1)
YES_NO = ("Да|Скорее да|Сложно сказать|Скорее нет|Нет", "Yes|Rather yes|Hard to say|Rather no|No")
TESTS = (("QC0010", True, True), ("QD0020", True, False), ("QP0050", False, True))


@dataclass(frozen=True)
class Case:
    """One partner: how many keys it bought, and how many of them it handed over."""

    id: int
    city_id: int
    tier: str
    manager: str
    keys: int
    delivered: int


CASES = (
    Case(1, 1, "gold", "manager1", 30, 24),  # far above the threshold
    Case(2, 1, "certified", "manager1", 24, 11),  # holds unless the keys in waiting are activated
    Case(3, 2, "certified", "manager1", 21, 10),  # short by one
    Case(4, 2, "business", "manager2", 16, 3),  # far below
    Case(5, 3, "business", "manager2", 0, 0),  # no base
    Case(
        6, 3, "gold", "manager2", 12, 6
    ),  # exactly 50 %; its last key was handed over by partner 7
    Case(7, 4, "business", "manager2", 9, 7),  # repeats deliveries, handed over a key of partner 6
    Case(8, 4, "business", "manager1", 6, 2),  # demonstration and NFR keys beside counted ones
)


@dataclass
class Sample:
    """The rows of every table, in the order they were made."""

    tables: dict[str, list[dict[str, object]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: str, **row: object) -> int:
        """Add a row, with the next id where the table has ids, and return its number."""
        rows = self.tables[table]
        rows.append(row)
        return len(rows)

    def write(self, folder: Path) -> None:
        """Write one CSV file a table."""
        for name, rows in self.tables.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as target:
                table = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
                table.writeheader()
                table.writerows(rows)


def add_places_and_people(sample: Sample) -> None:
    """Add regions, cities, staff and the partners themselves."""
    regions = (
        ("RU-MOW", "Москва", "Moscow", "Центральный", "RU"),
        ("RU-SPE", "Санкт-Петербург", "Saint Petersburg", "Северо-Западный", "RU"),
        ("RU-SVE", "Свердловская область", "Sverdlovsk Oblast", "Уральский", "RU"),
        ("BY-HM", "Минск", "Minsk", "", "BY"),
    )
    for code, name_ru, name_en, district, country in regions:
        sample.add(
            "region",
            code=code,
            name_ru=name_ru,
            name_en=name_en,
            district_ru=district,
            country=country,
        )
    cities = ("Москва", "Санкт-Петербург", "Екатеринбург", "Минск")
    for number, (city, region) in enumerate(zip(cities, regions, strict=True), start=1):
        sample.add("city", id=number, name_ru=city, region_code=region[0])
    for login, name, role in (
        ("leader", "Руководитель", "leader"),
        ("manager1", "Менеджер 1", "manager"),
        ("manager2", "Менеджер 2", "manager"),
        ("analyst", "Аналитик", "analyst"),
        ("admin", "Администратор", "admin"),
    ):
        sample.add("staff", email=f"{login}@example.com", name=name, role=role)
    for case in CASES:
        sample.add(
            "partner",
            id=case.id,
            name=f"Студия {case.id}",
            city_id=case.city_id,
            tier=case.tier,
            manager_email=f"{case.manager}@example.com",
            joined_on=dt.date(2024, case.id, 1),
            left_on=None,
        )


def add_key(
    sample: Sample, partner_id: int, purchased: dt.date, activated: dt.date | None, kind: str
) -> int:
    """Add a key and its project."""
    number = len(sample.tables["license_key"]) + 1
    sample.add(
        "license_key",
        id=number,
        key_md5=hashlib.md5(f"sample key {number}".encode(), usedforsecurity=False).hexdigest(),
        partner_id=partner_id,
        edition=EDITIONS[number % len(EDITIONS)],
        kind=kind,
        purchased_on=purchased,
        activated_on=activated,
    )
    sample.add(
        "project",
        id=number,
        license_key_id=number,
        name=f"Проект {number}",
        site=f"site-{number}.example",
        client_name=f"Клиент {number}",
    )
    return number


def add_delivery(
    sample: Sample, key: int, partner_id: int, day: dt.date, status: str = "accepted"
) -> int:
    """Add a report of the Quality Monitor, with its tests."""
    number = len(sample.tables["delivery"]) + 1
    failed = 0 if status == "accepted" else 4
    sample.add(
        "delivery",
        id=number,
        project_id=key,
        partner_id=partner_id,
        delivered_on=day,
        status=status,
        tests_total=65,
        tests_passed_auto=14,
        tests_passed_manual=48 - failed - number % 5,
        tests_failed=failed,
        tests_skipped=number % 5,
    )
    for code, is_auto, is_mandatory in TESTS:
        sample.add(
            "delivery_test",
            delivery_id=number,
            code=code,
            status="F" if failed and not is_auto else "A",
            is_auto=str(is_auto).lower(),
            is_mandatory=str(is_mandatory).lower(),
            comment="не настроено" if failed and not is_auto else None,
        )
    return number


def add_call(sample: Sample, delivery: int, delivered: dt.date) -> None:
    """Add the calls after an accepted delivery; two of three end in a survey."""
    called = delivered + dt.timedelta(days=6)
    if called > AS_OF:
        return
    outcome = ("completed", "completed", "unreachable", "completed", "refused", "pending")[
        delivery % 6
    ]
    calls = sample.tables["contact_attempt"]
    sample.add(
        "contact_attempt",
        id=len(calls) + 1,
        delivery_id=delivery,
        attempted_on=called,
        outcome=outcome,
    )
    if outcome != "completed":
        return
    survey = len(sample.tables["survey"]) + 1
    version = 2 if called >= SECOND_VERSION_FROM else 1
    sample.add(
        "survey",
        id=survey,
        delivery_id=delivery,
        completed_on=called,
        questionnaire_version=version,
        comment="Довольны, обратимся еще" if survey % 7 == 0 else None,
    )
    for position, code in enumerate(CODES):
        if (survey + position) % 11 == 0:
            continue  # no answer to this question
        from_ten = version == 2 and code == "recommend_partner"
        mood = (survey * 7 + position * 3) % 10
        score = 10 - mood % 8 if from_ten else (5, 5, 4, 5, 4, 3, 5, 4, 2, 1)[mood]
        sample.add("answer", survey_id=survey, question_code=code, score=score)


def add_questionnaires(sample: Sample) -> None:
    """Add the deck's questions, and a second version whose recommendation is asked from 0 to 10."""
    texts = {
        "goals": ("Проект решает бизнес-задачи?", "Does the project solve the business tasks?"),
        "design": ("Нравится ли дизайн?", "Do you like the design?"),
        "development": ("Довольны ли разработкой?", "Are you satisfied with the development?"),
        "management": ("Довольны ли менеджерами?", "Are you satisfied with the managers?"),
        "budget": ("Уложились ли в бюджет?", "Was the budget kept?"),
        "speed": ("Довольны ли скоростью?", "Are you satisfied with the speed?"),
        "recommend_partner": (
            "Порекомендуете ли разработчика?",
            "Would you recommend the partner?",
        ),
        "usability": ("Удобна ли система?", "Is the system convenient?"),
        "features": ("Хватает ли возможностей?", "Are the features sufficient?"),
        "recommend_platform": ("Порекомендуете ли систему?", "Would you recommend the system?"),
    }
    for version in (1, 2):
        for position, code in enumerate(CODES, start=1):
            from_ten = version == 2 and code == "recommend_partner"
            sample.add(
                "question",
                version=version,
                code=code,
                position=position,
                subject="partner" if code in PARTNER_CODES else "platform",
                text_ru=texts[code][0],
                text_en=texts[code][1],
                scale_labels_ru="Точно да|Точно нет" if from_ten else YES_NO[0],
                scale_labels_en="Certainly|Certainly not" if from_ten else YES_NO[1],
                scale_max=10 if from_ten else 5,
            )


def add_keys_and_deliveries(sample: Sample) -> None:
    """Add every case's keys, spread evenly over the year, the delivered ones first."""
    for case in CASES:
        for i in range(case.keys):
            purchased = FIRST_PURCHASE + dt.timedelta(days=20 + i * 370 // case.keys)
            late = case.id == 4 and i % 4 == 3
            waits = 200 if late else 3 + i % 9
            day = purchased + dt.timedelta(days=waits)
            activated = None if day > AS_OF or (case.id == 2 and i % 6 == 5) else day
            kind = (
                ("commercial", "commercial", "nfr", "demo")[i % 4] if case.id == 8 else "commercial"
            )
            key = add_key(sample, case.id, purchased, activated, kind)
            # The even keys first, so that deliveries lie all over the year.
            order = i // 2 if i % 2 == 0 else (case.keys + 1) // 2 + i // 2
            delivered = purchased + dt.timedelta(days=35 + i % 20)
            if order < case.delivered and activated and delivered < AS_OF:
                hand_over(sample, case, key, delivered)


def hand_over(sample: Sample, case: Case, key: int, day: dt.date) -> None:
    """Add an accepted delivery, by some partners after a rejected one or followed by a repeat."""
    if key % 10 == 0:
        add_delivery(sample, key, case.id, day - dt.timedelta(days=10), "rejected")
    delivery = add_delivery(sample, key, case.id, day)
    add_call(sample, delivery, day)
    again = day + dt.timedelta(days=90)
    if case.id == 7 and again < AS_OF:
        add_call(sample, add_delivery(sample, key, case.id, again), again)


def add_transfer_and_pending(sample: Sample) -> None:
    """Add a key of partner 6 handed over by partner 7, and two deliveries still being looked at."""
    last_of_6 = max(
        int(str(row["id"])) for row in sample.tables["license_key"] if row["partner_id"] == 6
    )
    day = dt.date(2026, 10, 20)
    add_call(sample, add_delivery(sample, last_of_6, 7, day), day)
    undelivered = [
        row
        for row in sample.tables["license_key"]
        if row["partner_id"] == 3
        and row["id"] not in {d["project_id"] for d in sample.tables["delivery"]}
    ]
    for row in undelivered[:2]:
        add_delivery(sample, int(str(row["id"])), 3, dt.date(2026, 11, 10), "pending")


def make_sample() -> Sample:
    """Return the whole sample."""
    sample = Sample()
    add_places_and_people(sample)
    add_keys_and_deliveries(sample)
    add_transfer_and_pending(sample)
    add_questionnaires(sample)
    for row in sample.tables["delivery"][::4]:
        number = row["id"]
        sample.add(
            "client_contact",
            delivery_id=number,
            name=f"Контакт {number}",
            post="директор",
            phone=f"+7 000 000-00-{int(str(number)) % 100:02d}",
            phone_ext=None,
            email=f"contact{number}@site.example",
            call_from="10-00",
            call_to="18-00",
        )
    return sample


if __name__ == "__main__":
    make_sample().write(FOLDER)
