"""What Streamlit's sign-in leaves open: safe cookies, the way back, the end, words for failures.

Streamlit itself speaks with the provider (``/auth/login``, ``/oauth2callback``, ``/auth/logout``).
It sends everybody to the landing page afterwards, answers «Authentication error» in plain text
when the provider is away, and leaves its cookies valid for 30 days and without ``Secure``. Its
sign-out forgets the cookie in this one browser; here it ends the session wherever a copy is.
"""

from __future__ import annotations

import re
from enum import StrEnum
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.session_cookie import USER_COOKIE, end_session
from program.sign_in import CALLBACK, SignInProvider

LOGIN, LOGOUT = "/auth/login", "/auth/logout"
#: Parameter by which a failed sign-in says on the next screen how it failed.
OUTCOME = "sign_in"
RETURN_COOKIE = "quality_return_to"
HSTS = "max-age=31536000"
_RETURN_SECONDS = 600
_LONGEST_ADDRESS = 2000
_AGE = re.compile(r"(?<=Max-Age=)\d+", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]|^//|^/?auth/|/oauth2callback")


def secrets_of(provider: SignInProvider | None) -> dict[str, dict[str, str]]:
    """Return what ``st.login`` wants to know, for ``st.App(secrets=…)``."""
    if provider is None:
        return {}
    return {
        "auth": {
            "server_metadata_url": provider.metadata_url,
            "client_id": provider.client_id,
            "client_secret": provider.client_secret,
            "redirect_uri": provider.redirect_uri,
            "cookie_secret": provider.cookie_secret,
        }
    }


class Outcome(StrEnum):
    """How a sign-in or a sign-out failed."""

    DENIED = "denied"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"
    NOT_FOR_GOOD = "not_for_good"


def safe_address(said: str) -> str:
    """Return a path with parameters on this very server, ``/`` for anything else."""
    parts = urlsplit(said)
    inside = said.startswith("/") and not (parts.scheme or parts.netloc)
    if not (inside and said.isascii() and len(said) <= _LONGEST_ADDRESS) or _UNSAFE.search(said):
        return "/"
    return said


def came_from(referrer: str, origin: str) -> str:
    """Return the address of the page that asked to sign in, without an earlier outcome."""
    parts = urlsplit(referrer)
    if f"{parts.scheme}://{parts.netloc}" != origin:
        return "/"
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] != OUTCOME]
    return safe_address(f"{parts.path or '/'}{'?' if kept else ''}{urlencode(kept)}")


def with_outcome(address: str, outcome: Outcome) -> str:
    """Return ``address`` with the parameter that names the failure."""
    return f"{address}{'&' if '?' in address else '?'}{OUTCOME}={outcome.value}"


def hardened(cookie: str, provider: SignInProvider, seconds: int) -> str:
    """Return a ``Set-Cookie`` that lives no longer than a session, and on TLS is ``Secure``."""
    cookie = _AGE.sub(lambda age: str(min(int(age.group()), seconds)), cookie)
    if provider.is_behind_tls and "; secure" not in cookie.lower():
        cookie += "; Secure"
    return cookie


def _remembered(headers: Headers) -> str:
    return safe_address(unquote(cookie_parser(headers.get("cookie", "")).get(RETURN_COOKIE, "/")))


def _has_signed_in(headers: MutableHeaders) -> bool:
    """Return whether the answer hands out a session: a deleted cookie has the age 0."""
    return any(
        cookie.startswith(f"{USER_COOKIE}=") and "max-age=0" not in cookie.lower()
        for cookie in headers.getlist("set-cookie")
    )


class SignInRoutes:
    """ASGI middleware around Streamlit's sign-in; without a provider it does nothing."""

    def __init__(
        self, app: ASGIApp, *, provider: SignInProvider | None, session_seconds: int
    ) -> None:
        self.app = app
        self._provider = provider
        self._seconds = session_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; the answers of the sign-in routes are completed.

        A session that is signed out is ended before the answer, so that nothing can be asked with
        a copy of its cookie once the browser knows that it is over. If that could not be written
        down, whoever signs out is told so instead of being taken to the provider.
        """
        for_good = True
        if scope["type"] == "http" and self._provider and scope["path"].endswith(LOGOUT):
            said = cookie_parser(Headers(scope=scope).get("cookie", ""))
            for_good = await run_in_threadpool(end_session, said, self._provider.cookie_secret)

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start" and self._provider:
                self._complete(self._provider, scope, message)
                if not for_good:
                    message["status"] = 303
                    MutableHeaders(scope=message)["location"] = with_outcome(
                        "/", Outcome.NOT_FOR_GOOD
                    )
            await send(message)

        await self.app(scope, receive, completed if scope["type"] == "http" else send)

    def _complete(self, provider: SignInProvider, scope: Scope, message: Message) -> None:
        asked, answer = Headers(scope=scope), MutableHeaders(scope=message)
        path = scope["path"]
        if path.endswith(LOGIN):
            back = came_from(asked.get("referer", ""), provider.origin)
            if message["status"] >= 400:
                message["status"] = 303
                answer["location"] = with_outcome(back, Outcome.UNAVAILABLE)
            else:
                answer.append("set-cookie", _return_cookie(quote(back, safe=""), _RETURN_SECONDS))
        elif path.endswith(CALLBACK) and 300 <= message["status"] < 400:
            asked_for = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
            answer["location"] = _way_back(asked, answer, asked_for)
            answer.append("set-cookie", _return_cookie("", 0))
        if provider.is_behind_tls:
            answer["strict-transport-security"] = HSTS
        cookies = answer.getlist("set-cookie")
        if cookies:
            del answer["set-cookie"]
            for cookie in cookies:
                answer.append("set-cookie", hardened(cookie, provider, self._seconds))


def _way_back(asked: Headers, answer: MutableHeaders, said: dict[str, str]) -> str:
    back = _remembered(asked)
    if "error" in said:
        return with_outcome(back, Outcome.DENIED)
    if "state" in said and not _has_signed_in(answer):
        return with_outcome(back, Outcome.FAILED)
    return back  # signed in; or back from the provider's own sign-out


def _return_cookie(value: str, seconds: int) -> str:
    return f"{RETURN_COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax"
