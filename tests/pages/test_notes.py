"""Notes and follow-ups on the pages: nothing typed is lost, doubled, or shown to the wrong eyes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.data import ask
from components.recorder import recorder
from components.state import state_database
from program.settings import settings
from queries.filters import NO_FILTERS
from queries.notes import NoteContent, NoteStatus, NoteWrite, notes_of_partner, write_note
from queries.partners import partner_directory, partner_ids
from queries.scope import EVERYTHING, Scope, Sight
from tests.databases import connected
from tests.pages.visitor import headings, healthy, open_page, page_text
from tests.queries.states import fill, locked, make_room

pytestmark = pytest.mark.usefixtures("own_state")
ADMIN = "demonstration:admin"
HOSTILE = "![](https://example.test/x) <script>alert(1)</script> :red[x] [a](http://b.test) =1+1"


@pytest.fixture(scope="module")
def two_managers(oracle_file: Path) -> list[tuple[str, int]]:
    """Two managers, each with one of the own partners."""
    with connected(oracle_file) as connection:
        rows = connection.exec_driver_sql(
            "SELECT manager_email, min(id) FROM partner GROUP BY 1 ORDER BY count(*) DESC LIMIT 2"
        ).all()
    return [(row[0], row[1]) for row in rows]


def store(note_id: str, partner: int, text: str, owner: str = ADMIN, **said: Any) -> None:
    content = NoteContent(text, NoteStatus.OPEN, owner, **said)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with state_database().writing(demonstration=True) as connection:
        write_note(
            connection,
            ask(partner_ids, EVERYTHING),
            NoteWrite(note_id, partner, said.pop("base", 0), content, owner),
            now,
        )


def stored(partner: int) -> list[dict[str, Any]]:
    with state_database().reading(demonstration=True) as connection:
        found = notes_of_partner(connection, ask(partner_ids, EVERYTHING), partner)
    rows: list[dict[str, Any]] = found.to_dict("records")
    return rows


def by_prefix(elements: Any, prefix: str) -> Any:
    (found,) = [element for element in elements if str(element.key).startswith(prefix)]
    return found


def save(app: AppTest, form: str = "note_form_card") -> AppTest:
    button = next(b for b in app.button if b.form_id and b.form_id.startswith(form))
    return healthy(button.click().run())


def typed(app: AppTest, text: str) -> AppTest:
    by_prefix(app.text_area, "note_text").set_value(text)
    return app


def test_a_note_is_kept_and_the_form_is_empty_again() -> None:
    app = open_page("partner.py", language="en", partner=1)
    app = save(typed(app, "Agreed to call\non Friday"))
    assert [(row["text"], row["status"]) for row in stored(1)] == [
        ("Agreed to call\non Friday", "note")
    ]
    assert by_prefix(app.text_area, "note_text").value == ""
    assert "Agreed to call" in page_text(app)


def test_a_follow_up_before_an_evaluation_is_listed_marked_and_closed() -> None:
    app = typed(open_page("partner.py", language="en", partner=1), "Ask for the report")
    by_prefix(app.segmented_control, "note_due").set_value("2026-12-01")
    app = healthy(app.run())
    save(typed(app, "Ask for the report"))
    (row,) = stored(1)
    assert (row["status"], row["owner"]) == ("open", ADMIN)
    assert row["before_evaluation"].date() == dt.date(2026, 12, 1)
    for script in ("home.py", "threshold.py"):
        page = open_page(script, language="en")
        said = page_text(page) + "".join(expander.label for expander in page.expander)
        assert "My follow-ups: 1" in said
        assert "Ask for the report" in said
    app = open_page("partner.py", language="en", partner=1)
    by_prefix(app.button, "note_done").click()
    app = healthy(app.run())
    assert stored(1)[0]["status"] == "done"
    assert "follow-up, done" in page_text(app)
    assert "My follow-ups" not in page_text(open_page("home.py", language="en"))


def test_overdue_is_said_in_words() -> None:
    late = dt.datetime.now().astimezone().date() - dt.timedelta(days=3)
    store("n1", 1, "Call", due_on=late)
    for script in ("home.py", "partner.py"):
        assert "overdue by 3" in page_text(open_page(script, language="en", partner=1))
    assert "просрочено на 3 дня" in page_text(open_page("home.py"))


def test_the_table_of_the_threshold_marks_partners_with_follow_ups() -> None:
    app = open_page("threshold.py", language="en")
    listed = app.dataframe[0].value
    assert "task" not in listed
    name = listed["name"].iloc[0]
    number = partner_named(name)
    store("n1", number, "Call", due_on=dt.date(2999, 1, 1))
    listed = open_page("threshold.py", language="en").dataframe[0].value
    assert listed.set_index("name").loc[name, "task"] == "1 follow-up · by 1 Jan 2999"
    assert (listed["task"] != "").sum() == 1


def partner_named(name: str) -> int:
    found = ask(partner_directory, EVERYTHING, NO_FILTERS)
    return int(found.loc[found["name"] == name, "partner_id"].iloc[0])


def test_a_quick_follow_up_is_written_on_the_threshold_page() -> None:
    app = open_page("threshold.py", language="en")
    picker = app.selectbox(key="threshold_partner")
    number = partner_named(app.dataframe[0].value["name"].iloc[0])
    picker.set_value(number)
    app = typed(healthy(app.run()), "Quick")
    save(app, "note_form_threshold")
    assert [row["text"] for row in stored(number)] == ["Quick"]


def test_what_was_typed_stays_when_the_state_database_is_locked(own_state: Path) -> None:
    app = open_page("partner.py", language="en", partner=1)
    assert recorder().settled(30)
    with locked(own_state):
        app = save(typed(app, "Important words"))
        assert "Not saved: the database of notes is busy" in "".join(w.value for w in app.warning)
        assert by_prefix(app.text_area, "note_text").value == "Important words"
    assert not stored(1)
    app = save(app)
    assert [row["text"] for row in stored(1)] == ["Important words"]
    assert by_prefix(app.text_area, "note_text").value == ""


def test_what_was_typed_stays_when_there_is_no_room_and_is_kept_once_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUALITY_STATE_POOL_SIZE", "1")
    settings.cache_clear()
    app = open_page("partner.py", language="en", partner=1)
    assert recorder().settled(30)
    fill(state_database())
    words = "ы" * 2000  # more than fits into what a table holds in advance
    app = save(typed(app, words))
    assert "Not saved: the database of notes has no room left" in "".join(
        warning.value for warning in app.warning
    )
    assert by_prefix(app.text_area, "note_text").value == words
    assert not stored(1), "reading goes on"
    make_room(state_database())
    save(app)
    assert [row["text"] for row in stored(1)] == [words]


def test_the_card_opens_without_the_state_database(own_state: Path) -> None:
    own_state.write_bytes(b"this is no database" * 1000)
    app = open_page("partner.py", language="en", partner=1)
    assert "Cannot be shown now: the database of notes does not answer" in page_text(app)
    app = save(typed(app, "Kept"))
    assert by_prefix(app.text_area, "note_text").value == "Kept"
    own_state.unlink()
    save(app)
    assert [row["text"] for row in stored(1)] == ["Kept"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("  ", "Write a few words"), ("a\x07b", "control characters")],
)
def test_a_text_that_cannot_be_kept_is_refused_in_words(text: str, words: str) -> None:
    app = save(typed(open_page("partner.py", language="en", partner=1), text))
    assert words in "".join(warning.value for warning in app.warning)
    assert by_prefix(app.text_area, "note_text").value == text
    assert not stored(1)


def test_hostile_text_is_shown_as_text() -> None:
    store("n1", 1, HOSTILE)
    for script in ("partner.py", "home.py", "threshold.py"):
        app = open_page(script, language="en", partner=1)
        shown = [m.value for m in app.markdown if "alert" in m.value]
        assert shown
        for value in shown:
            assert "![](https" not in value
            assert "<script>" not in value
            assert ":red[" not in value
            assert "[a](" not in value


def test_a_change_in_the_meantime_is_told_and_the_second_press_decides() -> None:
    store("n1", 1, "First", due_on=dt.date(2999, 1, 1))
    app = open_page("partner.py", language="en", partner=1)
    by_prefix(app.button, "note_edit_n1").click()
    app = healthy(app.run())
    with state_database().writing(demonstration=True) as connection:
        theirs = NoteContent("Theirs", NoteStatus.OPEN, ADMIN)
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        write_note(connection, frozenset({1}), NoteWrite("n1", 1, 1, theirs, "boris"), now)
    app.text_area(key="note_text_n1").set_value("Mine")
    app = save(app, "note_form_edit")
    assert "Somebody has changed this note" in "".join(w.value for w in app.warning)
    assert "Theirs" in page_text(app)
    assert app.text_area(key="note_text_n1").value == "Mine"
    assert stored(1)[0]["text"] == "Theirs"
    save(app, "note_form_edit")
    assert (stored(1)[0]["text"], stored(1)[0]["version"]) == ("Mine", 3)


def test_a_manager_sees_notes_on_own_partners_only(two_managers: list[tuple[str, int]]) -> None:
    (email, own), (_other, foreign) = two_managers
    store("n1", own, "About mine", email)
    store("n2", foreign, "About theirs", email)
    for script in ("home.py", "threshold.py", "partner.py"):
        for partner in (own, foreign):
            app = open_page(script, language="en", role="manager", portfolio=email, partner=partner)
            text = page_text(app) + "".join(expander.label for expander in app.expander)
            assert "About theirs" not in text
            assert "My follow-ups: 2" not in text
    text = page_text(open_page("home.py", language="en", role="manager", portfolio=email))
    assert "About mine" in text


def home_of(portfolio: str, role: str = "manager") -> str:
    return page_text(open_page("home.py", language="en", role=role, portfolio=portfolio))


def test_a_follow_up_whose_owner_has_lost_the_partner_is_the_present_managers(
    two_managers: list[tuple[str, int]],
) -> None:
    (email, own), (former, _) = two_managers
    store("n1", own, "Nobody else would call", former)
    text = home_of(email)
    assert "My follow-ups: 1" in text
    (row,) = {line for line in text.split("\n") if "Nobody else would call" in line}
    assert "passed on to you, written by Менеджер" in row
    assert "Nobody else would call" not in home_of(former)
    store("n2", own, "My own", email)
    text = home_of(email)
    assert "My follow-ups: 2" in text
    (row,) = {line for line in text.split("\n") if "My own" in line}
    assert "passed on to you" not in row


def test_a_follow_up_of_somebody_who_left_is_the_present_managers(
    two_managers: list[tuple[str, int]],
) -> None:
    (email, own), (other, foreign) = two_managers
    store("n1", own, "Left undone", "left@example.test")
    store("n2", foreign, "Of another manager", "left@example.test")
    text = home_of(email)
    assert "Left undone · passed on to you, written by left@example\\.test" in text
    assert "Of another manager" not in text
    assert "Of another manager" in home_of(other)


def test_a_follow_up_of_somebody_who_sees_the_partner_is_nobody_elses(
    two_managers: list[tuple[str, int]],
) -> None:
    (email, own), _ = two_managers
    store("n1", own, "The leader calls", "leader01@example.test")
    store("n2", own, "The administrator calls", ADMIN)
    assert "My follow-ups" not in home_of(email)
    assert "My follow-ups: 1" in home_of(email, role="admin")


def test_a_manager_cannot_write_on_a_foreign_partner_by_a_changed_portfolio(
    two_managers: list[tuple[str, int]],
) -> None:
    """The form was drawn for one's own partner; the visitor is another manager when it arrives."""
    (email, own), (other, _) = two_managers
    app = open_page("partner.py", language="en", role="manager", portfolio=email, partner=own)
    app.session_state["demonstration_portfolio"] = other
    button = next(b for b in app.button if b.form_id and b.form_id.startswith("note_form_card"))
    typed(app, "Forged")
    healthy(button.click().run())
    assert not stored(own)
    assert ask(partner_ids, Scope(Sight.PORTFOLIO, other)).isdisjoint({own})


def test_an_owner_who_was_not_offered_is_not_kept(two_managers: list[tuple[str, int]]) -> None:
    (email, own), (other, _) = two_managers
    app = open_page("partner.py", language="en", role="manager", portfolio=email, partner=own)
    by_prefix(app.segmented_control, "note_due").set_value("2026-12-01")
    app = typed(healthy(app.run()), "Call")
    app.session_state[by_prefix(app.selectbox, "note_owner").key] = other
    save(app)
    assert [row["owner"] for row in stored(own)] == [email]
    assert headings(app)
