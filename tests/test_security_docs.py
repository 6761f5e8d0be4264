"""The table of docs/security.md is whole, and what it names is there."""

from __future__ import annotations

import re

from program.settings import PROJECT_ROOT

#: Level 1 of OWASP ASVS 5.0.0: 70 requirements, as section and numbers.
LEVEL_1 = {
    "1.2": (1, 2, 3, 4, 5), "1.3": (1, 2), "1.5": (1,), "2.1": (1,), "2.2": (1, 2), "2.3": (1,),
    "3.2": (1, 2), "3.3": (1,), "3.4": (1, 2), "3.5": (1, 2, 3), "4.1": (1,), "4.4": (1,),
    "5.2": (1, 2), "5.3": (1, 2), "6.1": (1,), "6.2": (1, 2, 3, 4, 5, 6, 7, 8), "6.3": (1, 2),
    "6.4": (1, 2), "7.2": (1, 2, 3, 4), "7.4": (1, 2), "8.1": (1,), "8.2": (1, 2), "8.3": (1,),
    "9.1": (1, 2, 3), "9.2": (1,), "10.4": (1, 2, 3, 4, 5), "11.3": (1, 2), "11.4": (1,),
    "12.1": (1,), "12.2": (1, 2), "13.4": (1,), "14.2": (1,), "14.3": (1,), "15.1": (1,),
    "15.2": (1,), "15.3": (1,),
}  # fmt: skip
ROW = re.compile(r"^\| ([\d.]+) \| ([a-z ]+) \| (.+?) \| ?(.*?) ?\|$", re.MULTILINE)
ROWS = ROW.findall((PROJECT_ROOT / "docs" / "security.md").read_text())


def test_every_requirement_of_level_one_stands_in_the_table_once():
    wanted = [f"{section}.{number}" for section, numbers in LEVEL_1.items() for number in numbers]
    assert len(wanted) == 70
    assert [row[0] for row in ROWS] == wanted


def test_states_are_of_the_known_kinds_and_every_row_says_how():
    kinds = {"met", "in part", "not here", "provider", "proxy", "open"}
    assert {state for _, state, _, _ in ROWS} <= kinds
    assert all(how for _, _, how, _ in ROWS)


def test_the_tests_it_names_are_there():
    named = {name for *_, names in ROWS for name in names.split(", ") if name}
    there = {path.name for path in (PROJECT_ROOT / "tests").rglob("test_*.py")}
    assert named - there == set()
    assert len(named) > 10
