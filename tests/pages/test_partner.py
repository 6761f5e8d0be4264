"""The partner card: whatever the address says, only what exists and may be seen is shown."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.pages.visitor import headings, healthy, open_page, page_text

CARD = "partner.py"


def one(path: Path, statement: str, *values: object) -> tuple[object, ...]:
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute(statement, values).fetchone()
    assert row is not None
    return tuple(row)


WITHOUT_KEYS = (
    "SELECT id, name FROM partner WHERE id NOT IN (SELECT partner_id FROM license_key) ORDER BY id"
)
WITH_KEYS = """
    SELECT partner_id, base, delivered, held FROM competence_evaluation
    WHERE evaluated_on = '2026-11-01' AND base > 5 AND delivered BETWEEN 1 AND base - 1
    ORDER BY partner_id
"""


@pytest.mark.usefixtures("on_demo")
def test_a_partner_is_called_by_its_name(oracle_file: Path) -> None:
    number, name = one(oracle_file, "SELECT id, name FROM partner WHERE id = 17")
    (heading,) = headings(open_page(CARD, partner=number))
    assert heading.replace("\\", "") == name


@pytest.mark.usefixtures("on_demo")
def test_the_card_says_whether_the_stored_decision_gave_the_competence(oracle_file: Path) -> None:
    for held, words in ((True, "in force"), (False, "none")):
        number = one(
            oracle_file,
            "SELECT partner_id FROM competence_evaluation "
            "WHERE evaluated_on = '2026-11-01' AND base > 0 AND held = ?",
            held,
        )[0]
        app = open_page(CARD, language="en", partner=number)
        (tile,) = [metric for metric in app.metric if metric.label == "Competence now"]
        assert tile.value == words


@pytest.mark.usefixtures("on_demo")
def test_the_history_on_the_card_is_the_stored_one(oracle_file: Path) -> None:
    number, base, delivered, _held = one(oracle_file, WITH_KEYS)
    app = open_page(CARD, language="en", partner=number)
    app.toggle(key="card_history-as-table").set_value(True)
    tables = [frame.value for frame in healthy(app.run()).dataframe]
    tables = [table for table in tables if "is_stored" in table]
    (history,) = tables
    decided = history[history["is_stored"] == "yes"].iloc[-1]
    assert (decided["base"], decided["delivered"]) == (base, delivered)


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize(("language", "words"), [("ru", "нет базы"), ("en", "no base")])
def test_a_partner_without_keys_has_no_base_and_never_zero_per_cent(
    oracle_file: Path, language: str, words: str
) -> None:
    number = one(oracle_file, WITHOUT_KEYS)[0]
    app = open_page(CARD, language=language, partner=number)
    tiles = [str(metric.value).lower() for metric in app.metric]
    assert words in tiles
    assert not re.search(r"(?<![\d,.])0 %", page_text(app))


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize(
    "said",
    [
        "999999",
        "0",
        "-1",
        "abc",
        "1; DROP TABLE partner",
        "1.5",
        "9" * 40,
        "²",
        "١٧",
        "%00",
        "<script>alert(1)</script>",
        "![x](https://example.test/x.png)",
    ],
)
def test_an_address_that_names_no_partner_shows_none(said: str) -> None:
    app = open_page(CARD, language="en", partner=said)
    text = page_text(app)
    if said == "١٧":  # digits of another script are digits: the partner may be found by them
        assert headings(app)
        return
    assert "There is no such partner in your scope" in text
    assert not app.metric
    assert said not in text or said in {"0", "-1", "1.5"}


@pytest.mark.usefixtures("on_demo")
def test_the_card_tells_on_request_why_any_other_key_does_not_count(oracle_file: Path) -> None:
    number, demo_keys = one(
        oracle_file,
        "SELECT partner_id, count(*) FROM license_key WHERE kind <> 'commercial'"
        " AND purchased_on >= '2025-01-01' AND partner_id IN"
        " (SELECT partner_id FROM license_key GROUP BY ALL HAVING count(*) < 100)"
        " GROUP BY ALL ORDER BY 2 DESC, 1",
    )
    app = open_page(CARD, language="en", partner=number)
    (switch,) = [t for t in app.toggle if "do not count" in t.label]
    switch.set_value(True)
    healthy(app.run())
    (table,) = [t for t in (frame.value for frame in app.dataframe) if "kind" in t]
    for reason in ("why_0", "why_1"):
        assert table[reason].str.startswith("Not counted").all()
    other_kinds = table["kind"] != "commercial"
    assert other_kinds.sum() >= demo_keys
    assert set(table.loc[other_kinds, "why_0"]) == {"Not counted: this kind of key does not count"}


@pytest.mark.usefixtures("on_demo")
def test_without_an_address_the_card_asks_for_a_partner() -> None:
    app = open_page(CARD, language="en")
    assert "Choose a partner above" in page_text(app)
    assert not app.metric


@pytest.mark.usefixtures("on_demo")
def test_picking_another_partner_changes_the_address_and_the_card(oracle_file: Path) -> None:
    app = open_page(CARD, language="en", partner=17)
    name = one(oracle_file, "SELECT name FROM partner WHERE id = 18")[0]
    app.selectbox(key="card_partner").set_value(18)
    healthy(app.run())
    assert app.query_params["partner"] == "18"
    assert headings(app)[0].replace("\\", "") == name


@pytest.mark.usefixtures("on_demo")
def test_a_partner_of_another_portfolio_does_not_exist_for_a_manager(
    oracle_file: Path,
) -> None:
    own, email = one(oracle_file, "SELECT id, manager_email FROM partner WHERE id = 17")
    foreign, name = one(
        oracle_file,
        "SELECT id, name FROM partner WHERE manager_email <> ? ORDER BY id",
        email,
    )
    manager = {"language": "en", "role": "manager", "portfolio": str(email)}
    assert open_page(CARD, **manager, partner=own).metric
    app = open_page(CARD, **manager, partner=foreign)
    assert "There is no such partner in your scope" in page_text(app)
    assert str(name) not in page_text(app)
    offered = app.selectbox(key="card_partner").options
    assert not any(str(name) in option for option in offered)
