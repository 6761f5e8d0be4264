"""The catalogue of partners: the search, the list with its badge, and a client's shortlist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from charts import formats
from charts.palette import SIGNS, Tone
from components.data import ask
from components.definitions import definition
from components.download import About, download
from components.partner_picker import open_partner
from components.remembered import remembered
from components.search import matching
from components.states import empty
from components.table import ROWS_SHOWN, Column, Kind, rows_left_out, show_table
from components.text import one_line
from components.words import TIERS, word
from metrics.coverage import coverage
from program.language import _, current_language, ngettext
from program.rules import ProgramRules
from queries.filters import Filters
from queries.scope import Scope
from queries.standing import At, Totals, partner_standing

#: From more partners than these nobody picks a shortlist by hand.
_PICKED_FROM = 500
_SEARCH, _ONLY = "q", "competence"


def said_to_search() -> tuple[str, bool]:
    """Draw the search line and the choice of holders only, kept in the address; return both."""
    st.session_state["catalogue_search"] = st.query_params.get(_SEARCH, "")
    st.session_state["catalogue_only"] = st.query_params.get(_ONLY) == "held"

    def remember() -> None:
        said, only = st.session_state["catalogue_search"], st.session_state["catalogue_only"]
        for name, value in ((_SEARCH, said.strip()), (_ONLY, "held" if only else "")):
            if value:
                st.query_params[name] = value
            else:
                st.query_params.pop(name, None)

    line, beside = st.columns([3, 1], vertical_alignment="bottom")
    with line:
        said: str = st.text_input(
            _("Find a partner"),
            key="catalogue_search",
            placeholder=_("Name, city, region or manager"),
            icon=":material/search:",
            on_change=remember,
            max_chars=100,
        )
    with beside:
        only: bool = st.toggle(
            _("Only with the competence"), key="catalogue_only", on_change=remember
        )
    return said, only


@dataclass(frozen=True, slots=True)
class Found:
    """Partners of the catalogue.

    Attributes
    ----------
    shown
        The first of them by name, as many as a table shows, with their ``badge`` in words.
    question
        What tells ``shown`` from all others; empty where a search found them.
    partners, holders, entitled
        How many they are, with the competence, and with it in the programme.
    whole
        Returns all of them.
    """

    shown: pd.DataFrame
    question: tuple[Hashable, ...]
    partners: int
    holders: int
    entitled: int
    whole: Callable[[], pd.DataFrame]


def found_partners(
    scope: Scope, filters: Filters, at: At, totals: Totals, said: str, *, only: bool
) -> Found:
    """Return the chosen partners that the search leaves; ``totals`` are of all the chosen.

    All rows are read only to search in them, to pick from them, and for a file.
    """

    def whole() -> pd.DataFrame:
        partners = _in_words(ask(partner_standing, scope, filters, at))
        if only:
            partners = partners[partners["held"]]
        return matching(partners, said, ("name", "city", "region", "manager"))

    if not said and not only and totals.entitled > _PICKED_FROM:
        question = (scope, filters, at)
        first = remembered(
            lambda: _with_badge(_in_words(ask(partner_standing, *question, ROWS_SHOWN))),
            "catalogue",
            *question,
        )
        return Found(first, question, totals.partners, totals.holders, totals.entitled, whole)
    rows = whole()
    entitled = rows["held"] & rows["is_member"]
    return Found(
        _with_badge(rows.head(ROWS_SHOWN)),
        (),
        len(rows),
        int(rows["held"].sum()),
        int(entitled.sum()),
        lambda: rows,
    )


def _in_words(partners: pd.DataFrame) -> pd.DataFrame:
    """Return partners with region, tier and coverage as they are shown and searched."""
    tiers = {code: word(TIERS, code) for code in partners["tier"].unique()}
    return partners.assign(
        region=partners[f"region_{current_language()}"],
        tier_word=partners["tier"].map(tiers),
        coverage=coverage(partners["base"].to_numpy(), partners["delivered"].to_numpy()),
    )


def _badge(held: bool, since: pd.Timestamp) -> str:
    if not held:
        return "—"
    if pd.isna(since):
        return f"{SIGNS[Tone.GOOD]} {_('held')}"
    return _("{sign} since {day}").format(
        sign=SIGNS[Tone.GOOD], day=formats.date_short(since.date())
    )


def _with_badge(partners: pd.DataFrame) -> pd.DataFrame:
    """Return partners with their badge in words; the file says the same as values."""
    held = zip(partners["held"], partners["held_since"], strict=True)
    return partners.assign(badge=[_badge(*row) for row in held])


def catalogue_table(found: Found, about: About) -> None:
    """Draw the list; a ticked row opens the card."""
    columns = [
        Column("name", _("Partner"), width=240),
        Column("badge", _("Competence"), width=130, help=definition("competence")),
        Column("city", _("City")),
        Column("tier_word", _("Partner tier")),
        Column("deliveries", _("Delivered in 12 months"), Kind.COUNT),
        Column("coverage", _("Coverage"), Kind.SHARE, n="base", undefined=formats.no_base()),
        Column("base", _("In the base"), Kind.COUNT, help=definition("base")),
        Column("region", _("Region"), width="medium"),
        Column("alive", _("Projects with points"), Kind.COUNT, help=definition("points")),
        Column("manager", _("Manager")),
    ]
    in_file = [
        Column("held", _("Competence"), Kind.YES_NO),
        Column("held_since", _("Competence since"), Kind.DATE, undefined="—"),
    ]
    chosen = show_table(
        found.shown,
        columns,
        key="catalogue",
        alt=_("Partners with competence, place, tier and deliveries"),
        question=found.question,
        select="partner_id",
        height="content" if len(found.shown) <= 12 else 480,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(rows_left_out(found.partners) or _("Tick a row to open the partner's card."))
        download(
            found.whole, [columns[0], *in_file, *columns[2:]], about=about, key="catalogue_file"
        )
    if chosen is not None:
        open_partner(int(str(chosen)))


def _entitled(partners: pd.DataFrame) -> pd.DataFrame:
    return partners[partners["held"] & partners["is_member"]]


def _picked(found: Found) -> list[int]:
    """Draw the choice of single partners, where they are few enough to choose from."""
    if found.entitled > _PICKED_FROM:
        st.caption(_("Narrow the search or the filters to pick single partners."))
        return []
    entitled = _entitled(found.whole())
    names = {
        int(number): f"{one_line(name)} · {one_line(city)}"
        for number, name, city in zip(
            entitled["partner_id"], entitled["name"], entitled["city"], strict=True
        )
    }
    picked: list[int] = st.multiselect(
        _("Partners of the list"),
        list(names),
        key="shortlist",
        format_func=lambda number: names.get(number, str(number)),
        placeholder=_("All that were found"),
    )
    return picked


def shortlist(found: Found, evaluated_on: dt.date, rules: ProgramRules, about: About) -> None:
    """Draw a client's shortlist: participants of the programme only, with the rule and the date.

    What leaves is who they are and since when they hold the competence, never their quality.
    """
    st.markdown(f"## {_('A shortlist for a client')}")
    if not found.entitled:
        empty(_("None of these partners holds the competence, so the list would be empty."))
        return
    said = _("Only participants of the «Quality Programme»: {partners} of those found.").format(
        partners=formats.partners(found.entitled)
    )
    if left := found.holders - found.entitled:
        outside = ngettext(
            "{n} more holds the competence without being in the programme on that day.",
            "{n} more hold the competence without being in the programme on that day.",
            left,
        )
        said += " " + outside.format(n=formats.number(left))
    st.caption(said)
    picked = _picked(found)
    rule = _("at least {share} of the keys bought {window} delivered").format(
        share=formats.share(float(rules.threshold), 1),
        window=formats.window(rules.window(evaluated_on).start, rules.window(evaluated_on).end),
    )

    def listed() -> pd.DataFrame:
        entitled = _entitled(found.whole())
        rows = entitled[entitled["partner_id"].isin(picked)] if picked else entitled
        return rows.assign(evaluated_on=pd.Timestamp(evaluated_on), rule=rule)

    columns = [
        Column("name", _("Partner"), width=240),
        Column("city", _("City")),
        Column("region", _("Region"), width="medium"),
        Column("tier_word", _("Partner tier")),
        Column("held_since", _("Competence since"), Kind.DATE, undefined="—"),
        Column("evaluated_on", _("Decision of"), Kind.DATE),
        Column("rule", _("Rule"), width="medium"),
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            _("{partners} in the list, decision of {day}").format(
                partners=formats.partners(len(picked) or found.entitled),
                day=formats.date_long(evaluated_on),
            )
        )
        download(
            listed, columns, about=about, key="shortlist_file", label=_("Download the shortlist")
        )
