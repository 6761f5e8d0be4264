"""Shared components on a real Streamlit run: what they show, in both languages."""
# ruff: noqa: PLC0415 - AppTest runs a function's body alone, so each brings its imports

from __future__ import annotations

import json

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from charts.picture import Picture
from components.tiles import Tile
from tests.checked import checked

HOSTILE = "![x](https://evil.example/x.png) :red[x] <b>x</b>"


def run(script, **extra) -> AppTest:
    app = AppTest.from_function(script, default_timeout=60, kwargs=extra).run()
    assert not app.exception
    return app


def states_script(language):
    import pandas as pd

    from components import states
    from program.language import use_language_source

    use_language_source(lambda: language)
    states.nothing_matches()
    states.few_answers(7)
    states.hidden(4)
    states.no_base("01.11.2025–31.10.2026")
    states.stale_data(pd.Timestamp(2026, 11, 14, 6), 5)
    states.no_data_loaded()
    states.failed("A1B2C3")
    states.not_allowed("—")


def words(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.warning, app.error, app.info)
    return "\n".join(element.value for kind in kinds for element in kind)


@pytest.mark.usefixtures("speak")
def test_every_state_says_why_in_russian():
    shown = words(run(states_script, language="ru"))
    for phrase in (
        "Под эти фильтры ничего не подходит",
        "мало ответов (n\u00a0=\u00a07)",
        "Мало ответов (n\u00a0=\u00a04), скрыто",
        "Нет базы: за 01.11.2025–31.10.2026",
        "им уже 5\u00a0дней",
        "код **A1B2C3**",
    ):
        assert phrase in shown


@pytest.mark.usefixtures("speak")
def test_every_state_says_why_in_english():
    shown = words(run(states_script, language="en"))
    assert "Nothing matches these filters." in shown
    assert "few answers (n\u00a0=\u00a07)" in shown


def tiles_script():
    from charts.palette import Tone
    from components.tiles import Tile, tiles

    tiles(
        [
            Tile(
                "Охват",
                "46,7 %",
                "n = 412",
                "+2,1 п. п., значимо",
                Tone.GOOD,
                [1, 2, 3],
                "сдано / база",
            ),
            Tile("Отклик", "58 %", None, "−9 п. п., значимо", Tone.BAD),
            Tile("Сдано", "нет данных", trend=[float("nan"), 1.0, 2.0]),
            Tile("Ещё", "1"),
        ]
    )


def test_tile_shows_value_basis_and_change_with_its_direction():
    app = run(tiles_script)
    assert [(m.label, m.value) for m in app.metric] == [
        ("Охват", "46,7 %"),
        ("Отклик", "58 %"),
        ("Сдано", "нет данных"),
        ("Ещё", "1"),
    ]
    shown = words(app)
    assert ":blue-badge[↑ +2,1 п. п., значимо]" in shown
    assert ":red-badge[↓ −9 п. п., значимо]" in shown
    assert "n = 412" in shown


def test_tile_draws_a_trend_only_from_three_values_on():
    assert len(run(tiles_script).get("image")) == 1


def test_tile_says_nothing_by_default():
    assert Tile("x", "1").change is None


def verdict_script(text):
    from charts.palette import Tone
    from components.text import plain
    from components.verdict import badge, verdict

    verdict(plain(text), Tone.WATCH, because=badge("у порога", Tone.WATCH))


def test_verdict_has_a_mark_and_hostile_words_stay_escaped():
    app = run(verdict_script, text=HOSTILE)
    heading = app.header[0].value
    assert heading.startswith(":yellow[:material/")
    assert "![x]" not in heading
    assert "\\<b\\>" in heading


def chart_script(language):
    import pandas as pd

    from charts import coverage
    from components.chart import show_chart
    from components.download import About
    from components.table import Column, Kind
    from components.theme import figure_theme
    from program.language import use_language_source

    use_language_source(lambda: language)
    frame = pd.DataFrame({"base": [24, 3, 0], "delivered": [9, 3, 0]})
    show_chart(
        coverage.coverage_histogram(frame, theme=figure_theme()),
        title="Партнёры по охвату",
        alt=coverage.coverage_histogram_alt(frame),
        data=frame,
        columns=[Column("base", "База", Kind.COUNT), Column("delivered", "Сдано", Kind.COUNT)],
        key="spread",
        about=About("Охват", "coverage"),
    )


@pytest.mark.usefixtures("speak")
def test_chart_turns_into_a_table_and_back():
    app = run(chart_script, language="ru")
    assert len(app.get("plotly_chart")) == 1
    assert not app.dataframe
    assert app.toggle[0].label == "Показать таблицей"
    app.toggle[0].set_value(True).run()
    assert not app.get("plotly_chart")
    assert list(app.dataframe[0].value.columns) == ["base", "delivered"]


@pytest.mark.usefixtures("speak")
def test_chart_carries_its_words_and_its_downloads():
    app = run(chart_script, language="en")
    chart = app.get("plotly_chart")[0].proto
    assert "below 50" in chart.alt
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["Excel (XLSX)", "CSV for Excel"]


@pytest.mark.usefixtures("speak")
def test_a_chart_is_sent_as_it_was_drawn_and_plotly_builds_no_figure_of_it(monkeypatch):
    def built(*_args, **_rest):
        raise AssertionError("built a figure")

    with monkeypatch.context() as patched:
        patched.setattr(go.Figure, "__init__", built)
        app = run(chart_script, language="en")
    sent = Picture(**json.loads(app.get("plotly_chart")[0].proto.spec))
    assert list(checked(sent).data[0].y) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 1]


def table_script(language):
    import pandas as pd

    from components.table import Column, Kind, show_table
    from program.language import use_language_source

    use_language_source(lambda: language)
    frame = pd.DataFrame({"id": [7, 8], "name": ["А", "Б"], "n": [1, 2], "secret": ["x", "y"]})
    chosen = show_table(
        frame,
        [Column("name", "Партнёр"), Column("n", "База", Kind.COUNT)],
        key="list",
        alt="Партнёры",
        select="id",
    )
    assert chosen is None


@pytest.mark.usefixtures("speak")
def test_table_sends_only_what_it_shows():
    app = run(table_script, language="ru")
    assert list(app.dataframe[0].value.columns) == ["name", "n"]
