"""Whose figures a page shows, and how many of them are outside the programme."""

from __future__ import annotations

from dataclasses import replace

from charts import formats
from program.language import _, ngettext
from queries.filters import NO_FILTERS, Filters
from queries.scope import Scope, Sight


def _are_chosen(filters: Filters) -> bool:
    return replace(filters, survey_from=None, survey_to=None) != NO_FILTERS


def coverage_words(scope: Scope, filters: Filters) -> str:
    """Return whose coverage it is that sums up the keys of a scope and a cut."""
    if _are_chosen(filters):
        return _("Coverage of the chosen partners")
    if scope.sight is Sight.EVERYTHING:
        return _("Programme coverage")
    return _("Coverage of your portfolio")


def members_words(scope: Scope, filters: Filters) -> str:
    """Return who the participants are that a scope and a cut leave."""
    if _are_chosen(filters):
        return _("Chosen partners in the programme")
    if scope.sight is Sight.EVERYTHING:
        return _("In the programme")
    return _("Your partners in the programme")


def outside_words(outside: int) -> list[str]:
    """Return that so many of the partners are outside the programme, if any are."""
    if not outside:
        return []
    words = ngettext(
        "{n} of them is outside the programme", "{n} of them are outside the programme", outside
    )
    return [words.format(n=formats.number(outside))]
