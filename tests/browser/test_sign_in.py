"""Signing in and out in a real browser, against a provider on this machine."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from tests.browser.chromium import ELSEWHERE
from tests.browser.profiles import Lend, Profiles
from tests.browser.server import Server
from tests.browser.signing_in import Provider, SignInSettings, start_dashboard
from tests.browser.visit import PATIENCE, settled
from tests.databases import changed_copy

pytestmark = pytest.mark.browser

USER_COOKIE = "_streamlit_user"
NOT_SERVED = re.compile("Sign in with your work account")


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """A provider that knows some people."""
    running = Provider(tmp_path_factory.mktemp("provider") / "provider.log")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def own_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """Records that do not say that they are a demonstration."""
    target = tmp_path_factory.mktemp("own") / "program.duckdb"
    return changed_copy(demo_file, target, "UPDATE load_batch SET source = 'load'")


@pytest.fixture(scope="module")
def settings(provider: Provider) -> SignInSettings:
    """What the dashboard and the provider agree on."""
    return SignInSettings(provider)


@pytest.fixture(scope="module")
def dashboard(
    settings: SignInSettings, own_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A dashboard of a team: own records, sign-in configured."""
    log = tmp_path_factory.mktemp("dashboard") / "server.log"
    running = start_dashboard(own_file, log, settings.environment(), port=settings.port)
    yield running
    running.stop()


@pytest.fixture
def browser_of_somebody(profiles: Profiles) -> Iterator[Lend]:
    """Open browsers that share nothing; nothing but this machine is reached."""
    with profiles.lent() as lend:
        yield lend


def main(page: Page) -> Locator:
    return page.locator('[data-testid="stMain"]')


def shown(page: Page) -> str:
    text = main(settled(page)).inner_text()
    return text.replace("\u00a0", " ").replace("\u2060", "")


def opened(context: BrowserContext, server: Server, path: str = "") -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/{path}")
    expect(page.locator('[data-testid="stMain"] h1').first).to_be_visible(timeout=PATIENCE)
    return settled(page)


def sign_in(page: Page, who: str) -> Page:
    """Go to the provider, be ``who`` there, and come back."""
    page.locator(".st-key-sign_in button").click()
    page.get_by_role("button", name=who, exact=True).first.click()
    page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:\d+/(?!oauth2)"))
    expect(page.locator('[data-testid="stMain"] h1').first).to_be_visible(timeout=PATIENCE)
    return settled(page)


def menu(page: Page) -> list[str]:
    return page.locator('[data-testid="stSidebarNavLink"]').all_inner_texts()


def signed_in_cookie(context: BrowserContext) -> dict[str, object]:
    (cookie,) = [dict(c) for c in context.cookies() if c["name"] == USER_COOKIE]
    return cookie


def test_nobody_sees_anything_before_signing_in(
    dashboard: Server, browser_of_somebody: Lend
) -> None:
    page = opened(browser_of_somebody(), dashboard, "threshold")
    assert NOT_SERVED.search(shown(page))
    assert menu(page) == []
    assert page.locator('[data-testid="stDataFrame"]').count() == 0


def test_after_signing_in_one_stands_where_the_link_led(
    dashboard: Server, browser_of_somebody: Lend
) -> None:
    page = opened(browser_of_somebody(), dashboard, "threshold?tier=gold&on=2027-01")
    sign_in(page, "leader")
    assert urlsplit(page.url).path == "/threshold"
    assert set(urlsplit(page.url).query.split("&")) == {"tier=gold", "on=2027-01"}
    assert "Partner tier" in shown(page)
    assert "1 January 2027" in shown(page)


def test_a_manager_begins_with_the_own_portfolio(
    dashboard: Server, browser_of_somebody: Lend
) -> None:
    page = sign_in(opened(browser_of_somebody(), dashboard), "manager")
    page.wait_for_url("**/threshold")
    assert "Figures of your portfolio" in shown(page)
    assert not any("Data checks" in line for line in menu(page))


def test_a_leader_begins_with_the_first_page(dashboard: Server, browser_of_somebody: Lend) -> None:
    page = sign_in(opened(browser_of_somebody(), dashboard), "leader")
    assert urlsplit(page.url).path == "/"
    assert not any("Data checks" in line for line in menu(page))


def test_letter_case_of_an_address_does_not_matter(
    dashboard: Server, browser_of_somebody: Lend
) -> None:
    page = sign_in(opened(browser_of_somebody(), dashboard, "data_checks"), "analyst")
    assert urlsplit(page.url).path == "/data_checks"
    assert any("Data checks" in line for line in menu(page))


