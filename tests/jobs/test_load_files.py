from __future__ import annotations

import datetime as dt
import os
import runpy
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from jobs.loading.opening import NoSet, open_set
from jobs.loading.problems import line
from jobs.loading.run import LoadResult, load_set
from tests.jobs.sets import (
    AS_OF,
    sound_set,
    with_decisions,
    with_questions,
    write_csv,
    write_xlsx,
)

Check = Callable[[Path], LoadResult]


@pytest.fixture
def check(tmp_path) -> Check:
    """Check a path without a database."""
    url = f"duckdb:///{tmp_path / 'none' / 'program.duckdb'}"
    return lambda path: load_set(path, url, as_of=AS_OF, dry_run=True)


def rules_of(result: LoadResult) -> list[Any]:
    return [(p.file, p.rule, p.row) for p in result.first_problems]


@pytest.fixture(scope="module")
def plain_digest(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("plain")
    url = f"duckdb:///{folder / 'program.duckdb'}"
    path = write_csv(sound_set(), folder / "set")
    return load_set(path, url, as_of=AS_OF, dry_run=True).content_sha256


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1251"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("russian_dates", [False, True])
def test_encoding_separator_and_dates_make_no_difference(
    tmp_path, check, plain_digest, encoding, separator, russian_dates
):
    path = write_csv(
        sound_set(),
        tmp_path / "set",
        encoding=encoding,
        separator=separator,
        russian_dates=russian_dates,
    )
    result = check(path)
    assert result.problem_count == 0
    assert result.content_sha256 == plain_digest


def test_row_order_column_order_spaces_and_case_of_names_make_no_difference(
    tmp_path, check, plain_digest
):
    records = {
        name: [dict(reversed([(k, f" {v} " if v else v) for k, v in row.items()])) for row in rows]
        for name, rows in sound_set().items()
    }
    records["answer"].reverse()
    path = write_csv(records, tmp_path / "set")
    (path / "answer.csv").rename(path / "Answer.CSV")
    assert check(path).content_sha256 == plain_digest


def test_a_workbook_and_an_archive_say_the_same(tmp_path, check, plain_digest):
    workbook = write_xlsx(sound_set(), tmp_path / "set.xlsx")
    assert check(workbook).content_sha256 == plain_digest
    folder = write_csv(sound_set(), tmp_path / "set", encoding="windows-1251")
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    assert check(tmp_path / "set.zip").content_sha256 == plain_digest


def test_another_value_is_another_content(tmp_path, check, plain_digest):
    records = sound_set()
    records["answer"][0]["score"] = 4
    assert check(write_csv(records, tmp_path / "score")).content_sha256 != plain_digest
    records = with_decisions(sound_set())
    assert check(write_csv(records, tmp_path / "held")).content_sha256 != plain_digest


def test_a_workbook_may_hold_dates_numbers_and_truth_values(tmp_path, check):
    records = with_decisions(with_questions(sound_set()))
    records["delivery_test"][0]["is_auto"] = True
    records["license_key"][0]["purchased_on"] = dt.datetime.fromisoformat("2026-02-02")
    records["delivery"][0]["tests_total"] = 65.0
    assert rules_of(check(write_xlsx(records, tmp_path / "set.xlsx"))) == []


def test_problems_of_a_workbook_name_sheet_and_row(tmp_path, check):
    records = sound_set()
    records["answer"][1]["score"] = 4.5
    records["delivery"][2]["delivered_on"] = dt.datetime.fromisoformat("2026-05-05T12:30")
    path = write_xlsx({**records, "weather": [{"a": 1}]}, tmp_path / "set.xlsx")
    assert rules_of(check(path)) == [
        ("set.xlsx [weather]", "unknown_sheet", None),
        ("set.xlsx [delivery]", "date", 4),
        ("set.xlsx [answer]", "integer", 3),
    ]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path, check):
    path = write_csv(sound_set(), tmp_path / "set")
    header = "id,delivery_id,completed_on,questionnaire_version,comment\n"
    rows = '1,1,2026-06-01,1,"two\nlines"\n\n2,2,2026-06-01,x,\n'
    (path / "survey.csv").write_text(header + rows)
    (path / "answer.csv").unlink()
    assert rules_of(check(path)) == [("survey.csv", "integer", 4)]


def test_unknown_and_missing_tables_and_columns_are_refused(tmp_path, check):
    path = write_csv(sound_set(), tmp_path / "set")
    (path / "weather.csv").write_text("day\n")
    (path / "notes.txt").write_text("hello")
    (path / "delivery.csv").unlink()
    (path / "city.csv").write_text("id,name_ru,mood,\n1,Москва,good,\n", encoding="utf-8")
    found = check(path).first_problems
    assert {(p.file, p.rule, p.column or p.value) for p in found if p.row in {None, 1}} == {
        ("delivery", "missing_table", None),
        ("notes.txt", "unknown_file", None),
        ("weather.csv", "unknown_file", None),
        ("city.csv", "unknown_column", "mood"),
        ("city.csv", "unnamed_column", "4"),
        ("city.csv", "missing_column", "region_code"),
    }


def test_load_records_of_an_exported_database_are_left_out(tmp_path, check):
    path = write_csv(sound_set(), tmp_path / "set")
    (path / "load_batch.csv").write_text("id,source\n1,load\n")
    assert rules_of(check(path)) == []
    workbook = write_xlsx({**sound_set(), "load_batch": [{"id": 1}]}, tmp_path / "set.xlsx")
    assert rules_of(check(workbook)) == []


