"""State databases that the tests of queries share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from queries.state import StateDatabase
from tests.queries.states import file_url, state_of


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return file_url(tmp_path / "state.sqlite")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def state(url: str) -> Iterator[StateDatabase]:
    database = state_of(url, seconds=5)
    yield database
    database.dispose()
