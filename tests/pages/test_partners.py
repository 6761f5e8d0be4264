"""The catalogue: search, the badge, and a client's shortlist of participants only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from components import catalogue
from components.data import kept_answers
from components.table import ROWS_SHOWN
from program.rules import DECK_RULES
from queries.filters import NO_FILTERS
from queries.scope import EVERYTHING
from queries.standing import At, partner_standing
from tests.databases import TODAY, connected
from tests.pages.visitor import healthy, open_page, page_text

PARTNERS = "partners.py"
NOVEMBER = dt.date(2026, 11, 1)


def listed(path: Path):
    with connected(path) as connection:
        at = At(NOVEMBER, TODAY, DECK_RULES, stored=True)
        return partner_standing(connection, EVERYTHING, NO_FILTERS, at)


@pytest.mark.usefixtures("on_demo")
def test_only_holders_are_listed_when_asked_for(oracle_file: Path) -> None:
    app = open_page(PARTNERS, language="en", competence="held")
    held = listed(oracle_file)[lambda rows: rows["held"]]
    table = app.dataframe[0].value
    assert len(table) == min(len(held), ROWS_SHOWN)
    assert set(table["name"]) <= set(held["name"])
    assert table["badge"].str.startswith("✓ since ").all()
    app.toggle(key="catalogue_only").set_value(False)
    assert "competence" not in healthy(app.run()).query_params


@pytest.mark.usefixtures("on_demo")
def test_search_ignores_case_and_takes_yo_for_ye(oracle_file: Path) -> None:
    everybody = listed(oracle_file)
    named = everybody[everybody["name"].str.contains("Ёлочный")]
    assert len(named) > 0
    for said in ("ёлочный", "ЕЛОЧНЫЙ", "  елочн "):
        table = open_page(PARTNERS, q=said).dataframe[0].value
        assert set(table["name"]) == set(named["name"])


@pytest.mark.usefixtures("on_demo")
def test_a_search_without_a_match_says_so() -> None:
    app = open_page(PARTNERS, language="en", q="zzzz")
    assert "No partner matches the search" in page_text(app)
    assert not app.dataframe


@pytest.mark.usefixtures("on_demo")
def test_the_shortlist_holds_participants_of_the_programme_only(oracle_file: Path) -> None:
    app = open_page(PARTNERS, language="en", q="москва")
    held = listed(oracle_file)[
        lambda rows: rows["held"] & rows["is_member"] & (rows["city"] == "Москва")
    ]
    choice = app.multiselect(key="shortlist")
    assert len(choice.options) == len(held)
    assert f"{len(held)} partners in the list" in page_text(app)
    choice.set_value([int(held["partner_id"].iloc[0])])
    assert "1 partner in the list, decision of 1 November 2026" in page_text(healthy(app.run()))


@pytest.mark.usefixtures("on_demo")
def test_a_shortlist_of_nobody_is_said_to_be_empty(oracle_file: Path) -> None:
    without = listed(oracle_file)[lambda rows: ~rows["held"]]
    app = open_page(PARTNERS, language="en", q=without["name"].iloc[0])
    assert "the list would be empty" in page_text(app)


@pytest.mark.usefixtures("on_demo")
def test_a_list_too_long_to_pick_from_shows_the_same_and_reads_only_its_first_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = open_page(PARTNERS, language="en")
    monkeypatch.setattr(catalogue, "_PICKED_FROM", 0)
    kept_answers().clear()
    long = open_page(PARTNERS, language="en")
    asked = [key for key in kept_answers() if partner_standing in key]
    assert asked
    assert all(ROWS_SHOWN in key[-1] for key in asked)
    assert [title.value for title in long.title] == [title.value for title in short.title]
    pd.testing.assert_frame_equal(long.dataframe[0].value, short.dataframe[0].value)
    lines = [[caption.value for caption in app.caption] for app in (short, long)]
    assert set(lines[1]) - set(lines[0]) == {
        "Narrow the search or the filters to pick single partners."
    }
    assert set(lines[0]) <= set(lines[1])
