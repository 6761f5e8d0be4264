from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from jobs.loading.problems import WORDS, line, wrong_and_expected
from jobs.loading.records import Problem
from jobs.loading.run import load_set
from program.language import DEFAULT_LANGUAGE, LANGUAGES, use_language_source
from program.questionnaire import MOST_QUESTIONS
from tests.jobs.sets import (
    AS_OF,
    Set,
    md5,
    sound_set,
    with_decisions,
    with_questions,
    write_csv,
)


def problems_of(records: Set, tmp_path: Path) -> list[Any]:
    folder = write_csv(records, tmp_path / "set")
    url = f"duckdb:///{tmp_path / 'program.duckdb'}"
    return load_set(folder, url, as_of=AS_OF, dry_run=True).first_problems


def everything() -> Set:
    return with_decisions(with_questions(sound_set()))


def test_the_sound_set_has_no_problems(tmp_path):
    assert problems_of(sound_set(), tmp_path / "plain") == []
    assert problems_of(everything(), tmp_path / "everything") == []


DAY = dt.date
#: Rules that point at another column than the one a case spoils.
COLUMN_OF = {"tests_sum": "tests_total"}
ONE_CELL = [
    # table, column, value in the first row, rule
    ("partner", "name", "", "required"),
    ("partner", "name", " \u00a0 ", "required"),
    ("partner", "id", "1.5", "integer"),
    ("partner", "id", "x1", "integer"),
    ("delivery", "tests_total", "9999999999", "integer_range"),
    ("answer", "score", "99999", "integer_range"),
    ("license_key", "purchased_on", "2026-02-30", "date"),
    ("license_key", "purchased_on", "2.2.2026", "date"),
    ("license_key", "purchased_on", "02/02/2026", "date"),
    ("license_key", "purchased_on", "2026-02-02 10:00", "date"),
    ("partner", "joined_on", "0026-01-01", "date_early"),
    ("license_key", "activated_on", DAY(2026, 11, 15), "future"),
    ("partner", "left_on", DAY(2026, 11, 15), "future"),
    ("delivery_test", "is_auto", "maybe", "boolean"),
    ("license_key", "kind", "gift", "one_of"),
    ("license_key", "edition", "Start", "one_of"),
    ("partner", "tier", "silver", "one_of"),
    ("delivery", "status", "done", "one_of"),
    ("delivery_test", "status", "X", "one_of"),
    ("contact_attempt", "outcome", "hung up", "one_of"),
    ("staff", "role", "boss", "one_of"),
    ("question", "subject", "weather", "one_of"),
    ("project", "name", "n" * 501, "too_long"),
    ("survey", "comment", "n" * 20_001, "too_long"),
    ("project", "name", "a\x00b", "control"),
    ("project", "name", "a\nb", "control"),
    ("project", "name", "a\u202eb", "control"),
    ("survey", "comment", "a\x07b", "control"),
    ("license_key", "key_md5", "12345", "md5"),
    ("license_key", "key_md5", "g" * 32, "md5"),
    ("partner", "manager_email", "nobody", "email"),
    ("client_contact", "email", "a@b", "email"),
    ("license_key", "key_md5", md5(1), "duplicate"),
    ("license_key", "key_md5", md5(10_000), None),
    ("license_key", "key_md5", "ABCDEF" + "0" * 26, None),
    ("city", "region_code", "RU-XX", "reference"),
    ("partner", "city_id", 99_999, "reference"),
    ("license_key", "partner_id", 99_999, "reference"),
    ("project", "license_key_id", 99_999, "reference"),
    ("delivery", "project_id", 99_999, "reference"),
    ("delivery", "partner_id", 99_999, "reference"),
    ("delivery_test", "delivery_id", 99_999, "reference"),
    ("client_contact", "delivery_id", 99_999, "reference"),
    ("contact_attempt", "delivery_id", 99_999, "reference"),
    ("survey", "delivery_id", 99_999, "reference"),
    ("competence_evaluation", "partner_id", 99_999, "reference"),
    ("partner", "manager_email", "stranger@example.com", "manager"),
    ("license_key", "activated_on", DAY(2026, 2, 1), "before_purchase"),
    ("license_key", "activated_on", DAY(2026, 2, 2), None),
    ("delivery", "delivered_on", DAY(2026, 2, 1), "before_purchase"),
    ("delivery", "delivered_on", DAY(2026, 2, 2), None),
    ("contact_attempt", "attempted_on", DAY(2026, 5, 4), "before_delivery"),
    ("contact_attempt", "attempted_on", DAY(2026, 5, 5), None),
    ("survey", "completed_on", DAY(2026, 5, 4), "before_delivery"),
    ("survey", "completed_on", DAY(2026, 11, 14), None),
    ("partner", "left_on", DAY(2023, 12, 31), "before_joining"),
    ("survey", "questionnaire_version", 3, "version"),
    ("answer", "question_code", "weather", "question"),
    ("answer", "score", 0, "score"),
    ("answer", "score", 6, "score"),
    ("question", "scale_max", 11, "scale"),
    ("delivery", "tests_failed", -1, "negative"),
    ("delivery", "tests_failed", 10, "tests_sum"),
    ("delivery", "tests_failed", 9, None),
    ("competence_evaluation", "base", -1, "negative"),
    ("competence_evaluation", "delivered", 4, "delivered_above_base"),
    ("competence_evaluation", "evaluated_on", DAY(2026, 10, 2), "evaluation_day"),
]


