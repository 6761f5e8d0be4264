"""Databases that pages are opened on, and how this process's dashboard is pointed at one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.components.v2 import manifest_scanner

from components.access import believed_member
from components.data import kept_answers, program_database
from program import language
from program.settings import settings
from tests.databases import build_demo, build_empty, changed_copy, url_of
from tests.pages.visitor import language_of_visit


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demonstration, built once; nobody changes it."""
    return build_demo(tmp_path_factory.mktemp("demo") / "program.duckdb")


@pytest.fixture(scope="session")
def oracle_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """The same records in another file, to be asked without the dashboard."""
    return changed_copy(demo_file, tmp_path_factory.mktemp("oracle") / "program.duckdb")


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The schema without any row."""
    return build_empty(tmp_path_factory.mktemp("empty") / "program.duckdb")


@pytest.fixture(scope="session")
def undecided_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """The demonstration before any decision was ever stored."""
    target = tmp_path_factory.mktemp("undecided") / "program.duckdb"
    return changed_copy(demo_file, target, "DELETE FROM competence_evaluation")


@pytest.fixture(scope="session")
def unsurveyed_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """The demonstration of a programme that never called a client."""
    target = tmp_path_factory.mktemp("unsurveyed") / "program.duckdb"
    return changed_copy(
        demo_file,
        target,
        "DELETE FROM answer",
        "DELETE FROM survey",
        "DELETE FROM contact_attempt",
        "DELETE FROM question",
    )


def begin_anew() -> None:
    """Drop every connection and setting that an earlier test left in this process."""
    program_database().close()
    program_database.cache_clear()
    believed_member.cache_clear()
    st.cache_resource.clear()
    settings.cache_clear()


def forget_everything() -> None:
    """Drop what an earlier test left in this process, and every answer."""
    begin_anew()
    kept_answers().clear()


@pytest.fixture(scope="module", autouse=True)
def answers_of_a_module() -> None:
    """No file of tests finds answers that another one left; which those are would be chance."""
    kept_answers().clear()


@pytest.fixture
def nothing_kept() -> None:
    """Every question is asked of the database: the answers of earlier visits are gone."""
    kept_answers().clear()


@pytest.fixture(scope="session", autouse=True)
def installed_once() -> Iterator[None]:
    """AppTest looks through every installed package for components at every run; once is enough."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture
def point_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Point the dashboard of this process at a database file.

    Answers are kept from one visit to the next, as a server keeps them for all who see the same
    data; their key tells the content of the file, the scope and the whole question.
    """

    def point(path: Path) -> None:
        monkeypatch.setenv("QUALITY_DATABASE_URL", url_of(path))
        # Databases that are no demonstration are opened as one trusted person does.
        monkeypatch.setenv("QUALITY_SINGLE_USER_WITHOUT_SIGN_IN", "true")
        begin_anew()

    config.set_option("client.showErrorDetails", "full")  # a failing test says why
    monkeypatch.setattr(language, "_source", language_of_visit)
    yield point
    begin_anew()


@pytest.fixture
def on_demo(point_at: Callable[[Path], None], demo_file: Path) -> None:
    """The dashboard looks at the small demonstration."""
    point_at(demo_file)


@pytest.fixture
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_demo: None) -> Path:
    """The demonstration with a state database of the test's own: notes, views, marks, journal."""
    del on_demo  # only its order matters: settings are read anew after it
    path = tmp_path / "state.sqlite"
    monkeypatch.setenv("QUALITY_STATE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("QUALITY_STATE_TIMEOUT_SECONDS", "0.3")
    settings.cache_clear()
    st.cache_resource.clear()
    return path
