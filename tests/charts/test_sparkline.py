"""Small pictures are valid SVG, and gaps, flat lines and empty bases are drawn honestly."""

from __future__ import annotations

import base64
import math
from xml.etree import ElementTree

import pytest

from charts.palette import THEMES, Tone, roles
from charts.sparkline import bullet_picture, data_address, sparkline

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("theme", THEMES)
def test_sparkline_has_one_line_and_marks_the_last_value(theme):
    root = ElementTree.fromstring(sparkline([1, 3, 2], theme=theme, tone=Tone.BAD))  # noqa: S314
    assert len(root.findall(f"{SVG}polyline")) == 1
    assert root.find(f"{SVG}circle").get("fill") == roles(theme).bad


def test_gap_breaks_the_line():
    root = ElementTree.fromstring(sparkline([1, 2, math.nan, 3, 4], theme="light"))  # noqa: S314
    assert len(root.findall(f"{SVG}polyline")) == 2


def test_flat_series_lies_in_the_middle():
    points = ElementTree.fromstring(sparkline([5, 5, 5], theme="light"))  # noqa: S314
    heights = {p.split(",")[1] for p in points.find(f"{SVG}polyline").get("points").split()}
    assert heights == {"17.0"}


@pytest.mark.parametrize("values", [[], [1], [math.nan, 1, math.nan]])
def test_single_value_has_no_shape(values):
    with pytest.raises(ValueError, match="at least two"):
        sparkline(values, theme="light")


def test_bullet_picture_without_a_base_has_only_its_track():
    assert bullet_picture(0, 0, 5, theme="light").count("<rect") == 2
    assert bullet_picture(24, 9, 3, theme="light").count("<rect") == 4


def test_bullet_picture_reaches_the_threshold_exactly_at_half():
    assert roles("light").good in bullet_picture(24, 12, theme="light")
    assert roles("light").bad in bullet_picture(25, 12, theme="light")


def test_picture_travels_as_a_data_address():
    address = data_address("<svg/>")
    assert base64.b64decode(address.split(",")[1]) == b"<svg/>"
