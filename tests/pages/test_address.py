"""The address as the memory of what was chosen: checked again on every page, kept between pages."""

from __future__ import annotations

from functools import cache

import pytest

from tests.menu import MENU
from tests.pages.visitor import headings, healthy, open_page

every_page = pytest.mark.parametrize("script", [page.script for page in MENU])
NONSENSE = {
    "on": ("2026-13", "2026-11-01", "1999-01", "yesterday", ""),
    "manager": ("nobody@example.test", "' OR 1=1 --", ""),
    "country": ("ZZ", "RUS", "<b>"),
    "district": ("Атлантида",),
    "region": ("RU-XXX", "![x](https://example.test/x.png)"),
    "city": ("0", "-1", "1e9", "Москва", "9" * 30),
    "tier": ("platinum", "GOLD"),
    "size": ("0", "1-9 ", "50"),
    "lang": ("xx", "<script>"),
}


@cache
def heading_without_filters(script: str) -> list[str]:
    return headings(open_page(script, language=None))


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in NONSENSE.items() for value in values]
)
def test_a_value_that_does_not_exist_is_dropped(field: str, value: str) -> None:
    script = "threshold.py" if field == "on" else "home.py"
    app = open_page(script, language=None, **{field: value})
    assert headings(app) == heading_without_filters(script)
    if field != "lang":
        assert field not in app.query_params


@every_page
@pytest.mark.usefixtures("on_demo")
def test_all_nonsense_at_once_opens_the_plain_page(script: str) -> None:
    nonsense = {field: values[0] for field, values in NONSENSE.items() if field != "lang"}
    nonsense |= {"survey": "century", "from": "2026-02-30", "to": "tomorrow"}
    assert headings(open_page(script, **nonsense)) == headings(open_page(script))


@every_page
@pytest.mark.usefixtures("on_demo")
def test_valid_filters_stay_in_the_address_of_every_page(script: str) -> None:
    app = open_page(script, language=None, country="RU", tier="gold")
    assert app.query_params["country"] == "RU"
    assert app.query_params["tier"] == "gold"


@pytest.mark.usefixtures("on_demo")
def test_filters_follow_the_visitor_through_the_whole_menu() -> None:
    app = open_page(MENU[0].script, language=None, tier="gold")
    for page in (*MENU[1:], MENU[0]):
        app.query_params.clear()  # the menu opens a page with a bare address
        healthy(app.switch_page(page.script).run())
        assert app.query_params["tier"] == "gold", page.script


@pytest.mark.usefixtures("on_demo")
def test_a_place_narrows_the_places_after_it() -> None:
    whole = open_page("threshold.py")
    narrowed = open_page("threshold.py", country="KZ")
    everywhere, there = (app.selectbox(key="filter_city").options for app in (whole, narrowed))
    assert set(there) < set(everywhere)
    assert len(there) > 1


@pytest.mark.usefixtures("on_demo")
def test_a_city_outside_the_chosen_country_is_dropped() -> None:
    cities = open_page("threshold.py", country="KZ").selectbox(key="filter_city")
    cities.set_value(cities.options[1])
    assert "city" not in open_page("threshold.py", country="RU", city="999999").query_params


@pytest.mark.usefixtures("on_demo")
def test_reset_forgets_the_filters_and_cleans_the_address() -> None:
    app = open_page("threshold.py", language="en", tier="gold", country="RU")
    (reset,) = [button for button in app.button if button.label == "Reset"]
    healthy(reset.click().run())
    assert not {"tier", "country"} & set(app.query_params)


@pytest.mark.usefixtures("on_demo")
def test_choosing_the_default_evaluation_leaves_the_address_clean() -> None:
    app = open_page("threshold.py", on="2027-01")
    assert app.query_params["on"] == "2027-01"
    assert "on" not in open_page("threshold.py", language=None).query_params
