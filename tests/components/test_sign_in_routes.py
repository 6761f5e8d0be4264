"""The way back after signing in, and cookies: whatever the browser says, nobody is led away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message
from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from components.access import session_id_of
from components.recorder import recorder
from components.session_cookie import USER_COOKIE, claims_of
from components.sign_in_routes import (
    OUTCOME,
    RETURN_COOKIE,
    SignInRoutes,
    came_from,
    hardened,
    safe_address,
    secrets_of,
)
from components.signed_out import signed_out_sessions
from components.state import state_database
from program.settings import settings
from program.sign_in import SignInProvider
from queries.audit import JournalCut, journal
from tests.loops import awaited

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


async def logout(request: Request) -> Response:
    del request
    answer = RedirectResponse("/", status_code=302)
    answer.delete_cookie("_streamlit_user")
    return answer


def asked(
    path: str, query: str = "", *, provider: SignInProvider | None = PROVIDER, **headers: str
) -> tuple[int, dict[str, str], list[str]]:
    """Status, headers and cookies of the answer to a GET."""
    app = SignInRoutes(
        Starlette(
            routes=[
                Route("/auth/login", login),
                Route("/oauth2callback", callback),
                Route("/auth/logout", logout),
            ]
        ),
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

    awaited(app, scope, receive, send)
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


CLAIMS = {
    "is_logged_in": True,
    "provider": "default",
    "email": "leader01@example.test",
    "nonce": "n",
    "iat": 1,
    "name": "Анна",
}


def cookies_of(claims: object, secret: str = PROVIDER.cookie_secret) -> dict[str, str]:
    """The cookies as Streamlit writes them: signed, and in parts if they are long."""
    written: dict[str, str] = {}

    def signed(name: str, value: str) -> bytes:
        return create_signed_value(secret, name, value)

    set_cookie_with_chunks(
        lambda name, value: written.update({name: signed(name, value).decode()}),
        signed,
        USER_COOKIE,
        claims,
        cookie_attr_size=80,
    )
    return written


def header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@pytest.fixture
def own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("QUALITY_SIGNED_OUT_FILE", str(tmp_path / "signed-out.txt"))
    monkeypatch.setenv("QUALITY_STATE_URL", f"sqlite:///{tmp_path / 'state.sqlite'}")
    settings.cache_clear()
    st.cache_resource.clear()
    yield
    recorder().close()
    st.cache_resource.clear()
    settings.cache_clear()


def journal_of_today() -> list[tuple[str, str]]:
    assert recorder().settled(30)
    with state_database().reading(demonstration=False) as connection:
        found = journal(connection, JournalCut(), 100)
    return list(zip(found["person"], found["action"], strict=True))


@pytest.mark.usefixtures("own_journal")
@pytest.mark.parametrize(
    "name", ["Anna", "".join(map(chr, range(0x4E00, 0x4E00 + 5000)))], ids=["short", "in parts"]
)
def test_the_sign_out_address_ends_the_session_and_says_so_in_the_journal(name: str) -> None:
    claims = CLAIMS | {"name": name}
    cookies = cookies_of(claims | {"origin": ORIGIN})
    assert (len(cookies) > 1) is (len(name) > 100)
    for _ in range(3):  # the button has ended the session before Streamlit comes here
        assert asked("/auth/logout", cookie=header(cookies))[0] == 302
    assert session_id_of(claims) in signed_out_sessions()
    assert session_id_of(claims | {"nonce": "other"}) not in signed_out_sessions()
    assert journal_of_today() == [("leader01@example.test", "signed_out")]
    assert len(Path(settings().signed_out_file).read_text().splitlines()) == 1


@pytest.mark.usefixtures("own_journal")
def test_who_signs_out_is_told_when_that_cannot_be_written_down() -> None:
    Path(settings().signed_out_file).mkdir()
    cookie = header(cookies_of(CLAIMS | {"origin": ORIGIN}))
    status, headers, _cookies = asked("/auth/logout", cookie=cookie)
    assert (status, headers["location"]) == (303, "/?sign_in=not_for_good")


@pytest.mark.usefixtures("own_journal")
@pytest.mark.parametrize(
    "cookie",
    [
        "",
        f"{USER_COOKIE}=",
        f"{USER_COOKIE}=x.y.z",
        f"{USER_COOKIE}=\u00ff",
        header(cookies_of(CLAIMS, "another secret, long enough to be one")),
        header(cookies_of([1])),
        header(cookies_of(CLAIMS | {"is_logged_in": False})),
        header({USER_COOKIE: create_signed_value(
            PROVIDER.cookie_secret, USER_COOKIE, "chunks-3").decode()}),
        header({USER_COOKIE: create_signed_value(
            PROVIDER.cookie_secret, USER_COOKIE, "no json").decode()}),
    ],
    ids=range(9),  # signatures hold the second, and workers must agree on the names of tests
)  # fmt: skip
def test_who_is_not_signed_in_ends_nothing(cookie: str) -> None:
    assert asked("/auth/logout", cookie=cookie)[0] == 302
    assert not Path(settings().signed_out_file).exists()
    assert journal_of_today() == []


def test_a_cookie_is_read_as_streamlit_reads_it() -> None:
    cookies = cookies_of(CLAIMS | {"origin": ORIGIN})
    assert claims_of(cookies, PROVIDER.cookie_secret) == CLAIMS
    assert json.dumps(claims_of(cookies, "x" * 40)) == "{}"
