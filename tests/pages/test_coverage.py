"""Coverage: adoption over time, and one closer look at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from program.rules import DECK_RULES
from queries.adoption import adoption
from queries.changes import changes_at
from queries.filters import NO_FILTERS, BaseSize, Filters
from queries.scope import EVERYTHING
from tests.databases import TODAY, changed_copy, connected
from tests.pages.visitor import headings, healthy, open_page, page_text

COVERAGE = "coverage.py"
COMING = (dt.date(2026, 12, 1), dt.date(2027, 1, 1))
LOOKS = ("changes", "groups", "time", "points")


def counted(path: Path, filters: Filters = NO_FILTERS):
    with connected(path) as connection:
        return adoption(connection, EVERYTHING, filters, None, COMING, TODAY, DECK_RULES)


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize(
    ("filters", "address"),
    [
        (NO_FILTERS, {}),
        (Filters(tier="gold"), {"tier": "gold"}),
        (Filters(region="RU-MOW", size=BaseSize.FEW), {"region": "RU-MOW", "size": "1-9"}),
    ],
    ids=str,
)
def test_the_heading_tells_the_latest_stored_decision_of_the_cut(
    oracle_file: Path, filters: Filters, address: dict[str, str]
) -> None:
    now = counted(oracle_file, filters)[lambda rows: rows["decided"]].iloc[-1]
    app = open_page(COVERAGE, language="en", **address)
    assert f"{now['holders']} of {now['with_base']} partner" in headings(app)[0]
    figures = [metric.value for metric in app.metric]
    assert figures[:3] == [str(now[n]) for n in ("members", "delivering", "holders")]


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_closer_look_opens_from_its_address(look: str, language: str) -> None:
    app = open_page(COVERAGE, language=language, look=look)
    assert app.segmented_control(key="section_look").value == look
    switches = [toggle for toggle in app.toggle if str(toggle.key).endswith("-as-table")]
    assert len(switches) == len(app.get("plotly_chart"))
    for switch in switches:
        switch.set_value(True)
    assert not healthy(app.run()).get("plotly_chart")


@pytest.mark.usefixtures("on_demo")
def test_an_unknown_look_in_the_address_is_the_first_one() -> None:
    app = open_page(COVERAGE, look="<b>", month="nonsense", by="x")
    assert app.segmented_control(key="section_look").value == "changes"


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("grouping", ["tier", "size", "district", "edition"])
def test_groups_add_up_to_the_programme(oracle_file: Path, grouping: str) -> None:
    app = open_page(COVERAGE, language="en", look="groups", by=grouping)
    table = app.dataframe[-1].value
    following = counted(oracle_file)[lambda rows: ~rows["decided"]].iloc[0]
    for name in ("base", "delivered", "pending_activation"):
        # Keys of partners without a base belong to no band of sizes.
        if grouping == "size" and name == "pending_activation":
            continue
        assert int(table[name].sum()) == following[name]


@pytest.mark.usefixtures("on_demo")
def test_names_of_an_evaluation_are_those_who_changed(oracle_file: Path) -> None:
    app = open_page(COVERAGE, language="en", month="2026-05")
    with connected(oracle_file) as connection:
        asked = (dt.date(2026, 5, 1), dt.date(2026, 4, 1), COMING, TODAY, DECK_RULES)
        expected = changes_at(connection, EVERYTHING, NO_FILTERS, *asked)
    named = [frame.value for frame in app.dataframe if "coverages" in frame.value]
    assert {name for frame in named for name in frame["name"]} == set(expected["name"])
    assert len(named[0]) == expected["held"].sum()


@pytest.mark.usefixtures("on_demo")
def test_later_evaluations_are_forecast_in_the_charts_their_tables_and_in_words() -> None:
    app = open_page(COVERAGE, language="en")
    partners, keys = (chart.proto.spec for chart in app.get("plotly_chart")[:2])
    assert "1px,4px" in partners
    assert "1px,4px" in keys
    notes = [caption.value for caption in app.caption if "Fine dots: a forecast" in caption.value]
    assert all("from 30–\u206033 past evaluations" in note for note in notes)
    assert len(notes) == 2
    assert "may lie above the coming evaluations" in page_text(app)
    app.toggle(key="adoption_partners-as-table").set_value(True)
    table = healthy(app.run()).dataframe[0].value
    assert list(table["status"])[-7:] == ["decided", *["by today's records"] * 2, *["forecast"] * 4]


@pytest.mark.usefixtures("on_demo")
def test_with_few_partners_nothing_is_forecast_and_the_page_says_so() -> None:
    app = open_page(COVERAGE, language="en", tier="gold", region="RU-MOW", size="1-9")
    assert "1px,4px" not in app.get("plotly_chart")[0].proto.spec
    assert "No forecast: fewer than 10 partners have a base." in page_text(app)
    for name in ("partners", "keys"):
        app.toggle(key=f"adoption_{name}-as-table").set_value(True)
    healthy(app.run())


@pytest.mark.usefixtures("on_demo")
def test_a_coming_evaluation_leads_to_the_list_of_those_who_can_still_act() -> None:
    app = open_page(COVERAGE, language="en", month="2027-01")
    (button,) = [b for b in app.button if b.label == "Open the list"]
    app = healthy(button.click().run())
    assert "1 January 2027" in page_text(app).replace("\u00a0", " ")
    assert app.query_params["on"] == "2027-01"


def test_a_new_version_of_the_rules_is_marked_and_told(
    point_at: Callable[[Path], None], demo_file: Path, tmp_path: Path
) -> None:
    changed = changed_copy(
        demo_file,
        tmp_path / "changed.duckdb",
        "UPDATE competence_evaluation SET rules_version = 'r0' WHERE evaluated_on < '2025-06-01'",
        "UPDATE survey SET questionnaire_version = 0 WHERE completed_on < '2025-03-10'",
    )
    point_at(changed)
    app = open_page(COVERAGE, language="en")
    specs = [chart.proto.spec for chart in app.get("plotly_chart")]
    assert specs
    assert all("new rules" in spec for spec in specs)
    assert all("new questionnaire" in spec for spec in specs)


def test_before_any_decision_the_coming_evaluations_are_all_there_is(
    point_at: Callable[[Path], None], undecided_file: Path
) -> None:
    point_at(undecided_file)
    app = open_page(COVERAGE, language="en")
    assert "decision has been stored yet" in page_text(app)
    assert not app.metric
