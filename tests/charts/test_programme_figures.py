"""Charts of the programme over time and place: themes, languages, extremes, hostile words."""

from __future__ import annotations

import datetime as dt
import json
import re

import numpy as np
import pandas as pd
import pytest

from charts import adoption, cohorts, rule_variant, tile_map
from charts.annotations import Mark
from charts.palette import THEMES, roles
from metrics.lag_curve import lag_curve
from tests.checked import checked

HOSTILE = "<b>жирный</b> <a href='https://evil.example'>x</a>"
MARKED = {"marks": (Mark(dt.date(2026, 10, 15), HOSTILE),)}
EVALUATIONS = pd.DataFrame(
    {
        "evaluated_on": pd.to_datetime(
            ["2026-09-01", "2026-10-01", "2026-11-01", "2026-12-01", "2027-01-01"]
        ),
        "decided": [True, True, True, False, False],
        "members": [9, 10, 10, 11, 11],
        "delivering": [0, 4, 5, 5, 4],
        "holders": [0, 3, 4, 4, 2],
        "secured": [0, 3, 4, 2, 1],
        "base": [0, 30, 24, 24, 26],
        "delivered": [0, 3, 11, 12, 9],
        "pending_activation": [0, 0, 0, 2, 5],
        "gained": pd.array([None, 3, 2, 1, 0], dtype="Int64"),
        "lost": pd.array([None, 0, 1, 1, 2], dtype="Int64"),
    }
)
AHEAD = pd.DataFrame(
    {
        "evaluated_on": pd.to_datetime(["2027-02-01", "2027-03-01"]),
        **{f"members{end}": [12, 13] for end in ("", "_low", "_high")},
        **{f"delivering{end}": [np.nan, np.nan] for end in ("", "_low", "_high")},
        "holders": [5, 6],
        "holders_low": [4, 3],
        "holders_high": [6, 9],
        "coverage": [0.5, 0.54],
        "coverage_low": [0.48, 0.5],
        "coverage_high": [0.52, 0.58],
    }
)
RULES = pd.DataFrame(
    {
        "evaluated_on": EVALUATIONS["evaluated_on"],
        "in_force": [0, 3, 4, 4, 2],
        "variant": [5, 4, 3, 2, 1],
        "stored": pd.array([0, 3, 5, None, None], dtype="Int64"),
    }
)
SHARES = pd.DataFrame(
    {
        "bought": pd.to_datetime(["2026-08-01"] * 3 + ["2026-09-01"] * 2 + ["2026-10-01"]),
        "months_since": [0, 1, 2, 0, 1, 0],
        "keys": [10, 10, 10, 4, 4, 1],
        "delivered": [0, 3, 10, 0, 1, 0],
        "share": [0.0, 0.3, 1.0, 0.0, 0.25, 0.0],
    }
)
TILES = pd.DataFrame(
    {
        "code": ["RU-MOW", "RU-SPE", "RU-SAM", "KZ"],
        "label": ["Москва", HOSTILE, "Самар", "Казахст"],
        "row": [2, 1, 6, 11],
        "col": [1, 1, 9, 20],
        "value": [0.4, 0.9, 0.5, np.nan],
        "words": ["40 %", "90 %", "50 %", "—"],
        "basis": ["981", "380", "6", ""],
        "few": [False, False, True, False],
        "told": ["Москва\n40 %", HOSTILE, "Самара\n50 %", "Казахстан"],
        "aside": [False, False, False, True],
    }
)
LAGS = pd.DataFrame({"lag": [5, 40, 100, 400], "delivered": [3, 5, 2, 0], "censored": [0, 4, 2, 6]})

CHARTS = {
    "partners": (adoption.adoption_lines, adoption.adoption_lines_alt, EVALUATIONS, MARKED),
    "partners ahead": (
        lambda frame, **rest: adoption.adoption_lines(
            frame, AHEAD if frame["decided"].any() else adoption.NO_FORECAST, **rest
        ),
        lambda frame: adoption.adoption_lines_alt(frame, AHEAD),
        EVALUATIONS,
        MARKED,
    ),
    "keys": (adoption.programme_coverage, adoption.programme_coverage_alt, EVALUATIONS, MARKED),
    "changes": (adoption.gained_and_lost, adoption.gained_and_lost_alt, EVALUATIONS, MARKED),
    "rules": (rule_variant.holders_by_rule, rule_variant.holders_by_rule_alt, RULES, MARKED),
    "cohorts": (cohorts.cohort_heatmap, cohorts.cohort_heatmap_alt, SHARES, {}),
    "tiles": (tile_map.tile_map, lambda f: tile_map.tile_map_alt(f, "1"), TILES, {}),
}


