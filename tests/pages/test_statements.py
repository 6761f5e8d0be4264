"""What pages ask of the database: never for clients' contacts, and for names within the scope."""

from __future__ import annotations

import re
from functools import cache

import pytest

from benchmarks.page import STATEMENTS_MOST, noted
from components.data import ask_of_all, kept_answers, schema_problems
from components.warming import ask_for_checks, ask_for_frame
from program.roles import Role
from program.schema import PERSONAL_TABLES
from tests.menu import MENU, MenuPage
from tests.pages.statements import Statement, statements_sent
from tests.pages.test_who_may_see_what import Portfolios, portfolios
from tests.pages.visitor import open_page

pytestmark = pytest.mark.usefixtures("on_demo", "nothing_kept")
__all__ = ["portfolios"]  # a fixture

#: Columns that tell a partner, its projects and what its clients said apart from others.
NAMING = re.compile(
    r"\b(partner\.name|project\.name|project\.site|project\.client_name|license_key\.key_md5"
    r"|survey\.comment|delivery_test\.comment)\b"
)
SCOPED = re.compile(r"\bpartner(_\d+)?\.manager_email = ")
every_page = pytest.mark.parametrize("page", MENU, ids=lambda page: page.path)


@cache
def visited(page: MenuPage, role: Role, portfolios: Portfolios) -> list[Statement]:
    """Open a page with and without a partner in the address, its charts as tables as well.

    Once for all tests: what is promised is about the statements, which are the same each time.
    """
    kept_answers().clear()  # also where the same test has visited another page before
    with statements_sent() as sent:
        for address in ({}, {"partner": portfolios.own}, {"partner": portfolios.other}):
            app = open_page(page.script, role=role.value, portfolio=portfolios.email, **address)
            for toggle in app.toggle:
                toggle.set_value(True)
            app.run()
    return sent


@every_page
@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_contacts_of_clients_are_never_asked_for(
    page: MenuPage, role: Role, portfolios: Portfolios
) -> None:
    sent = visited(page, role, portfolios)
    assert sent
    assert not [s.text for s in sent if any(table in s.text.lower() for table in PERSONAL_TABLES)]


@every_page
def test_a_statement_that_names_anybody_carries_the_managers_scope(
    page: MenuPage, portfolios: Portfolios
) -> None:
    naming = [s for s in visited(page, Role.MANAGER, portfolios) if NAMING.search(s.text)]
    if Role.MANAGER not in page.roles:
        assert not naming
    for statement in naming:
        assert SCOPED.search(statement.text), statement.text
        assert portfolios.email in statement.parameters, statement.text


def test_the_pages_do_name_partners(portfolios: Portfolios) -> None:
    """So that the rule above is about something."""
    pages = {page.path: page for page in MENU}
    for path in ("threshold", "partner", "comparison"):
        sent = visited(pages[path], Role.MANAGER, portfolios)
        assert any(NAMING.search(s.text) for s in sent), path


def test_one_managers_statements_never_carry_anothers_address(portfolios: Portfolios) -> None:
    for page in MENU:
        with statements_sent() as sent:
            open_page(
                page.script,
                role="manager",
                portfolio=portfolios.email,
                manager=portfolios.other_email,
                partner=portfolios.other,
            )
        assert not [s.text for s in sent if portfolios.other_email in s.parameters], page.path


@every_page
def test_a_page_itself_sends_no_more_statements_than_promised(
    page: MenuPage, portfolios: Portfolios
) -> None:
    ask_of_all(schema_problems)
    ask_for_frame()
    ask_for_checks()
    with noted() as visits:
        open_page(page.script, partner=portfolios.own)
    assert len(visits.statements) <= STATEMENTS_MOST, [text for text, _ in visits.statements]
    assert visits.statements or page.path in {"tour", "data_checks"}
