"""Definitions from the metric registry in the visitor's language."""

from __future__ import annotations

from metrics.registry import metric
from program.language import _


def definition(code: str) -> str:
    """Return a figure's meaning and formula for a «?»."""
    chosen = metric(code)
    return f"{_(chosen.meaning)}\n\n{_(chosen.formula)}"


def definitions(*codes: str) -> dict[str, str]:
    """Return names and definitions, for the sheet about an export."""
    return {
        _(metric(code).title): f"{_(metric(code).meaning)} {_(metric(code).formula)}"
        for code in codes
    }
