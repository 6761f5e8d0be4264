"""Whatever stands in a text column is shown as text: no markup, no link, no picture, no failure."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.databases import changed_copy
from tests.hostile import ADDRESS, EVERY_FREE_TEXT, HOSTILE, filled, literal, text_columns
from tests.menu import MENU, MenuPage
from tests.pages.visitor import headings, open_page

#: What a browser would act upon, where Markdown or a chart's words are read.
MARKUP = re.compile(
    rf"(?<!\\)<(script|a href|img)|(?<!\\)\]\({ADDRESS}|(?<!\\)\]\(javascript"
    r"|:red\[|:material/home:|(?<!\\)\*\*bold|(?<!\\)`code|(?<!\\)\$x"
)
#: A cell that a spreadsheet runs: no number, and one of OWASP's signs after any white space.
RISKY = re.compile(r"(?!-?[\d.,]+$)\s*[=+\-@\t\r\0]")


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """Every free text is hostile, the keys between tables are not."""
    target = tmp_path_factory.mktemp("hostile") / "program.duckdb"
    return changed_copy(demo_file, target, *EVERY_FREE_TEXT)


@pytest.fixture(scope="module")
def foreign_codes_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """Some codes are in no list, as after another programme wrote into the database."""
    target = tmp_path_factory.mktemp("codes") / "program.duckdb"
    email = literal(f"{HOSTILE[2]}{HOSTILE[7]}")
    statements = [
        *(
            filled(table, column, 5)
            for table, column in text_columns(codes=True)
            if table != "staff"
        ),
        f"UPDATE partner SET manager_email = {email} WHERE id % 5 = 0",  # noqa: S608 - ours
        f"UPDATE region SET country = {literal(HOSTILE[1])} WHERE code = 'RU-MOW'",  # noqa: S608
    ]
    return changed_copy(demo_file, target, *statements)


#: The one line of script that every page sends (components/document.py).
OF_OURS = "<script>document.documentElement.lang = 'en';</script>"


def read_as_markdown(app: AppTest) -> Iterator[str]:
    """Texts in which the browser looks for markup: all but table cells and options of lists."""
    for block in (app.main, app.sidebar):
        for element in block:
            proto: Any = getattr(element, "proto", None)
            for name in ("body", "label", "help", "value", "delta", "text"):
                text = getattr(proto, name, None)
                if text == OF_OURS:
                    continue
                if isinstance(text, str) and element.type not in {"text_input", "code", "text"}:
                    yield text
            if element.type == "plotly_chart":
                yield json.dumps(json.loads(proto.spec), ensure_ascii=False)


def test_the_texts_are_there(hostile_file: Path) -> None:
    columns = list(text_columns(codes=False))
    assert ("partner", "name") in columns
    assert ("survey", "comment") in columns
    assert ("license_key", "edition") in list(text_columns(codes=True))
    assert hostile_file.stat().st_size > 0


#: Every page, and the card of as many partners as there are hostile names.
VISITS = [
    *((page.script, 3) for page in MENU),
    *(("partner.py", number) for number in range(4, 4 + len(HOSTILE))),
]


@pytest.mark.parametrize(("script", "partner"), VISITS)
def test_hostile_text_is_shown_as_text(
    point_at: Callable[[Path], None], hostile_file: Path, script: str, partner: int
) -> None:
    point_at(hostile_file)
    app = open_page(script, language="en", partner=partner)
    assert headings(app)
    for switch in app.toggle:
        switch.set_value(True)
    for drawn in (app, app.run()):
        assert not drawn.exception
        found = [text for text in read_as_markdown(drawn) if MARKUP.search(text)]
        assert not found, [text[:300] for text in found]


@pytest.mark.parametrize("page", MENU, ids=lambda page: page.path)
def test_codes_that_are_in_no_list_are_shown_as_text(
    point_at: Callable[[Path], None], foreign_codes_file: Path, page: MenuPage
) -> None:
    point_at(foreign_codes_file)
    app = open_page(page.script, language="en", partner=5)
    assert headings(app)
    found = [text for text in read_as_markdown(app) if MARKUP.search(text)]
    assert not found, [text[:300] for text in found]


@pytest.mark.parametrize("page", MENU, ids=lambda page: page.path)
def test_hostile_text_is_text_in_every_file(
    point_at: Callable[[Path], None],
    hostile_file: Path,
    page: MenuPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offered: dict[str, Callable[[], bytes]] = {}
    original = st.download_button

    def noted(*arguments: Any, data: Any, key: str, **named: Any) -> bool:
        offered[key] = data
        return original(*arguments, data=data, key=key, **named)

    monkeypatch.setattr(st, "download_button", noted)
    point_at(hostile_file)
    open_page(page.script, language="en", partner=3)
    for key, make in offered.items():
        if key.endswith("-csv"):
            lines = csv.reader(io.StringIO(make().decode("utf-8-sig"), newline=""), delimiter=";")
            risky = [cell for line in lines for cell in line if RISKY.match(cell)]
            assert not risky, (key, risky[:3])
        else:
            book = openpyxl.load_workbook(io.BytesIO(make()))
            cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
            assert cells, key
            assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]
    without = {"methodology", "journal", "data_checks", "tour"}
    assert offered or page.path in without
