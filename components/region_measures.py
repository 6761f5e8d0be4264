"""What regions can be coloured by, and how each measure is written."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
import pandas as pd
import streamlit as st

from charts import formats
from components.data import ask, ask_of_all
from components.survey_figures import Subject
from components.survey_questions import questionnaire
from metrics.estimate import ENOUGH, HIDDEN_BELOW
from metrics.recommendation import scale_of
from program.language import N_, _
from queries.filters import Filters
from queries.questionnaire import questionnaires
from queries.scope import Scope
from queries.survey import NO_ANSWER, Dimension, Sizing, recommendation_by_segment

#: Fewer keys or partners than these are hatched: the value stands in the tile, the colour does not.
FEW_KEYS, FEW_PARTNERS = 10, 3


class RegionMeasure(StrEnum):
    """By what regions are compared; the values stand in the address."""

    COVERAGE = "coverage"
    HOLDING = "holding"
    DELIVERIES = "deliveries"
    DEVELOPER = "developer"
    PLATFORM = "platform"

    @property
    def subject(self) -> Subject | None:
        """Return whom clients recommend, for the measures of the survey."""
        if self is RegionMeasure.DEVELOPER:
            return Subject.DEVELOPER
        return Subject.PLATFORM if self is RegionMeasure.PLATFORM else None


TITLES = {
    RegionMeasure.COVERAGE: N_("Coverage"),
    RegionMeasure.HOLDING: N_("Share of partners with the competence"),
    RegionMeasure.DELIVERIES: N_("Delivered in 12 months"),
    RegionMeasure.DEVELOPER: N_("Share recommending the developer"),
    RegionMeasure.PLATFORM: N_("Share recommending the platform"),
}
DEFINED_AS = {
    RegionMeasure.COVERAGE: "coverage",
    RegionMeasure.HOLDING: "holding",
    RegionMeasure.DELIVERIES: "deliveries_12",
    RegionMeasure.DEVELOPER: "recommending",
    RegionMeasure.PLATFORM: "recommending",
}
#: What stands behind a value, as a heading.
BASES = {
    RegionMeasure.COVERAGE: N_("In the base"),
    RegionMeasure.HOLDING: N_("With a base"),
    RegionMeasure.DELIVERIES: N_("Partners"),
    RegionMeasure.DEVELOPER: N_("Answers"),
    RegionMeasure.PLATFORM: N_("Answers"),
}
_SURVEY_NOTE = N_(
    "In a tile: share and number of answers. Hatched: fewer than 10 answers; below 5 hidden."
)
NOTES = {
    RegionMeasure.COVERAGE: N_(
        "In a tile: coverage and keys in the base; the colour turns at the threshold. Hatched: "
        "fewer than 10 keys."
    ),
    RegionMeasure.HOLDING: N_(
        "In a tile: share and number of partners with a base. Hatched: fewer than 3 partners."
    ),
    RegionMeasure.DELIVERIES: N_("In a tile: accepted deliveries and partners."),
    RegionMeasure.DEVELOPER: _SURVEY_NOTE,
    RegionMeasure.PLATFORM: _SURVEY_NOTE,
}
_MEASURE = "measure"


def pick_region_measure() -> RegionMeasure:
    """Draw the choice of the measure, kept in the address, and return it."""
    default = RegionMeasure.COVERAGE.value
    said = st.query_params.get(_MEASURE, default)
    key = "region_measure"
    st.session_state[key] = said if said in list(RegionMeasure) else default

    def remember() -> None:
        chosen = st.session_state[key]
        if chosen == default:
            st.query_params.pop(_MEASURE, None)
        else:
            st.query_params[_MEASURE] = chosen

    code = st.selectbox(
        _("Colour by"),
        [measure.value for measure in RegionMeasure],
        key=key,
        format_func=lambda code: _(TITLES[RegionMeasure(code)]),
        on_change=remember,
        width=340,
    )
    return RegionMeasure(str(code))


def survey_figures(
    scope: Scope,
    filters: Filters,
    sizing: Sizing,
    measure: RegionMeasure,
    tile_of: Mapping[str, str],
) -> pd.DataFrame:
    """Return the share recommending by region, and by tile where a tile holds several regions.

    Answers to the newest wording that the period's surveys have; other wordings are left out.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a region or tile with answers; ``place``, ``value`` (NaN below 5 answers),
        ``n``.
    """
    nothing = pd.DataFrame({"place": [], "value": [], "n": []})
    subject = measure.subject
    if subject is None:
        raise ValueError(f"{measure} is no measure of the survey")
    counts = ask(recommendation_by_segment, scope, filters, Dimension.REGION, sizing)
    if counts.empty:
        return nothing
    questions = questionnaire(ask_of_all(questionnaires), int(counts["version"].max()))
    asked = next((question for question in questions if question.code == subject.code), None)
    if asked is None:
        return nothing
    score = counts[subject.column]
    said = counts[counts["version"].isin(asked.versions) & (score != NO_ANSWER)]
    recommending = said[subject.column] >= scale_of(asked.scale_max).recommending_from
    regions = pd.DataFrame(
        {"place": said["segment"], "good": said["surveys"].where(recommending, 0)}
    ).assign(n=said["surveys"])
    tiles = regions.assign(place=regions["place"].map(tile_of).fillna(regions["place"]))
    abroad = tiles[~tiles["place"].isin(regions["place"])]
    summed = pd.concat([regions, abroad]).groupby("place", as_index=False)[["good", "n"]].sum()
    share = summed["good"] / summed["n"]
    return summed.assign(value=share.where(summed["n"] >= HIDDEN_BELOW))[["place", "value", "n"]]


def measured(
    places: pd.DataFrame, measure: RegionMeasure, figures: pd.DataFrame | None
) -> pd.DataFrame:
    """Return ``places`` with the measure: ``value``, ``n`` and ``few`` (little stands behind it).

    Parameters
    ----------
    places
        Grain: one row a place; ``place`` and the totals of ``queries.standing.region_standing``.
    figures
        For a measure of the survey: from :func:`survey_figures`.
    """
    if figures is not None:
        joined = places.merge(figures, on="place", how="left")
        n = joined["n"].fillna(0).astype("int64")
        value, few = joined["value"], (n > 0) & (n < ENOUGH)
    elif measure is RegionMeasure.DELIVERIES:
        n, few = places["partners"], places["partners"] < 0
        value = places["deliveries"].where(places["partners"] > 0).astype("float64")
    else:
        part, whole, least = {
            RegionMeasure.COVERAGE: ("delivered", "base", FEW_KEYS),
            RegionMeasure.HOLDING: ("holders", "with_base", FEW_PARTNERS),
        }[measure]
        n = places[whole]
        value = (places[part] / n.where(n > 0)).astype("float64")
        few = (n > 0) & (n < least)
    return places.assign(
        value=np.asarray(value, dtype=np.float64),
        n=n.to_numpy(),
        few=np.asarray(few, dtype=bool),
    )


def in_words(places: pd.DataFrame, measure: RegionMeasure) -> pd.DataFrame:
    """Return :func:`measured` places with what a tile says: ``words`` and ``basis``."""
    hidden = _("hidden")
    if measure is RegionMeasure.DELIVERIES:
        words = [formats.number(value, undefined="—") for value in places["value"]]
    else:
        words = [
            formats.share(value, int(n), undefined=hidden if n and measure.subject else "—")
            for value, n in zip(places["value"], places["n"], strict=True)
        ]
    return places.assign(
        words=words, basis=[formats.number(int(n)) if n else "" for n in places["n"]]
    )