def one_row_a_case(cases: int) -> Set:
    """Return a set in which row ``i`` of every table is about the same key and partner."""
    records = with_decisions(with_questions(sound_set(cases)))
    template = {name: rows[0] for name, rows in records.items()}

    def rows(table: str, **named: Any) -> list[dict[str, Any]]:
        return [
            template[table] | {column: make(i) for column, make in named.items()}
            for i in range(1, cases + 1)
        ]

    def number(i: int) -> int:
        return i

    def code(i: int) -> str:
        return f"q{i}"

    def version(i: int) -> int:
        return 1000 + i

    def email(i: int) -> str:
        return f"manager{i}@example.com"

    records["region"] = rows("region", code=lambda i: f"R-{i}")
    records["city"] = rows("city", id=number, region_code=lambda i: f"R-{i}")
    records["staff"] = rows("staff", email=email)
    records["partner"] = rows("partner", id=number, city_id=number, manager_email=email)
    records["question"] = rows("question", version=version, code=code)
    records["survey"] = [
        row | {"questionnaire_version": version(i)}
        for i, row in enumerate(records["survey"], start=1)
    ]
    records["answer"] = rows("answer", survey_id=number, question_code=code)
    records["competence_evaluation"] = rows("competence_evaluation", partner_id=number)
    for name in ("license_key", "delivery"):
        for i, row in enumerate(records[name], start=1):
            row["partner_id"] = i
    return records


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory):
    """Problems of one set in which every case spoils a row of its own: (file, row) -> problems."""
    folder = tmp_path_factory.mktemp("spoiled")
    records = one_row_a_case(len(ONE_CELL))
    for i, (table, column, value, _rule) in enumerate(ONE_CELL):
        records[table][i][column] = value
    report = folder / "problems.csv"
    write_csv(records, folder / "set")
    load_set(folder / "set", f"duckdb:///{folder / 'p.duckdb'}", as_of=AS_OF, report=report)
    found: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
    with report.open(encoding="utf-8-sig", newline="") as source:
        for problem in csv.DictReader(source, delimiter=";"):
            assert problem["problem"]
            assert problem["expected"]
            place = (problem["file"], int(problem["row"]))
            found[place].append((problem["rule"], problem["column"]))
    return found


@pytest.mark.parametrize("case", range(len(ONE_CELL)), ids=lambda i: "-".join(ONE_CELL[i][:2]))
def test_each_rule_names_its_file_row_and_column(spoiled, case):
    table, column, _value, rule = ONE_CELL[case]
    named = spoiled.get((f"{table}.csv", case + 2), [])
    assert named == ([] if rule is None else [(rule, COLUMN_OF.get(rule, column))])


def test_the_set_of_cases_is_sound_before_it_is_spoiled(tmp_path):
    assert problems_of(one_row_a_case(len(ONE_CELL)), tmp_path) == []


def test_every_rule_of_a_row_has_words():
    assert {rule for *_, rule in ONE_CELL if rule} <= set(WORDS)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("region", "code"),
        ("staff", "email"),
        ("partner", "id"),
        ("license_key", "id"),
        ("delivery_test", "delivery_id, code"),
        ("answer", "survey_id, question_code"),
        ("question", "version, code"),
        ("competence_evaluation", "evaluated_on, partner_id"),
    ],
)
def test_a_repeated_key_points_at_the_first_row(tmp_path, table, columns):
    records = everything()
    records[table].append(dict(records[table][0]))
    found = [p for p in problems_of(records, tmp_path) if p.column == columns]
    assert [(p.rule, p.row, p.extra) for p in found] == [
        ("duplicate", len(records[table]) + 1, "2")
    ]


