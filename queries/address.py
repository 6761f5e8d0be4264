"""Addresses of databases, as the settings name them."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

#: How an address of each engine begins.
FORMS = {
    "duckdb": "duckdb:///…",
    "postgresql": "postgresql+psycopg://…",
    "clickhousedb": "clickhousedb://…",
    "sqlite": "sqlite:///…",
}


def database_address(setting: str, address: str, *engines: str) -> URL:
    """Return the parts of ``address``, the value of ``setting``, one of whose ``engines`` it is.

    Raises
    ------
    ValueError
        If it is no address of theirs. The message names the variable and repeats nothing of its
        value, which may hold a password.
    """
    wrong = f"{setting} must be one of {', '.join(FORMS[name] for name in engines)}"
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise ValueError(wrong) from None
    engine = url.get_backend_name()
    if engine not in engines or (engine == "postgresql" and url.get_driver_name() != "psycopg"):
        raise ValueError(wrong)
    return url
