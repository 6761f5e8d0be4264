"""The programme by group: tier, size of the base, district, edition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from sqlalchemy import Connection

from charts import formats
from charts.palette import ThemeName
from charts.sparkline import bullet_picture, data_address, sparkline
from components.adoption import with_coverage
from components.data import ask
from components.definitions import definition
from components.download import About, download
from components.filter_bar import Choice
from components.states import empty
from components.table import Column, Kind, show_table
from components.theme import figure_theme
from components.words import BASE_SIZES, EDITIONS, TIERS, country, district, word
from metrics.simulator import KeyMonths, counts_at
from program.calendar import add_months
from program.language import N_, _
from program.rules import EDITIONS as EDITION_CODES
from program.rules import TIERS as TIER_CODES
from program.rules import ProgramRules
from queries.adoption import Cut, adoption
from queries.filters import BaseSize, Filters
from queries.key_months import edition_months, month_number
from queries.scope import Scope


class Grouping(StrEnum):
    """By what the page sets partners or keys apart; the values stand in the address."""

    TIER = "tier"
    SIZE = "size"
    DISTRICT = "district"
    EDITION = "edition"


_TITLES = {
    Grouping.TIER: N_("Partner tier"),
    Grouping.SIZE: N_("Size of the base"),
    Grouping.DISTRICT: N_("Federal district"),
    Grouping.EDITION: N_("Edition"),
}
_BY = "by"
_TREND = 25


def edition_history(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluations: Sequence[dt.date],
    coming: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return base and delivered of each edition at each evaluation, from today's records.

    Decisions are about partners and are not stored by edition, so the past is calculated too.

    Parameters
    ----------
    evaluations
        Consecutive 1sts of months, oldest first, the coming ones last.

    Returns
    -------
    pandas.DataFrame
        Grain: one row an edition with keys and evaluation. ``segment``, ``evaluated_on``,
        ``decided`` (the evaluation is past), ``base``, ``delivered``, ``pending_activation``.
    """
    months = edition_months(connection, scope, filters, coming[0], today, rules)
    editions = sorted(months["edition"].unique())
    place = np.searchsorted(np.array(editions, dtype=object), months["edition"].to_numpy(object))
    bought, activated, delivered_in, keys = (
        months[name].to_numpy() for name in ("bought", "activated", "delivered", "keys")
    )
    owners = place.astype(np.int64)
    ends = (month_number(evaluations[0]), month_number(evaluations[-1]))
    cube = KeyMonths(owners, bought, activated, delivered_in, keys, len(editions))
    base, delivered = counts_at(cube, *ends, rules)
    # As if every key were activated at once: all counted keys of the window.
    at_once = KeyMonths(owners, bought, bought, delivered_in, keys, len(editions))
    in_window, _delivered = counts_at(at_once, *ends, rules)
    days = pd.to_datetime(list(evaluations))
    ahead = days > pd.Timestamp(today)
    return pd.DataFrame(
        {
            "segment": np.repeat(editions, len(days)),
            "evaluated_on": np.tile(days, len(editions)),
            "decided": np.tile(~ahead, len(editions)),
            "base": base.ravel(),
            "delivered": delivered.ravel(),
            "pending_activation": np.where(ahead, in_window - base, 0).ravel(),
        }
    )


def groups_section(
    scope: Scope,
    choice: Choice,
    rows: pd.DataFrame,
    coming: Sequence[dt.date],
    rules: ProgramRules,
    about: About,
) -> None:
    """Draw coverage and holders of each group; the grouping is chosen and kept in the address."""
    grouping = _chosen()
    found = _history(grouping, scope, choice, rows, coming, rules)
    if found.empty:
        empty(_("No group has a key in the base."))
        return
    told = _told(found, grouping, coming, figure_theme())
    columns = _columns(grouping, coming)
    show_table(
        told,
        columns,
        key=f"adoption_groups_{grouping}",
        alt=_("Groups with partners, holders and coverage"),
        height="content",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _("Editions are kinds of keys: calculated from today's records, also for the past.")
            if grouping is Grouping.EDITION
            else _("Past evaluations as decided; tier and place are those of today.")
        )
        download(told, columns, about=about, key=f"adoption_groups_file_{grouping}")


_COUNTED = ("delivered", "base", "pending_activation")
_BULLET = ("base", "delivered", "pending_activation")


def _chosen() -> Grouping:
    said = st.query_params.get(_BY, "")
    key = "adoption_by"
    st.session_state[key] = said if said in list(Grouping) else Grouping.TIER.value

    def remember() -> None:
        st.query_params[_BY] = st.session_state[key]

    code = st.segmented_control(
        _("By"),
        [grouping.value for grouping in Grouping],
        key=key,
        required=True,
        format_func=lambda code: _(_TITLES[Grouping(code)]),
        on_change=remember,
        label_visibility="collapsed",
    )
    return Grouping(str(code))