def test_a_second_survey_of_one_delivery_is_refused(tmp_path):
    records = sound_set()
    records["survey"][2]["delivery_id"] = 1
    (problem,) = problems_of(records, tmp_path)
    assert (problem.rule, problem.row, problem.column) == ("duplicate", 4, "delivery_id")


@pytest.mark.parametrize(("questions", "refused"), [(MOST_QUESTIONS, []), (17, [17, 18])])
def test_a_version_has_no_more_questions_than_can_be_counted(tmp_path, questions, refused):
    records = everything()
    template = records["question"][0]
    records["question"] = [template | {"code": f"q{i}", "version": 7} for i in range(questions)]
    records["survey"] = [row | {"questionnaire_version": 7} for row in records["survey"]]
    found = [p for p in problems_of(records, tmp_path) if p.rule == "questions"]
    assert [(p.row, p.column, p.value, p.extra) for p in found] == [
        (row, "version", "7", "15") for row in refused
    ]


@pytest.mark.parametrize(
    ("scale", "score", "refused"),
    [(10, 0, False), (10, 10, False), (10, 11, True), (5, 0, True), (5, 1, False), (5, 6, True)],
)
def test_the_scale_is_data_of_the_question(tmp_path, scale, score, refused):
    records = with_questions(sound_set(), scale)
    budget = next(a for a in records["answer"] if a["question_code"] == "budget")
    budget["score"] = score
    assert [p.rule for p in problems_of(records, tmp_path)] == (["score"] if refused else [])


def test_one_wrong_cell_does_not_accuse_the_cells_beside_it(tmp_path):
    records = sound_set()
    records["license_key"][0]["purchased_on"] = "soon"
    assert [p.rule for p in problems_of(records, tmp_path)] == ["date"]


def test_every_problem_is_found_at_once(tmp_path):
    records = sound_set()
    records["license_key"][1]["kind"] = "gift"
    records["license_key"][2]["purchased_on"] = "soon"
    records["delivery"][0]["partner_id"] = 77
    records["answer"][3]["score"] = 9
    records["partner"][1]["manager_email"] = "x"
    folder = write_csv(records, tmp_path / "set")
    (folder / "weather.csv").write_text("a,b\n")
    (folder / "contact_attempt.csv").write_text("id,delivery_id,attempted_on,outcome,mood\n")
    result = load_set(folder, f"duckdb:///{tmp_path / 'p.duckdb'}", as_of=AS_OF)
    assert {(p.file, p.rule, p.row) for p in result.first_problems} == {
        ("weather.csv", "unknown_file", None),
        ("contact_attempt.csv", "unknown_column", 1),
        ("license_key.csv", "one_of", 3),
        ("license_key.csv", "date", 4),
        ("delivery.csv", "reference", 2),
        ("answer.csv", "score", 5),
        ("partner.csv", "email", 3),
    }
    assert not (tmp_path / "p.duckdb").exists()


def test_personal_data_never_appears_in_a_problem(tmp_path):
    records = sound_set()
    for row in records["client_contact"]:
        row["phone"] = "\x01+7 000 000-00-00"
        row["email"] = "secret at site"
        row["name"] = "Тайное Имя" * 60
    records["client_contact"][1]["delivery_id"] = 4242
    found = problems_of(records, tmp_path)
    assert {p.rule for p in found} == {"control", "email", "too_long", "reference"}
    shown = "\n".join(line(problem) for problem in found)
    for secret in ("Тайное", "secret", "+7", "4242"):
        assert secret not in shown
        assert all(secret not in str(problem) for problem in found)


def test_an_email_and_the_manager_are_compared_in_lower_case(tmp_path):
    records = sound_set()
    records["staff"][0]["email"] = "Manager@Example.com"
    assert problems_of(records, tmp_path) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_complete_words_in_both_languages(language, request):
    request.addfinalizer(lambda: use_language_source(lambda: DEFAULT_LANGUAGE))
    use_language_source(lambda: language)
    for rule, english in WORDS.items():
        words = wrong_and_expected(Problem("f.csv", rule, value="{given}", extra="wanted"))
        assert "{value}" not in "".join(words)
        assert (words[0] == english[0].format(value="{given}")) == (language == "en")
        assert ("{given}" in words[0]) == ("{value}" in english[0])
        assert ("wanted" in words[1]) == ("{extra}" in english[1])
