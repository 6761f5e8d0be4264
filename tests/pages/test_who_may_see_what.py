"""Deny unless allowed: every page, every role, and the partners of somebody else's portfolio.

Pages come from the menu, so that a new one is held to the same on its first day.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.access import DEMONSTRATION_PORTFOLIO, DEMONSTRATION_ROLE
from program.roles import Role
from tests.databases import connected
from tests.menu import MENU, MenuPage
from tests.pages.conftest import forget_everything
from tests.pages.visitor import headings, healthy, open_page, page_text

pytestmark = pytest.mark.usefixtures("on_demo")

NAMES = re.compile("«[^»]+»")
NOT_YOURS = "This page is not for your role"
OF_A_MANAGER = [page for page in MENU if Role.MANAGER in page.roles]
every_page_of_a_manager = pytest.mark.parametrize("page", OF_A_MANAGER, ids=lambda page: page.path)


@dataclass(frozen=True)
class Portfolios:
    """One manager, a partner of that manager, a partner of another one, and whose names are whose.

    ``foreign`` holds the names of partners, projects and clients that have nothing to do with
    the manager's own partners.
    """

    email: str
    own: int
    other_email: str
    other: int
    other_name: str
    foreign: frozenset[str]


def _names(path: Path, condition: str) -> frozenset[str]:
    statement = f"""
        SELECT name FROM partner p WHERE {condition}
        UNION SELECT r.name FROM project r JOIN license_key k ON k.id = r.license_key_id
            JOIN partner p ON p.id = k.partner_id WHERE {condition}
        UNION SELECT r.client_name FROM project r JOIN license_key k ON k.id = r.license_key_id
            JOIN partner p ON p.id = k.partner_id WHERE {condition}
        UNION SELECT r.name FROM project r JOIN delivery d ON d.project_id = r.id
            JOIN partner p ON p.id = d.partner_id WHERE {condition}
        UNION SELECT r.client_name FROM project r JOIN delivery d ON d.project_id = r.id
            JOIN partner p ON p.id = d.partner_id WHERE {condition}
    """  # noqa: S608 - conditions of this file
    with connected(path) as connection:
        rows = connection.exec_driver_sql(statement).all()
    return frozenset(name for (text,) in rows for name in NAMES.findall(text))


@pytest.fixture(scope="module")
def portfolios(oracle_file: Path) -> Portfolios:
    """The two largest portfolios of the demonstration."""
    with connected(oracle_file) as connection:
        first, second = connection.exec_driver_sql(
            "SELECT manager_email, min(id) FROM partner "
            "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2"
        ).all()
        (name,) = connection.exec_driver_sql(
            "SELECT name FROM partner WHERE id = ?", (second[1],)
        ).one()
    email = first[0]
    own = _names(oracle_file, f"p.manager_email = '{email}'")
    others = _names(oracle_file, f"p.manager_email <> '{email}'")
    assert len(others - own) > 1000
    return Portfolios(email, first[1], second[0], second[1], name, others - own)


def texts(element: Any) -> Iterator[str]:
    """Everything that an element sends to the browser, as text."""
    proto = getattr(element, "proto", None)
    if proto is None:
        return
    yield unquote(proto.SerializeToString().decode("utf-8", "replace"))
    if (spec := getattr(proto, "spec", None)) and isinstance(spec, str):
        yield json.dumps(json.loads(spec), ensure_ascii=False)
    if element.type in {"arrow_data_frame", "arrow_table", "dataframe", "table"}:
        yield element.value.to_csv()


def sent(app: AppTest) -> str:
    """Everything that the browser got, the menu and the side panel included."""
    return "\n".join(
        text
        for block in (app.main, app.sidebar)
        for element in block
        # What the visitor typed comes back in the field that it was typed into.
        if element.type != "text_input"
        for text in texts(element)
    )


def leaked(text: str, portfolios: Portfolios) -> set[str]:
    return set(NAMES.findall(text)) & portfolios.foreign


def as_manager(page: MenuPage, portfolios: Portfolios, **address: object) -> AppTest:
    return open_page(
        page.script, language="en", role="manager", portfolio=portfolios.email, **address
    )


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", MENU, ids=lambda page: page.path)
def test_a_role_opens_its_pages_and_no_others(page: MenuPage, role: Role) -> None:
    app = open_page(page.script, language="en", role=role.value)
    assert len(headings(app)) == 1
    assert (headings(app) == [NOT_YOURS]) is (role not in page.roles)
    if role not in page.roles:
        assert not app.metric
        assert not app.dataframe
        assert not app.get("plotly_chart")
        assert not app.get("download_button")


@every_page_of_a_manager
def test_an_address_that_names_somebody_elses_partner_shows_nothing_of_it(
    page: MenuPage, portfolios: Portfolios
) -> None:
    address = {"partner": portfolios.other, "manager": portfolios.other_email}
    app = as_manager(page, portfolios, **address)
    assert not leaked(sent(app), portfolios)
    assert portfolios.other_email not in sent(app)


def test_the_same_address_does_show_it_to_who_may_see_it(portfolios: Portfolios) -> None:
    """So that the silence above means something."""
    app = open_page("partner.py", language="en", role="leader", partner=portfolios.other)
    assert leaked(sent(app), portfolios) & set(NAMES.findall(portfolios.other_name))
    for script in ("threshold.py", "partners.py", "comparison.py"):
        assert leaked(sent(open_page(script, language="en", role="analyst")), portfolios), script


def forged(app: AppTest, value: str) -> AppTest:
    """Run again with ``value`` in every widget that takes words, whatever its options are."""
    kept = {
        widget.id
        for widget in app.selectbox
        if widget.key in {DEMONSTRATION_ROLE, DEMONSTRATION_PORTFOLIO}
    }
    states = app._tree.get_widget_states()
    words = {widget.id for kind in ("selectbox", "radio", "text_input") for widget in app.get(kind)}
    several = {widget.id for kind in ("button_group", "multiselect") for widget in app.get(kind)}
    assert words | several
    for state in states.widgets:
        if state.id in words - kept:
            state.string_value = value
        elif state.id in several:
            state.string_array_value.data[:] = [value]
    return app._run(states)


@every_page_of_a_manager
def test_a_forged_choice_shows_nothing_of_somebody_elses_partner(
    page: MenuPage, portfolios: Portfolios
) -> None:
    """A browser may send any value for any widget; the screen's options are no protection."""
    for value in (str(portfolios.other), portfolios.other_name, portfolios.other_email):
        app = as_manager(page, portfolios, partner=portfolios.own)
        assert not leaked(sent(forged(app, value)), portfolios), value


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], bytes]]:
    """What the buttons of the pages would hand out, in the order in which they are drawn."""
    offered: list[Callable[[], bytes]] = []
    original = st.download_button

    def noted(*arguments: Any, data: Any, **named: Any) -> bool:
        offered.append(data if callable(data) else lambda: data)
        return original(*arguments, data=data, **named)

    monkeypatch.setattr(st, "download_button", noted)
    return offered


