"""Regions: the map and its table say the same; from a region to its cities and partners."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from program.rules import DECK_RULES
from queries.filters import NO_FILTERS
from queries.scope import EVERYTHING
from queries.standing import At, region_standing
from tests.databases import TODAY, connected
from tests.pages.visitor import headings, healthy, open_page, page_text

REGIONS = "regions.py"
MEASURES = ("coverage", "holding", "deliveries", "developer", "platform")


def standing(path: Path, day: dt.date, *, stored: bool):
    with connected(path) as connection:
        at = At(day, TODAY, DECK_RULES, stored)
        return region_standing(connection, EVERYTHING, NO_FILTERS, at).set_index("name_en")


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_measure_is_drawn_and_listed_by_region(measure: str, language: str) -> None:
    app = open_page(REGIONS, language=language, measure=measure)
    assert app.selectbox(key="region_measure").value == measure
    assert len(app.get("plotly_chart")) == 1
    assert len(app.dataframe[0].value) == 95
    assert "nan" not in page_text(app).lower().split()


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize(
    ("address", "day", "stored"),
    [
        ({}, dt.date(2026, 12, 1), False),
        ({"on": "2026-11"}, dt.date(2026, 11, 1), True),
        ({"on": "2024-02"}, dt.date(2024, 2, 1), True),
    ],
)
def test_the_table_is_that_of_the_chosen_evaluation(
    oracle_file: Path, address: dict[str, str], day: dt.date, stored: bool
) -> None:
    expected = standing(oracle_file, day, stored=stored)
    table = open_page(REGIONS, language="en", **address).dataframe[0].value.set_index("name")
    for column in ("partners", "holders", "delivered", "deliveries"):
        assert table[column].astype(int).to_dict() == expected[column].to_dict()
    assert table["n"].astype(int).to_dict() == expected["base"].to_dict()


@pytest.mark.usefixtures("on_demo")
def test_a_chosen_region_opens_its_cities_and_partners() -> None:
    app = open_page(REGIONS, language="en", region="RU-SAM")
    assert headings(app)[0].startswith("Samara Oblast: coverage")
    regions, cities, partners = (frame.value for frame in app.dataframe)
    assert len(regions) == 1
    assert cities["base"].sum() == partners["base"].sum() == regions["n"].sum()
    assert set(partners["city"]) <= set(cities["city"])


@pytest.mark.usefixtures("on_demo")
def test_a_country_narrows_the_table_and_the_map_keeps_every_tile() -> None:
    app = open_page(REGIONS, language="en", country="KZ")
    assert len(app.dataframe[0].value) == 3
    assert "Moscow" in app.get("plotly_chart")[0].proto.spec


@pytest.mark.usefixtures("on_demo")
def test_shares_of_few_answers_are_hidden_in_the_comparison() -> None:
    table = open_page(REGIONS, language="en", measure="developer").dataframe[0].value
    few = table[(table["n"] > 0) & (table["n"] < 5)]
    assert len(few) > 0
    assert not (few["value"] >= 0).any()
    assert (table.loc[table["n"] >= 5, "value"] >= 0).all()


@pytest.mark.usefixtures("on_demo")
def test_a_measure_that_does_not_exist_is_the_first_one() -> None:
    app = open_page(REGIONS, measure="<script>")
    assert app.selectbox(key="region_measure").value == "coverage"
    app.selectbox(key="region_measure").set_value("holding")
    assert healthy(app.run()).query_params["measure"] == "holding"
