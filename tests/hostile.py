"""Texts that try to be more than text, and databases that are full of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import String, Text

from program.schema import LOAD_TABLES, PERSONAL_TABLES, metadata

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
    "a\x00b\x01c\x1bd\x7fe\u2028f\ufeff\u200b",
    "x" * 10_000,
    "'; DROP TABLE partner; --",
    " ",
    "NaN",
)
#: Columns that join tables: they are changed in both places or not at all.
JOINS = {
    *(("region", "code"), ("city", "region_code"), ("staff", "email")),
    *(("partner", "manager_email"), ("question", "code"), ("answer", "question_code")),
    *(("delivery_test", "code"), ("license_key", "key_md5")),
    ("competence_evaluation", "rules_version"),
}


def literal(text: str) -> str:
    """Return ``text`` as DuckDB's SQL writes it; NUL would end the statement."""
    quoted = "'" + text.replace("'", "''") + "'"
    return quoted.replace("\x00", "' || chr(0) || '")


def text_columns(*, codes: bool) -> Iterator[tuple[str, str]]:
    """Text columns of the dashboard's tables: closed lists of codes, or free text."""
    for name in LOAD_TABLES:
        for column in metadata.tables[name].columns:
            is_text = isinstance(column.type, String | Text) and (name, column.name) not in JOINS
            if is_text and name not in PERSONAL_TABLES and bool(column.info.get("values")) is codes:
                yield name, column.name


def filled(table: str, column: str, every: int) -> str:
    """Put a hostile text into every so-manieth row, another one in each, kept apart by a number."""
    cases = " ".join(f"WHEN {number} THEN {literal(text)}" for number, text in enumerate(HOSTILE))
    return (
        f"UPDATE {table} SET {column} = (CASE rowid % {len(HOSTILE)} {cases} END) || ' ' || rowid "  # noqa: S608 - ours
        f"WHERE rowid % {every} = 0"
    )


#: Every free text is hostile, the keys between tables are not.
EVERY_FREE_TEXT = tuple(filled(t, c, 1) for t, c in text_columns(codes=False))
