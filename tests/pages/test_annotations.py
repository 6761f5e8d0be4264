"""What analysts mark is listed for everybody and drawn on the charts over time at once."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from program.roles import Role
from tests.databases import changed_copy
from tests.menu import MENU, MenuPage
from tests.pages.statements import statements_sent
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


#: What a page shows besides, told by its address or by what the visitor has chosen.
LOOKS: dict[str, list[dict[str, str]]] = {
    "coverage": [{"look": look} for look in ("changes", "groups", "time", "points")],
    "partner": [{"partner": "17"}],
}
CHOSEN = {"satisfaction": ("satisfaction_look", "trend")}
#: Pages with charts over time, and how many each has.
OVER_TIME = {
    "home": 1, "coverage": 3, "simulator": 1, "recommendation": 1, "satisfaction": 1, "survey": 1,
    "partner": 2,
}  # fmt: skip


def charts_over_time(app: AppTest) -> Iterator[dict[str, Any]]:
    """The charts of a page whose axis is made of days, however that axis came about."""
    for chart in app.get("plotly_chart"):
        spec = json.loads(chart.proto.spec)
        along = [*spec["layout"].get("xaxis", {}).get("range", [])[:1]]
        for trace in spec["data"]:
            along += trace["x"] if isinstance(trace.get("x"), list) else []
        if any(re.match(r"\d{4}-\d\d-\d\d", str(x)) for x in along):
            yield spec | {"alt": chart.proto.alt}


def written(chart: dict[str, Any]) -> list[str]:
    return [words["text"] for words in chart["layout"].get("annotations", [])]


def looks(page: MenuPage, role: str) -> Iterator[AppTest]:
    for address in LOOKS.get(page.path, [{}]):
        app = open_page(page.script, language="en", role=role, **address)
        if page.path in CHOSEN:
            key, code = CHOSEN[page.path]
            app = healthy(app.segmented_control(key=key).set_value(code).run())
        yield app


@pytest.mark.parametrize("page", MENU, ids=lambda page: page.path)
def test_every_chart_over_time_has_the_mark_and_tells_it(page: MenuPage) -> None:
    mark("Spring campaign")
    for role in page.roles & {Role.MANAGER, Role.ADMIN}:
        shown = [list(charts_over_time(app)) for app in looks(page, role.value)]
        for chart in itertools.chain(*shown):
            assert "Spring campaign" in written(chart), chart["alt"]
            assert "15 June 2026 — Spring campaign" in chart["alt"].replace("\u00a0", " ")
        if role is Role.ADMIN:  # the partner whose card is opened may be another manager's
            assert max(len(charts) for charts in shown) == OVER_TIME.get(page.path, 0)


@pytest.mark.parametrize("path", OVER_TIME)
def test_a_page_asks_for_the_marks_once_and_only_where_they_are_written(path: str) -> None:
    address = LOOKS.get(path, [{}])[0]
    open_page(f"{path}.py", **address)
    with statements_sent() as sent:
        open_page(f"{path}.py", **address)
    assert len([s for s in sent if "FROM annotation" in s.text]) == (path != "satisfaction")
    assert not [s for s in sent if "questionnaire_version" in s.text]


def test_a_new_questionnaire_is_marked_once_where_its_wording_begins_a_part(
    point_at: Callable[[Path], None], demo_file: Path, tmp_path: Path
) -> None:
    reworded = changed_copy(
        demo_file,
        tmp_path / "reworded.duckdb",
        "INSERT INTO question SELECT * REPLACE (0 AS version, text_ru || '?' AS text_ru) "
        "FROM question WHERE version = 1",
        "UPDATE survey SET questionnaire_version = 0 WHERE completed_on < '2025-09-10'",
    )
    point_at(reworded)
    (trend,) = charts_over_time(open_page("recommendation.py", language="en"))
    assert written(trend).count("new wording") == 1
    assert "new questionnaire" not in written(trend)
    (coverage,) = charts_over_time(open_page("home.py", language="en"))
    assert written(coverage).count("new questionnaire") == 1


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
