"""What analysts mark is listed for everybody and drawn on the charts over time at once."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.visitor import healthy, open_page, page_text

pytestmark = pytest.mark.usefixtures("own_state")


def mark(text: str, role: str = "analyst") -> AppTest:
    app = open_page("methodology.py", language="en", role=role)
    (field,) = [f for f in app.text_input if str(f.key).startswith("annotation_text")]
    field.set_value(text)
    (day,) = [d for d in app.date_input if str(d.key).startswith("annotation_day")]
    day.set_value("2026-06-15")
    (button,) = [b for b in app.button if b.label == "Save the mark"]
    return healthy(button.click().run())


def drawn() -> str:
    charts = open_page("coverage.py", language="en", role="leader").get("plotly_chart")
    assert charts
    return "".join(json.dumps(json.loads(c.proto.spec), ensure_ascii=False) for c in charts)


def test_a_mark_is_listed_drawn_at_once_and_removed() -> None:
    assert "Spring campaign" not in drawn()
    app = mark("Spring campaign")
    assert "Spring campaign" in page_text(app)
    assert "Spring campaign" in drawn()
    (remove,) = [b for b in app.button if b.label == "Remove"]
    assert "Spring campaign" not in page_text(healthy(remove.click().run()))
    assert "Spring campaign" not in drawn()


@pytest.mark.parametrize("role", ["leader", "manager"])
def test_others_read_and_cannot_mark(role: str) -> None:
    mark("Spring campaign")
    app = open_page("methodology.py", language="en", role=role)
    assert "Spring campaign" in page_text(app)
    assert not [b for b in app.button if b.label in {"Save the mark", "Remove"}]


def test_a_hostile_mark_is_text() -> None:
    app = mark("![](https://x.test) :red[x] <b>bold</b>")
    (shown,) = [m.value for m in app.markdown if "bold" in m.value]
    assert "![](https" not in shown
    assert "<b>" not in shown
    assert "<b>" not in drawn()


def test_an_empty_mark_is_refused_in_words() -> None:
    assert "Write a few words first" in "".join(w.value for w in mark(" ").warning)
