"""Axe's judgement of a page, without the faults that only the framework could mend."""

from __future__ import annotations

import re
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


@dataclass(frozen=True)
class Known:
    """A fault of the framework: the rule, the element it is about, and why we live with it."""

    rule: str
    element: re.Pattern[str]
    why: str


FRAMEWORK = (
    Known(
        "list",
        re.compile(r'^<ul data-testid="stSidebarNavItems"'),
        "the menu puts its sections as <div> between <ul> and <li>",
    ),
    Known(
        "listitem",
        re.compile(r'^<li class="st-emotion-cache-'),
        "the other half of the same: <li> of the menu below a <div>",
    ),
    Known(
        "color-contrast",
        re.compile(r'data-selected="true"|stSliderThumbValue'),
        "the chosen segment and a slider's value are written in the primary colour, on which "
        "buttons write white: no colour reaches 4.5 both ways on a dark page (3.7 here; frame and "
        "fill say it too)",
    ),
)


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong with a page beside the framework's known faults."""
    answer = Axe().run(page)
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']} {node['html'][:160]}"
        for violation in answer.response["violations"]
        for node in violation["nodes"]
        if not any(
            known.rule == violation["id"]
            and (known.element.search(node["html"]) or known.element.search(str(node["target"])))
            for known in FRAMEWORK
        )
    ]
