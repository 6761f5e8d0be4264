"""«Сравнение партнёров» names whom the rule names, and nobody whom the visitor may not see."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from metrics.peers import PeerFlag, judge_shares
from tests.databases import changed_copy
from tests.pages.visitor import headings, healthy, open_page, page_text

PAGE = "comparison.py"
COUNTS = """
SELECT p.name, count(*) AS n, count(*) FILTER (score >= 4) AS good
FROM answer a JOIN survey s ON s.id = a.survey_id JOIN delivery d ON d.id = s.delivery_id
JOIN partner p ON p.id = d.partner_id
WHERE question_code = 'recommend_partner' GROUP BY p.name
"""

SMALL_REGION = """
SELECT region_code FROM (
  SELECT c.region_code, p.id, count(*) AS n
  FROM answer a JOIN survey s ON s.id = a.survey_id JOIN delivery d ON d.id = s.delivery_id
  JOIN partner p ON p.id = d.partner_id JOIN city c ON c.id = p.city_id
  WHERE question_code = 'recommend_partner' GROUP BY ALL)
GROUP BY region_code HAVING count(*) FILTER (n >= 10) BETWEEN 2 AND 9
ORDER BY region_code LIMIT 1
"""


def answered(path: Path, statement: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(statement).fetchall()


def opened(**address: object) -> AppTest:
    return open_page(PAGE, language="en", **{"survey": "all", **address})


def table(app: AppTest):
    return app.dataframe[-1].value


@pytest.mark.usefixtures("on_demo")
def test_the_heading_counts_the_partners_that_the_rule_flags(oracle_file: Path) -> None:
    rows = answered(oracle_file, COUNTS)
    peers = judge_shares([good for _, _, good in rows], [n for _, n, _ in rows])
    alerts = {row[0] for row, flag in zip(rows, peers.flags, strict=True) if flag is PeerFlag.ALERT}
    app = opened()
    assert alerts
    assert f"a reason to ask {len(alerts)} partner" in headings(app)[0]
    assert set(table(app).loc[table(app)["verdict"] == "a reason to ask", "name"]) == alerts


@pytest.mark.usefixtures("on_demo")
def test_the_line_below_says_partners_answers_and_the_common_level(oracle_file: Path) -> None:
    rows = answered(oracle_file, COUNTS)
    text = page_text(opened())
    assert f"{len(rows)} partners with answers" in text
    assert f"judged from 10 answers on: {sum(n >= 10 for _, n, _ in rows)}" in text
    assert f"n = {sum(n for _, n, _ in rows):,}" in text


@pytest.mark.usefixtures("on_demo")
def test_partners_with_under_five_answers_have_no_figure(oracle_file: Path) -> None:
    few = {name for name, n, _ in answered(oracle_file, COUNTS) if n < 5}
    rows = table(opened())
    hidden = rows[rows["name"].isin(few)]
    assert set(hidden["interval"].str.contains("hidden")) <= {True}
    assert rows.loc[~rows["name"].isin(few), "interval"].str.contains("–").all()


@pytest.mark.usefixtures("on_demo")
def test_a_manager_reads_no_name_of_another_managers_partner(oracle_file: Path) -> None:
    mine = "manager01@example.test"
    partners = answered(oracle_file, "SELECT name, manager_email FROM partner")
    app = open_page(PAGE, language="en", role="manager", portfolio=mine, survey="all")
    seen = page_text(app) + "".join(
        [str(chart.proto) for chart in app.get("plotly_chart")]
        + [frame.value.to_csv() for frame in app.dataframe]
    )
    assert {email for name, email in partners if name in seen} == {mine}
    assert "Partners of other portfolios are in the common level" in seen


@pytest.mark.usefixtures("on_demo")
def test_a_manager_is_compared_with_everybody(oracle_file: Path) -> None:
    app = open_page(
        PAGE, language="en", role="manager", portfolio="manager01@example.test", survey="all"
    )
    text = page_text(app).replace("\u00a0", " ")
    rows = answered(oracle_file, COUNTS)
    good, n = sum(good for *_, good in rows), sum(n for _, n, _ in rows)
    assert f"all together {100 * good / n:.0f} %" in text
    (about,) = set(re.findall(r"n ≈ ([\d,]+)", text))
    assert abs(int(about.replace(",", "")) - n) <= 10
    assert "named here" in page_text(app)


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("measure", ["strict.recommend_partner", "share.design"])
def test_the_address_chooses_the_measure(measure: str) -> None:
    app = opened(measure=measure)
    assert app.selectbox(key="measure").value == measure
    assert headings(app) != headings(opened())


@pytest.mark.usefixtures("on_demo")
def test_an_unknown_measure_is_the_usual_one() -> None:
    assert opened(measure="rank.of.shame").selectbox(key="measure").value.startswith("share.")


@pytest.mark.usefixtures("on_demo")
def test_a_small_peer_group_is_drawn_without_flags_and_says_so(oracle_file: Path) -> None:
    ((region,),) = answered(oracle_file, SMALL_REGION)
    app = opened(region=region)
    assert "too few partners" in headings(app)[0]
    assert "Judging needs at least" in page_text(app)
    verdicts = set(table(app)["verdict"])
    assert verdicts.isdisjoint({"a reason to ask", "watch", "better than the others"})


@pytest.mark.usefixtures("on_demo")
def test_a_view_without_partners_says_so_and_keeps_the_rule() -> None:
    app = opened()
    counts = {option.split(" · ")[0]: option for option in app.get_by_key("peers_view").options}
    app.get_by_key("peers_view").set_value("worsening")
    healthy(app.run())
    assert "significantly lower in" in page_text(app)
    if counts["Low and getting worse"].endswith(" 0"):
        assert "No partner is in this group." in page_text(app)


def test_without_a_questionnaire_the_page_says_so(
    point_at: Callable[[Path], None], demo_file: Path, tmp_path: Path
) -> None:
    point_at(changed_copy(demo_file, tmp_path / "program.duckdb", "DELETE FROM question"))
    app = open_page(PAGE, language="en")
    assert "No questionnaire has been loaded" in page_text(app)
    assert not app.dataframe
