"""The reliability plot says what was said and what happened."""

from __future__ import annotations

import pandas as pd
import pytest

from charts.forecast import reliability_alt, reliability_plot
from program.language import speaking
from tests.checked import checked

TABLE = pd.DataFrame(
    {
        "low": [0.0, 0.2, 0.9],
        "high": [0.05, 0.3, 1.0],
        "n": [400, 40, 4],
        "said": [0.01, 0.25, 0.95],
        "held": [4, 12, 4],
        "observed": [0.01, 0.3, 1.0],
    }
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_points_stand_where_said_meets_observed_within_whiskers(theme) -> None:
    points = checked(reliability_plot(TABLE, theme=theme)).data[-1]
    assert list(points.x) == TABLE["said"].tolist()
    assert list(points.y) == TABLE["observed"].tolist()
    low = [y - d for y, d in zip(points.y, points.error_y.arrayminus, strict=True)]
    high = [y + d for y, d in zip(points.y, points.error_y.array, strict=True)]
    assert all(0 <= a <= y <= b <= 1 for a, y, b in zip(low, points.y, high, strict=True))
    assert high[0] - low[0] < high[1] - low[1] < high[2] - low[2]


def test_few_forecasts_are_grey() -> None:
    colours = checked(reliability_plot(TABLE, theme="light")).data[-1].marker.color
    assert colours[0] == colours[1] != colours[2]


def test_message_in_words_adds_all_forecasts_up() -> None:
    with speaking("en"):
        words = reliability_alt(TABLE).replace("\u00a0", " ")
    assert "20 of 444" in words
    assert "4.0 % was said" in words


@pytest.mark.parametrize("draw", [reliability_alt, lambda t: reliability_plot(t, theme="light")])
def test_no_forecast_is_the_pages_to_explain(draw) -> None:
    with pytest.raises(ValueError, match="no rows"):
        draw(TABLE.iloc[:0])
