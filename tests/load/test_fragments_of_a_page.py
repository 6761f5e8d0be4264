"""A fragment is asked for past the router and past the first line of its page: it asks itself."""

from __future__ import annotations

import json
import os
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from components.session_cookie import USER_COOKIE
from tests.browser.server import Server
from tests.browser.signing_in import Provider, SignInSettings, start_dashboard
from tests.databases import build_demo, changed_copy
from tests.load.crowd import token_of
from tests.load.visitor import visitor
from tests.loops import awaited

LEADER, MANAGER = "leader01@example.test", "manager01@example.test"
REMOVED = "DELETE FROM staff WHERE email = 'leader01@example.test'"
DEMOTED = "UPDATE staff SET role = 'manager' WHERE email = 'leader01@example.test'"
HANDED_OVER = "UPDATE partner SET manager_email = 'leader01@example.test'"
SESSION_SECONDS = 8 * 3600
#: What only somebody who is served is shown.
DATA = {"arrow_data_frame", "plotly_chart", "download_button", "metric"}


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records that do not say that they are a demonstration."""
    folder = tmp_path_factory.mktemp("records")
    demo = build_demo(folder / "demo.duckdb")
    return changed_copy(demo, folder / "own.duckdb", "UPDATE load_batch SET source = 'load'")


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> SignInSettings:
    """Sign-in with a provider that is away: sessions that it began go on."""
    return SignInSettings(Provider(tmp_path_factory.mktemp("provider") / "provider.log"))


@pytest.fixture(scope="module")
def dashboard(
    records: Path, agreed: SignInSettings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A dashboard of a team, over a copy that tests put other records under."""
    folder = tmp_path_factory.mktemp("dashboard")
    database = changed_copy(records, folder / "program.duckdb")
    running = start_dashboard(
        database, folder / "server.log", agreed.environment(), port=agreed.port
    )
    yield running
    running.stop()


def put_under(server: Server, records: Path, *statements: str) -> None:
    """Publish changed records as a job does."""
    new = server.database.with_name("new.duckdb")
    os.replace(changed_copy(records, new, *statements), server.database)  # noqa: PTH105 - as a job


@pytest.fixture
def published(dashboard: Server, records: Path) -> Iterator[Callable[..., None]]:
    """Publish changed records, for the time of one test."""
    yield lambda *statements: put_under(dashboard, records, *statements)
    put_under(dashboard, records)


def session(server: Server, agreed: SignInSettings, email: str, age: float = 0) -> str:
    """The cookie of a session that began so many seconds ago."""
    said = {
        "origin": server.url,
        "is_logged_in": True,
        "provider": "default",
        "email": email,
        "email_verified": True,
        "iat": time.time() - age,
        "nonce": secrets.token_hex(8),
    }
    return create_signed_value(agreed.cookie_secret, USER_COOKIE, json.dumps(said)).decode()


def sign_out(server: Server, cookie: str) -> None:
    """Leave by the address, in another tab; the way to the absent provider is not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_told: Any) -> None:
            return None

    browser = urllib.request.build_opener(Stay)
    browser.addheaders = [("Cookie", f"{USER_COOKIE}={cookie}")]
    with pytest.raises(urllib.error.HTTPError):
        browser.open(f"{server.url}/auth/logout", timeout=30)


def asked_again(
    server: Server,
    cookie: str,
    meanwhile: Callable[[], None],
    page: str = "threshold",
    **address: str,
) -> list[tuple[str, str]]:
    """What a fragment of a page brings when it is asked for after something happened."""

    async def walk() -> list[tuple[str, str]]:
        async with visitor(
            server.url, language="en-US", token=token_of(server), signed_in=cookie
        ) as tab:
            assert (await tab.open(page, **address)).faults == []
            assert data_in(tab.brought)
            fragment = min(tab.fragments)
            meanwhile()
            assert (await tab.again(fragment)).faults == []
            return tab.brought

    return awaited(walk)


def data_in(brought: list[tuple[str, str]]) -> list[str]:
    return [kind for kind, _ in brought if kind in DATA]


def words(brought: list[tuple[str, str]]) -> str:
    return "\n".join(text for _, text in brought)


def test_a_fragment_comes_alone_to_somebody_who_is_still_served(
    dashboard: Server, agreed: SignInSettings
) -> None:
    brought = asked_again(dashboard, session(dashboard, agreed, LEADER), lambda: None)
    assert data_in(brought)
    assert not [text for kind, text in brought if text == "Threshold 50 %" and kind == "heading"]


@pytest.mark.parametrize(
    ("page", "address"), [("threshold", {}), ("partner", {"partner": "18"}), ("methodology", {})]
)
def test_after_signing_out_a_fragment_says_nothing(
    dashboard: Server, agreed: SignInSettings, page: str, address: dict[str, str]
) -> None:
    cookie = session(dashboard, agreed, LEADER)
    brought = asked_again(dashboard, cookie, lambda: sign_out(dashboard, cookie), page, **address)
    assert data_in(brought) == []
    assert "Sign in with your work account" in words(brought)


def test_when_the_session_has_expired_a_fragment_says_nothing(
    dashboard: Server, agreed: SignInSettings
) -> None:
    left = 40  # enough to draw the page on a busy machine
    end = time.time() + left
    cookie = session(dashboard, agreed, LEADER, age=SESSION_SECONDS - left)
    brought = asked_again(dashboard, cookie, lambda: time.sleep(max(0, end - time.time()) + 0.1))
    assert data_in(brought) == []
    assert "Sign in with your work account" in words(brought)


def test_to_somebody_removed_from_the_staff_a_fragment_says_nothing(
    dashboard: Server, agreed: SignInSettings, published: Callable[..., None]
) -> None:
    brought = asked_again(
        dashboard,
        session(dashboard, agreed, LEADER),
        lambda: published(REMOVED),
    )
    assert data_in(brought) == []
    assert "You have no access yet" in words(brought)


def test_to_somebody_in_another_role_the_whole_page_is_drawn_anew(
    dashboard: Server, agreed: SignInSettings, published: Callable[..., None]
) -> None:
    brought = asked_again(dashboard, session(dashboard, agreed, LEADER), lambda: published(DEMOTED))
    assert "Figures of your portfolio" in words(brought)
    assert data_in(brought) == []  # a manager without partners


def test_a_portfolio_that_was_handed_over_is_not_drawn_from_what_was_seen_before(
    dashboard: Server, agreed: SignInSettings, published: Callable[..., None]
) -> None:
    brought = asked_again(
        dashboard, session(dashboard, agreed, MANAGER), lambda: published(HANDED_OVER)
    )
    assert "Figures of your portfolio" in words(brought)
    assert data_in(brought) == []