def test_descriptions_scripts_and_hidden_files_are_no_data(tmp_path, check):
    path = write_csv(sound_set(), tmp_path / "set")
    for name in ("README.md", "make_sample.py", ".DS_Store"):
        (path / name).write_text("not data")
    (path / "__pycache__").mkdir()
    assert rules_of(check(path)) == []


def test_optional_tables_and_columns_may_be_missing(tmp_path, check):
    records = sound_set()
    required = {n: records[n] for n in ("region", "city", "partner", "license_key", "project")}
    required["delivery"] = records["delivery"]
    for row in required["partner"]:
        del row["joined_on"], row["left_on"]
    result = check(write_csv(required, tmp_path / "set"))
    assert rules_of(result) == []
    assert result.rows["survey"] == 0
    assert result.rows["question"] == 10


def test_rows_that_need_a_missing_table_are_refused_once(tmp_path, check):
    records = sound_set()
    del records["survey"]
    assert rules_of(check(write_csv(records, tmp_path / "set"))) == [
        ("answer.csv", "needs_table", None)
    ]


@pytest.mark.parametrize(
    ("content", "rule", "row"),
    [
        (b"", "empty", None),
        ("id,name_ru,region_code\n1,Москва,RU-MOW\n".encode("utf-16"), "encoding", None),
        (b"id\tname_ru\tregion_code\n1\tM\tRU-MOW\n", "separator", 1),
        (b'id,name_ru,region_code\n1,"M,RU-MOW\n', "broken", 2),
        (b'id,name_ru,region_code\n1,"M" x,RU-MOW\n', "broken", 2),
        (b"name_ru,region_code\nM,RU-MOW\n", "missing_column", 1),
        (b"id,name_ru,region_code\n1,M,RU-MOW,extra\n", "fields", 2),
        (b"id,name_ru,region_code\n1,M\n", "fields", 2),
        (b"id,id,name_ru,region_code\n1,1,M,RU-MOW\n", "duplicate_column", 1),
        (b"id,name_ru,region_code\n", "no_rows", None),
        (
            "id,name_ru,region_code\n1,Москва,RU-MOW\n2,Казань ".encode() + b"\xd0,RU-MOW\n",
            "damaged",
            3,
        ),
        (b"id,name_ru,region_code\n1,\x98\xcc\xee\xf1,RU-MOW\n", "damaged", 2),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path, check, content, rule, row):
    path = write_csv(sound_set(), tmp_path / "set")
    (path / "city.csv").write_bytes(content)
    result = check(path)
    about_city = [(p.rule, p.row) for p in result.first_problems if p.file == "city.csv"]
    assert about_city == [(rule, row)]
    if rule != "no_rows":  # nobody is accused of referring to unread rows
        assert {p.file for p in result.first_problems} == {"city.csv"}
    assert ("city", "missing_table") not in {(p.file, p.rule) for p in result.first_problems}
    assert all(line(problem) for problem in result.first_problems)


@pytest.mark.parametrize("table", ["survey", "question", "staff", "delivery"])
def test_an_unreadable_table_accuses_no_other(tmp_path, check, table):
    path = write_csv(with_questions(sound_set()), tmp_path / "set")
    (path / f"{table}.csv").write_bytes("id".encode("utf-16"))
    assert rules_of(check(path)) == [(f"{table}.csv", "encoding", None)]


def test_the_same_table_twice_is_refused(tmp_path, check):
    path = write_csv(sound_set(), tmp_path / "set")
    (path / "CITY.csv").write_bytes((path / "city.csv").read_bytes())
    assert [rule for _, rule, _ in rules_of(check(path))] == ["duplicate_table"]


def test_what_is_no_set_is_a_wrong_call(tmp_path):
    (tmp_path / "set.xlsx").write_text("not a workbook")
    (tmp_path / "set.zip").write_text("not an archive")
    (tmp_path / "set.ods").write_text("")
    for name in ("set.xlsx", "set.zip", "set.ods", "nowhere"):
        with pytest.raises(NoSet, match=name):
            open_set(tmp_path / name)


def test_the_shipped_sample_is_sound_and_made_by_its_script(tmp_path, check):
    sample = Path(__file__).resolve().parents[2] / "sample"
    assert rules_of(check(sample)) == []
    script = runpy.run_path(str(sample / "make_sample.py"))
    script["make_sample"]().write(tmp_path)
    made = {file.name: file.read_bytes() for file in tmp_path.glob("*.csv")}
    assert made == {file.name: file.read_bytes() for file in sample.glob("*.csv")}


def test_empty_workbook_sheets_are_refused(tmp_path, check):
    book = Workbook()
    book.active.title = "city"
    book.save(tmp_path / "set.xlsx")
    found = {(p.file, p.rule) for p in check(tmp_path / "set.xlsx").first_problems}
    assert ("set.xlsx [city]", "empty") in found
    assert ("region", "missing_table") in found
    assert ("city", "missing_table") not in found


def test_nothing_of_the_scratch_database_is_left_behind(tmp_path, check, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    dead = tmp_path / "scratch" / f"quality-load-{os.getuid()}-dead"
    dead.mkdir()
    (dead / "lock").touch()
    (dead / "scratch.duckdb").write_text("left by a killed load")
    check(write_csv(sound_set(), tmp_path / "set"))
    assert list((tmp_path / "scratch").iterdir()) == []
