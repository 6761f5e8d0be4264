"""Groups of tests that need more than Python, and how one is left out: only by its name."""

from __future__ import annotations

import os

import pytest

#: Every group has a marker of the same name.
GROUPS = ("postgres", "browser", "clickhouse")
#: What a test of a group asks for, as a fixture or, under the group's name, as a parameter.
_FIXTURES = {"postgres": "postgres_server", "clickhouse": "clickhouse_engine_room"}
WITHOUT = "QUALITY_TESTS_WITHOUT"


def switched_off() -> frozenset[str]:
    """Return the groups that the environment leaves out, e.g. ``browser,postgres``.

    Raises
    ------
    pytest.UsageError
        If it names a group that does not exist, which would silently run everything.
    """
    named = frozenset(filter(None, os.environ.get(WITHOUT, "").replace(" ", "").split(",")))
    if unknown := named - set(GROUPS):
        raise pytest.UsageError(f"{WITHOUT} names {sorted(unknown)}; there are {list(GROUPS)}")
    return named


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the groups that are switched off; what remains must run or fail."""
    for item in items:
        call = getattr(item, "callspec", None)
        for group, fixture in _FIXTURES.items():
            chosen = call is not None and any(
                isinstance(value, str) and value == group for value in call.params.values()
            )
            if chosen or fixture in getattr(item, "fixturenames", ()):
                item.add_marker(group)
    off = switched_off()
    left = [item for item in items if any(item.get_closest_marker(name) for name in off)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
