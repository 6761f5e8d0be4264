"""Worked examples can be checked with a pencil."""

from __future__ import annotations

import re

from components.worked_examples import forecast_example
from program.language import speaking


def test_the_forecast_s_example_adds_up() -> None:
    with speaking("en"):
        text = forecast_example().replace(",", "")
    now, before, months, _now, _n, step, then = map(int, re.findall(r"\d+", text))
    assert now + months * (now - before) // 12 == now + months * step == then
