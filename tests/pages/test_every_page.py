"""What every page of the menu promises, whatever the database holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from charts.picture import Picture
from program.language import LANGUAGES, catalogue
from tests.checked import checked
from tests.databases import changed_copy
from tests.menu import MENU, PAGES_FOLDER
from tests.pages.visitor import headings, healthy, open_page, page_text

CYRILLIC = re.compile("[а-яё]", re.I)
every_page = pytest.mark.parametrize("script", [page.script for page in MENU])
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)


def said(message: str, language: str) -> str:
    """A message of the code up to its first placeholder, in ``language``."""
    text = catalogue(language).gettext(message)
    return text.split("{")[0].replace("\u00a0", " ").strip()


def test_the_menu_names_scripts_that_exist() -> None:
    assert MENU
    assert [page.script for page in MENU if not (PAGES_FOLDER / page.script).is_file()] == []


@pytest.mark.usefixtures("on_demo")
@every_page
@in_both_languages
def test_a_page_opens_with_one_heading_and_says_how_fresh_the_data_are(
    script: str, language: str
) -> None:
    app = open_page(script, language=language)
    assert len(headings(app)) == 1
    assert headings(app)[0]
    text = page_text(app)
    assert said("Data as of {moment}", language) in text
    assert "23" in text
    assert said("Demonstration data: everything is synthetic", language) in (text)


@pytest.mark.usefixtures("on_demo")
@every_page
def test_the_heading_is_in_the_language_of_the_visitor(script: str) -> None:
    russian, english = (headings(open_page(script, language=code))[0] for code in LANGUAGES)
    assert CYRILLIC.search(russian)
    assert not CYRILLIC.search(english)


@pytest.mark.usefixtures("on_demo")
@every_page
def test_the_browser_decides_the_language_until_the_visitor_does(script: str) -> None:
    headings_seen = {
        locale: headings(open_page(script, language=None, locale=locale))[0]
        for locale in ("en-GB", "ru-RU", "de-DE")
    }
    assert not CYRILLIC.search(headings_seen["en-GB"])
    assert headings_seen["ru-RU"] == headings_seen["de-DE"]
    assert CYRILLIC.search(headings_seen["ru-RU"])


@pytest.mark.usefixtures("on_demo")
@every_page
def test_every_chart_is_one_that_plotly_knows(script: str) -> None:
    for chart in open_page(script).get("plotly_chart"):
        assert checked(Picture(**json.loads(chart.proto.spec))).layout.template.layout.height


@every_page
@in_both_languages
@pytest.mark.usefixtures("on_demo")
def test_every_chart_can_be_read_as_a_table(script: str, language: str) -> None:
    app = open_page(script, language=language)
    charts, tables = len(app.get("plotly_chart")), len(app.dataframe)
    switches = [toggle for toggle in app.toggle if str(toggle.key).endswith("-as-table")]
    assert len(switches) == charts
    for switch in switches:
        switch.set_value(True)
    healthy(app.run())
    assert not app.get("plotly_chart")
    assert len(app.dataframe) == tables + charts


@every_page
@in_both_languages
def test_a_page_says_in_words_that_there_are_no_records(
    point_at: Callable[[Path], None], empty_file: Path, script: str, language: str
) -> None:
    point_at(empty_file)
    app = open_page(script, language=language)
    assert headings(app)
    text = page_text(app)
    assert "nan" not in text.lower().split()
    assert "None" not in text
    assert said("Nothing matches these filters.", language) not in text
    assert not re.search(r"(?<![\d,.])0 %", text.replace("«0 %»", "").replace("0 %.", ""))


@every_page
def test_a_page_opens_before_any_decision_was_stored(
    point_at: Callable[[Path], None], undecided_file: Path, script: str
) -> None:
    point_at(undecided_file)
    assert headings(open_page(script))


@every_page
def test_a_page_opens_before_any_client_was_called(
    point_at: Callable[[Path], None], unsurveyed_file: Path, script: str
) -> None:
    point_at(unsurveyed_file)
    assert headings(open_page(script))


@every_page
@in_both_languages
def test_a_missing_database_is_a_clear_page_with_a_retry(
    point_at: Callable[[Path], None], tmp_path: Path, demo_file: Path, script: str, language: str
) -> None:
    point_at(tmp_path / "absent.duckdb")
    app = open_page(script, language=language)
    text = page_text(app)
    assert said("There is no program database yet", language) in text
    assert re.search(r"\b[0-9A-F]{8}\b", text)
    changed_copy(demo_file, tmp_path / "absent.duckdb")
    (retry,) = [b for b in app.button if b.label == catalogue(language).gettext("Try again")]
    assert headings(healthy(retry.click().run()))


@every_page
@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE delivery DROP COLUMN status",
        "ALTER TABLE license_key DROP COLUMN activated_on",
        "ALTER TABLE load_batch DROP COLUMN data_as_of",
        "DROP TABLE competence_evaluation",
    ],
    ids=lambda statement: " ".join(statement.split()[-1:]),
)
def test_a_wrong_schema_is_named_instead_of_a_wrong_number(
    point_at: Callable[[Path], None], demo_file: Path, tmp_path: Path, script: str, damage: str
) -> None:
    point_at(changed_copy(demo_file, tmp_path / "damaged.duckdb", damage))
    app = open_page(script, language="en")
    assert damage.rsplit(maxsplit=1)[-1] in page_text(app).replace("\\", "")
    assert not app.metric
    assert not app.dataframe


@pytest.mark.usefixtures("on_demo")
@every_page
def test_a_second_visit_to_the_same_page_is_drawn_through_the_router(script: str) -> None:
    app = open_page(script)
    first = headings(app)
    assert headings(healthy(app.run())) == first


@pytest.mark.usefixtures("on_demo")
def test_one_session_walks_through_the_whole_menu() -> None:
    app = open_page(MENU[-1].script)
    seen = [headings(healthy(app.switch_page(page.script).run())) for page in MENU]
    assert seen == [headings(open_page(page.script)) for page in MENU]
