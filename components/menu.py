"""The visitor's menu, handed from the router to whoever names or opens pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

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


def remember_menu(entries: list[MenuEntry]) -> None:
    """Keep the menu of this run; the router's work."""
    st.session_state[_MENU] = {entry.path: entry for entry in entries}


def menu_of_visit() -> dict[str, MenuEntry]:
    """Return the pages that the visitor may open, by address."""
    menu: dict[str, MenuEntry] = st.session_state.get(_MENU, {})
    return menu
