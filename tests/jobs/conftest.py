"""A stored small programme on each engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs import clock
from tests.jobs.small_programme import TODAY, store


@pytest.fixture(autouse=True)
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Jobs see a fixed moment, whatever day the tests run on; a test may set another one."""

    def set_to(moment: str) -> None:
        monkeypatch.setattr(clock, "local_now", lambda: dt.datetime.fromisoformat(moment))

    set_to("2026-11-25T08:00")
    return set_to


@pytest.fixture(params=["duckdb", "postgres", "clickhouse"])
def program_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "duckdb":
        address = f"duckdb:///{tmp_path / 'program.duckdb'}"
    else:
        address = request.getfixturevalue(f"{request.param}_url")
    store(address, dt.datetime.combine(TODAY, dt.time(6)))
    return address
