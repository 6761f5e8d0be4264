"""The router's menu as data, read without importing the router, which draws at once."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from program.roles import EVERYBODY, Role
from program.settings import PROJECT_ROOT

PAGES_FOLDER = PROJECT_ROOT / "pages"
ROUTER = PAGES_FOLDER / "_router.py"


@dataclass(frozen=True)
class MenuPage:
    """One line of the router's ``PAGES``."""

    script: str
    title: str
    filtered: bool
    roles: frozenset[Role]

    @property
    def path(self) -> str:
        """Address of the page, without the slash before it."""
        return self.script.removesuffix(".py")


def _roles(call: ast.Call) -> frozenset[Role]:
    for keyword in call.keywords:
        if keyword.arg == "roles":
            named = [
                node.attr for node in ast.walk(keyword.value) if isinstance(node, ast.Attribute)
            ]
            assert named, "roles are spelled out in the menu"
            return frozenset(Role[name] for name in named)
    return EVERYBODY


def menu_pages() -> tuple[MenuPage, ...]:
    """Every page of the menu; the first one is the landing page."""
    tree = ast.parse(ROUTER.read_text(encoding="utf-8"))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "PageOfMenu"
    ]
    pages = []
    for call in sorted(calls, key=lambda call: call.lineno):
        script, title, *rest = call.args
        assert isinstance(script, ast.Constant)
        assert isinstance(title, ast.Call)
        assert isinstance(title.args[0], ast.Constant)
        named = {keyword.arg for keyword in call.keywords}
        pages.append(
            MenuPage(
                str(script.value),
                str(title.args[0].value),
                len(rest) > 2 or "parts" in named,
                _roles(call),
            )
        )
    return tuple(pages)


MENU = menu_pages()
