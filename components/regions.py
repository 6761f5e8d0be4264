"""Regions as tiles: what belongs to which tile, the map, and the place a click chooses."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable
from dataclasses import replace
from typing import NamedTuple

import pandas as pd
import streamlit as st

from charts import formats
from charts.tile_map import tile_map, tile_map_alt
from components import address
from components.chart import show_chart
from components.download import About
from components.region_measures import BASES, NOTES, TITLES, RegionMeasure, in_words, measured
from components.remembered import drawn_once, remembered
from components.table import Column, Kind
from components.text import plain
from components.words import country, district
from metrics.estimate import ENOUGH
from program.language import N_, _, current_language, ngettext
from program.rules import ProgramRules
from queries.filters import Filters

_TOTALS = (
    *("partners", "with_base", "holders", "base", "delivered", "pending_activation", "deliveries"),
)
_SHORT = 8
_VOWELS = "аеёиоуыэюяйьъaeiouy -"
#: Places that people know by their letters, or that shortened would be called as another.
_KNOWN_BY_LETTERS = {
    "RU-SPE": N_("SPb"),
    "RU-KHM": N_("KhMAO"),
    "RU-YAN": N_("YaNAO"),
    "RU-KB": N_("KBR"),
    "RU-KC": N_("KChR"),
    "RU-SE": N_("N. Oss."),
    "RU-MOS": N_("Mosc. O."),
    "RU-ALT": N_("Altai K."),
}
_CLICKED = "region_clicked"
#: Fields of the filter bar that say where; the map shows all places whatever is chosen.
_PLACES = ("country", "district", "region", "city")


def without_place(filters: Filters) -> Filters:
    """Return ``filters`` for the whole map: everything but the place."""
    return replace(filters, country=None, district=None, region=None, city_id=None)


def in_place(regions: pd.DataFrame, filters: Filters) -> pd.Series[bool]:
    """Return which regions lie in the chosen place; all of them when none is chosen."""
    inside = pd.Series(data=True, index=regions.index)
    for column, value in (
        ("country", filters.country),
        ("district", filters.district),
        ("region", filters.region),
    ):
        if value is not None:
            inside &= regions[column] == value
    return inside


class Named(NamedTuple):
    """All regions with their names, and whether anybody is there at all."""

    rows: pd.DataFrame
    anybody: bool


def named(regions: pd.DataFrame) -> Named:
    """Return ``regions`` with ``name`` in the current language, ``place`` and ``tile``.

    ``tile`` is the code of the tile a region belongs to: its own, or that of its country where
    the region has no place on the grid.
    """
    on_grid = regions["tile_row"].notna() & regions["tile_col"].notna()
    rows = regions.assign(
        name=regions[f"name_{current_language()}"],
        place=regions["region"],
        tile=regions["region"].where(on_grid, regions["country"]),
        # Abroad there is no federal district; the country says where.
        where=[
            district(name) or country(code)
            for name, code in zip(regions["district"], regions["country"], strict=True)
        ],
    )
    return Named(rows, bool(rows[["partners", "base"]].to_numpy().any()))


class Regional(NamedTuple):
    """What the page says by one measure.

    Attributes
    ----------
    tiles
        From :func:`map_tiles`.
    inside
        The regions of the chosen place with the measure, the largest first: by merit, regions
        with a handful of keys would lead.
    partners
        How many sit there.
    verdict
        From :func:`verdict_words`.
    """

    tiles: pd.DataFrame
    inside: pd.DataFrame
    partners: int
    verdict: str


def regional(
    regions: pd.DataFrame,
    figures: pd.DataFrame | None,
    measure: RegionMeasure,
    filters: Filters,
    rules: ProgramRules,
) -> Regional:
    """Return the map, the table and the words of :func:`named` regions.

    ``figures``: of a measure of the survey, as for ``measured``.
    """
    chosen = in_place(regions, filters)
    reached = set(regions.loc[chosen, "tile"])
    inside = measured(regions, measure, figures)[chosen]
    return Regional(
        map_tiles(measured(tiles_of(regions), measure, figures), reached, measure, filters),
        inside.sort_values(["n", "name"], ascending=[False, True], ignore_index=True),
        int(inside["partners"].sum()),
        verdict_words(inside, measure, rules),
    )


def tiles_of(regions: pd.DataFrame) -> pd.DataFrame:
    """Return one row a tile, from :func:`named` regions: those of the grid, then other countries.

    ``place`` (the tile's code), ``name``, ``label`` (short), ``row``, ``col``, ``aside`` and the
    totals.
    """
    on_grid = regions["place"] == regions["tile"]
    grid = regions[on_grid].assign(
        label=[
            _(_KNOWN_BY_LETTERS[code]) if code in _KNOWN_BY_LETTERS else short_name(name)
            for code, name in zip(
                regions.loc[on_grid, "place"], regions.loc[on_grid, "name"], strict=True
            )
        ],
        row=regions["tile_row"],
        col=regions["tile_col"],
        aside=False,
    )
    abroad = regions[~on_grid].groupby("country", as_index=False)[list(_TOTALS)].sum()
    names = [country(code) for code in abroad["country"]]
    last_row = int(grid["row"].max()) if len(grid) else 0
    last_col = int(grid["col"].max()) if len(grid) else len(abroad) - 1
    beside = abroad.assign(
        place=abroad["country"],
        name=names,
        label=[short_name(name) for name in names],
        row=last_row,
        col=[last_col - len(abroad) + 1 + i for i in range(len(abroad))],
        aside=True,
    )
    columns = ["place", "name", "label", "row", "col", "aside", *_TOTALS]
    return pd.concat([grid[columns], beside[columns]], ignore_index=True).astype(
        {"row": "int64", "col": "int64"}
    )


def short_name(name: str) -> str:
    """Return a region's name short enough for a tile: without what every name says."""
    generic = _("Oblast, Krai, Republic of, Republic, Autonomous, Okrug, Region").split(", ")
    words = re.compile(r"\b({})\b|\(.*\)|—.*$".format("|".join(map(re.escape, generic))))
    bare = " ".join(words.sub(" ", name).split()) or name
    if len(bare) <= _SHORT:
        return bare
    # An abbreviation ends with a consonant, not amid «ск», and says by a point that it is one.
    return f"{bare[: _SHORT - 1].rstrip(_VOWELS).removesuffix('с')}."


def map_tiles(
    tiles: pd.DataFrame, reached: Collection[str], measure: RegionMeasure, filters: Filters
) -> pd.DataFrame:
    """Return what the map shows, by the measure from the highest on.

    Parameters
    ----------
    tiles
        From :func:`tiles_of`, with the measure.
    reached
        Tiles inside the chosen district or country; the others stay blank.
    """
    tiles = in_words(tiles, measure)
    blank = ~tiles["place"].isin(set(reached))
    if filters.region is None and blank.any():
        tiles = tiles.assign(
            value=tiles["value"].mask(blank),
            words=tiles["words"].mask(blank, ""),
            basis=tiles["basis"].mask(blank, ""),
            few=tiles["few"] & ~blank,
        )
    title = _(TITLES[measure])
    return tiles.assign(
        code=tiles["place"],
        told=[
            "\n".join((name, f"{title}: {words}", _basis(measure, n)))
            for name, words, n in zip(tiles["name"], tiles["words"], tiles["n"], strict=True)
        ],
    ).sort_values("value", ascending=False)


def map_section(
    tiles: pd.DataFrame,
    measure: RegionMeasure,
    filters: Filters,
    rules: ProgramRules,
    about: About,
    question: tuple[Hashable, ...],
) -> None:
    """Draw the map; a click on a tile chooses its place in the filter bar.

    Parameters
    ----------
    tiles
        From :func:`map_tiles`.
    question
        Frozen, hashable values that tell ``tiles`` from all others beside the measure.
    """
    title = _(TITLES[measure])
    points = show_chart(
        drawn_once(
            tile_map,
            tiles,
            question=(measure, *question),
            diverging=float(rules.threshold) if measure is RegionMeasure.COVERAGE else None,
            chosen=filters.region or filters.country,
        ),
        title=title,
        alt=remembered(
            lambda: tile_map_alt(tiles, measure=title), "tile_map_alt", measure, *question
        ),
        data=tiles,
        columns=[
            Column("name", _("Region"), width="medium"),
            Column("words", title),
            Column("n", _(BASES[measure]), Kind.COUNT),
            Column("partners", _("Partners"), Kind.COUNT),
        ],
        key=f"region_map_{measure}",
        about=about,
        note=f"{_(NOTES[measure])} {_('A click on a tile chooses the region.')}",
        select=True,
    )
    clicked = next((str(point["customdata"][0]) for point in points), None)
    if clicked is not None and clicked != st.session_state.get(_CLICKED):
        st.session_state[_CLICKED] = clicked
        abroad = tiles.loc[tiles["aside"], "place"]
        choose_place("country" if clicked in set(abroad) else "region", clicked)
    st.session_state[_CLICKED] = clicked


def verdict_words(regions: pd.DataFrame, measure: RegionMeasure, rules: ProgramRules) -> str:
    """Return the heading: what the measure says of all regions together, or of the only one."""
    if len(regions) == 1:
        only = in_words(regions, measure).iloc[0]
        words = (
            formats.coverage(int(only["delivered"]), int(only["base"]))
            if measure is RegionMeasure.COVERAGE
            else only["words"]
        )
        title = _(TITLES[measure])
        return f"{plain(only['name'])}: {title[:1].lower()}{title[1:]} — {words}"
    if measure is RegionMeasure.COVERAGE:
        with_base = regions[regions["base"] > 0]
        enough = with_base["value"] >= float(rules.threshold)
        return ngettext(
            "Coverage reaches {threshold} in {n} of {all} region with a base",
            "Coverage reaches {threshold} in {n} of {all} regions with a base",
            len(with_base),
        ).format(
            n=formats.number(int(enough.sum())),
            all=formats.number(len(with_base)),
            threshold=formats.share(float(rules.threshold), 1),
        )
    if measure is RegionMeasure.HOLDING:
        return _("{share} of partners with a base hold the competence").format(
            share=formats.share(
                int(regions["holders"].sum()) / max(int(regions["with_base"].sum()), 1),
                int(regions["with_base"].sum()),
            )
        )
    if measure is RegionMeasure.DELIVERIES:
        falling = regions["deliveries"].sort_values(ascending=False).cumsum()
        half = int((falling < regions["deliveries"].sum() / 2).sum()) + 1
        return ngettext(
            "{deliveries} in 12 months, half of them in {n} region",
            "{deliveries} in 12 months, half of them in {n} regions",
            half,
        ).format(
            deliveries=formats.deliveries(int(regions["deliveries"].sum())),
            n=formats.number(half),
        )
    enough = int((regions["n"] >= ENOUGH).sum())
    words = (
        ngettext(
            "{n} region has enough answers to compare who recommends the developer",
            "{n} regions have enough answers to compare who recommends the developer",
            enough,
        )
        if measure is RegionMeasure.DEVELOPER
        else ngettext(
            "{n} region has enough answers to compare who recommends the platform",
            "{n} regions have enough answers to compare who recommends the platform",
            enough,
        )
    )
    return words.format(n=formats.number(enough))


def _basis(measure: RegionMeasure, n: int) -> str:
    if measure is RegionMeasure.COVERAGE:
        return formats.keys(int(n))
    if measure.subject is not None:
        return formats.answers(int(n))
    return formats.partners(int(n))


def choose_place(field: str, value: str) -> None:
    """Choose one place in the filter bar instead of any other, and draw the page anew."""
    address.forget(_PLACES)
    address.choose(field, value)
    st.rerun()
