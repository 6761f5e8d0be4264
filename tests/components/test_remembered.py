"""What is made once for all is told apart by the data that its visitor was let in to."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from components import remembered as module
from components.data import kept_answers
from components.remembered import remembered
from program.settings import PROJECT_ROOT


@pytest.fixture(autouse=True)
def plain_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's browser: one language, one theme."""
    monkeypatch.setattr(module, "current_language", lambda: "en")
    monkeypatch.setattr(module, "figure_theme", lambda: "light")


@pytest.mark.parametrize(("version", "times"), [("batch-1", 1), ("", 2)])
def test_whoever_was_let_in_to_no_data_leaves_nothing_in_memory(
    monkeypatch: pytest.MonkeyPatch, version: str, times: int
) -> None:
    """A part of a page may still run while the next run has begun to decide who is looking."""
    kept_answers().clear()
    monkeypatch.setattr(module, "admitted_data", lambda: version)
    made: list[int] = []
    for _ in range(2):
        remembered(lambda: made.append(1), "anything")
    assert len(made) == times
    assert len(kept_answers()) == (1 if version else 0)
    kept_answers().clear()


def test_what_was_made_of_other_data_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kept_answers().clear()
    made = []
    for version in ("batch-1", "batch-2", "batch-1"):
        monkeypatch.setattr(module, "admitted_data", lambda version=version: version)
        made.append(remembered(lambda version=version: version, "anything"))
    assert made == ["batch-1", "batch-2", "batch-1"]
    kept_answers().clear()


def test_everything_that_is_remembered_has_a_name_of_its_own() -> None:
    """Two things of one name and like questions would be taken for each other."""
    names = Counter(
        ast.unparse(call.args[1])
        for folder in ("pages", "components")
        for script in (PROJECT_ROOT / folder).glob("*.py")
        for call in ast.walk(ast.parse(script.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "remembered"
        if script.name != "remembered.py"
    )
    assert len(names) > 50
    assert [name for name, times in names.items() if times > 1 or not name.startswith("'")] == []
