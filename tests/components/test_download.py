"""Files that leave the dashboard open correctly in Excel and cannot run."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.download import About, csv_file, neutral, xlsx_file
from components.table import Column, Kind

FORMULA = "=HYPERLINK(\"https://evil.example\";\"x\")"  # fmt: skip
FRAME = pd.DataFrame(
    {
        "name": ["Студия «Ёлка»", FORMULA, 'a;b\n"c"', None],
        "base": [24, 0, 1234, 3],
        "coverage": [0.375, np.nan, 0.5, 1.0],
        "change": [0.021, -0.03, 0.0, np.nan],
        "index": [0.35, -0.12, 0.0, np.nan],
        "on": pd.to_datetime(["2027-01-01", "2026-12-01", None, "2026-03-01"]),
        "at": pd.to_datetime(["2026-11-14 06:00"] * 4),
        "held": [True, False, True, False],
        "secret": ["x"] * 4,
        "picture": ["data:image/svg+xml;base64,AA=="] * 4,
    }
)
COLUMNS = [
    Column("name", "Партнёр"),
    Column("base", "База", Kind.COUNT),
    Column("coverage", "Охват", Kind.SHARE, n="base", undefined="нет базы"),
    Column("change", "Изменение", Kind.POINTS),
    Column("index", "Индекс", Kind.INDEX),
    Column("on", "Дата", Kind.DATE),
    Column("at", "Время", Kind.MOMENT),
    Column("held", "Держит", Kind.YES_NO),
    Column("picture", "Полоса", Kind.PICTURE),
]
ABOUT = About(
    title="Порог 50 %: [список]",
    file_name="threshold",
    filters=["Регион: Москва", "=1+1"],
    period="01.11.2025–31.10.2026",
    basis="4 партнёра",
    definitions={"Охват": "сданные ключи / ключи в базе"},
    data_as_of=pd.Timestamp(2026, 11, 14, 6),
)


SPARSE = pd.DataFrame(
    {"low": [0.25, np.nan, np.nan], "high": [0.75, np.nan, np.nan], "n": [12, 4, 0]}
)
SPAN = Column(
    "low", "Интервал", Kind.SHARE, n="n", high="high", undefined="нет ответов", hidden="скрыто"
)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def book_of(frame: pd.DataFrame = FRAME) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx_file(frame, COLUMNS, ABOUT)))


def test_csv_has_a_mark_semicolons_commas_and_russian_dates():
    data = csv_file(FRAME, COLUMNS)
    assert data.startswith(b"\xef\xbb\xbf")
    header, first, *_rest = rows_of(data)
    assert header == ["Партнёр", "База", "Охват", "Изменение", "Индекс", "Дата", "Время", "Держит"]
    assert first == [
        "Студия «Ёлка»", "24", "0,375", "0,021", "35", "01.01.2027", "14.11.2026 06:00", "да",
    ]  # fmt: skip


def test_csv_keeps_negative_numbers_as_numbers_and_undefined_as_words():
    second = rows_of(csv_file(FRAME, COLUMNS))[2]
    assert second[2:5] == ["нет базы", "-0,03", "-12"]


def test_csv_holds_only_the_columns_asked_for():
    assert b"secret" not in csv_file(FRAME, COLUMNS)
    assert b"svg" not in csv_file(FRAME, COLUMNS)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\x00=", " =", "＝"])
def test_formula_is_neutralised_in_csv(start):
    frame = pd.DataFrame({"name": [f"{start}cmd|' /C calc'!A0"]})
    cell = rows_of(csv_file(frame, [Column("name", start)]))[1][0]
    assert cell.startswith("'")


@given(st.text() | st.text(alphabet="=+-@,;\t\r\n a'"))
def test_no_text_cell_begins_like_a_formula_wherever_a_spreadsheet_splits_it(text):
    safe = neutral(text)
    for part in re.split("[,;\t\r\n]", safe):
        assert not part.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert safe.replace("'", "") == text.replace("\u2060", "").replace("'", "")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("x,=1+1", "x,'=1+1"),
        ("x; @SUM(A1)", "x; '@SUM(A1)"),
        ("x\t-1", "x\t'-1"),
        ("x\r\n+1", "x\r\n'+1"),
        ("x,＝1", "x,'＝1"),
        ("a-b, c=d", "a-b, c=d"),
        ("Иванов, Пётр (2+1)", "Иванов, Пётр (2+1)"),
    ],
)
def test_a_formula_behind_a_separator_is_neutralised_and_nothing_else(text, safe):
    assert neutral(text) == safe


@pytest.mark.parametrize(("length", "sign"), [(32_767, "x"), (32_768, "x"), (16_384, "😀")])
def test_a_text_too_long_for_a_cell_of_excel_says_that_it_was_cut(length, sign):
    text = sign * length
    frame = pd.DataFrame({"name": [text]})
    columns = [Column("name", "Комментарий")]
    data, about = openpyxl.load_workbook(io.BytesIO(xlsx_file(frame, columns, ABOUT))).worksheets
    written = data["A2"].value
    told = "\n".join(str(row[1].value) for row in about.rows)
    if written == text:
        assert length == 32_767
        assert "обрезано" not in told
    else:
        assert written.endswith(f"{sign}… (обрезано)")
        assert len(written.encode("utf-16-le")) <= 2 * 32_767
        assert "«… (обрезано)»" in told
    assert text in csv_file(frame, columns).decode("utf-8-sig")


def test_marks_that_hold_a_line_together_stay_on_screen():
    joined = pd.DataFrame({"name": ["3–\u20604 сдачи"]})
    columns = [Column("name", "Нужно")]
    assert "\u2060" not in csv_file(joined, columns).decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file(joined, columns, ABOUT)))
    assert book.worksheets[0]["A2"].value == "3–4 сдачи"


def test_csv_of_no_rows_is_its_heading():
    assert len(rows_of(csv_file(FRAME.iloc[:0], COLUMNS))) == 1


def test_xlsx_has_real_types():
    sheet = book_of().worksheets[0]
    first, second = ([cell.value for cell in sheet[row]] for row in (2, 3))
    assert first[1:4] == [24, 0.375, 0.021]
    assert first[5] == dt.datetime(2027, 1, 1)  # noqa: DTZ001 - Excel knows no time zones
    assert first[7] == "да"
    assert second[2] == "нет базы"
    assert second[4] == -12
    assert sheet["C2"].number_format == "0.0%"
    assert sheet["F2"].number_format == "dd.mm.yyyy"


def test_xlsx_takes_no_formula_and_no_link_from_text():
    sheet = book_of().worksheets[0]
    assert sheet["A3"].value == FORMULA
    assert sheet["A3"].data_type == "s"
    with zipfile.ZipFile(io.BytesIO(xlsx_file(FRAME, COLUMNS, ABOUT))) as parts:
        for name in parts.namelist():
            assert b"<f>" not in parts.read(name)
            assert b'TargetMode="External"' not in parts.read(name)


def test_xlsx_heading_is_bold_frozen_and_filtered():
    sheet = book_of().worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:H5"
    assert all(cell.font.bold for cell in sheet[1])


def test_xlsx_tells_about_itself_on_a_second_sheet():
    book = book_of()
    assert book.sheetnames == ["Порог 50 % список", "О выгрузке"]
    told = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows()}
    assert told["Данные"] == "Данные на 14.11.2026\u00a006:00"
    assert told["Фильтры"] == "Регион: Москва; =1+1"
    assert told["Период"] == "01.11.2025–31.10.2026"
    assert told["Охват"] == "сданные ключи / ключи в базе"


def test_xlsx_of_no_rows_opens():
    assert book_of(FRAME.iloc[:0]).worksheets[0].max_row == 1


@pytest.mark.usefixtures("english")
def test_english_file_speaks_english():
    assert book_of().sheetnames[1] == "About this file"


def test_files_open_an_interval_and_say_which_of_its_cases_are_hidden() -> None:
    rows = [
        ["Интервал: от", "Интервал: до"],
        ["0,25", "0,75"],
        ["скрыто", "скрыто"],
        ["нет ответов", "нет ответов"],
    ]
    assert rows_of(csv_file(SPARSE, [SPAN])) == rows
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_file(SPARSE, [SPAN], ABOUT))).worksheets[0]
    values = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert values == [rows[0], [0.25, 0.75], *rows[2:]]
