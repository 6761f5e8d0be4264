"""Saved views in the side panel: what was chosen comes back, whatever the name says."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.recorder import recorder
from components.state import state_database
from queries.saved_views import SavedView, views_of
from tests.pages.visitor import healthy, open_page, page_text
from tests.queries.states import locked

pytestmark = pytest.mark.usefixtures("own_state")
ADMIN = "demonstration:admin"


def views(person: str = ADMIN) -> list[SavedView]:
    with state_database().reading(demonstration=True) as connection:
        return views_of(connection, person)


def save_as(app: AppTest, name: str) -> AppTest:
    (field,) = [f for f in app.text_input if str(f.key).startswith("saved_view_name")]
    field.set_value(name)
    (button,) = [b for b in app.button if b.label == "Save the view"]
    return healthy(button.click().run())


def open_saved(app: AppTest, view: SavedView) -> AppTest:
    return healthy(app.button(key=f"saved_view_open_{view.id}").click().run())


def test_a_view_brings_page_and_filters_back() -> None:
    app = open_page("threshold.py", language="en", region="RU-MOW", tier="gold", on="2027-01")
    healthy(app.segmented_control(key="threshold_group").set_value("can_gain").run())
    before = page_text(save_as(app, "Moscow gold"))
    (view,) = views()
    assert (view.page, view.name) == ("threshold", "Moscow gold")
    assert "region=RU-MOW" in view.codes
    assert "lang" not in view.codes
    app = open_page("home.py", language="en", region="RU-SPE")
    app = open_saved(app, view)
    assert page_text(app) == before
    assert app.query_params["region"] in ("RU-MOW", ["RU-MOW"])


def test_a_view_of_the_same_page_takes_filters_away_too() -> None:
    app = open_page("threshold.py", language="en")
    bare = page_text(save_as(app, "Everybody"))
    (view,) = views()
    app = open_page("threshold.py", language="en", tier="gold")
    assert page_text(app) != bare
    assert page_text(open_saved(app, view)) == bare


def test_a_view_is_deleted() -> None:
    app = save_as(open_page("home.py", language="en"), "Home")
    (view,) = views()
    healthy(app.button(key=f"saved_view_forget_{view.id}").click().run())
    assert views() == []


def test_a_name_is_taken_once_and_what_was_typed_stays() -> None:
    app = save_as(open_page("home.py", language="en"), "Mine")
    app = save_as(app, "Mine")
    assert "You have a view of this name already" in "".join(w.value for w in app.warning)
    assert [f.value for f in app.text_input if "saved_view_name" in str(f.key)] == ["Mine"]
    assert len(views()) == 1


def test_a_locked_state_database_keeps_what_was_typed(own_state: Path) -> None:
    app = open_page("home.py", language="en")
    assert recorder().settled(30)
    with locked(own_state):
        app = save_as(app, "Mine")
        assert "Not saved: the database of notes is busy" in "".join(w.value for w in app.warning)
    save_as(app, "Mine")
    assert [view.name for view in views()] == ["Mine"]


def test_a_hostile_name_is_text() -> None:
    app = save_as(open_page("home.py", language="en"), "![](https://x.test) :red[x] <b>")
    (label,) = [b.label for b in app.button if str(b.key).startswith("saved_view_open")]
    assert "![](https" not in label
    assert ":red[" not in label


def test_nobody_opens_a_page_of_another_role_by_a_view() -> None:
    app = save_as(open_page("journal.py", language="en"), "Journal")
    (view,) = views()
    with state_database().writing(demonstration=True) as connection:
        connection.exec_driver_sql("UPDATE saved_view SET person = 'demonstration:leader'")
    app = open_page("home.py", language="en", role="leader")
    assert app.button(key=f"saved_view_open_{view.id}").disabled
