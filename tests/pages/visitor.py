"""What a visitor reads on a page: AppTest runs the router as the server does, page by page.

AppTest skips a router that lies beside its ``pages/`` folder from the second run on. Ours lies
inside that folder, which has no ``pages/`` of its own, so every run goes through it; the tests
assert that by the frame that only the router draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from components.access import DEMONSTRATION_PORTFOLIO, DEMONSTRATION_ROLE
from components.session import session_language
from tests.menu import ROUTER

_visiting = "ru"


def language_of_visit() -> str:
    """Language of the page, also for AppTest itself, which words options outside the page's run."""
    return session_language() if get_script_run_ctx() is not None else _visiting


def look_as(app: AppTest, role: str, portfolio: str | None = None) -> AppTest:
    """Choose the role of a demonstration, as its switch in the side panel does."""
    app.session_state[DEMONSTRATION_ROLE] = role
    if portfolio is not None:
        app.session_state[DEMONSTRATION_PORTFOLIO] = portfolio
    return app


def open_page(
    script: str,
    *,
    language: str | None = "ru",
    locale: str = "ru-RU",
    role: str = "admin",
    portfolio: str | None = None,
    user: dict[str, Any] | None = None,
    **address: object,
) -> AppTest:
    """Open a page by its address, in a browser of some locale, and wait until it is drawn.

    ``role`` and ``portfolio`` are chosen in a demonstration; ``user`` is what the provider says.
    """
    global _visiting  # noqa: PLW0603 - one visit at a time; AppTest offers no other place
    _visiting = language or locale[:2]
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    app.context = {"locale": locale}
    app.user = user or {}
    look_as(app, role, portfolio).session_state["landed"] = True  # stay on the page asked for
    if language is not None:
        app.query_params["lang"] = language
    for name, value in address.items():
        app.query_params[name] = str(value)
    return healthy(app.switch_page(script).run())


def healthy(app: AppTest) -> AppTest:
    """Return ``app`` if the router ran and nothing broke or was reported as broken."""
    assert not app.exception, [
        f"{failure.message} {list(failure.stack_trace)[-3:]}" for failure in app.exception
    ]
    assert not app.error, [error.value for error in app.error]
    assert app.get_by_key("language_switch") is not None
    return app


def sentences(app: AppTest) -> Iterator[str]:
    """Every text of the main part: headings, sentences, captions, labels, figures."""
    for element in app.main:
        for name in ("label", "value", "body"):
            text = getattr(element, name, None)
            if isinstance(text, str) and text:
                yield text


def page_text(app: AppTest) -> str:
    """The whole main part as one text; no-break marks are spaces or nothing."""
    text = "\n".join(sentences(app)).replace("\u2060", "")
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def headings(app: AppTest) -> list[str]:
    """The page's titles."""
    return [title.value for title in app.title]
