"""The way back after signing in, and cookies: whatever the browser says, nobody is led away."""

from __future__ import annotations

from urllib.parse import quote

import anyio.from_thread
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from components.sign_in_routes import (
    OUTCOME,
    RETURN_COOKIE,
    SignInRoutes,
    came_from,
    hardened,
    safe_address,
    secrets_of,
)
from program.sign_in import SignInProvider

ORIGIN = "https://quality.example.test"
PROVIDER = SignInProvider(
    "https://id.example.test/.well-known/openid-configuration",
    "dashboard",
    "the client's secret",
    f"{ORIGIN}/oauth2callback",
    "the cookie's secret, long enough to be one",
)
PLAIN = SignInProvider(
    "http://localhost:1/x", "dashboard", "s", "http://localhost:8501/oauth2callback", "c" * 32
)
FOREIGN = [
    "https://evil.example.test/",
    "//evil.example.test/threshold",
    "///evil.example.test",
    "/\\evil.example.test",
    "\\\\evil.example.test",
    "/threshold\r\nSet-Cookie: x=y",
    "/thre shold",
    "threshold",
    "",
    "javascript:alert(1)",
    "/auth/logout",
    "/auth/login?provider=x",
    "/oauth2callback?code=1",
    "/" + "x" * 3000,
    "/порог",
]


@pytest.mark.parametrize("said", FOREIGN)
def test_only_addresses_of_this_server_are_returned_to(said: str) -> None:
    assert safe_address(said) == "/"


@pytest.mark.parametrize("said", ["/", "/threshold", "/threshold?tier=gold&on=2027-01", "/a//b"])
def test_an_address_of_this_server_is_kept(said: str) -> None:
    assert safe_address(said) == said


def test_the_page_that_asked_is_told_by_the_referrer_of_this_very_origin() -> None:
    assert came_from(f"{ORIGIN}/threshold?tier=gold", ORIGIN) == "/threshold?tier=gold"
    assert came_from(f"{ORIGIN}/threshold?{OUTCOME}=denied&tier=gold", ORIGIN) == (
        "/threshold?tier=gold"
    )
    assert came_from(ORIGIN, ORIGIN) == "/"
    for foreign in ("", "https://evil.example.test/x", f"{ORIGIN}.evil.test/x", f"x{ORIGIN}/x"):
        assert came_from(foreign, ORIGIN) == "/"
    assert came_from(f"{ORIGIN}//evil.example.test/x", ORIGIN) == "/"


def test_a_cookie_lives_no_longer_than_a_session_and_is_secure_behind_tls() -> None:
    cookie = "_streamlit_user=x; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax"
    assert hardened(cookie, PROVIDER, 100) == cookie.replace("2592000", "100") + "; Secure"
    assert hardened(cookie, PLAIN, 100) == cookie.replace("2592000", "100")
    assert hardened("a=b; Max-Age=5; secure", PROVIDER, 100) == "a=b; Max-Age=5; secure"
    assert hardened("a=b", PROVIDER, 100) == "a=b; Secure"


def test_secrets_are_handed_to_streamlit_and_to_nobody_else() -> None:
    assert secrets_of(None) == {}
    assert secrets_of(PROVIDER)["auth"]["client_secret"] == PROVIDER.client_secret
    assert PROVIDER.client_secret not in repr(PROVIDER)
    assert PROVIDER.cookie_secret not in repr(PROVIDER)


async def login(request: Request) -> Response:
    if "away" in request.query_params:
        return PlainTextResponse("Authentication error", status_code=400)
    return RedirectResponse("https://id.example.test/authorize", status_code=302)


async def callback(request: Request) -> Response:
    answer = RedirectResponse("/", status_code=302)
    if "code" in request.query_params:
        answer.set_cookie("_streamlit_user", "somebody", max_age=2592000)
    else:
        answer.delete_cookie("_streamlit_user")
    return answer


def asked(
    path: str, query: str = "", *, provider: SignInProvider | None = PROVIDER, **headers: str
) -> tuple[int, dict[str, str], list[str]]:
    """Status, headers and cookies of the answer to a GET."""
    app = SignInRoutes(
        Starlette(routes=[Route("/auth/login", login), Route("/oauth2callback", callback)]),
        provider=provider,
        session_seconds=3600,
    )
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "https",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        answers.append(message)

    # A loop of its own thread: the browser tests of the same process keep theirs running.
    with anyio.from_thread.start_blocking_portal() as portal:
        portal.call(app, scope, receive, send)
    pairs = [(name.decode().lower(), value.decode()) for name, value in answers[0]["headers"]]
    cookies = [value for name, value in pairs if name == "set-cookie"]
    return answers[0]["status"], dict(pairs), cookies


def test_signing_in_remembers_the_page_and_leads_back_to_it() -> None:
    status, headers, cookies = asked("/auth/login", referer=f"{ORIGIN}/threshold?tier=gold")
    assert (status, headers["location"]) == (302, "https://id.example.test/authorize")
    (remembered,) = cookies
    assert remembered.startswith(f"{RETURN_COOKIE}={quote('/threshold?tier=gold', safe='')};")
    assert "HttpOnly" in remembered
    assert "SameSite=Lax" in remembered
    status, headers, cookies = asked(
        "/oauth2callback", "code=1&state=2", cookie=remembered.split(";")[0]
    )
    assert (status, headers["location"]) == (302, "/threshold?tier=gold")
    assert any(c.startswith(f"{RETURN_COOKIE}=;") and "Max-Age=0" in c for c in cookies)
    assert all(c.endswith("; Secure") for c in cookies)


@pytest.mark.parametrize("said", FOREIGN)
def test_a_forged_memory_leads_nowhere_else(said: str) -> None:
    cookie = f"{RETURN_COOKIE}={quote(said, safe='')}"
    assert asked("/oauth2callback", "code=1&state=2", cookie=cookie)[1]["location"] == "/"


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("error=access_denied", f"/coverage?{OUTCOME}=denied"),
        ("state=2", f"/coverage?{OUTCOME}=failed"),
        ("", "/coverage"),
    ],
)
def test_a_failure_is_named_in_the_address(query: str, location: str) -> None:
    cookie = f"{RETURN_COOKIE}=%2Fcoverage"
    assert asked("/oauth2callback", query, cookie=cookie)[1]["location"] == location


def test_a_provider_that_is_away_leads_back_instead_of_an_error() -> None:
    status, headers, _ = asked("/auth/login", "away", referer=f"{ORIGIN}/threshold?tier=gold")
    assert (status, headers["location"]) == (303, f"/threshold?tier=gold&{OUTCOME}=unavailable")


def test_browsers_are_held_to_tls_where_there_is_tls() -> None:
    assert asked("/auth/login")[1]["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in asked("/auth/login", provider=PLAIN)[1]


def test_without_a_provider_nothing_is_touched() -> None:
    status, headers, cookies = asked("/oauth2callback", "code=1&state=2", provider=None)
    assert (status, headers["location"]) == (302, "/")
    assert cookies == ["_streamlit_user=somebody; Max-Age=2592000; Path=/; SameSite=lax"]
