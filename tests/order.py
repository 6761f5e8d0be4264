"""In which order files of tests are handed out: what takes long first, so that no worker ends late.

A file stays whole on one worker, which starts its servers and databases once for all its tests.
"""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

#: These begin; the longest first.
FIRST = (
    "tests/browser/test_sign_in.py",
    "tests/browser/test_every_page.py",
    "tests/browser",
    "tests/pages/test_every_page.py",
    "tests/pages/test_who_may_see_what.py",
    "tests/pages",
    "tests/load",
    "tests/jobs/test_store.py",
    "tests/jobs",
    "tests/queries",
    "tests/components",
)


def place(item: pytest.Item) -> int:
    """Return how early a test is handed out: at the place of its file, else of its folder."""
    path = PurePosixPath(item.nodeid.split("::", 1)[0])
    for name in (path, *path.parents):
        if str(name) in FIRST:
            return FIRST.index(str(name))
    return len(FIRST)


def longest_first(items: list[pytest.Item]) -> None:
    """Put the files that take long before the others; the order within a file stays."""
    items.sort(key=place)
