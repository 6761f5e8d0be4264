"""A small sound set of records, and ways to write and spoil it."""

from __future__ import annotations

import copy
import csv
import datetime as dt
from pathlib import Path
from typing import Any

from openpyxl import Workbook

AS_OF = dt.datetime.fromisoformat("2026-11-14T06:00")
Set = dict[str, list[dict[str, Any]]]

TESTS = {
    "tests_total": 65,
    "tests_passed_auto": 14,
    "tests_passed_manual": 40,
    "tests_failed": 1,
    "tests_skipped": 2,
}


def md5(number: int) -> str:
    return f"{number:032x}"


def sound_set(keys: int = 3) -> Set:
    """Return a set in which every key has a project, a delivery, a call, a survey, an answer."""
    numbers = range(1, keys + 1)
    day = dt.date
    return {
        "region": [
            {"code": "RU-MOW", "name_ru": "Москва", "name_en": "Moscow", "country": "RU"},
        ],
        "city": [{"id": 1, "name_ru": "Москва", "region_code": "RU-MOW"}],
        "staff": [{"email": "manager@example.com", "name": "Менеджер", "role": "manager"}],
        "partner": [
            {
                "id": n,
                "name": f"Студия «{n}»; ё",
                "city_id": 1,
                "tier": "gold",
                "manager_email": "manager@example.com",
                "joined_on": day(2024, 1, 1),
                "left_on": None,
            }
            for n in (1, 2)
        ],
        "license_key": [
            {
                "id": n,
                "key_md5": md5(n),
                "partner_id": 1,
                "edition": "start",
                "kind": "commercial",
                "purchased_on": day(2026, 2, 2),
                "activated_on": day(2026, 2, 3) if n % 2 else None,
            }
            for n in numbers
        ],
        "project": [
            {
                "id": n,
                "license_key_id": n,
                "name": f"Проект {n}",
                "site": f"site-{n}.example",
                "client_name": "Клиент",
            }
            for n in numbers
        ],
        "delivery": [
            {
                "id": n,
                "project_id": n,
                "partner_id": 1,
                "delivered_on": day(2026, 5, 5),
                "status": "accepted",
                **TESTS,
            }
            for n in numbers
        ],
        "delivery_test": [
            {
                "delivery_id": n,
                "code": "QC0010",
                "status": "A",
                "is_auto": "true",
                "is_mandatory": "false",
                "comment": "первая строка\nвторая",
            }
            for n in numbers
        ],
        "client_contact": [
            {
                "delivery_id": n,
                "name": "Тайное Имя",
                "phone": "+7 000 000-00-00",
                "email": "secret@site.example",
            }
            for n in numbers
        ],
        "contact_attempt": [
            {
                "id": n,
                "delivery_id": n,
                "attempted_on": day(2026, 5, 12),
                "outcome": "completed",
            }
            for n in numbers
        ],
        "survey": [
            {
                "id": n,
                "delivery_id": n,
                "completed_on": day(2026, 11, 10),
                "questionnaire_version": 1,
                "comment": None,
            }
            for n in numbers
        ],
        "answer": [
            {"survey_id": n, "question_code": code, "score": score}
            for n in numbers
            for code, score in (("goals", 5), ("budget", 1))
        ],
    }


def with_decisions(base: Set) -> Set:
    changed = copy.deepcopy(base)
    changed["competence_evaluation"] = [
        {
            "evaluated_on": dt.date(2026, 10, 1),
            "partner_id": 1,
            "base": 3,
            "delivered": 3,
            "held": "true",
            "rules_version": "r1",
        }
    ]
    return changed


def with_questions(base: Set, scale_max: int = 10) -> Set:
    """Return the set with a questionnaire of its own, whose «budget» has another scale."""
    changed = copy.deepcopy(base)
    changed["question"] = [
        {
            "version": 1,
            "code": code,
            "position": position,
            "subject": "partner",
            "text_ru": "Вопрос",
            "text_en": "Question",
            "scale_labels_ru": "Да|Нет",
            "scale_labels_en": "Yes|No",
            "scale_max": top,
        }
        for position, (code, top) in enumerate((("goals", 5), ("budget", scale_max)), start=1)
    ]
    return changed


def text_of(value: Any, russian_dates: bool = False) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}" if russian_dates else value.isoformat()
    return str(value)


def write_csv(
    records: Set,
    folder: Path,
    *,
    encoding: str = "utf-8",
    separator: str = ",",
    russian_dates: bool = False,
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in records.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as target:
            table = csv.DictWriter(target, list(rows[0]), delimiter=separator)
            table.writeheader()
            for row in rows:
                table.writerow({k: text_of(v, russian_dates) for k, v in row.items()})
    return folder


def write_xlsx(records: Set, path: Path) -> Path:
    book = Workbook(write_only=True)
    for name, rows in records.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
    book.save(path)
    return path
