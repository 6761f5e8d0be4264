"""The visitor's menu, handed from the router to whoever names or opens pages."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import streamlit as st

from components.filter_bar import Part
from program.language import _
from program.roles import EVERYBODY, Role

_MENU = "menu_of_visit"


@dataclass(frozen=True, slots=True)
class PageOfMenu:
    """One page: its script, its words in the menu, the filters that apply, and whose it is."""

    script: str
    title: str
    icon: str
    section: str
    parts: tuple[Part, ...] = ()
    roles: Collection[Role] = EVERYBODY

    @property
    def path(self) -> str:
        """Return the page's address."""
        return self.script.removesuffix(".py")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One page that the visitor may open: its address, its script and the message of its name."""

    path: str
    script: str
    message: str

    @property
    def title(self) -> str:
        """Return the page's name in the visitor's language."""
        return _(self.message)


def page_for_streamlit(
    script: Path, *, title: str, icon: str, default: bool, visible: bool
) -> st.Page:
    """Return the page as Streamlit takes it, a new one in every run.

    Streamlit looks each script up on the disk and writes into the page that it opens: so each is
    looked up once, and every run has a copy.
    """
    return copy(_looked_up(script, title, icon, default, visible))


@lru_cache(maxsize=256)
def _looked_up(script: Path, title: str, icon: str, default: bool, visible: bool) -> st.Page:
    visibility: Literal["visible", "hidden"] = "visible" if visible else "hidden"
    return st.Page(script, title=title, icon=icon, default=default, visibility=visibility)


def remember_menu(entries: list[MenuEntry]) -> None:
    """Keep the menu of this run; the router's work."""
    st.session_state[_MENU] = {entry.path: entry for entry in entries}


def menu_of_visit() -> dict[str, MenuEntry]:
    """Return the pages that the visitor may open, by address."""
    menu: dict[str, MenuEntry] = st.session_state.get(_MENU, {})
    return menu
