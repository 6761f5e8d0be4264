"""Regions, the cities of a region and its partners as tables: the equal of the map."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import NamedTuple

import pandas as pd
import streamlit as st

from charts import formats
from charts.sparkline import bullet_picture, data_address, sparkline
from components import address
from components.definitions import definition
from components.download import About, download
from components.partner_picker import open_partner
from components.region_measures import BASES, DEFINED_AS, TITLES, RegionMeasure
from components.regions import choose_place
from components.remembered import remembered
from components.table import ROWS_SHOWN, Column, Kind, rows_left_out, show_table
from components.theme import figure_theme
from components.whose import outside_words
from components.words import TIERS, word
from metrics.coverage import coverage
from program.language import _

_TREND_FROM = 3


def _lines(history: pd.DataFrame) -> Mapping[str, str]:
    shares = coverage(history["base"].to_numpy(), history["delivered"].to_numpy())
    by_region: dict[str, list[float]] = defaultdict(list)
    for code, value in zip(history["region"], shares.tolist(), strict=True):
        by_region[code].append(value)
    return {
        code: data_address(sparkline(values, theme=figure_theme()))
        for code, values in by_region.items()
        if sum(not math.isnan(value) for value in values) >= _TREND_FROM
    }


def with_lines(regions: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Return ``regions`` with the sparkline of each one's coverage in ``line``.

    Parameters
    ----------
    history
        From ``queries.standing.region_history``.
    """
    lines = _lines(history)
    return regions.assign(line=[lines.get(code) for code in regions["region"]])


