"""The order in which files of tests begin speaks of files that are there."""

from __future__ import annotations

from program.settings import PROJECT_ROOT
from tests.order import FIRST


def test_what_begins_first_exists() -> None:
    assert [name for name in FIRST if not (PROJECT_ROOT / name).exists()] == []


def test_the_workers_get_whole_files_in_this_order() -> None:
    """Any other way of handing out would start the servers of a file on every worker."""
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--dist loadfile --no-loadscope-reorder" in makefile