def written(file: bytes) -> str:
    """The text of an export; a workbook is an archive of texts."""
    if not zipfile.is_zipfile(io.BytesIO(file)):
        return file.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(file)) as book:
        return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


@every_page_of_a_manager
def test_an_export_holds_nothing_of_somebody_elses_partners(
    page: MenuPage, portfolios: Portfolios, exports: list[Callable[[], bytes]]
) -> None:
    as_manager(page, portfolios, partner=portfolios.own)
    files = [written(make()) for make in exports]
    assert all(files)
    for file in files:
        assert not leaked(file, portfolios)


def test_an_export_for_who_may_see_everybody_does_hold_them(
    portfolios: Portfolios, exports: list[Callable[[], bytes]]
) -> None:
    open_page("threshold.py", language="en", role="leader")
    assert any(leaked(written(make()), portfolios) for make in exports)


NORTH_WEST = {"language": "en", "survey": "12m", "district": "Северо-Западный"}
ANSWERED = """
SELECT p.manager_email, p.tier, count(*) AS n FROM answer a JOIN survey s ON s.id = a.survey_id
JOIN delivery d ON d.id = s.delivery_id JOIN partner p ON p.id = d.partner_id
JOIN city c ON c.id = p.city_id JOIN region r ON r.code = c.region_code
WHERE question_code = 'recommend_partner' AND r.district_ru = 'Северо-Западный'
AND s.completed_on BETWEEN DATE '2025-11-24' AND DATE '2026-11-23' AND d.status = 'accepted'
GROUP BY p.id, p.manager_email, p.tier
"""


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ")


def together_on(app: AppTest) -> str:
    """What the line below the heading of a comparison says of all together."""
    (found,) = set(re.findall(r"all together ([^·\n]*)", spaced(page_text(app))))
    return str(found).strip()


def test_a_manager_is_told_no_exact_total_with_others_by_page_picture_or_file(
    portfolios: Portfolios, oracle_file: Path, exports: list[Callable[[], bytes]]
) -> None:
    with connected(oracle_file) as connection:
        rows = connection.exec_driver_sql(ANSWERED).all()
    total, partners = sum(n for _, _, n in rows), len(rows)
    assert sum(email != portfolios.email for email, _, _ in rows) >= 10
    leader = open_page("comparison.py", role="leader", **NORTH_WEST)
    assert together_on(leader).endswith(f"n = {total}")
    assert f"{partners} partners with answers" in spaced(page_text(leader))
    exports.clear()
    app = open_page("comparison.py", role="manager", portfolio=portfolios.email, **NORTH_WEST)
    said = together_on(app)
    assert re.search(r"n ≈ \d+[05]$", said), said
    shown = spaced("\n".join([sent(app), *(written(make()) for make in exports)]))
    assert "≈ 30 partners" in shown
    assert re.search(r"≈ \d+[05] answers", shown)
    for exact in (f"n = {total}", f"{total} answers", f"{partners} partners", "other partners<"):
        assert exact not in shown, exact