def test_a_page_of_another_role_is_refused_in_words(
    dashboard: Server, browser_of_somebody: Lend
) -> None:
    page = sign_in(opened(browser_of_somebody(), dashboard, "data_checks"), "leader")
    assert "This page is not for your role" in shown(page)
    assert page.locator('[data-testid="stDataFrame"]').count() == 0
    page.locator('.st-key-refusal [data-testid="stPageLink"] a').click()
    page.wait_for_url(f"{dashboard.url}/")
    assert "not for your role" not in shown(page)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("stranger", "not in the staff list"),
        ("unverified", "has not confirmed"),
        ("silent", "has not confirmed"),
    ],
)
def test_somebody_else_is_politely_refused_and_can_change_the_account(
    dashboard: Server, browser_of_somebody: Lend, who: str, words: str
) -> None:
    page = sign_in(opened(browser_of_somebody(), dashboard, "threshold"), who)
    text = shown(page)
    assert "You have no access yet" in text
    assert words in text
    assert "@example.test" in text
    assert menu(page) == []
    sign_in(page, "leader")
    assert "no access" not in shown(page)
    assert urlsplit(page.url).path == "/threshold"


def test_a_refusal_at_the_provider_is_told_and_leaves_the_address_clean(
    dashboard: Server, browser_of_somebody: Lend
) -> None:
    page = opened(browser_of_somebody(), dashboard, "threshold?tier=gold")
    page.locator(".st-key-sign_in button").click()
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url(f"{dashboard.url}/threshold?tier=gold")
    assert "Sign-in was cancelled" in shown(page)
    sign_in(page, "leader")
    assert page.url == f"{dashboard.url}/threshold?tier=gold"


def test_a_session_lives_as_long_as_the_settings_say(
    dashboard: Server, browser_of_somebody: Lend
) -> None:
    context = browser_of_somebody()
    sign_in(opened(context, dashboard), "leader")
    cookie = signed_in_cookie(context)
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Lax"
    assert 0 < float(str(cookie["expires"])) - time.time() <= 8 * 3600


def test_an_old_session_ends_in_the_middle_of_the_work(
    provider: Provider, own_file: Path, tmp_path: Path, browser_of_somebody: Lend
) -> None:
    """The cookie itself stays with the browser here: its age is judged by the server."""
    short = SignInSettings(provider)
    seconds = 60  # on a busy machine the first page alone took more than 20
    server = start_dashboard(
        own_file,
        tmp_path / "server.log",
        short.environment(QUALITY_SESSION_HOURS=str(seconds / 3600)),
        port=short.port,
    )
    try:
        context = browser_of_somebody()
        page = opened(context, server, "threshold?tier=gold")
        sign_in(page, "leader")
        kept = signed_in_cookie(context)
        ends = float(str(kept["expires"]))
        kept["expires"] = ends + 3600
        expect(page.locator('[data-testid="stDataFrame"]').first).to_be_visible()
        page.wait_for_timeout(max(0, (ends + 2 - time.time()) * 1000))
        page.locator(".st-key-threshold_group button").nth(1).click()
        expect(main(page)).to_contain_text("A session lasts")
        assert NOT_SERVED.search(shown(page))
        assert page.locator('[data-testid="stDataFrame"]').count() == 0
        later = browser_of_somebody()
        later.add_cookies([kept])  # type: ignore[list-item]  # what the other browser gave us
        assert "A session lasts" in shown(opened(later, server, "threshold"))
        sign_in(page, "leader")
        assert urlsplit(page.url).path == "/threshold"
        assert "tier=gold" in urlsplit(page.url).query.split("&")
    finally:
        server.stop()


def forged(context: BrowserContext, value: str, server: Server) -> None:
    context.clear_cookies()
    context.add_cookies([{"name": USER_COOKIE, "value": value, "url": server.url}])


def test_a_changed_cookie_opens_nothing(dashboard: Server, browser_of_somebody: Lend) -> None:
    context = browser_of_somebody()
    sign_in(opened(context, dashboard), "manager")
    value = str(signed_in_cookie(context)["value"])
    middle = len(value) // 3
    for changed in (
        value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :],
        # Not the very last sign: some of its bits are padding, and changing those changes nothing.
        value[:-5] + ("A" if value[-5] != "A" else "B") + value[-4:],
        value.rsplit(".", 1)[0],
        "chunks-99999999",
        "",
    ):
        forged(context, changed, dashboard)
        assert NOT_SERVED.search(shown(opened(context, dashboard, "threshold")))


