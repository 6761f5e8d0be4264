"""Every chart: both themes and languages, one row, extremes, no rows, hostile words."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from charts import answers, comparison, coverage, history, importance, keys, survey
from charts.annotations import Mark
from charts.palette import THEMES, roles
from charts.picture import Picture
from metrics.control_chart import Variation
from metrics.peers import PeerFlag
from program.rules import DECK_RULES
from tests.checked import checked

HOSTILE = "<b>жирный</b> <a href='https://evil.example'>x</a>"
WINDOW = DECK_RULES.window(dt.date(2026, 12, 1))
TODAY = dt.date(2026, 11, 14)
MARKS = (Mark(dt.date(2026, 9, 15), HOSTILE),)


@dataclass(frozen=True)
class Chart:
    """A drawing function, its words, and a frame that has every kind of row."""

    draw: Callable[..., Picture]
    alt: Callable[..., str]
    frame: pd.DataFrame
    extra: dict[str, Any] = field(default_factory=dict)
    alt_extra: dict[str, Any] = field(default_factory=dict)


def days(*texts: str | None) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts)))


BARS = pd.DataFrame(
    {
        "label": [HOSTILE, "один ключ", "нет ключей", "много"],
        "base": [24, 1, 0, 12340],
        "delivered": [9, 1, 0, 6169],
        "pending_activation": [3, 0, 2, 100],
    }
)
DECISIONS = pd.DataFrame(
    {
        "evaluated_on": pd.to_datetime(
            ["2026-09-01", "2026-10-01", "2026-11-01", "2026-12-01", "2027-01-01"]
        ),
        "base": [0, 3, 24, 24, 26],
        "delivered": [0, 3, 11, 12, 9],
        "pending_activation": [0, 0, 0, 2, 5],
        "held": [False, True, False, True, False],
        "decided": [True, True, True, False, False],
    }
)
POINTS = pd.DataFrame(
    {
        "month": pd.to_datetime(["2026-10-01", "2026-11-01", "2026-12-01"]),
        "alive": [3, 4, 0],
        "expiring": [0, 1, 4],
        "is_forecast": [False, True, True],
    }
)
ANSWERS = pd.DataFrame(
    [
        (label, score, count)
        for label, counts in {
            HOSTILE: (4, 51, 30, 12, 5, 2),
            "всё плохо": (0, 0, 0, 0, 0, 7),
            "двое": (0, 1, 1, 0, 0, 0),
            "никто": (3, 0, 0, 0, 0, 0),
        }.items()
        for score, count in zip((0, 5, 4, 3, 2, 1), counts, strict=True)
    ],
    columns=["label", "score", "count"],
)
INTERVALS = pd.DataFrame(
    {
        "label": [HOSTILE, "мало", "скрыто", "никто"],
        "value": [0.62, 1.0, 0.33, np.nan],
        "low": [0.55, 0.57, 0.06, np.nan],
        "high": [0.69, 1.0, 0.79, np.nan],
        "n": [180, 6, 3, 0],
    }
)
STAGES = pd.DataFrame({"label": ["Ключи", HOSTILE, "Ответили"], "count": [0, 0, 0]})
PEERS = pd.DataFrame(
    {
        "label": [HOSTILE, "Б", "В", "Г", "Д"],
        "n": [40, 12, 60, 3, 90],
        "value": [0.3, 0.5, 0.65, 1.0, 0.9],
        "flag": [
            PeerFlag.ALERT,
            PeerFlag.WATCH,
            PeerFlag.LIKE_OTHERS,
            PeerFlag.NOT_JUDGED,
            PeerFlag.BETTER,
        ],
        "key": [1, 2, 3, 4, 5],
    }
)
LIMITS = pd.DataFrame(
    {
        "n": [3, 90],
        "inner_low": [0.1, 0.5],
        "inner_high": [1.0, 0.75],
        "outer_low": [0.0, 0.4],
        "outer_high": [1.0, 0.8],
    }
)
SERIES = pd.DataFrame(
    {
        "month": pd.to_datetime(["2026-08-01", "2026-09-01", "2026-10-01"]),
        "value": [0.6, 0.2, 1.0],
        "mean": [0.6] * 3,
        "low": [-0.1] * 3,
        "high": [1.2] * 3,
        "variation": [Variation.COMMON, Variation.CONCERN, Variation.IMPROVEMENT],
        "n": [30, 8, 120],
    }
)
QUESTIONS = pd.DataFrame(
    {
        "label": [HOSTILE, "дизайн", "скорость"],
        "importance": [0.3, 0.1, 0.2],
        "importance_low": [0.25, 0.05, 0.1],
        "importance_high": [0.35, 0.15, 0.3],
        "performance": [0.5, 0.7, 0.8],
        "performance_low": [0.41, 0.59, 0.68],
        "performance_high": [0.59, 0.79, 0.88],
        "n": [120, 80, 60],
        "quadrant": ["improve_first", "unclear", "keep_up"],
    }
)
LINES = {"importance": 0.2, "performance": 0.7}

CHARTS = {
    "histogram": Chart(coverage.coverage_histogram, coverage.coverage_histogram_alt, BARS),
    "history": Chart(
        history.coverage_history,
        history.coverage_history_alt,
        DECISIONS,
        {"window": WINDOW, "marks": MARKS},
    ),
    "trend": Chart(
        history.programme_trend, history.programme_trend_alt, DECISIONS, {"marks": MARKS}
    ),
    "points": Chart(keys.points_calendar, keys.points_calendar_alt, POINTS, {"marks": MARKS}),
    "likert": Chart(
        survey.likert,
        survey.likert_alt,
        ANSWERS,
        {"scale": list("12345")},
    ),
    "intervals": Chart(
        survey.interval_dots,
        survey.interval_dots_alt,
        INTERVALS,
        {"reference": 0.6, "reference_name": HOSTILE},
    ),
    "stages": Chart(survey.contact_funnel, survey.contact_funnel_alt, STAGES),
    "funnel": Chart(
        comparison.funnel_plot,
        comparison.funnel_plot_alt,
        PEERS,
        {"limits": LIMITS, "target": 0.65},
        {"target": 0.65},
    ),
    "control": Chart(
        comparison.control_chart, comparison.control_chart_alt, SERIES, {"marks": MARKS}
    ),
    "quadrant": Chart(
        importance.importance_quadrant, importance.importance_quadrant_alt, QUESTIONS, LINES, LINES
    ),
}


@pytest.fixture(params=sorted(CHARTS))
def chart(request: pytest.FixtureRequest) -> Chart:
    return CHARTS[request.param]


def words_in(fig: go.Figure) -> str:
    """Everything a chart writes: labels, ticks, hovers, legend."""
    return json.dumps(fig.to_plotly_json(), default=str, ensure_ascii=False)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_chart_draws_in_every_theme_and_language(chart, theme, language, speak):
    speak(language)
    fig = checked(chart.draw(chart.frame, theme=theme, **chart.extra))
    assert fig.layout.template.layout.font.color == roles(theme).text
    assert len(fig.data) + len(fig.layout.shapes) > 0
    assert fig.layout.title.text is None


@pytest.mark.parametrize("language", ["ru", "en"])
def test_alternative_text_speaks_the_language(chart, language, speak):
    speak(language)
    text = chart.alt(
        chart.frame.assign(label="1") if "label" in chart.frame else chart.frame, **chart.alt_extra
    )
    assert text.endswith(".")
    assert "nan" not in text.lower()
    wrong = re.compile(r"\b(?!n\b)[a-z]{2,}" if language == "ru" else r"[а-яё]")
    assert not wrong.search(text.replace("NaT", "")), text


def test_chart_of_one_row_is_drawn(chart):
    for row in range(len(chart.frame)):
        one = chart.frame.iloc[[row]]
        if chart.draw is coverage.coverage_histogram and one["base"].iloc[0] == 0:
            continue
        assert checked(chart.draw(one, theme="light", **chart.extra)).layout.height > 0
        assert chart.alt(one, **chart.alt_extra)


def test_chart_is_never_asked_for_no_rows(chart):
    with pytest.raises(ValueError, match="no rows"):
        chart.draw(chart.frame.iloc[:0], theme="light", **chart.extra)


def test_chart_names_the_columns_it_misses(chart):
    with pytest.raises(ValueError, match="misses the columns"):
        chart.draw(pd.DataFrame({"other": [1]}), theme="light", **chart.extra)


def test_words_from_data_stay_text(chart):
    written = words_in(checked(chart.draw(chart.frame, theme="light", **chart.extra)))
    assert "<a href" not in written
    assert "<b>" not in written


def test_chart_shows_no_nan(chart):
    fig = checked(chart.draw(chart.frame, theme="light", **chart.extra))
    texts = [str(a.text) for a in fig.layout.annotations]
    texts += [
        str(text)
        for trace in fig.data
        for text in np.ravel(trace.customdata if trace.customdata is not None else [])
    ]
    assert not [text for text in texts if "nan" in text.lower() or "NaT" in text]


def test_histogram_without_any_base_is_the_empty_state():
    with pytest.raises(ValueError, match="no partner has a base"):
        coverage.coverage_histogram(BARS.assign(base=0, delivered=0), theme="light")


def test_histogram_puts_the_threshold_itself_on_the_reached_side():
    half = pd.DataFrame({"base": [2, 4, 3, 100], "delivered": [1, 2, 1, 49]})
    bars = checked(coverage.coverage_histogram(half, theme="light")).data[0]
    assert list(bars.y) == [0, 0, 0, 1, 1, 2, 0, 0, 0, 0]


def test_held_and_not_held_differ_by_shape():
    fig = checked(history.coverage_history(DECISIONS, theme="light", marks=()))
    symbols = {trace.name: trace.marker.symbol for trace in fig.data if trace.name}
    assert symbols["с компетенцией"] != symbols["без компетенции"]


@pytest.mark.parametrize(("delivered", "place"), [(0, "top"), (10, "bottom"), (5, "bottom")])
def test_the_name_of_the_window_stands_where_no_points_are(delivered, place):
    rows = DECISIONS.assign(base=10, delivered=delivered, pending_activation=0)
    fig = checked(history.coverage_history(rows, theme="light", marks=(), window=WINDOW))
    (name,) = [a for a in fig.layout.annotations if a.text == "окно оценки"]
    assert name.yanchor == place
    assert name.y == (1 if place == "top" else 0)


def test_coming_evaluations_are_dashed_and_decided_ones_solid():
    for fig in (
        checked(history.coverage_history(DECISIONS, theme="light", marks=())),
        checked(history.programme_trend(DECISIONS, theme="light", marks=())),
    ):
        dashes = [trace.line.dash for trace in fig.data if trace.mode and "lines" in trace.mode]
        assert dashes.count("dot") == 1
        assert len(dashes) == 2


def test_few_answers_are_hidden_where_figures_are_compared():
    shown = [
        a.text for a in checked(survey.interval_dots(INTERVALS, theme="light")).layout.annotations
    ]
    assert "мало ответов (n\u00a0=\u00a03), скрыто" in shown
    assert not [text for text in shown if text.startswith("33")]
    everything = checked(survey.interval_dots(INTERVALS, theme="light", hide_few=False))
    assert [a.text for a in everything.layout.annotations if a.text.startswith("33")]


def test_likert_shares_leave_missing_answers_out():
    fig = checked(survey.likert(ANSWERS, theme="light"))
    texts = [a.text for a in fig.layout.annotations]
    assert "51\u00a0%" in texts
    assert "n\u00a0=\u00a0100, нет\u00a0ответа:\u00a04" in texts


def test_likert_bar_is_centred_on_the_middle_answer():
    even = pd.DataFrame({"label": "x", "score": [5, 4, 3, 2, 1], "count": [10, 10, 10, 10, 10]})
    (bars,) = checked(survey.likert(even, theme="light")).data
    assert bars.base[0] == pytest.approx(-0.5)
    assert bars.base[-1] + bars.x[-1] == pytest.approx(0.5)


def answers_of(n):
    return pd.DataFrame({"label": "x", "score": [5, 1], "count": [n - 1, 1]})


@pytest.mark.parametrize("theme", THEMES)
def test_likert_bar_is_grey_from_five_answers_and_coloured_from_ten(theme):
    c = roles(theme)
    for n, colours in ((5, c.likert_few), (9, c.likert_few), (10, c.likert), (99, c.likert)):
        (bars,) = checked(survey.likert(answers_of(n), theme=theme)).data
        assert list(bars.marker.color) == [colours[0], colours[4]]
    for n in range(5, 10):
        texts = [
            a.text for a in checked(survey.likert(answers_of(n), theme=theme)).layout.annotations
        ]
        assert f"мало ответов (n\u00a0=\u00a0{n})" in texts


def test_legend_of_answers_is_grey_where_every_bar_is():
    for n, colours in ((7, roles("light").likert_few), (70, roles("light").likert)):
        drawn = checked(survey.likert(answers_of(n), theme="light", scale=list("12345")))
        assert tuple(trace.marker.color for trace in drawn.data[1:]) == colours


@pytest.mark.parametrize("n", range(1, 5))
def test_likert_shows_no_share_of_fewer_than_five_answers(n):
    drawn = checked(survey.likert(answers_of(n), theme="light"))
    assert not drawn.data
    assert [a.text for a in drawn.layout.annotations] == [
        "x",
        f"мало ответов (n\u00a0=\u00a0{n}), скрыто",
    ]
    assert "%" not in survey.likert_alt(answers_of(n))


def test_every_likert_segment_tells_share_joint_interval_and_n():
    (bars,) = checked(survey.likert(answers_of(100), theme="light")).data
    told = [text.replace("\u00a0", " ").replace("\u2060", "") for text in bars.hovertext]
    # Goodman: Wilson at 1 − 0.05 / 5 for each of the five scores.
    assert told == [
        "x<br>1: 1,0 % (0,1–8,0 %), n = 100",
        "x<br>5: 99,0 % (92,0–99,9 %), n = 100",
    ]


def test_ten_point_scores_tell_their_joint_intervals():
    frame = pd.DataFrame({"score": range(11), "count": [0] * 10 + [20]})
    promoters = checked(answers.score_columns(frame, theme="light")).data[-1]
    assert promoters.hovertext[-1].replace("\u00a0", " ").startswith("10: 100 % (")


def test_pairs_of_answers_show_their_intervals():
    pairs = pd.DataFrame({"across": ["for", "for"], "down": ["for", "no"], "count": [10, 10]})
    names = {"for": "за", "no": "против"}
    drawn = checked(answers.pair_grid(pairs, theme="light", names=names, across="x", down="y"))
    texts = [a.text.replace("\u00a0", " ").replace("\u2060", "") for a in drawn.layout.annotations]
    assert sum("<b>50 %</b>" in text and ">30–70 %<" in text for text in texts) == 2


def test_interval_of_a_hundred_answers_is_as_exact_as_its_share():
    row = pd.DataFrame([{"label": "x", "value": 0.811, "low": 0.8061, "high": 0.8149, "n": 9999}])
    (told,) = [t.hovertext for t in checked(survey.interval_dots(row, theme="light")).data]
    assert "81,1 % (80,6–81,5 %)" in told.replace("\u00a0", " ").replace("\u2060", "")


def test_only_what_clears_both_lines_is_coloured_as_first_to_improve():
    first, others = checked(importance.importance_quadrant(QUESTIONS, theme="light", **LINES)).data
    assert list(first.y) == [0.3]
    assert first.marker.color == roles("light").bad
    assert len(others.x) == 2


def test_importance_and_performance_have_whiskers_ticks_and_hover():
    fig = checked(importance.importance_quadrant(QUESTIONS, theme="light", **LINES))
    for trace in fig.data:
        assert (trace.error_x.array > 0).all()
        assert (trace.error_y.arrayminus > 0).all()
    assert "60\u00a0%" in fig.layout.xaxis.ticktext
    assert "10\u00a0%" in fig.layout.yaxis.ticktext
    told = fig.data[1].hovertext[0].replace("\u00a0", " ").replace("\u2060", "")
    assert told == "дизайн<br>вес: 10 % (5–15 %)<br>хорошие ответы: 70 % (59–79 %), n = 80"


def test_signals_differ_by_shape_from_ordinary_points():
    fig = checked(comparison.control_chart(SERIES, theme="light", marks=()))
    symbols = [trace.marker.symbol for trace in fig.data if trace.mode == "markers"]
    assert len(symbols) == len(set(symbols)) == 3


def test_points_that_are_not_judged_are_hollow_and_named_so():
    unjudged = SERIES.assign(variation=Variation.NOT_JUDGED, low=np.nan, high=np.nan)
    fig = checked(comparison.control_chart(unjudged, theme="light", marks=(), quarterly=True))
    named = {trace.name: trace.marker.symbol for trace in fig.data if trace.mode == "markers"}
    assert named == {"не оценивается": "circle-open"}
    assert not [trace for trace in fig.data if trace.showlegend and "границы" in trace.name]
    alt = comparison.control_chart_alt(unjudged)
    assert "случайн" not in alt
    assert "Ни одна точка не оценивается" in alt


def test_signals_are_denied_of_judged_points_only():
    some = SERIES.assign(
        variation=[Variation.NOT_JUDGED, Variation.COMMON, Variation.COMMON],
    )
    assert "оценено точек: 2 из 3" in comparison.control_chart_alt(some)
    every = SERIES.assign(variation=Variation.COMMON)
    assert "Сигналов нет: колебания" in comparison.control_chart_alt(every)


@pytest.mark.parametrize(
    ("months", "quarterly", "breaks"),
    [
        (["2026-01-01", "2026-02-01", "2026-03-01"], False, 0),
        (["2026-01-01", "2026-03-01", "2026-04-01"], False, 1),
        (["2025-10-01", "2026-01-01", "2026-04-01"], True, 0),
        (["2025-04-01", "2026-01-01", "2026-07-01"], True, 2),
    ],
)
def test_the_line_breaks_where_a_period_is_left_out(months, quarterly, breaks):
    series = SERIES.assign(month=pd.to_datetime(months))
    fig = checked(comparison.control_chart(series, theme="light", marks=(), quarterly=quarterly))
    (line,) = [trace for trace in fig.data if trace.mode == "lines" and trace.line.width == 2]
    assert int(np.isnan(line.y).sum()) == breaks
    assert not line.connectgaps


def test_quarters_are_named_as_quarters():
    quarters = SERIES.assign(month=pd.to_datetime(["2025-10-01", "2026-01-01", "2026-04-01"]))
    fig = checked(comparison.control_chart(quarters, theme="light", marks=(), quarterly=True))
    hovered = [text for t in fig.data if t.mode == "markers" for text in t.hovertext]
    assert [text.split("<br>")[0].replace("\u00a0", " ") for text in hovered] == [
        "IV кв. 2025", "II кв. 2026", "I кв. 2026",
    ]  # fmt: skip
    alt = comparison.control_chart_alt(quarters, quarterly=True).replace("\u00a0", " ")
    assert "IV кв. 2025 — II кв. 2026" in alt
    assert "I кв. 2026 и II кв. 2026" in alt


def test_months_are_written_in_russian_not_by_plotly():
    fig = checked(comparison.control_chart(SERIES, theme="light", marks=()))
    assert fig.layout.xaxis.ticktext[0].startswith("авг.")


def test_click_on_a_partner_returns_its_key():
    fig = checked(comparison.funnel_plot(PEERS, LIMITS, theme="light", target=0.65))
    returned = {int(key) for t in fig.data if t.customdata is not None for key in t.customdata}
    assert returned == {1, 2, 3, 4, 5}
