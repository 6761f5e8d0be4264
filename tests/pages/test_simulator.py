"""What if the rule were another one: state in the address, both rules side by side."""

from __future__ import annotations

import re

import pytest

from tests.pages.visitor import headings, healthy, open_page, page_text

SIMULATOR = "simulator.py"


def holders(app) -> list[int]:
    return [int(metric.value.split("\u00a0")[0].split(" ")[0]) for metric in app.metric]


@pytest.mark.usefixtures("on_demo")
def test_without_a_variant_both_sides_are_the_rule_in_force() -> None:
    app = open_page(SIMULATOR, language="en")
    now, then = holders(app)
    assert now == then > 0
    assert headings(app) == ["What if the rule were another one?"]
    assert not app.dataframe


@pytest.mark.usefixtures("on_demo")
def test_the_address_says_the_variant_and_a_slider_writes_it_there() -> None:
    app = open_page(SIMULATOR, language="en", threshold=60, window="15-3", base=3, grace=2, keep=45)
    assert app.slider(key="rule_threshold").value == 60
    assert app.slider(key="rule_window").value == (3, 15)
    assert app.slider(key="rule_base").value == 3
    assert app.slider(key="rule_grace").value == 2
    assert app.slider(key="rule_keep").value == 45
    app.slider(key="rule_threshold").set_value(70)
    app = healthy(app.run())
    assert app.query_params["threshold"] == "70"
    app.slider(key="rule_grace").set_value(0)
    assert "grace" not in healthy(app.run()).query_params


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize(
    "address",
    [
        {"threshold": "abc", "window": "2-14", "base": "-1", "grace": "1e9", "keep": "%"},
        {"threshold": "50.5", "window": "14", "keep": "9999"},
        {"window": "٣-٢", "threshold": "²"},
    ],
)
def test_an_address_that_makes_no_sense_is_the_rule_in_force(address: dict[str, str]) -> None:
    now, then = holders(open_page(SIMULATOR, language="en", **address))
    assert now == then


@pytest.mark.usefixtures("on_demo")
def test_the_variant_names_who_would_gain_and_who_would_lose() -> None:
    app = open_page(SIMULATOR, language="en", threshold=60, grace=3)
    now, then = holders(app)
    gain, lose = (len(frame.value) for frame in app.dataframe)
    assert gain > 0
    assert lose > 0
    assert then - now == gain - lose
    assert f"Under this variant {then} partners" in headings(app)[0]


@pytest.mark.usefixtures("on_demo")
def test_the_way_back_to_the_rule_in_force_empties_the_address() -> None:
    app = open_page(SIMULATOR, language="en", threshold=80, keep=40)
    (button,) = [b for b in app.button if b.label == "Back to the rule in force"]
    app = healthy(button.click().run())
    assert not {"threshold", "keep"} & set(app.query_params)
    assert len(set(holders(app))) == 1


@pytest.mark.usefixtures("on_demo")
def test_more_grace_never_costs_a_holder() -> None:
    held = [
        holders(open_page(SIMULATOR, language="en", threshold=50, grace=grace))[1]
        for grace in (0, 1, 4, 12)
    ]
    assert held == sorted(held)
    assert held[0] < held[-1]


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("language", ["ru", "en"])
def test_it_says_that_it_decides_nothing_and_where_it_differs_from_what_was_decided(
    language: str,
) -> None:
    text = page_text(open_page(SIMULATOR, language=language))
    assert {"ru": "не решение", "en": "not a decision"}[language] in text
    assert re.search({"ru": r"\d+ сохранённ", "en": r"\d+ stored decision"}[language], text)


@pytest.mark.usefixtures("on_demo")
def test_a_cut_without_keys_is_answered_in_words() -> None:
    app = open_page(SIMULATOR, language="en", country="AM", tier="gold", size="50+")
    assert "Nothing matches these filters" in page_text(app)