def test_a_cookie_signed_with_another_secret_opens_nothing(
    dashboard: Server, settings: SignInSettings, browser_of_somebody: Lend
) -> None:
    claims = (
        f'{{"origin": "{dashboard.url}", "is_logged_in": true, "provider": "default", '
        f'"email": "admin@example.test", "email_verified": true, "iat": {int(time.time())}}}'
    )
    context = browser_of_somebody()
    for secret, served in (("0" * 64, False), (settings.cookie_secret, True)):
        signed = create_signed_value(secret, USER_COOKIE, claims).decode()
        forged(context, signed, dashboard)
        page = opened(context, dashboard, "threshold")
        assert bool(NOT_SERVED.search(shown(page))) is not served  # so the check above can fail


def test_signing_out_ends_every_copy_of_the_session_even_over_a_restart(
    provider: Provider, own_file: Path, tmp_path: Path, browser_of_somebody: Lend
) -> None:
    agreed = SignInSettings(provider)
    log = tmp_path / "server.log"
    server = start_dashboard(own_file, log, agreed.environment(), port=agreed.port)
    try:
        context, thief = browser_of_somebody(), browser_of_somebody()
        page = sign_in(opened(context, server, "threshold"), "leader")
        copied = signed_in_cookie(context)
        thief.add_cookies([copied])  # type: ignore[list-item]  # what the other browser gave us
        stolen = opened(thief, server, "threshold")
        expect(stolen.locator('[data-testid="stDataFrame"]').first).to_be_visible()

        page.locator(".st-key-sign_out button").click()
        page.get_by_role("button", name="End session").click()
        page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:\d+/(?!oauth2)"))
        assert NOT_SERVED.search(shown(page))
        assert not [c for c in context.cookies() if c["name"] == USER_COOKIE]

        # The tab that was open with the copy, a new tab, and a server that has forgotten it.
        stolen.locator(".st-key-threshold_group button").nth(1).click()
        expect(main(stolen)).to_contain_text("You have signed out of this session")
        assert "signed out" in shown(opened(thief, server, "threshold"))
        server.stop()
        server = start_dashboard(own_file, log, agreed.environment(), port=agreed.port)
        assert "signed out" in shown(opened(thief, server, "threshold"))
        # Another sign-in of the same person is another session.
        sign_in(page, "leader")
        assert not NOT_SERVED.search(shown(page))
    finally:
        server.stop()


def test_the_sign_out_address_opened_by_hand_ends_every_copy_too(
    dashboard: Server, browser_of_somebody: Lend
) -> None:
    context, thief = browser_of_somebody(), browser_of_somebody()
    page = sign_in(opened(context, dashboard, "threshold"), "analyst")
    copied = signed_in_cookie(context)
    thief.add_cookies([copied])  # type: ignore[list-item]  # what the other browser gave us
    stolen = opened(thief, dashboard, "threshold")
    expect(stolen.locator('[data-testid="stDataFrame"]').first).to_be_visible()

    page.goto(f"{dashboard.url}/auth/logout")
    page.get_by_role("button", name="End session").click()
    page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:\d+/(?!oauth2)"))
    assert NOT_SERVED.search(shown(page))

    stolen.locator(".st-key-threshold_group button").nth(1).click()
    expect(main(stolen)).to_contain_text("You have signed out of this session")
    assert "signed out" in shown(opened(thief, dashboard, "threshold"))


def test_a_provider_that_is_away_is_told_and_tried_again(
    own_file: Path, tmp_path: Path, browser_of_somebody: Lend
) -> None:
    away = Provider(tmp_path / "provider.log")
    agreed = SignInSettings(away)
    server = start_dashboard(
        own_file, tmp_path / "server.log", agreed.environment(), port=agreed.port
    )
    try:
        page = opened(browser_of_somebody(), server, "threshold?tier=gold")
        page.locator(".st-key-sign_in button").click()
        expect(page.get_by_text("The sign-in service does not answer")).to_be_visible()
        settled(page)
        assert page.url == f"{server.url}/threshold?tier=gold"
        away.start()
        sign_in(page, "leader")
        assert page.url == f"{server.url}/threshold?tier=gold"
    finally:
        server.stop()
        away.stop()


def test_secrets_stand_neither_in_the_log_nor_in_the_journal_nor_on_a_page(
    dashboard: Server, settings: SignInSettings, browser_of_somebody: Lend
) -> None:
    context = browser_of_somebody()
    page = opened(context, dashboard, "threshold")
    sign_in(page, "stranger")
    page.goto(f"{dashboard.url}/oauth2callback?code=wrong&state=wrong")
    page.goto(f"{dashboard.url}/auth/login?provider=wrong")
    page.goto(f"{dashboard.url}/oauth2callback?error=server_error&error_description=wrong")
    cookies = [str(cookie["value"]) for cookie in context.cookies() if len(cookie["value"]) > 20]
    assert len(cookies) >= 2, "who is signed in, and the tokens"
    everything = dashboard.log.read_text() + page.content() + str(dashboard.readiness())
    with sqlite3.connect(dashboard.log.with_name("state.sqlite")) as journal:
        noted = "\n".join(journal.iterdump())
    assert "stranger@example.test" in noted
    for secret in (settings.client_secret, settings.cookie_secret, *cookies):
        assert secret not in everything + noted