@pytest.fixture(params=sorted(CHARTS))
def chart(request):
    return CHARTS[request.param]


def written(fig) -> str:
    return json.dumps(fig.to_plotly_json(), default=str, ensure_ascii=False)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_chart_draws_in_every_theme_and_language(chart, theme, language, speak):
    speak(language)
    draw, _, frame, options = chart
    fig = checked(draw(frame, theme=theme, **options))
    assert fig.layout.template.layout.font.color == roles(theme).text
    assert len(fig.data) > 0


@pytest.mark.parametrize("language", ["ru", "en"])
def test_alternative_text_speaks_the_language(chart, language, speak):
    speak(language)
    _, alt, frame, _options = chart
    quiet = frame.assign(label="1") if "label" in frame else frame
    text = alt(quiet)
    assert text.endswith(".")
    assert "nan" not in text.lower()
    wrong = re.compile(r"\b(?!n\b)[a-z]{2,}" if language == "ru" else r"[а-яё]")
    assert not wrong.search(text), text


def test_chart_of_one_row_is_drawn(chart):
    draw, alt, frame, options = chart
    for row in range(len(frame)):
        one = frame.iloc[[row]]
        assert checked(draw(one, theme="light", **options)).layout.height > 0
        assert alt(one)


def test_chart_is_never_asked_for_no_rows(chart):
    draw, _, frame, options = chart
    with pytest.raises(ValueError, match="no rows"):
        draw(frame.iloc[:0], theme="light", **options)


def test_words_from_data_stay_text(chart):
    draw, _, frame, options = chart
    text = written(checked(draw(frame, theme="light", **options)))
    assert "<a href" not in text
    assert "<b>" not in text


def test_what_is_coming_is_dotted_and_carries_the_range_of_pending_activations():
    fig = checked(adoption.programme_coverage(EVALUATIONS, theme="light", marks=()))
    dashes = [trace.line.dash for trace in fig.data]
    assert dashes.count("dot") == 1
    ranges = [s for s in fig.layout.shapes if s.type == "line" and s.line.width == 6]
    assert [(s.y0, s.y1) for s in ranges] == [
        pytest.approx((12 / 26, 12 / 24)),
        pytest.approx((9 / 31, 9 / 26)),
    ]


def test_a_forecast_goes_on_from_the_last_decision_in_fine_dots_without_points():
    fig = checked(adoption.programme_coverage(EVALUATIONS, AHEAD, theme="light", marks=()))
    plain = checked(adoption.programme_coverage(EVALUATIONS, theme="light", marks=()))
    exact = [trace.to_json() for trace in plain.data]
    assert [trace.to_json() for trace in fig.data[: len(exact)]] == exact
    band, line, pointed_at = fig.data[len(plain.data) :]
    assert line.line.dash not in {"dot", "solid", None}
    assert line.mode == "lines"
    assert list(pd.to_datetime(line.x)) == [pd.Timestamp("2026-11-01"), *AHEAD["evaluated_on"]]
    assert list(line.y) == pytest.approx([11 / 24, 0.5, 0.54])
    assert band.fill == "toself"
    assert list(band.y) == [0.48, 0.5, 0.58, 0.52]
    assert pd.Timestamp(fig.layout.xaxis.range[1]) > max(AHEAD["evaluated_on"])
    assert "прогноз<br>54,0\u00a0%" in [a.text for a in fig.layout.annotations]
    assert pointed_at.marker.opacity == 0
    assert ["прогноз" in text for text in pointed_at.customdata] == [True, True]
    assert line.hoverinfo == "skip"  # the last decision keeps its own words


def test_the_forecast_of_partners_is_in_the_legend_and_a_missing_series_is_left_out():
    fig = checked(adoption.adoption_lines(EVALUATIONS, AHEAD, theme="light", marks=()))
    assert [trace.name for trace in fig.data if trace.showlegend is not False][-1] == "прогноз"
    assert sum(trace.fill == "toself" for trace in fig.data) == 2  # not of those who deliver
    assert fig.layout.yaxis.range[1] > 13


def test_a_forecast_is_told_with_its_interval():
    told = adoption.adoption_lines_alt(EVALUATIONS, AHEAD)
    assert "1\u00a0марта\u00a02027, прогноз: 6 (3–\u20609)" in told
    told = adoption.programme_coverage_alt(EVALUATIONS, AHEAD)
    assert "прогноз: 54,0\u00a0% (50,0–\u206058,0\u00a0%)" in told


