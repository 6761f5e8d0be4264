"""The theme is told from memory exactly as Streamlit itself would tell it."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session

from components.theme_message import ThemeOnce, tell_the_theme_from_memory

PARTS = {
    "theme": (),
    "theme.light": ("light",),
    "theme.dark": ("dark",),
    "theme.sidebar": ("sidebar",),
    "theme.light.sidebar": ("light", "sidebar"),
    "theme.dark.sidebar": ("dark", "sidebar"),
}


def told(tell: Any) -> ForwardMsg:
    """Fill in the whole theme in the order of a new session."""
    message = ForwardMsg()
    for section, path in PARTS.items():
        part = message.new_session.custom_theme
        for name in path:
            part = getattr(part, name)
        tell(part, section)
    return message


@pytest.fixture
def by_streamlit(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return Streamlit's own function, with nothing of ours in its place."""
    own = app_session._populate_theme_msg
    if isinstance(own, ThemeOnce):
        own = own._by_streamlit
    monkeypatch.setattr(app_session, "_populate_theme_msg", own)
    return own


def test_theme_from_memory_is_the_theme_of_streamlit(by_streamlit: Any) -> None:
    once, expected = ThemeOnce(), told(by_streamlit)
    assert expected.new_session.custom_theme.dark.sidebar.background_color
    for _visit in range(2):
        assert told(once) == expected
        assert told(once).SerializeToString(deterministic=True) == expected.SerializeToString(
            deterministic=True
        )


def test_theme_is_put_together_once(by_streamlit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    once = ThemeOnce()
    told(once)
    monkeypatch.setattr(once, "_by_streamlit", None)  # asking again would fail
    assert told(once) == told(by_streamlit)


def test_what_a_session_does_to_its_message_stays_in_it(by_streamlit: Any) -> None:
    once = ThemeOnce()
    told(once).new_session.custom_theme.dark.primary_color = "#123456"
    assert told(once) == told(by_streamlit)


def test_options_that_are_read_again_are_told(
    by_streamlit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, before = ThemeOnce(), told(by_streamlit)
    assert told(once) == before
    options = dict(config.get_config_options())
    del options["theme.primaryColor"], options["theme.dark.primaryColor"]
    monkeypatch.setattr(config, "_config_options", options)
    assert told(once) == told(by_streamlit)
    assert told(once) != before


@pytest.mark.usefixtures("by_streamlit")
def test_streamlit_tells_the_theme_from_memory_after_the_start() -> None:
    tell_the_theme_from_memory()
    ours = app_session._populate_theme_msg
    tell_the_theme_from_memory()
    assert isinstance(ours, ThemeOnce)
    assert app_session._populate_theme_msg is ours
