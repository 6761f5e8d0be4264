"""Every word of charts and shared components has a Russian translation with the same fields."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from program.language import LOCALES, catalogue
from program.settings import PROJECT_ROOT

FIELD = re.compile(r"\{[a-z_]*\}")
SOURCES = sorted(
    [
        *(PROJECT_ROOT / "charts").glob("*.py"),
        *(
            PROJECT_ROOT / "components" / f"{name}.py"
            for name in (
                "chart",
                "download",
                "states",
                "table",
                "text",
                "theme",
                "tiles",
                "verdict",
            )
        ),
    ]
)


def messages(path: Path) -> list[tuple[str, ...]]:
    tree = ast.parse(path.read_text("utf-8"))
    return [
        tuple(argument.value for argument in call.args[: 2 if call.func.id == "ngettext" else 1])
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "ngettext")
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_message_is_translated(path):
    russian = catalogue("ru")
    for message in messages(path):
        if len(message) == 2:
            forms = [russian.ngettext(*message, n) for n in (1, 2, 5)]
            assert not set(forms) & set(message), message
        else:
            text = russian.gettext(*message)
            same = text == message[0] and re.search("[a-z]{3}", FIELD.sub("", text))
            assert not same or message[0] == "Excel (XLSX)", message


@pytest.mark.parametrize("path", sorted((LOCALES / "ru" / "LC_MESSAGES").glob("*.po")), ids=str)
def test_translations_keep_their_fields(path):
    with path.open("rb") as source:
        entries = [entry for entry in read_po(source, locale="ru") if entry.id]
    for entry in entries:
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        texts = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        for text in texts:
            assert set(FIELD.findall(text)) == set(FIELD.findall(ids[-1])), entry.id
