"""The theme that Streamlit tells the browser at every rerun, put together once.

It is the same for everybody, and Streamlit makes it anew of some two hundred options each time:
a twelfth of the processor time of a rerun whose answers are all known. One function of Streamlit's
is replaced for that, for the pinned version.
"""

from __future__ import annotations

from typing import Any

from streamlit import config
from streamlit.runtime import app_session


class ThemeOnce:
    """Fills in a part of the theme, from memory while the options are the same ones."""

    def __init__(self) -> None:
        self._by_streamlit = app_session._populate_theme_msg  # noqa: SLF001 - see above
        self._options: Any = None
        self._told: dict[str, Any] = {}

    def __call__(self, message: Any, section: str = "theme") -> None:
        """Do what ``_populate_theme_msg`` does."""
        options = config.get_config_options()  # another object whenever they are read again
        if options is not self._options:
            self._options, self._told = options, {}
        if section not in self._told:
            told = type(message)()
            self._by_streamlit(told, section)
            self._told[section] = told
        if self._told[section].ListFields():
            message.MergeFrom(self._told[section])


def tell_the_theme_from_memory() -> None:
    """Have Streamlit tell the theme from memory; done twice it is done once."""
    if not isinstance(app_session._populate_theme_msg, ThemeOnce):  # noqa: SLF001 - see above
        vars(app_session)["_populate_theme_msg"] = ThemeOnce()
