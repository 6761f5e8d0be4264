"""What was written about the demonstration and about an own programme never meets on a page.

Both are served from one address, one after the other, as the README's own path does: whatever
replaces the data replaces them under an open dashboard.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.recorder import recorder
from components.state import ProgrammeReplaced, reading_state, state_database
from program.roles import Role
from program.settings import settings
from queries.annotations import Annotation, AnnotationKind, keep_annotation, noted_changes
from queries.audit import Action, AuditEvent, JournalCut, journal, keep_events
from queries.notes import NoteContent, NoteStatus, NoteWrite, notes_of_partner, write_note
from queries.saved_views import SavedView, keep_view
from tests.databases import changed_copy
from tests.menu import MENU
from tests.pages.visitor import healthy, open_page, page_text

NOW = dt.datetime.now(dt.UTC).replace(tzinfo=None)
PARTNER = 5
#: Without sign-in this is everybody: the administrator of the demonstration, and the single user.
EVERYBODY = ("demonstration:admin", "local")
KINDS = pytest.mark.parametrize("demonstration", [False, True], ids=["own", "demonstration"])


@pytest.fixture(scope="module")
def own_file(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same records, which do not say that they are a demonstration."""
    target = tmp_path_factory.mktemp("own") / "program.duckdb"
    return changed_copy(demo_file, target, "UPDATE load_batch SET source = 'load'")


@pytest.fixture(params=["sqlite", "postgres"])
def state_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def serve(
    point_at: Callable[[Path], None],
    tmp_path: Path,
    own_file: Path,
    demo_file: Path,
    state_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., None]:
    """Put the one or the other programme in its place at the same address, all at once."""
    path = tmp_path / "program.duckdb"

    def put(*, demonstration: bool) -> None:
        new = tmp_path / "new.duckdb"
        new.hardlink_to(demo_file if demonstration else own_file)
        new.replace(path)
        new.unlink(missing_ok=True)  # two names of one file are not renamed

    put(demonstration=True)
    monkeypatch.setenv("QUALITY_STATE_URL", state_url)
    point_at(path)
    settings.cache_clear()
    st.cache_resource.clear()
    return put


def said(app: AppTest) -> str:
    """Everything a visitor can read, the side panel, charts and tables too."""
    boxes = [button.label for button in app.button] + [fold.label for fold in app.expander]
    tables = [table.value.to_csv() for table in app.dataframe]
    charts = [chart.proto.spec for chart in app.get("plotly_chart")]
    options = [option for box in app.selectbox for option in box.options]
    return "\n".join([page_text(app), *boxes, *tables, *charts, *options])


def write_everything(word: str, *, demonstration: bool) -> None:
    """Leave ``word`` wherever staff can leave one, in the name of everybody."""
    with state_database().writing(demonstration=demonstration) as connection:
        for number, person in enumerate(EVERYBODY):
            content = NoteContent(f"{word} note", NoteStatus.OPEN, person, dt.date(2999, 1, 1))
            note = NoteWrite(f"{word}{number}", PARTNER, 0, content, person)
            write_note(connection, {PARTNER}, note, NOW)
            keep_view(
                connection, SavedView(f"{word}{number}", person, f"{word} view", "home", ""), NOW
            )
            mark = Annotation(
                *(f"{word}{number}", dt.date(2026, 6, 1), AnnotationKind.CAMPAIGN, f"{word} mark"),
                person,
            )
            keep_annotation(connection, Role.ADMIN, mark, NOW)
        keep_events(
            connection,
            [
                AuditEvent(
                    *(f"{word}{action}", NOW, f"{word}@studio.example", "leader", action, "home"),
                    partner_id=PARTNER,
                    demonstration=demonstration,
                )
                for action in (Action.OPENED, Action.EXPORTED)
            ],
        )


@KINDS
def test_no_page_shows_what_was_written_about_the_other_programme(
    serve: Callable[..., None], demonstration: bool
) -> None:
    write_everything("Foreignword", demonstration=not demonstration)
    write_everything("Ownword", demonstration=demonstration)
    serve(demonstration=demonstration)
    found = ""
    for page in MENU:
        text = said(open_page(page.script, language="en", partner=PARTNER))
        assert "Foreignword" not in text, page.path
        found += text
    for thing in ("note", "view", "mark"):
        assert f"Ownword {thing}" in found
    assert "Ownword@studio.example" in found


def write_a_note(app: AppTest, words: str) -> AppTest:
    (field,) = [f for f in app.text_area if str(f.key).startswith("note_text")]
    field.set_value(words)
    button = next(b for b in app.button if b.form_id and b.form_id.startswith("note_form_card"))
    return button.click().run()


def card() -> AppTest:
    return open_page("partner.py", language="en", partner=PARTNER)


@pytest.mark.parametrize("state_url", ["sqlite"], indirect=True)
@KINDS
def test_a_note_stays_with_its_programme_while_the_data_change_under_an_open_dashboard(
    serve: Callable[..., None], demonstration: bool
) -> None:
    serve(demonstration=demonstration)
    app = healthy(write_a_note(card(), "Wanders nowhere"))
    assert "Wanders nowhere" in page_text(app)
    serve(demonstration=not demonstration)
    assert "Wanders nowhere" not in said(healthy(app.run()))
    assert "Wanders nowhere" not in said(card())
    serve(demonstration=demonstration)
    assert "Wanders nowhere" in page_text(card())


def everything_stored() -> list[Any]:
    rows: list[Any] = []
    for demonstration in (False, True):
        with state_database().reading(demonstration=demonstration) as connection:
            rows += notes_of_partner(connection, {PARTNER}, PARTNER)["text"].tolist()
            rows += noted_changes(connection)["text"].tolist()
    return rows


@pytest.mark.parametrize("state_url", ["sqlite"], indirect=True)
@KINDS
def test_a_text_typed_before_the_data_changed_is_kept_at_no_partner_of_the_new_ones(
    serve: Callable[..., None], demonstration: bool
) -> None:
    serve(demonstration=demonstration)
    app = card()
    serve(demonstration=not demonstration)
    write_a_note(app, "About the partner that was here")
    assert everything_stored() == []


@pytest.mark.parametrize("state_url", ["sqlite"], indirect=True)
@KINDS
def test_a_visit_is_noted_for_the_programme_that_was_looked_at(
    serve: Callable[..., None], demonstration: bool
) -> None:
    serve(demonstration=demonstration)
    card()
    open_page("journal.py", language="en", role="leader" if demonstration else "admin")
    assert recorder().settled(30)
    for kind in (False, True):
        with state_database().reading(demonstration=kind) as connection:
            assert journal(connection, JournalCut(), 10).empty is (kind is not demonstration)


@pytest.mark.parametrize("state_url", ["sqlite"], indirect=True)
@KINDS
def test_a_page_in_the_middle_of_drawing_reads_nothing_after_the_data_changed(
    serve: Callable[..., None], demonstration: bool
) -> None:
    serve(demonstration=demonstration)
    admitted = card().session_state["admitted"]
    assert admitted.demonstration is demonstration
    with reading_state(admitted) as connection:
        assert noted_changes(connection).empty
    serve(demonstration=not demonstration)
    with pytest.raises(ProgrammeReplaced):
        reading_state(admitted)
