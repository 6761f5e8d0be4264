"""Colours read in both themes, also for the colour-blind, and Streamlit's theme repeats them."""

from __future__ import annotations

import tomllib
from itertools import combinations, pairwise

import pytest

from charts.palette import SIGNS, SYMBOLS, THEMES, Tone, contrast, roles, text_on
from program.settings import PROJECT_ROOT

AA_TEXT, AA_GRAPHICS = 4.5, 3.0
# Machado, Oliveira and Fernandes 2009 (doi:10.1109/TVCG.2009.113), severity 1, linear RGB.
BLINDNESS = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


@pytest.fixture(params=THEMES)
def theme(request):
    return request.param


@pytest.fixture
def config():
    with (PROJECT_ROOT / ".streamlit" / "config.toml").open("rb") as source:
        return tomllib.load(source)


def linear(colour):
    return [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    ]


def lab(rgb):
    """CIE L*a*b* of linear RGB, for distances as eyes see them."""
    matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        sum(k * max(0.0, c) for k, c in zip(row, rgb, strict=True)) / w
        for row, w in zip(matrix, white, strict=True)
    )
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one, other, blindness):
    seen = [
        lab([sum(k * c for k, c in zip(row, linear(colour), strict=True)) for row in blindness])
        for colour in (one, other)
    ]
    return sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5


def test_words_read_on_the_page_and_on_quiet_areas(theme):
    c = roles(theme)
    for colour in (c.text, c.muted, *(c.tone(tone) for tone in Tone)):
        assert contrast(colour, c.background) >= AA_TEXT
        assert contrast(colour, c.surface) >= AA_TEXT


def test_lines_and_series_stand_off_the_page(theme):
    c = roles(theme)
    for colour in (c.accent, c.likert[0], c.likert[-1], *c.series):
        assert contrast(colour, c.background) >= AA_GRAPHICS


def test_figures_read_inside_every_answer_segment(theme):
    for colour in (*roles(theme).likert, *roles(theme).likert_few):
        assert contrast(text_on(colour), colour) >= AA_TEXT


@pytest.mark.parametrize("kind", sorted(BLINDNESS))
def test_good_and_bad_stay_apart_for_the_colour_blind(theme, kind):
    c = roles(theme)
    for one, other in ((c.good, c.bad), (c.likert[0], c.likert[-1]), (c.likert[1], c.likert[3])):
        assert distance(one, other, BLINDNESS[kind]) > 20


def test_diverging_palette_grows_towards_both_ends(theme):
    c = roles(theme)
    middle = len(c.diverging) // 2
    ratios = [contrast(colour, c.background) for colour in c.diverging]
    assert ratios[: middle + 1] == sorted(ratios[: middle + 1], reverse=True)
    assert ratios[middle:] == sorted(ratios[middle:])


def test_greys_of_few_answers_are_told_apart_and_are_no_colour(theme):
    greys = roles(theme).likert_few
    ratios = [contrast(grey, roles(theme).background) for grey in greys]
    assert ratios == sorted(ratios)
    assert all(later > 1.2 * earlier for earlier, later in pairwise(ratios))
    for grey in greys:
        red, _green, blue = (int(grey[i : i + 2], 16) for i in (1, 3, 5))
        assert abs(red - blue) <= 20


def test_sequential_palette_is_ordered_in_grey_print(theme):
    c = roles(theme)
    ratios = [contrast(colour, c.background) for colour in c.sequential]
    assert ratios == sorted(ratios)


def test_every_tone_differs_by_sign_and_by_shape():
    for one, other in combinations(Tone, 2):
        assert SIGNS[one] != SIGNS[other]
        assert SYMBOLS[one] != SYMBOLS[other]


def test_streamlit_theme_repeats_the_palette(theme, config):
    c, shown = roles(theme), config["theme"][theme]
    assert shown["backgroundColor"] == c.background
    assert shown["textColor"] == c.text
    assert shown["linkColor"] == shown["blueTextColor"] == c.accent
    assert shown["redTextColor"] == c.bad
    assert shown["yellowTextColor"] == c.watch
    assert shown["grayTextColor"] == c.muted
    assert shown["chartCategoricalColors"] == list(c.series)


def test_marks_of_streamlit_read_on_their_own_background(theme, config):
    shown = config["theme"][theme]
    for name in ("blue", "red", "yellow", "gray", "green", "orange"):
        ratio = contrast(shown[f"{name}TextColor"], shown[f"{name}BackgroundColor"])
        assert ratio >= AA_TEXT, name


def test_primary_button_reads_and_captions_read(theme, config):
    shown = config["theme"][theme]
    assert contrast("#FFFFFF", shown["primaryColor"]) >= AA_TEXT
    assert contrast(shown["primaryColor"], shown["backgroundColor"]) >= AA_GRAPHICS
    # Streamlit writes captions in 60 % of the text colour over the background.
    ink, paper = (
        [int(shown[name][i : i + 2], 16) for i in (1, 3, 5)]
        for name in ("textColor", "backgroundColor")
    )
    faded = "#" + "".join(
        f"{round(0.6 * a + 0.4 * b):02X}" for a, b in zip(ink, paper, strict=True)
    )
    assert contrast(faded, shown["backgroundColor"]) >= AA_TEXT


def test_theme_fetches_nothing_from_elsewhere(config):
    text = (PROJECT_ROOT / ".streamlit" / "config.toml").read_text("utf-8")
    assert "://" not in text
    for face in config["theme"]["fontFaces"]:
        path = PROJECT_ROOT / "pages" / face["url"].removeprefix("app/")
        assert path.read_bytes()[:4] == b"wOF2"
    assert list((PROJECT_ROOT / "pages" / "static" / "fonts").glob("LICENSE*"))


def test_server_and_client_are_set_as_the_design_says(config):
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["client"]["disableDataExport"] is True
    assert config["client"]["toolbarMode"] == "minimal"
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["enableStaticServing"] is True


def test_unknown_theme_is_refused():
    with pytest.raises(ValueError, match="no such theme"):
        roles("sepia")