def test_cookies_are_secure_behind_tls(
    provider: Provider, own_file: Path, tmp_path: Path, dashboard: Server
) -> None:
    behind_tls = SignInSettings(provider).environment(
        QUALITY_OIDC_REDIRECT_URI="https://quality.example.test/oauth2callback"
    )
    server = start_dashboard(own_file, tmp_path / "server.log", behind_tls)
    try:
        said = [server.get(path)[1].get("set-cookie", "") for path in COOKIE_PATHS]
        here = [dashboard.get(path)[1].get("set-cookie", "") for path in COOKIE_PATHS]
    finally:
        server.stop()
    assert any(said)
    assert all(cookie.endswith("; Secure") for cookie in said if cookie)
    assert not any("Secure" in cookie for cookie in here)


COOKIE_PATHS = ("/", "/_stcore/health", "/_stcore/host-config", "/auth/login")


def test_own_records_that_take_the_demonstrations_place_are_not_served_without_sign_in(
    demo_file: Path, own_file: Path, tmp_path: Path, browser_of_somebody: Lend
) -> None:
    database = changed_copy(demo_file, tmp_path / "program.duckdb")
    server = start_dashboard(database, tmp_path / "server.log", {})
    try:
        assert server.readiness()[0] == 200
        os.replace(changed_copy(own_file, tmp_path / "new.duckdb"), database)  # noqa: PTH105 - as a job
        status, answer = server.readiness()
        page = opened(browser_of_somebody(), server, "threshold")
        text = shown(page)
    finally:
        server.stop()
    assert status == 503
    for told in (answer["why"], text):
        assert "QUALITY_SINGLE_USER_WITHOUT_SIGN_IN=true" in told
        assert "QUALITY_OIDC_" in told
    assert page.locator('[data-testid="stDataFrame"]').count() == 0


def test_one_trusted_person_sees_own_records_under_a_standing_banner(
    own_file: Path, tmp_path: Path, browser_of_somebody: Lend
) -> None:
    alone = {"QUALITY_SINGLE_USER_WITHOUT_SIGN_IN": "true"}
    server = start_dashboard(own_file, tmp_path / "server.log", alone)
    try:
        assert server.readiness()[0] == 200
        context = browser_of_somebody()
        for path in ("threshold", "data_checks"):
            assert "No sign-in: whoever uses this computer" in shown(opened(context, server, path))
    finally:
        server.stop()


def test_a_foreign_name_for_this_machine_is_not_served(
    server: Server, browser_of_somebody: Lend
) -> None:
    """A page elsewhere can make its own name point at 127.0.0.1; its script would read along."""
    page = browser_of_somebody().new_page()
    page.goto(f"http://{ELSEWHERE}:{server.port}/threshold")
    expect(page.locator('[data-testid="stMain"] h1').first).to_be_visible(timeout=PATIENCE)
    assert "Without sign-in only this computer is served" in shown(page)


def choose(page: Page, key: str) -> None:
    """Open a list; one that opens while its column still scrolls closes at once."""
    field = page.locator(f".st-key-{key} input")
    field.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    field.click()


def test_a_demonstration_can_be_seen_in_every_role(
    server: Server, browser_of_somebody: Lend
) -> None:
    page = opened(browser_of_somebody(), server, "data_checks")
    page.locator('[data-testid="stDataFrame"]').first.wait_for()
    for role, has_checks in (("Leader", False), ("Analyst", True), ("Partner manager", False)):
        choose(page, "demonstration_role")
        page.get_by_role("option", name=role, exact=True).click()
        refused = main(page).get_by_role("heading", name="not for your role")
        expect(refused).to_have_count(0 if has_checks else 1)
        settled(page)
        assert any("Data checks" in line for line in menu(page)) is has_checks
    page.get_by_role("link", name="Threshold 50 %").click()
    expect(main(page).get_by_role("heading", name="on 1 December")).to_be_visible(timeout=PATIENCE)
    first = main(settled(page)).text_content() or ""
    choose(page, "demonstration_portfolio")
    page.get_by_role("option").nth(1).click()
    # A page that has not begun to run again looks settled too.
    expect(main(page)).not_to_have_text(first, timeout=PATIENCE)
