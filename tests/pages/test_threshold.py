"""Threshold 50 %: every group of every evaluation, and the keys behind a partner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components.outlook import evaluations_beside, partners_outlook
from components.table import ROWS_SHOWN
from metrics.coverage import Group
from program.calendar import add_months, evaluations_between
from program.rules import DECK_RULES
from queries.filters import NO_FILTERS, Filters
from queries.scope import EVERYTHING
from tests.databases import TODAY, connected
from tests.pages.visitor import headings, healthy, open_page, page_text

THRESHOLD = "threshold.py"
EVALUATIONS = evaluations_between(dt.date(2022, 12, 1), dt.date(2027, 1, 1))


@cache
def outlook(path: Path, evaluated_on: dt.date, filters: Filters = NO_FILTERS) -> pd.DataFrame:
    """What the page must show, asked without the page."""
    evaluations = evaluations_beside(evaluated_on, TODAY, DECK_RULES)
    with connected(path) as connection:
        return partners_outlook(connection, EVERYTHING, filters, evaluations, TODAY, DECK_RULES)


def counts(path: Path, evaluated_on: dt.date, filters: Filters = NO_FILTERS) -> list[int]:
    groups = outlook(path, evaluated_on, filters)["group_0"].value_counts()
    return [int(groups.get(group, 0)) for group in Group]


def counts_shown(app: AppTest) -> list[int]:
    switch = app.segmented_control(key="threshold_group")
    return [int(option.rsplit("·", 1)[1].replace("\u00a0", "")) for option in switch.options]


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("evaluated_on", [*EVALUATIONS[-4:], *EVALUATIONS[3:-4:9]], ids=str)
def test_every_evaluation_shows_how_many_are_in_each_group(
    oracle_file: Path, evaluated_on: dt.date
) -> None:
    app = open_page(THRESHOLD, on=f"{evaluated_on:%Y-%m}")
    assert counts_shown(app) == counts(oracle_file, evaluated_on)
    assert sum(counts_shown(app)) == 400


@pytest.mark.usefixtures("on_demo")
def test_of_a_past_evaluation_the_stored_decision_stands_beside_todays_records(
    oracle_file: Path,
) -> None:
    differing = 0
    for day in (EVALUATIONS[-3], *EVALUATIONS[20:40:4]):
        app = open_page(THRESHOLD, language="en", on=f"{day:%Y-%m}")
        with duckdb.connect(str(oracle_file), read_only=True) as connection:
            stored, before = (
                {
                    number
                    for (number,) in connection.execute(
                        "SELECT partner_id FROM competence_evaluation"
                        " WHERE held AND evaluated_on = ?",
                        [on],
                    ).fetchall()
                }
                for on in (day, add_months(day, -1))
            )
        (said,) = [info.value.replace("\u00a0", " ") for info in app.info]
        assert f"{len(stored)} hold the competence" in said
        assert f"lost {len(before - stored)}, gained {len(stored - before)}." in said
        rows = outlook(oracle_file, day)
        today = set(rows.loc[rows["state_0"] == "secured", "partner_id"])
        differing += len(today ^ stored)
        assert f"differ for {len(today ^ stored)} partner" in said or (
            today == stored and "say the same" in said
        )
    assert differing


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize(
    ("evaluated_on", "language"),
    [(EVALUATIONS[-1], "ru"), (EVALUATIONS[-2], "en"), (EVALUATIONS[-9], "ru")],
    ids=str,
)
@pytest.mark.parametrize("group", list(Group))
def test_every_group_lists_its_partners(
    oracle_file: Path, evaluated_on: dt.date, group: Group, language: str
) -> None:
    app = open_page(THRESHOLD, language=language, on=f"{evaluated_on:%Y-%m}")
    app.segmented_control(key="threshold_group").set_value(group.value)
    healthy(app.run())
    expected = outlook(oracle_file, evaluated_on)
    expected = expected[expected["group_0"] == group]
    if expected.empty:
        assert not app.dataframe
        return
    table = app.dataframe[0].value
    assert len(table) == min(len(expected), ROWS_SHOWN)
    assert set(table["name"]) <= set(expected["name"])


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize(
    ("filters", "address"),
    [
        (Filters(tier="gold"), {"tier": "gold"}),
        (Filters(country="KZ"), {"country": "KZ"}),
        (Filters(region="RU-MOW", tier="business"), {"region": "RU-MOW", "tier": "business"}),
    ],
    ids=str,
)
def test_filters_of_the_address_leave_the_same_partners_as_the_query(
    oracle_file: Path, filters: Filters, address: dict[str, str]
) -> None:
    expected = counts(oracle_file, EVALUATIONS[-2], filters)
    assert 0 < sum(expected) < 400
    assert counts_shown(open_page(THRESHOLD, **address)) == expected


@pytest.mark.usefixtures("on_demo")
def test_filters_that_leave_nobody_are_answered_in_words() -> None:
    app = open_page(THRESHOLD, language="en", country="AM", tier="gold", size="50+")
    assert "Nothing matches these filters" in page_text(app)
    assert headings(app)
    assert not app.dataframe


@pytest.mark.usefixtures("on_demo")
def test_a_partner_without_a_base_has_no_coverage_rather_than_none_of_it() -> None:
    app = open_page(THRESHOLD, language="en")
    app.segmented_control(key="threshold_group").set_value(Group.NO_BASE.value)
    table = healthy(app.run()).dataframe[0].value
    assert len(table) > 0
    assert set(table["outlook_0"]) == {"no base"}
    assert not table["coverage_0"].eq(0).any()


def test_a_decision_that_was_not_stored_is_said_to_be_calculated(
    point_at: Callable[[Path], None], undecided_file: Path
) -> None:
    point_at(undecided_file)
    assert any("jobs award" in info.value for info in open_page(THRESHOLD, language="en").info)


@pytest.mark.usefixtures("on_demo")
def test_a_stored_decision_is_not_said_to_be_calculated() -> None:
    assert not any("jobs award" in info.value for info in open_page(THRESHOLD, language="en").info)


@pytest.mark.usefixtures("on_demo")
def test_a_partner_picked_from_the_list_opens_its_keys(oracle_file: Path) -> None:
    app = open_page(THRESHOLD, language="en")
    losing = outlook(oracle_file, EVALUATIONS[-2]).query("group_0 == 'will_lose'")
    chosen = losing.iloc[0]
    app.selectbox(key="threshold_partner").set_value(int(chosen["partner_id"]))
    healthy(app.run())
    keys = app.dataframe[1].value
    in_base = keys["why_0"].str.startswith(("In the base", "Counts"))
    assert int(in_base.sum()) == int(chosen["base_0"])
    assert int((keys["why_0"] == "Counts: delivered").sum()) == int(chosen["delivered_0"])


@pytest.mark.usefixtures("on_demo")
def test_a_group_stays_chosen_while_the_visitor_works_in_it(oracle_file: Path) -> None:
    app = open_page(THRESHOLD, language="en", tier="gold")
    for group in (Group.CAN_GAIN, Group.NEAR, Group.WILL_LOSE, Group.IN_RESERVE):
        app.segmented_control(key="threshold_group").set_value(group.value)
        healthy(app.run())
        assert app.segmented_control(key="threshold_group").value == group
    app.selectbox(key="filter_tier").set_value("business")
    healthy(app.run())
    assert app.segmented_control(key="threshold_group").value == Group.IN_RESERVE
    expected = outlook(oracle_file, EVALUATIONS[-2], Filters(tier="business"))
    assert len(app.dataframe[0].value) == (expected["group_0"] == Group.IN_RESERVE).sum()


@pytest.mark.usefixtures("on_demo")
def test_more_deliveries_never_cost_anybody_the_competence() -> None:
    app = open_page(THRESHOLD, language="en")
    held = []
    for more in (0, 1, 5, 50):
        app.number_input[0].set_value(more)
        text = page_text(healthy(app.run()))
        sentence = next(line for line in text.splitlines() if line.startswith("Would hold"))
        held.append(int(sentence.split("**")[1].split(" ")[0]))
    assert held == sorted(held)
    assert held[0] < held[-1]