def _history(
    grouping: Grouping,
    scope: Scope,
    choice: Choice,
    rows: pd.DataFrame,
    coming: Sequence[dt.date],
    rules: ProgramRules,
) -> pd.DataFrame:
    if grouping is not Grouping.EDITION:
        asked = (choice.filters, Cut(grouping.value), tuple(coming), choice.today, rules)
        found = ask(adoption, scope, *asked)
        return with_coverage(found[found["segment"] != ""])
    first = rows["evaluated_on"].iloc[0].date()
    evaluations = tuple(add_months(first, i) for i in range(_months_between(first, coming[-1]) + 1))
    asked_keys = (choice.filters, evaluations, tuple(coming), choice.today, rules)
    return with_coverage(ask(edition_history, scope, *asked_keys))


def _months_between(first: dt.date, last: dt.date) -> int:
    return month_number(last) - month_number(first)


def _order(grouping: Grouping, codes: Sequence[str], base: pd.Series) -> list[str]:
    """Return groups in their own order, districts by size."""
    own: dict[Grouping, Sequence[str]] = {
        Grouping.TIER: tuple(reversed(TIER_CODES)),
        Grouping.SIZE: [size.value for size in BaseSize],
        Grouping.EDITION: EDITION_CODES,
    }
    if grouping in own:
        known = [code for code in own[grouping] if code in codes]
        return known + sorted(set(codes) - set(known))
    return [str(code) for code in base.sort_values(ascending=False, kind="stable").index]


def _name(grouping: Grouping, code: str) -> str:
    if grouping is Grouping.DISTRICT:
        # Outside Russia there are no districts; the country stands for one.
        return country(code) if len(code) == 2 and code.isascii() else district(code)
    words: dict[Grouping, Mapping[Any, str]] = {
        Grouping.TIER: TIERS,
        Grouping.SIZE: BASE_SIZES,
        Grouping.EDITION: EDITIONS,
    }
    return word(words[grouping], code)


def _told(
    found: pd.DataFrame, grouping: Grouping, coming: Sequence[dt.date], theme: ThemeName
) -> pd.DataFrame:
    """Return one row a group: the next evaluation, the latest one, and a year before that."""
    wide = found.set_index(["segment", "evaluated_on"])
    decided = sorted(found.loc[found["decided"], "evaluated_on"].unique())
    latest = decided[-1] if decided else None
    year_ago = pd.Timestamp(add_months(latest.date(), -12)) if latest is not None else None

    def at(code: str, day: pd.Timestamp | None, name: str) -> float:
        if day is None or name not in wide or (code, day) not in wide.index:
            return np.nan
        return float(wide.loc[(code, day), name])

    following = pd.Timestamp(coming[0])
    codes = list(found["segment"].unique())
    bases = pd.Series({code: at(code, following, "base") for code in codes}).fillna(0)
    rows = []
    for code in _order(grouping, codes, bases):
        line = [at(code, day, "coverage") for day in decided[-_TREND:]]
        now, before = at(code, latest, "coverage"), at(code, year_ago, "coverage")
        rows.append(
            {
                "name": _name(grouping, code),
                **{name: int(np.nan_to_num(at(code, following, name))) for name in _COUNTED},
                "next": at(code, following, "coverage"),
                "bar": data_address(
                    bullet_picture(
                        *(int(np.nan_to_num(at(code, following, n))) for n in _BULLET), theme=theme
                    )
                ),
                "now": now,
                "now_base": np.nan_to_num(at(code, latest, "base")),
                "change": now - before,
                "with_base": at(code, latest, "with_base"),
                "holders": at(code, latest, "holders"),
                "line": data_address(sparkline(line, theme=theme))
                if np.isfinite(line).sum() > 2
                else None,
            }
        )
    told = pd.DataFrame(rows)
    return told.assign(
        holding=np.where(told["with_base"] > 0, told["holders"] / told["with_base"], np.nan)
    )


def _columns(grouping: Grouping, coming: Sequence[dt.date]) -> list[Column]:
    none = formats.no_base()
    partners = [
        Column("with_base", _("Partners with a base"), Kind.COUNT, help=definition("base")),
        Column("holders", _("With the competence"), Kind.COUNT, help=definition("competence")),
        Column("holding", _("Share holding"), Kind.SHARE, n="with_base", undefined="—"),
    ]
    return [
        Column("name", _(_TITLES[grouping]), width="medium"),
        Column("bar", _("Against 50 %"), Kind.PICTURE, width=110, help=definition("coverage")),
        Column(
            "next",
            _("Coverage, {day}").format(day=formats.date_short(coming[0])),
            Kind.SHARE,
            n="base",
            undefined=none,
        ),
        Column("now", _("Last decision"), Kind.SHARE, n="now_base", undefined=none),
        Column("change", _("In a year"), Kind.POINTS, n="now_base", undefined="—"),
        Column("line", _("Two years"), Kind.PICTURE, width=110),
        *(partners if grouping is not Grouping.EDITION else []),
        Column("delivered", _("Delivered"), Kind.COUNT, help=definition("delivered")),
        Column("base", _("In the base"), Kind.COUNT, help=definition("base")),
        Column("pending_activation", _("Pending activations"), Kind.COUNT),
    ]