def region_table(
    rows: pd.DataFrame, measure: RegionMeasure, about: About, question: tuple[Hashable, ...]
) -> None:
    """Draw every region with its measure; a ticked row chooses it in the filter bar.

    Parameters
    ----------
    rows
        From :func:`with_lines`.
    question
        Frozen, hashable values that tell ``rows`` from all others beside the measure.
    """
    kind = Kind.COUNT if measure is RegionMeasure.DELIVERIES else Kind.SHARE
    undefined = _("hidden or none") if measure.subject else formats.no_base()
    columns = [
        Column("name", _("Region"), width="medium"),
        Column(
            "value",
            _(TITLES[measure]),
            kind,
            n=None if kind is Kind.COUNT else "n",
            undefined=undefined,
            help=definition(DEFINED_AS[measure]),
        ),
        *(
            []
            if measure is RegionMeasure.DELIVERIES
            else [Column("n", _(BASES[measure]), Kind.COUNT)]
        ),
        Column("line", _("Coverage, a year"), Kind.PICTURE, width=110),
        Column("partners", _("Partners"), Kind.COUNT),
        Column("holders", _("With the competence"), Kind.COUNT),
        *(
            []
            if measure is RegionMeasure.COVERAGE
            else [Column("base", _("In the base"), Kind.COUNT)]
        ),
        Column("delivered", _("Delivered"), Kind.COUNT, help=definition("delivered")),
        Column("deliveries", _("Delivered, a year"), Kind.COUNT),
        Column("where", _("District or country"), width="medium"),
    ]
    chosen = show_table(
        rows,
        columns,
        key=f"region_table_{measure}",
        alt=_("Regions with the measure, partners and keys"),
        question=question,
        select="region",
        height="content" if len(rows) <= 12 else 460,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Tick a row to see the region's cities and partners."))
        download(rows, columns, about=about, key=f"region_table_file_{measure}")
    if chosen is not None:
        choose_place("region", str(chosen))


def _cities_of(partners: pd.DataFrame) -> pd.DataFrame:
    totals = partners.assign(
        members=partners["is_member"].astype("int64"),
        holders=partners["held"].astype("int64"),
        with_base=(partners["base"] > 0).astype("int64"),
    )
    names = ["members", "with_base", "holders", "base", "delivered", "deliveries"]
    cities = totals.groupby(["city_id", "city"], as_index=False)[names].sum()
    return cities.assign(
        coverage=coverage(cities["base"].to_numpy(), cities["delivered"].to_numpy())
    ).sort_values(["base", "city"], ascending=[False, True], ignore_index=True)


def city_table(partners: pd.DataFrame, about: About, question: tuple[Hashable, ...]) -> None:
    """Draw the cities of the chosen place; a ticked row chooses the city in the filter bar.

    ``question`` tells ``partners`` from all others, here and in :func:`partner_table`.
    """
    cities = remembered(lambda: _cities_of(partners), "cities", *question)
    columns = [
        Column("city", _("City"), width="medium"),
        Column("coverage", _("Coverage"), Kind.SHARE, n="base", undefined=formats.no_base()),
        Column("delivered", _("Delivered"), Kind.COUNT),
        Column("base", _("In the base"), Kind.COUNT),
        Column("members", _("Partners"), Kind.COUNT),
        Column("with_base", _("With a base"), Kind.COUNT),
        Column("holders", _("With the competence"), Kind.COUNT),
        Column("deliveries", _("Delivered, a year"), Kind.COUNT),
    ]
    chosen = show_table(
        cities,
        columns,
        key="region_cities",
        alt=_("Cities with partners and keys"),
        question=question,
        select="city_id",
        height="content" if len(cities) <= 7 else 300,
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        download(cities, columns, about=about, key="region_cities_file")
    if chosen is not None:
        address.choose("city", str(chosen))
        st.rerun()


class _Partners(NamedTuple):
    """The partners of a place: all of them for the file, the first ones with bars."""

    rows: pd.DataFrame
    shown: pd.DataFrame
    outside: int


def _partners_of(partners: pd.DataFrame) -> _Partners:
    theme = figure_theme()
    tiers = {code: word(TIERS, code) for code in partners["tier"].unique()}
    rows = partners.assign(
        coverage=coverage(partners["base"].to_numpy(), partners["delivered"].to_numpy()),
        tier=partners["tier"].map(tiers),
    ).sort_values(["base", "name"], ascending=[False, True], ignore_index=True)
    shown = rows.head(ROWS_SHOWN)
    counts = (shown[name] for name in ("base", "delivered", "pending_activation"))
    shown = shown.assign(
        bar=[data_address(bullet_picture(*row, theme=theme)) for row in zip(*counts, strict=True)]
    )
    return _Partners(rows, shown, int((~partners["is_member"]).sum()))


def partner_table(partners: pd.DataFrame, about: About, question: tuple[Hashable, ...]) -> None:
    """Draw the partners of the chosen place; a ticked row opens the card."""
    rows, shown, outside = remembered(
        lambda: _partners_of(partners), "partners_of_place", *question
    )
    if outside:
        st.caption(", ".join([formats.partners(len(rows)), *outside_words(outside)]))
    columns = [
        Column("name", _("Partner"), width=260),
        Column("bar", _("Against 50 %"), Kind.PICTURE, width=110),
        Column("coverage", _("Coverage"), Kind.SHARE, n="base", undefined=formats.no_base()),
        Column("delivered", _("Delivered"), Kind.COUNT),
        Column("base", _("In the base"), Kind.COUNT),
        Column("held", _("With the competence"), Kind.YES_NO, help=definition("competence")),
        Column("deliveries", _("Delivered, a year"), Kind.COUNT),
        Column("city", _("City")),
        Column("tier", _("Partner tier")),
        Column("manager", _("Manager")),
    ]
    chosen = show_table(
        shown,
        columns,
        key="region_partners",
        alt=_("Partners of the place with coverage and competence"),
        question=question,
        select="partner_id",
        height="content" if len(shown) <= 10 else 400,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(rows_left_out(len(rows)) or _("Tick a row to open the partner's card."))
        in_file = [column for column in columns if column.kind is not Kind.PICTURE]
        download(rows, in_file, about=about, key="region_partners_file")
    if chosen is not None:
        open_partner(int(str(chosen)))
