"""A stored small programme on each engine."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.jobs.small_programme import TODAY, store


@pytest.fixture(params=["duckdb", "postgres", "clickhouse"])
def program_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "duckdb":
        address = f"duckdb:///{tmp_path / 'program.duckdb'}"
    else:
        address = request.getfixturevalue(f"{request.param}_url")
    store(address, dt.datetime.combine(TODAY, dt.time(6)))
    return address
