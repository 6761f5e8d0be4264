"""Settings that cannot work are named before the server answers anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from components.data import program_database
from components.start import start_problem
from program.settings import settings
from tests.databases import build_demo, url_of

HUSH = "hush-hush"


def begin_anew() -> None:
    program_database.cache_clear()
    settings.cache_clear()
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_demo(tmp_path_factory.mktemp("demo") / "program.duckdb")


@pytest.fixture
def whole(
    demo_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """Settings of a demonstration that starts."""
    monkeypatch.setenv("QUALITY_DATABASE_URL", url_of(demo_file))
    monkeypatch.setenv("QUALITY_STATE_URL", f"sqlite:///{tmp_path / 'state.sqlite'}")
    begin_anew()
    yield monkeypatch
    if program_database.cache_info().currsize:
        program_database().close()
    begin_anew()


@pytest.mark.usefixtures("whole")
def test_a_demonstration_starts() -> None:
    assert start_problem() is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THRESHOLD_PERCENT", "0"),
        ("THRESHOLD_PERCENT", "half"),
        ("WINDOW_FROM_MONTHS", "1"),
        ("WINDOW_TO_MONTHS", "14"),
        ("COUNTED_KINDS", '["nonsense"]'),
        ("COUNTED_KINDS", "commercial"),
        ("NEAR_MARGIN_PERCENT", "-1"),
        ("POINTS_LIFE_YEARS", "0"),
        ("STATE_URL", f"mysql://quality:{HUSH}@db.example.test/quality"),
        ("STATE_URL", f"postgresql+psycopg2://quality:{HUSH}@db.example.test/quality"),
        ("STATE_URL", "sqlite:///:memory:"),
        ("STATE_URL", HUSH),
        ("DATABASE_URL", f"mysql://quality:{HUSH}@db.example.test/quality"),
        ("DATABASE_URL", f"postgresql+psycopg://quality:pass:{HUSH}"),
        ("DATABASE_URL", "duckdb:///:memory:"),
        ("POOL_SIZE", HUSH),
        ("OIDC_CLIENT_SECRET", HUSH),
    ],
)
def test_a_setting_that_cannot_work_is_named_and_its_value_is_not_repeated(
    whole: pytest.MonkeyPatch, name: str, value: str
) -> None:
    whole.setenv(f"QUALITY_{name}", value)
    begin_anew()
    said = start_problem() or ""
    assert f"QUALITY_{name}" in said or name == "OIDC_CLIENT_SECRET"
    assert HUSH not in said
    assert "\n" not in said
    assert said


def test_a_database_that_does_not_answer_yet_is_no_reason_not_to_start(
    whole: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole.setenv("QUALITY_DATABASE_URL", url_of(tmp_path / "to-come.duckdb"))
    begin_anew()
    assert start_problem() is None
