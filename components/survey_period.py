"""The survey period of the filter bar: presets that end with the data, or days of one's own."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import streamlit as st

from charts import formats
from components import address
from program.language import N_, _
from program.period import Period, calendar_year, last_months
from queries.filters import Filters

#: Address parameters of the part, in the order in which they are drawn.
NAMES = ("survey", "from", "to")
#: No survey of the programme is older.
EARLIEST = dt.date(2010, 1, 1)


class Preset(StrEnum):
    """Periods that are offered by name; the values stand in the address."""

    YEAR = "12m"
    HALF_YEAR = "6m"
    QUARTER = "3m"
    LAST_YEAR = "last-year"
    EVER = "all"
    OWN = "own"


DEFAULT = Preset.YEAR
WORDS = {
    Preset.YEAR: N_("last 12 months"),
    Preset.HALF_YEAR: N_("last 6 months"),
    Preset.QUARTER: N_("last 3 months"),
    Preset.LAST_YEAR: N_("last calendar year"),
    Preset.EVER: N_("all time"),
    Preset.OWN: N_("own dates"),
}
_MONTHS = {Preset.YEAR: 12, Preset.HALF_YEAR: 6, Preset.QUARTER: 3}


def usual_period(today: dt.date) -> Period:
    """Return the period that is looked at until somebody chooses another."""
    return last_months(today, _MONTHS[DEFAULT])


def chosen_preset() -> Preset:
    """Return the chosen preset; what the address says and does not exist is the default."""
    said = address.chosen().get("survey", "")
    return Preset(said) if said in list(Preset) else DEFAULT


def _day(name: str, fallback: dt.date, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(address.chosen().get(name, ""))
    except ValueError:
        return fallback
    return min(max(day, EARLIEST), today)


def chosen_period(today: dt.date) -> Period | None:
    """Return the chosen period, ``None`` for all time; own days in either order, none to come."""
    preset = chosen_preset()
    if preset in _MONTHS:
        return last_months(today, _MONTHS[preset])
    if preset is Preset.LAST_YEAR:
        return calendar_year(today.year - 1)
    if preset is Preset.OWN:
        usual = usual_period(today)
        ends = sorted((_day("from", usual.first, today), _day("to", usual.last, today)))
        return Period(*ends)
    return None


def period_of(filters: Filters) -> Period | None:
    """Return the survey period of ``filters``, ``None`` for all time."""
    if filters.survey_from is None or filters.survey_to is None:
        return None
    return Period(filters.survey_from, filters.survey_to)


def period_words(period: Period | None) -> str:
    """Return «01.11.2025–31.10.2026», or «за все время»."""
    return formats.period(period.first, period.last) if period else _("all time")


def survey_period_field(today: dt.date) -> None:
    """Draw the choice of the period, and two dates for days of one's own."""
    key = "filter_survey"
    st.session_state[key] = chosen_preset().value

    def remember() -> None:
        value = st.session_state[key]
        address.choose("survey", None if value == DEFAULT else value)
        if value != Preset.OWN:
            address.forget(("from", "to"))

    st.selectbox(
        _("Survey period"),
        [preset.value for preset in Preset],
        key=key,
        format_func=lambda code: _(WORDS[Preset(code)]),
        on_change=remember,
    )
    if chosen_preset() is Preset.OWN and (period := chosen_period(today)):
        _own_day("from", _("From"), period.first, today)
        _own_day("to", _("To"), period.last, today)


def _own_day(name: str, label: str, value: dt.date, today: dt.date) -> None:
    key = f"filter_{name}"
    st.session_state[key] = value

    def remember() -> None:
        day: dt.date | None = st.session_state[key]
        address.choose(name, day.isoformat() if day else None)

    st.date_input(
        label,
        key=key,
        format="DD.MM.YYYY",
        min_value=EARLIEST,
        max_value=today,
        on_change=remember,
    )