@pytest.mark.parametrize(("language", "thousand"), [("ru", "1\u00a0000"), ("en", "1,000")])
def test_gains_and_losses_can_be_read_from_an_axis_at_any_size(language, thousand, speak):
    speak(language)
    many = EVALUATIONS.assign(lost=pd.array([None, 480, 500, 700, 1037], dtype="Int64"))
    fig = checked(adoption.gained_and_lost(many, theme="light", marks=()))
    axis = fig.layout.yaxis
    assert axis.visible is not False
    assert axis.ticktext == (thousand, "500", "0")
    assert not any("".join(trace.text) for trace in fig.data)  # the longest would be left out


def test_labels_of_bars_are_equally_wide_so_that_all_are_shown_or_none():
    few = EVALUATIONS.assign(lost=pd.array([None, 4, 14, 1, 0], dtype="Int64"))
    fig = checked(adoption.gained_and_lost(few, theme="light", marks=()))
    labels = [text for trace in fig.data for text in trace.text if text]
    assert [text.strip("\u2004") for text in labels] == ["3", "2", "1", "4", "14", "1"]
    assert {len(text) for text in labels} == {2, 3}  # a pad is half as wide as a figure


def test_shares_in_the_heatmap_keep_their_space_and_stand_beside_the_cells():
    fig = checked(cohorts.cohort_heatmap(SHARES, theme="light"))
    told = {(a.x, a.y): a.text for a in fig.layout.annotations}
    assert told == {(2.5, 0): "100\u00a0%", (1.5, 1): "25\u00a0%", (0.5, 2): "0\u00a0%"}
    assert fig.layout.xaxis.range[1] > 2.5


def test_an_evaluation_without_any_base_is_a_gap_and_not_zero():
    line = checked(adoption.programme_coverage(EVALUATIONS, theme="light", marks=())).data[0]
    assert pd.isna(line.y[0])
    assert line.y[1] > 0


def test_a_click_on_a_bar_returns_its_evaluation():
    fig = checked(adoption.gained_and_lost(EVALUATIONS, theme="light", marks=()))
    assert {row[0] for trace in fig.data for row in trace.customdata} == {
        *("2026-09", "2026-10", "2026-11", "2026-12", "2027-01")
    }


def test_months_that_have_not_passed_stay_empty_in_the_heatmap():
    shown = checked(cohorts.cohort_heatmap(SHARES, theme="light")).data[0].z
    assert np.isnan(np.asarray(shown, dtype=float)).sum() == 3


def test_the_curve_of_delivery_ends_with_the_last_delivery_and_tells_milestones():
    curve = lag_curve(LAGS)
    fig = checked(cohorts.lag_curve_line(curve, theme="light"))
    line = fig.data[2]
    assert (line.x[0], line.x[-1]) == (0, 100)
    assert line.y[-1] == pytest.approx(1 - curve.survival[100])
    assert "90" in cohorts.lag_curve_alt(curve)
    with pytest.raises(ValueError, match="no delivery"):
        cohorts.lag_curve_line(lag_curve(LAGS.assign(delivered=0)), theme="light")


def test_a_click_on_a_tile_returns_its_code():
    fig = checked(tile_map.tile_map(TILES, theme="light"))
    assert [row[0] for row in fig.data[-1].customdata] == TILES["code"].tolist()


def test_a_tile_with_little_data_is_hatched_and_not_coloured():
    fig = checked(tile_map.tile_map(TILES, theme="light", diverging=0.5))
    assert [s.type for s in fig.layout.shapes] == ["path"]
    colours = [colour for _place, colour in fig.data[0].colorscale]
    z = np.asarray(fig.data[0].z, dtype=float)
    surface = colours.index(roles("light").surface)
    assert z[TILES["row"][2] - 1, TILES["col"][2] - 1] == surface


def test_the_chosen_tile_is_framed():
    fig = checked(tile_map.tile_map(TILES, theme="light", chosen="RU-MOW"))
    frames = [s for s in fig.layout.shapes if s.type == "rect"]
    assert len(frames) == 1
    assert frames[0].x0 < 1 < frames[0].x1


def test_both_sides_of_the_threshold_differ_in_colour():
    fig = checked(tile_map.tile_map(TILES, theme="light", diverging=0.5))
    z = np.asarray(fig.data[0].z, dtype=float)
    scale = [colour for _place, colour in fig.data[0].colorscale]
    below, above = (scale[int(z[TILES["row"][i] - 1, TILES["col"][i] - 1])] for i in (0, 1))
    diverging = roles("light").diverging
    assert diverging.index(below) < 3 < diverging.index(above)
