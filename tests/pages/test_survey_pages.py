"""The pages about recommending and the questionnaire say what the answers say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from metrics.estimate import Estimate
from metrics.proportion import share
from tests.databases import changed_copy
from tests.pages.visitor import headings, healthy, open_page, page_text

RECOMMENDATION, SATISFACTION = "recommendation.py", "satisfaction.py"
YEAR = "s.completed_on BETWEEN DATE '2025-11-24' AND DATE '2026-11-23'"


def asked(path: Path, statement: str) -> tuple[int, ...]:
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return tuple(int(value) for value in row)


def recommending(path: Path, code: str, where: str = YEAR) -> tuple[int, int]:
    good, n = asked(
        path,
        f"""SELECT count(*) FILTER (score >= 4), count(*) FROM answer a
        JOIN survey s ON s.id = a.survey_id WHERE question_code = '{code}' AND {where}""",  # noqa: S608 - our own words
    )
    return good, n


def per_cent(good: int, n: int) -> str:
    return f"{round(1000 * good / n) / 10:.1f} %"


def span(value: Estimate) -> str:
    return f"{value.low * 100:.1f}–{value.high * 100:.1f} %"


def choose(app: AppTest, key: str, value: str) -> AppTest:
    app.session_state[key] = value
    return healthy(app.run())


def tile(app: AppTest, label: str) -> str:
    (found,) = [metric for metric in app.metric if metric.label == label]
    return str(found.value).replace("\u00a0", " ")


@pytest.fixture(scope="session")
def reworded_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """The demonstration with a second questionnaire since June: 0-10 for the developer."""
    return changed_copy(
        demo_file,
        tmp_path_factory.mktemp("reworded") / "program.duckdb",
        "INSERT INTO question SELECT * REPLACE (2 AS version) FROM question WHERE version = 1",
        """UPDATE question SET scale_max = 10, text_ru = 'От 0 до 10: порекомендуете?'
        WHERE version = 2 AND code = 'recommend_partner'""",
        "UPDATE question SET text_ru = 'Решены ли задачи?' WHERE version = 2 AND code = 'goals'",
        "UPDATE survey SET questionnaire_version = 2 WHERE completed_on >= DATE '2026-06-01'",
        """UPDATE answer SET score = 2 * score WHERE question_code = 'recommend_partner'
        AND survey_id IN (SELECT id FROM survey WHERE questionnaire_version = 2)""",
    )


@pytest.mark.usefixtures("on_demo")
def test_the_heading_holds_both_shares(oracle_file: Path) -> None:
    (heading,) = headings(open_page(RECOMMENDATION, language="en"))
    shares = [
        per_cent(*recommending(oracle_file, code))
        for code in ("recommend_partner", "recommend_platform")
    ]
    assert [heading.replace("\u00a0", " ").index(share) for share in shares] == sorted(
        heading.replace("\u00a0", " ").index(share) for share in shares
    )


@pytest.mark.usefixtures("on_demo")
def test_every_share_shows_interval_n_missing_answers_and_response(oracle_file: Path) -> None:
    text = page_text(open_page(RECOMMENDATION, language="en"))
    good, n = recommending(oracle_file, "recommend_partner")
    (surveys,) = asked(oracle_file, f"SELECT count(*) FROM survey s WHERE {YEAR}")  # noqa: S608
    assert f"95 % interval {span(share(good, n))} · n = {n:,} · no answer: {surveys - n}" in text
    (against,) = asked(
        oracle_file,
        f"""SELECT count(*) FROM answer a JOIN survey s ON s.id = a.survey_id
        WHERE question_code = 'recommend_partner' AND score <= 2 AND {YEAR}""",  # noqa: S608
    )
    assert (
        f"do not recommend (1–2): {per_cent(against, n)}, 95 % interval {span(share(against, n))}"
    ) in text
    assert f"Response: **{surveys:,} of" in text
    assert re.search(r"calls that ended · 95 % interval \d+\.\d–\d+\.\d %", text)
    assert "24 Nov 2025–23 Nov 2026" in text


@pytest.mark.usefixtures("on_demo")
def test_mapping_is_named_and_moves_the_index_alone() -> None:
    app = open_page(RECOMMENDATION, language="en")
    strict = tile(app, "Index of the developer")
    shares = tile(app, "Recommend the developer")
    assert "strict: 5 | 4 | 1–3" in page_text(app)
    app = choose(app, "recommendation_mapping", "balanced")
    assert "balanced: 5 | 4–3 | 1–2" in page_text(app)
    assert tile(app, "Index of the developer") != strict
    assert tile(app, "Recommend the developer") == shares


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("look", ["trend", "segments", "pairs", "critics"])
@pytest.mark.parametrize("measure", ["share", "index"])
def test_every_closer_look_opens(look: str, measure: str) -> None:
    app = choose(open_page(RECOMMENDATION), "recommendation_measure", measure)
    app = choose(choose(app, "recommendation_look", look), "recommendation_subject", "platform")
    assert page_text(app)


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("dimension", ["region", "tier", "edition", "size"])
def test_segments_are_judged_in_words_against_the_others(dimension: str) -> None:
    app = choose(open_page(RECOMMENDATION, language="en"), "recommendation_look", "segments")
    text = page_text(choose(app, "recommendation_dimension", dimension))
    assert "More than chance explains" in text
    assert "not a ranking" in text


@pytest.mark.usefixtures("on_demo")
def test_critics_list_is_a_reason_to_ask_and_holds_critics_only(oracle_file: Path) -> None:
    app = choose(open_page(RECOMMENDATION, language="en"), "recommendation_look", "critics")
    (critics,) = asked(
        oracle_file,
        f"""SELECT count(*) FROM answer a JOIN survey s ON s.id = a.survey_id
        WHERE question_code = 'recommend_partner' AND score <= 3 AND {YEAR}""",  # noqa: S608
    )
    text = page_text(app)
    assert f"1–20 of {critics}" in text
    assert "reason to ask" in text
    table = app.dataframe[0].value
    assert len(table) == 20
    assert set(table["developer"]) <= {"Hard to say", "Rather no", "No"}


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize(
    ("page", "look"), [(RECOMMENDATION, "critics"), (SATISFACTION, "comments")]
)
def test_list_that_was_turned_begins_anew_when_the_filters_change(page: str, look: str) -> None:
    app = choose(open_page(page, language="en"), f"{page.removesuffix('.py')}_look", look)
    app.button(key=next(b.key for b in app.button if str(b.key).endswith("-page-1"))).click()
    app = healthy(app.run())
    assert "21–40 of" in page_text(app)
    app.get_by_key("filter_survey").set_value("all")
    app = healthy(app.run())
    assert "1–20 of" in page_text(app)
    assert "21–40 of" not in page_text(app)


@pytest.mark.usefixtures("on_demo")
def test_title_of_the_trend_keeps_the_capitals_of_the_index() -> None:
    app = choose(open_page(RECOMMENDATION), "recommendation_measure", "index")
    assert "индекс (аналог NPS)" in page_text(app)


@pytest.mark.usefixtures("on_demo")
def test_period_of_the_address_cuts_everything(oracle_file: Path) -> None:
    app = open_page(
        RECOMMENDATION, language="en", survey="own", **{"from": "2024-03-31", "to": "2024-01-01"}
    )
    where = "s.completed_on BETWEEN DATE '2024-01-01' AND DATE '2024-03-31'"
    good, n = recommending(oracle_file, "recommend_partner", where)
    assert f"n = {n}" in page_text(app)
    assert tile(app, "Recommend the developer") == per_cent(good, n)


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("survey", ["12m", "6m", "3m", "last-year", "all", "nonsense"])
@pytest.mark.parametrize("script", [RECOMMENDATION, SATISFACTION])
def test_every_preset_of_the_period_opens(script: str, survey: str) -> None:
    assert headings(open_page(script, survey=survey))


@pytest.mark.usefixtures("on_demo")
def test_questions_stand_worst_first_with_the_developer_and_the_platform_apart(
    oracle_file: Path,
) -> None:
    with duckdb.connect(str(oracle_file), read_only=True) as connection:
        worst = connection.execute(
            f"""SELECT a.question_code FROM answer a JOIN survey s ON s.id = a.survey_id
            JOIN question q ON q.version = 1 AND q.code = a.question_code
            WHERE subject = 'partner' AND {YEAR} GROUP BY 1
            ORDER BY avg(CASE WHEN score >= 4 THEN 1.0 ELSE 0 END) LIMIT 1"""  # noqa: S608
        ).fetchone()
    assert worst == ("budget",)
    (heading,) = headings(open_page(SATISFACTION, language="en"))
    assert "«Budget»" in heading
    assert per_cent(*recommending(oracle_file, "budget")) in heading.replace("\u00a0", " ")


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("look", ["compare", "trend", "together", "comments"])
def test_every_closer_look_at_the_questionnaire_opens(look: str) -> None:
    assert page_text(choose(open_page(SATISFACTION), "satisfaction_look", look))


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("kind", ["periods", "region", "tier", "edition", "size", "manager"])
def test_any_two_segments_are_compared_with_a_verdict_for_every_question(kind: str) -> None:
    app = choose(open_page(SATISFACTION), "compare_kind", kind)
    app = choose(app, "compare_whole", True)  # type: ignore[arg-type] - a toggle holds a flag
    table = app.dataframe[0].value
    assert len(table) == 10
    assert table["verdict"].str.len().gt(0).all()
    assert list(table.columns)[:5] == ["name", "delta", "delta_low", "p", "verdict"]


@pytest.mark.usefixtures("on_demo")
def test_comparison_of_overlapping_periods_is_refused_in_words() -> None:
    app = open_page(SATISFACTION, language="en")
    app = choose(app, "compare_period", "own")
    app.session_state["compare_days"] = (dt.date(2025, 6, 1), dt.date(2026, 1, 31))
    app = healthy(app.run())
    assert "common days" in page_text(app)


@pytest.mark.usefixtures("on_demo")
def test_what_goes_with_recommending_is_no_cause_and_weights_come_on_demand() -> None:
    app = choose(open_page(SATISFACTION), "satisfaction_look", "together")
    text = page_text(app)
    assert "не причина" in text
    assert not re.search("влия", text)
    assert len(app.dataframe[0].value) == 9
    app = choose(app, "association_weights", True)  # type: ignore[arg-type] - a flag
    assert "Линии — средние по вопросам" in page_text(app)


def test_second_questionnaire_is_read_by_its_own_scale_and_never_mixed(
    point_at: Callable[[Path], None], reworded_file: Path
) -> None:
    point_at(reworded_file)
    good, n = asked(
        reworded_file,
        f"""SELECT count(*) FILTER (score >= 9), count(*) FROM answer a JOIN survey s
        ON s.id = a.survey_id WHERE question_code = 'recommend_partner'
        AND questionnaire_version = 2 AND {YEAR}""",  # noqa: S608
    )
    app = open_page(RECOMMENDATION, language="en")
    text = page_text(app)
    assert "classic: 9–10 | 7–8 | 0–6" in text
    assert "never put together" in text
    assert tile(app, "Recommend the developer") == per_cent(good, n)
    app = choose(app, "recommendation_version", 1)  # type: ignore[arg-type] - a version
    old = recommending(
        reworded_file, "recommend_partner", f"{YEAR} AND s.questionnaire_version = 1"
    )
    assert tile(app, "Recommend the developer") == per_cent(*old)
    assert "classic: 9–10 | 7–8 | 0–6 ·" not in page_text(app)


def test_question_worded_alike_keeps_all_its_answers_when_others_change(
    point_at: Callable[[Path], None], reworded_file: Path
) -> None:
    point_at(reworded_file)
    app = open_page(RECOMMENDATION, language="en")
    assert tile(app, "Recommend the platform") == per_cent(
        *recommending(reworded_file, "recommend_platform")
    )


@pytest.mark.parametrize("look", ["compare", "trend", "together", "comments"])
def test_questionnaire_page_shows_the_ten_point_question_apart(
    point_at: Callable[[Path], None], reworded_file: Path, look: str
) -> None:
    point_at(reworded_file)
    app = choose(open_page(SATISFACTION), "satisfaction_look", look)
    text = page_text(app)
    assert "От 0 до 10: порекомендуете?" in text
    assert "шкала 0–10, классическая" in text


ANSWERS_ABOUT = "SELECT count(*) FROM answer WHERE question_code = 'recommend_{}'"


@pytest.mark.parametrize("n", [0, 1, 4, 5, 9, 10])
@pytest.mark.parametrize("score", [1, 3, 5])
def test_pages_are_right_at_a_handful_of_answers_at_every_extreme(
    point_at: Callable[[Path], None], tmp_path: Path, demo_file: Path, n: int, score: int
) -> None:
    few = changed_copy(
        demo_file,
        tmp_path / "few.duckdb",
        f"""DELETE FROM survey WHERE id NOT IN
        (SELECT id FROM survey ORDER BY completed_on DESC, id LIMIT {n})""",  # noqa: S608
        "DELETE FROM answer WHERE survey_id NOT IN (SELECT id FROM survey)",
        f"UPDATE answer SET score = {score}",  # noqa: S608
    )
    point_at(few)
    apps = {script: open_page(script) for script in (RECOMMENDATION, SATISFACTION, "home.py")}
    for script, app in apps.items():
        assert "nan" not in page_text(app).lower(), script
    recommendation = apps[RECOMMENDATION]
    answered = {
        subject: asked(few, ANSWERS_ABOUT.format(subject))[0] for subject in ("partner", "platform")
    }
    if max(answered.values()):
        assert f"n = {answered['partner']}" in page_text(recommendation)
    if 0 < min(answered.values()) <= max(answered.values()) < 10:
        assert headings(recommendation)[0].startswith("Пока мало ответов: ")
        # A share and an index of each, beside the figure itself.
        told = " ".join(caption.value for caption in recommendation.caption)
        found = re.findall(r"интервал 95.%: [^·]+ · мало.ответов \(n.=.(\d+)\)", told)
        assert sorted(map(int, found)) == sorted(2 * [*answered.values()])


@pytest.mark.usefixtures("on_demo")
def test_card_lists_what_clients_said_of_the_partner(oracle_file: Path) -> None:
    (partner, surveys) = asked(
        oracle_file,
        """SELECT d.partner_id, count(*) FROM survey s JOIN delivery d ON d.id = s.delivery_id
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1""",
    )
    text = page_text(open_page("partner.py", language="en", partner=partner))
    assert "What clients say" in text
    assert f"Surveys and comments** · {surveys} answers" in text


@pytest.mark.usefixtures("on_demo")
def test_home_shows_recommending_and_response(oracle_file: Path) -> None:
    app = open_page("home.py", language="en")
    assert tile(app, "Recommend the developer") == per_cent(
        *recommending(oracle_file, "recommend_partner")
    )
    assert tile(app, "Response to the survey")
