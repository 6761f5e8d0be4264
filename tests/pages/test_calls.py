"""«Обзвон» says how contacts ended, and keeps the five ways apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from metrics.proportion import share
from tests.databases import changed_copy
from tests.pages.visitor import headings, healthy, open_page, page_text

PAGE = "survey.py"
LAST = """
SELECT outcome, count(*) FROM (
  SELECT outcome, row_number() OVER (
    PARTITION BY delivery_id ORDER BY attempted_on DESC, a.id DESC) AS place
  FROM contact_attempt a JOIN delivery d ON d.id = a.delivery_id AND d.status = 'accepted')
WHERE place = 1 GROUP BY outcome
"""


def outcomes(path: Path) -> dict[str, int]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return dict(connection.execute(LAST).fetchall())


def opened(**address: object) -> AppTest:
    return open_page(PAGE, language="en", **{"survey": "all", **address})


@pytest.mark.usefixtures("on_demo")
def test_the_heading_is_the_response_rate_by_the_last_attempt(oracle_file: Path) -> None:
    counts = outcomes(oracle_file)
    ended = sum(counts.values()) - counts["pending"]
    rate = share(counts["completed"], ended)
    app = opened()
    assert headings(app)[0].replace("\u00a0", " ") == f"Response rate {rate.value * 100:.1f} %"
    assert f"{counts['completed']:,} of {ended:,}" in page_text(app)
    assert f"{rate.low * 100:.1f}–{rate.high * 100:.1f} %" in page_text(app)


@pytest.mark.usefixtures("on_demo")
def test_refused_unreachable_wrong_and_pending_are_said_apart(oracle_file: Path) -> None:
    counts = outcomes(oracle_file)
    text = page_text(opened())
    for name, outcome in (
        ("answered", "completed"), ("refused", "refused"), ("not reached", "unreachable"),
        ("wrong contact", "wrong_contact"),
    ):  # fmt: skip
        assert f"{name}: **{counts[outcome]:,} of " in text
    assert f"still pending, not over and in no share: {counts['pending']}" in text


@pytest.mark.usefixtures("on_demo")
def test_a_shorter_period_is_compared_with_the_one_before() -> None:
    assert "period before" in headings(opened(survey="12m"))[0] or (
        "within chance" in headings(opened(survey="12m"))[0]
    )


@pytest.mark.usefixtures("on_demo")
def test_bounds_for_the_silent_are_shown_on_demand() -> None:
    app = opened()
    assert "Chance is not in these bounds" not in page_text(app)
    app.toggle(key="calls_worst_case").set_value(True)
    assert "Chance is not in these bounds" in page_text(healthy(app.run()))


@pytest.mark.usefixtures("on_demo")
def test_regions_stand_beside_all_the_others_too() -> None:
    app = opened()
    app.get_by_key("calls_by").set_value("regions")
    rows = healthy(app.run()).dataframe[-1].value
    assert "region" in rows
    assert "name" not in rows
    assert {"refused", "unreachable", "wrong_contact", "pending"} <= set(rows)


@pytest.mark.usefixtures("on_demo")
def test_a_manager_reads_no_name_of_another_managers_partner(oracle_file: Path) -> None:
    mine = "manager01@example.test"
    with duckdb.connect(str(oracle_file), read_only=True) as connection:
        theirs = connection.execute(
            "SELECT name FROM partner WHERE manager_email <> ?", [mine]
        ).fetchall()
    app = open_page(PAGE, language="en", role="manager", portfolio=mine, survey="all")
    seen = page_text(app) + "".join(frame.value.to_csv() for frame in app.dataframe)
    assert [name for (name,) in theirs if name in seen] == []
    assert len(app.dataframe)


def test_where_nobody_was_called_the_page_says_so(
    point_at: Callable[[Path], None], demo_file: Path, tmp_path: Path
) -> None:
    point_at(changed_copy(demo_file, tmp_path / "program.duckdb", "DELETE FROM contact_attempt"))
    app = opened()
    assert headings(app) == ["No contact ended in this period"]
    assert "Nobody was called in the period." in page_text(app)
