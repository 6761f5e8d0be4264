"""Whatever stands in a text column is shown as text: no markup, no link, no picture, no failure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import String, Text
from streamlit.testing.v1 import AppTest

from program.schema import LOAD_TABLES, PERSONAL_TABLES, metadata
from tests.databases import changed_copy
from tests.menu import MENU, MenuPage
from tests.pages.visitor import headings, open_page

ADDRESS = "https://evil.example.test"
HOSTILE = (
    "<script>alert(1)</script>",
    f'<a href="{ADDRESS}/a">a</a><img src="{ADDRESS}/x.png" onerror="alert(1)">',
    f"![x]({ADDRESS}/x.png)",
    f"[x]({ADDRESS}/y) [y](javascript:alert(1))",
    f'=HYPERLINK("{ADDRESS}","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    ":red[red] :material/home: :smile: $x^2$ **bold** `code` # heading\n\n- list\n> quote",
    "{n} {} {0.__class__} %s %(x)d \\ ${x}",
    "\u202egnp.exe\u202c \u0645\u0631\u062d\u0628\u0627 \u2066x\u2069",
    "a\x01b\x1bc\x7fd\u2028e\ufeff\u200b",
    "x" * 10_000,
    "'; DROP TABLE partner; --",
    " ",
    "NaN",
)
#: What a browser would act upon, where Markdown or a chart's words are read.
MARKUP = re.compile(
    rf"(?<!\\)<(script|a href|img)|(?<!\\)\]\({ADDRESS}|(?<!\\)\]\(javascript"
    r"|:red\[|:material/home:|(?<!\\)\*\*bold|(?<!\\)`code|(?<!\\)\$x"
)
#: Columns that join tables: they are changed in both places or not at all.
JOINS = {
    *(("region", "code"), ("city", "region_code"), ("staff", "email")),
    *(("partner", "manager_email"), ("question", "code"), ("answer", "question_code")),
    *(("delivery_test", "code"), ("license_key", "key_md5")),
    ("competence_evaluation", "rules_version"),
}


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _columns(*, codes: bool) -> Iterator[tuple[str, str]]:
    """Text columns of the dashboard's tables: closed lists of codes, or free text."""
    for name in LOAD_TABLES:
        for column in metadata.tables[name].columns:
            is_text = isinstance(column.type, String | Text) and (name, column.name) not in JOINS
            if is_text and name not in PERSONAL_TABLES and bool(column.info.get("values")) is codes:
                yield name, column.name


def _filled(table: str, column: str, every: int) -> str:
    """Put a hostile text into every so-manieth row, another one in each, kept apart by a number."""
    cases = " ".join(f"WHEN {number} THEN {literal(text)}" for number, text in enumerate(HOSTILE))
    return (
        f"UPDATE {table} SET {column} = (CASE rowid % {len(HOSTILE)} {cases} END) || ' ' || rowid "  # noqa: S608 - ours
        f"WHERE rowid % {every} = 0"
    )


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """Every free text is hostile, the keys between tables are not."""
    target = tmp_path_factory.mktemp("hostile") / "program.duckdb"
    return changed_copy(demo_file, target, *(_filled(t, c, 1) for t, c in _columns(codes=False)))


@pytest.fixture(scope="module")
def foreign_codes_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """Some codes are in no list, as after another programme wrote into the database."""
    target = tmp_path_factory.mktemp("codes") / "program.duckdb"
    email = literal(f"{HOSTILE[2]}{HOSTILE[7]}")
    statements = [
        *(_filled(table, column, 5) for table, column in _columns(codes=True) if table != "staff"),
        f"UPDATE partner SET manager_email = {email} WHERE id % 5 = 0",  # noqa: S608 - ours
        f"UPDATE region SET country = {literal(HOSTILE[1])} WHERE code = 'RU-MOW'",  # noqa: S608
    ]
    return changed_copy(demo_file, target, *statements)


def read_as_markdown(app: AppTest) -> Iterator[str]:
    """Texts in which the browser looks for markup: all but table cells and options of lists."""
    for block in (app.main, app.sidebar):
        for element in block:
            proto: Any = getattr(element, "proto", None)
            for name in ("body", "label", "help", "value", "delta", "text"):
                text = getattr(proto, name, None)
                if isinstance(text, str) and element.type not in {"text_input", "code", "text"}:
                    yield text
            if element.type == "plotly_chart":
                yield json.dumps(json.loads(proto.spec), ensure_ascii=False)


def test_the_texts_are_there(hostile_file: Path) -> None:
    columns = list(_columns(codes=False))
    assert ("partner", "name") in columns
    assert ("survey", "comment") in columns
    assert ("license_key", "edition") in list(_columns(codes=True))
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