def test_of_too_few_others_a_manager_is_told_nothing_but_why(oracle_file: Path) -> None:
    with connected(oracle_file) as connection:
        rows = connection.exec_driver_sql(ANSWERED).all()
    gold = [(email, n) for email, tier, n in rows if tier == "gold"]
    (mine, own), *_ = sorted(gold, key=lambda row: -row[1])
    own = sum(n for email, n in gold if email == mine)
    assert own < sum(n for _, n in gold)
    app = open_page("comparison.py", role="manager", portfolio=mine, tier="gold", **NORTH_WEST)
    assert "Fewer than 10 other partners" in page_text(app)
    assert together_on(app).endswith(f"n = {own}")


def compared_portfolio(portfolio: str, **address: object) -> AppTest:
    app = open_page(
        "satisfaction.py", language="en", role="manager", portfolio=portfolio, **address
    )
    app.session_state["compare_kind"] = "manager"
    return healthy(app.run())


def test_a_manager_compares_the_own_portfolio_with_rounded_others_on_the_questionnaire(
    portfolios: Portfolios,
) -> None:
    app = compared_portfolio(portfolios.email)
    table = app.dataframe[0].value
    assert len(table) == 10
    assert (table["second_n"] > 0).all()
    assert not (table["second_n"] % 5).any()
    assert (table["first_n"] % 5).any()
    assert "rounded to multiples of 5" in page_text(app)
    assert app.selectbox(key="compare_second_manager").options == ["all the others"]


def test_too_few_others_are_not_compared_with_on_the_questionnaire_and_the_page_says_so() -> None:
    app = compared_portfolio("manager05@example.test", tier="gold", district="Северо-Западный")
    assert "Fewer than 10 other partners of this cut have surveys" in page_text(app)
    assert not app.dataframe


def drawn(app: AppTest) -> list[str]:
    """Charts and tables, to the last figure."""
    charts = [chart.proto.spec for chart in app.get("plotly_chart")]
    return [*charts, *(table.value.to_csv() for table in app.dataframe)]


@every_page_of_a_manager
def test_an_answer_remembered_for_others_is_not_shown(
    page: MenuPage, portfolios: Portfolios
) -> None:
    """Answers are shared between visitors: the leader and the other manager were here before."""
    before = as_manager(page, portfolios, partner=portfolios.own)
    shown_first = (page_text(before), drawn(before))
    forget_everything()
    open_page(page.script, language="en", role="leader", partner=portfolios.other)
    open_page(
        page.script,
        language="en",
        role="manager",
        portfolio=portfolios.other_email,
        partner=portfolios.other,
    )
    app = as_manager(page, portfolios, partner=portfolios.own)
    assert not leaked(sent(app), portfolios)
    assert (page_text(app), drawn(app)) == shown_first


def test_words_say_whose_figures_they_are(portfolios: Portfolios) -> None:
    for script in ("home.py", "coverage.py"):
        own = page_text(
            open_page(script, language="en", role="manager", portfolio=portfolios.email)
        )
        assert "Coverage of your portfolio" in own, script
        assert "of the programme" not in own, script
        everybodys = page_text(open_page(script, language="en", role="leader"))
        assert "Programme coverage" in everybodys, script
        chosen = page_text(open_page(script, language="en", role="leader", tier="gold"))
        assert "Coverage of the chosen partners" in chosen, script
        assert "of the programme" not in chosen, script


def test_the_badge_of_a_manager_says_what_the_page_shows(portfolios: Portfolios) -> None:
    for script, words in (
        ("threshold.py", "Figures of your portfolio"),
        ("comparison.py", "Your portfolio by name, the others without names"),
    ):
        text = page_text(
            open_page(script, language="en", role="manager", portfolio=portfolios.email)
        )
        assert words in text, script


def test_a_role_that_changes_in_the_middle_takes_everything_away(portfolios: Portfolios) -> None:
    app = open_page("threshold.py", language="en", role="leader")
    assert leaked(sent(app), portfolios)
    app.session_state[DEMONSTRATION_ROLE] = "manager"
    app.session_state[DEMONSTRATION_PORTFOLIO] = portfolios.email
    assert not leaked(sent(healthy(app.run())), portfolios)


def test_every_role_has_a_menu_of_its_own_pages() -> None:
    for role in Role:
        assert [page for page in MENU if role in page.roles], role


def test_a_manager_begins_at_the_threshold_and_others_at_the_first_page() -> None:
    for role, landing in (("manager", "Figures of your portfolio"), ("leader", "")):
        app = AppTest.from_file(str(Path("pages/_router.py").resolve()), default_timeout=60)
        app.session_state[DEMONSTRATION_ROLE] = role
        app.query_params["lang"] = "en"
        text = page_text(healthy(app.run()))
        assert landing in text
        assert ("Evaluation window" in text) is (role == "manager")
