"""Home says what the records say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from components.outlook import coming_evaluations, groups_by_evaluation
from metrics.coverage import Group
from program.rules import DECK_RULES
from queries.filters import NO_FILTERS, Filters
from queries.scope import EVERYTHING
from tests.databases import TODAY, changed_copy, connected
from tests.pages.visitor import headings, open_page, page_text

HOME = "home.py"
LATEST = dt.date(2026, 11, 1)


def figure(app: AppTest, label: str) -> str:
    (tile,) = [metric for metric in app.metric if metric.label.replace("\u00a0", " ") == label]
    return str(tile.value)


def coming_losers(path: Path, filters: Filters = NO_FILTERS) -> int:
    nearest = coming_evaluations(TODAY, DECK_RULES)[:1]
    with connected(path) as connection:
        groups = groups_by_evaluation(connection, EVERYTHING, filters, nearest, TODAY, DECK_RULES)
    return int(groups[Group.WILL_LOSE].iloc[0])


def asked(path: Path, statement: str) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.usefixtures("on_demo")
def test_the_heading_counts_who_is_about_to_lose(oracle_file: Path) -> None:
    losing = coming_losers(oracle_file)
    assert losing > 0
    assert headings(open_page(HOME, language="en"))[0].startswith(f"{losing} partner")


@pytest.mark.usefixtures("on_demo")
def test_filters_of_the_address_cut_the_figures(oracle_file: Path) -> None:
    gold = coming_losers(oracle_file, Filters(tier="gold"))
    assert 0 < gold < coming_losers(oracle_file)
    assert headings(open_page(HOME, language="en", tier="gold"))[0].startswith(f"{gold} partner")


@pytest.mark.usefixtures("on_demo")
def test_holders_are_those_of_the_latest_stored_decision(oracle_file: Path) -> None:
    holders = asked(
        oracle_file,
        "SELECT count(*) FROM competence_evaluation WHERE held AND evaluated_on = '2026-11-01'",
    )
    shown = figure(open_page(HOME, language="en"), "Partners with the competence")
    assert shown == str(holders)


@pytest.mark.usefixtures("on_demo")
def test_deliveries_of_the_last_whole_month_are_the_accepted_ones(oracle_file: Path) -> None:
    accepted = asked(
        oracle_file,
        "SELECT count(*) FROM delivery WHERE status = 'accepted' "
        "AND delivered_on BETWEEN '2026-10-01' AND '2026-10-31'",
    )
    assert accepted > 0
    assert figure(open_page(HOME, language="en"), "Delivered in Oct 2026") == str(accepted)


def test_an_old_copy_speaks_of_its_own_day_and_says_that_it_is_old(
    point_at: Callable[[Path], None], demo_file: Path, tmp_path: Path
) -> None:
    """«Today» is the day of the data: the same figures, and a warning about their age."""
    old = changed_copy(
        demo_file,
        tmp_path / "old.duckdb",
        "UPDATE load_batch SET source = 'load', "
        "data_as_of = current_localtimestamp() - INTERVAL 9 DAY",
    )
    point_at(old)
    app = open_page(HOME, language="en")
    assert ["9 days old" in warning.value.replace("\u00a0", " ") for warning in app.warning] == [
        True
    ]


def test_a_fresh_copy_does_not_warn(
    point_at: Callable[[Path], None], demo_file: Path, tmp_path: Path
) -> None:
    fresh = changed_copy(
        demo_file,
        tmp_path / "fresh.duckdb",
        "UPDATE load_batch SET source = 'load', data_as_of = current_localtimestamp()",
    )
    point_at(fresh)
    assert not open_page(HOME).warning


def test_loaded_records_are_not_called_a_demonstration(
    point_at: Callable[[Path], None], demo_file: Path, tmp_path: Path
) -> None:
    point_at(
        changed_copy(demo_file, tmp_path / "l.duckdb", "UPDATE load_batch SET source = 'load'")
    )
    assert "synthetic" not in page_text(open_page(HOME, language="en"))
