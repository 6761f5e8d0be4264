"""Generated survey results: two questionnaire versions, gaps, borders of periods, all outcomes."""

from __future__ import annotations

import dataclasses
import datetime as dt

from hypothesis import strategies as st
from sqlalchemy import Connection

from program import schema
from program.questionnaire import DECK_QUESTIONNAIRE, Question
from tests.programmes import derive_facts, remove_content

CURRENT = (dt.date(2026, 1, 1), dt.date(2026, 6, 30))
PREVIOUS = (dt.date(2025, 7, 1), dt.date(2025, 12, 31))
SINCE = dt.date(2025, 3, 1)
TODAY = dt.date(2026, 11, 14)
#: On and beside every border that a query looks at.
DAYS = [
    dt.date(2025, 2, 28), SINCE, dt.date(2025, 6, 30), PREVIOUS[0], PREVIOUS[1], CURRENT[0],
    dt.date(2026, 2, 14), CURRENT[1], dt.date(2026, 7, 1),
]  # fmt: skip
REGIONS = {
    "RU-MOW": ("Москва", "Moscow", "RU"),
    "RU-TA": ("Татарстан", "Tatarstan", "RU"),
    "KZ-ALA": ("Алматы", "Almaty", "KZ"),
}
TIERS = ("business", "certified", "gold")


def second_questionnaire() -> list[Question]:
    """Version 2: reworded goals, and recommending the developer asked on a 0-10 scale."""
    changed = {
        "goals": {"text_ru": "Решает ли проект задачи вашего бизнеса?"},
        "recommend_partner": {
            "text_ru": "С какой вероятностью от 0 до 10 вы порекомендуете разработчика?",
            "text_en": "How likely are you, from 0 to 10, to recommend the developer?",
            "scale_labels_ru": "|".join(str(score) for score in range(10, -1, -1)),
            "scale_labels_en": "|".join(str(score) for score in range(10, -1, -1)),
            "scale_max": 10,
        },
    }
    return [
        dataclasses.replace(question, version=2, **changed.get(question.code, {}))
        for question in DECK_QUESTIONNAIRE
    ]


QUESTIONS = [*DECK_QUESTIONNAIRE, *second_questionnaire()]
CODES = [question.code for question in DECK_QUESTIONNAIRE]


def scores_of(version: int, code: str) -> range:
    """The scores that a question of a version can have."""
    return range(11) if (version, code) == (2, "recommend_partner") else range(1, 6)


@st.composite
def survey_programmes(draw: st.DrawFn) -> dict[str, list[dict]]:
    """Rows of every table that survey queries read, small enough to count by hand."""
    partners = [
        {
            "id": number,
            "name": f"Студия {number}",
            "city_id": draw(st.integers(1, len(REGIONS))),
            "tier": draw(st.sampled_from(TIERS)),
            "manager_email": f"manager{draw(st.integers(0, 1))}@example.test",
        }
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]
    rows: dict[str, list[dict]] = {
        "partner": partners, "license_key": [], "project": [], "delivery": [],
        "survey": [], "answer": [], "contact_attempt": [],
    }  # fmt: skip
    for number in range(1, draw(st.integers(0, 9)) + 1):
        purchased = draw(st.sampled_from([dt.date(2024, 1, 15), dt.date(2026, 1, 15)]))
        rows["license_key"].append(
            {
                "id": number,
                "key_md5": f"{number:032x}",
                "partner_id": draw(st.sampled_from(partners))["id"],
                "edition": draw(st.sampled_from(["start", "business"])),
                "kind": "commercial",
                "purchased_on": purchased,
                "activated_on": purchased,
            }
        )
        rows["project"].append(
            {"id": number, "license_key_id": number, "name": f"Проект {number}",
             "site": "example.test", "client_name": "Клиент"}
        )  # fmt: skip
        rows["delivery"].append(
            {
                "id": number,
                "project_id": number,
                "partner_id": draw(st.sampled_from(partners))["id"],
                "delivered_on": purchased,
                "status": draw(st.sampled_from(["accepted"] * 5 + ["rejected"])),
                **dict.fromkeys(
                    ("tests_total", "tests_passed_auto", "tests_passed_manual", "tests_failed",
                     "tests_skipped"), 0,
                ),
            }
        )  # fmt: skip
        draw(_contact(rows, number))
    return rows


def _contact(rows: dict[str, list[dict]], number: int) -> st.SearchStrategy[None]:
    @st.composite
    def drawn(draw: st.DrawFn) -> None:
        outcomes = draw(
            st.lists(
                st.sampled_from(["refused", "unreachable", "wrong_contact", "pending"]), max_size=2
            )
        )
        days = sorted(draw(st.sampled_from(DAYS)) for _ in range(len(outcomes) + 1))
        if answered := draw(st.integers(0, 3)) > 0:
            outcomes.append("completed")
        for outcome, day in zip(outcomes, days, strict=False):
            rows["contact_attempt"].append(
                {"id": len(rows["contact_attempt"]) + 1, "delivery_id": number,
                 "attempted_on": day, "outcome": outcome}
            )  # fmt: skip
        if not answered:
            return
        version = draw(st.sampled_from([1, 1, 2]))
        rows["survey"].append(
            {
                "id": number,
                "delivery_id": number,
                "completed_on": days[len(outcomes) - 1],
                "questionnaire_version": version,
                "comment": draw(st.sampled_from([None, "", f"Отзыв {number}"])),
            }
        )
        for code in CODES:
            score = draw(st.none() | st.sampled_from(scores_of(version, code)))
            if score is not None:
                rows["answer"].append({"survey_id": number, "question_code": code, "score": score})

    return drawn()


def replace_survey_content(connection: Connection, rows: dict[str, list[dict]]) -> None:
    """Make ``rows`` the whole content of the database behind ``connection``."""
    remove_content(connection)
    connection.execute(
        schema.region.insert(),
        [
            {"code": code, "name_ru": ru, "name_en": en, "country": country}
            for code, (ru, en, country) in REGIONS.items()
        ],
    )
    connection.execute(
        schema.city.insert(),
        [
            {"id": number, "name_ru": names[0], "region_code": code}
            for number, (code, names) in enumerate(REGIONS.items(), start=1)
        ],
    )
    connection.execute(schema.question.insert(), [dataclasses.asdict(q) for q in QUESTIONS])
    for name in (
        "partner", "license_key", "project", "delivery", "survey", "answer", "contact_attempt"
    ):  # fmt: skip
        if rows[name]:
            connection.execute(schema.metadata.tables[name].insert(), rows[name])
    derive_facts(connection)
