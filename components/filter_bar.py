"""The filter bar: one row that the pages share, bound to the address.

Every value is checked here again on each run, because widget options are limits of the screen
only; whatever the address says that does not exist is dropped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum

import streamlit as st

from charts import formats
from components import address
from components.data import ask, ask_of_all, data_moment
from components.outlook import coming_evaluations
from components.remembered import remembered
from components.survey_period import (
    DEFAULT,
    NAMES,
    chosen_period,
    chosen_preset,
    period_words,
    survey_period_field,
)
from components.text import plain
from components.words import BASE_SIZES, TIERS, country, district, word
from program.language import N_, _, current_language
from program.rules import TIERS as TIER_CODES
from program.rules import ProgramRules
from queries.choices import StoredEvaluations, managers, places, stored_evaluations
from queries.filters import BaseSize, Filters
from queries.scope import Scope


class Part(StrEnum):
    """Parts of the filter bar; a page names those that apply to it."""

    EVALUATION = "evaluation"
    PARTNERS = "partners"
    SURVEY_PERIOD = "survey_period"


@dataclass(frozen=True, slots=True)
class Field:
    """One choice in the bar: the address parameter, its label, and what may be chosen.

    A choice without a default offers «all», which leaves the address clean.
    """

    name: str
    label: str
    options: tuple[str, ...]
    text: Callable[[str], str]
    default: str = ""

    @property
    def value(self) -> str | None:
        """Return the chosen option."""
        return address.chosen().get(self.name)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the filter bar says: the day of the data, the evaluation looked at, and the cut.

    ``lines`` tells the active filters in words, for the screen and for exports.
    """

    today: dt.date
    evaluated_on: dt.date
    filters: Filters
    lines: tuple[str, ...]

    def codes(self, parts: tuple[Part, ...]) -> str:
        """Return what is chosen on a page as codes that exist, never as somebody typed them."""
        said = {field: value for field, value in asdict(self.filters).items() if value is not None}
        if Part.EVALUATION in parts:
            said = {"on": f"{self.evaluated_on:%Y-%m}"} | said
        return "&".join(f"{field}={value}" for field, value in said.items())


def _evaluation_field(stored: StoredEvaluations, today: dt.date, rules: ProgramRules) -> Field:
    """Offer the settled coming evaluations and every stored one, the farthest first."""
    coming = coming_evaluations(today, rules)
    past = sorted((day for day in stored.dates if day < coming[0]), reverse=True)
    months = tuple(f"{day:%Y-%m}" for day in (*reversed(coming), *past))
    return Field(
        "on",
        _("Evaluation on"),
        months,
        lambda month: formats.date_long(_first(month)),
        default=f"{coming[0]:%Y-%m}",
    )


def _first(month: str) -> dt.date:
    return dt.date.fromisoformat(f"{month}-01")


def _dropped_unless_offered(field: Field) -> Field:
    if field.value is not None and field.value not in field.options:
        address.choose(field.name, None)
    return field


@dataclass(frozen=True, slots=True)
class _Place:
    """One level of places: what may be chosen, in the order of its names, and those names."""

    options: tuple[str, ...]
    names: dict[str, str]


#: Address parameter, column of ``queries.choices.places`` and label of each level.
_LEVELS = (
    ("country", "country", N_("Country")),
    ("district", "district", N_("Federal district")),
    ("region", "region", N_("Region")),
    ("city", "city_id", N_("City")),
)


def _places(scope: Scope, chosen: tuple[str | None, ...]) -> list[_Place]:
    """Return the levels of places; what is ``chosen`` in one narrows those after it."""
    where = ask(places, scope)
    called = {
        "country": country,
        "district": district,
        "region": where.set_index("region")[f"region_{current_language()}"].to_dict().__getitem__,
        "city": dict(zip(where["city_id"].astype(str), where["city"], strict=True)).__getitem__,
    }
    levels = []
    for (name, column, _label), value in zip(_LEVELS, chosen, strict=True):
        codes = where[column].astype(str)
        names = {code: str(called[name](code)) for code in codes.unique() if code}
        levels.append(_Place(tuple(sorted(names, key=names.__getitem__)), names))
        if value in names:
            where = where[codes == value]
    return levels


def _managers(scope: Scope) -> dict[str, str]:
    """Return the names of those who look after partners in scope, by address."""
    who = ask(managers, scope)
    return dict(zip(who["email"], who["name"], strict=True))


def _partner_fields(scope: Scope) -> list[Field]:
    """Offer what the data holds; each place narrows the places after it."""
    who = remembered(lambda: _managers(scope), "managers", scope)
    said = tuple(address.chosen().get(name) for name, _column, _label in _LEVELS)
    levels = remembered(lambda: _places(scope, said), "places", scope, said)
    fields = [
        Field("manager", _("Portfolio"), tuple(who), who.__getitem__),
        *(
            Field(name, _(label), level.options, level.names.__getitem__)
            for (name, _column, label), level in zip(_LEVELS, levels, strict=True)
        ),
        Field("tier", _("Partner tier"), TIER_CODES, lambda code: word(TIERS, code)),
        Field(
            "size",
            _("Size of the base"),
            tuple(size.value for size in BaseSize),
            lambda size: word(BASE_SIZES, size),
        ),
    ]
    return [_dropped_unless_offered(field) for field in fields]


def _select(field: Field, all_words: str = "") -> None:
    """Draw one field; the widget shows what the address says and writes back when changed."""
    key = f"filter_{field.name}"
    st.session_state[key] = field.value or field.default

    def remember() -> None:
        value = st.session_state[key]
        address.choose(field.name, None if value == field.default else value)

    st.selectbox(
        field.label,
        field.options if field.default else ("", *field.options),
        key=key,
        format_func=lambda option: field.text(option) if option else all_words,
        on_change=remember,
        placeholder=_("Choose"),
    )


def filter_bar(scope: Scope, rules: ProgramRules, parts: tuple[Part, ...]) -> Choice:
    """Draw the parts of the bar that apply to the page and return what is chosen.

    Parts that do not apply are neither drawn nor applied, but what was chosen in them is kept
    for the pages to which they do.
    """
    today = data_moment().today
    evaluation = _dropped_unless_offered(
        _evaluation_field(ask_of_all(stored_evaluations), today, rules)
    )
    fields = _partner_fields(scope) if Part.PARTNERS in parts else []
    active = [field for field in fields if field.value is not None]
    lines = tuple(f"{field.label}: {field.text(field.value or '')}" for field in active)
    surveyed = chosen_period(today) if Part.SURVEY_PERIOD in parts else None
    if Part.SURVEY_PERIOD in parts and chosen_preset() is not DEFAULT:
        lines += (_("Survey period: {period}").format(period=period_words(surveyed)),)
    if parts:
        _draw(parts, today, evaluation, fields, lines)
    said = address.chosen() if Part.PARTNERS in parts else {}
    filters = Filters(
        manager_email=said.get("manager"),
        country=said.get("country"),
        district=said.get("district"),
        region=said.get("region"),
        city_id=int(said["city"]) if "city" in said else None,
        tier=said.get("tier"),
        size=BaseSize(said["size"]) if "size" in said else None,
        survey_from=surveyed.first if surveyed else None,
        survey_to=surveyed.last if surveyed else None,
    )
    chosen_on = evaluation.value if Part.EVALUATION in parts else None
    return Choice(today, _first(chosen_on or evaluation.default), filters, lines)


def _draw(
    parts: tuple[Part, ...],
    today: dt.date,
    evaluation: Field,
    fields: list[Field],
    lines: tuple[str, ...],
) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="filter_bar"):
        if Part.EVALUATION in parts:
            _select(evaluation)
        if Part.SURVEY_PERIOD in parts:
            survey_period_field(today)
        if fields:
            if len(fields[0].options) > 1:  # a manager has one portfolio: no choice
                _select(fields[0], _("All partners"))
            narrowed = sum(field.value is not None for field in fields)
            name = _("Filters: {n}").format(n=narrowed) if narrowed else _("Filters")
            with st.popover(name, icon=":material/tune:"):
                for field in fields[1:]:
                    _select(field, _("All"))
    if lines:
        names = [*(field.name for field in fields), *(NAMES if Part.SURVEY_PERIOD in parts else ())]
        with st.container(horizontal=True, vertical_alignment="center", key="active_filters"):
            st.caption(" · ".join(plain(line) for line in lines))
            st.button(_("Reset"), type="tertiary", on_click=address.forget, args=(names,))


_CURRENT = "choice"


def remember_choice(choice: Choice) -> None:
    """Hand the choice of this run to the page."""
    st.session_state[_CURRENT] = choice


def current_choice() -> Choice:
    """Return what the router read from the filter bar in this run."""
    choice: Choice = st.session_state[_CURRENT]
    return choice
