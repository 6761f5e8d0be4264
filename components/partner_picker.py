"""Choosing one partner by keyboard, and the way to its card."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import ArrayLike
from streamlit.delta_generator import DeltaGenerator

from charts import formats
from components.text import one_line
from program.language import _

CARD = "partner.py"
#: A longer list is searched first: every option travels to the browser.
MOST_OPTIONS = 300


def open_partner(partner_id: int) -> None:
    """Go to the card of one partner."""
    st.switch_page(CARD, query_params={"partner": str(partner_id)})


@lru_cache(maxsize=2**16)
def folded(text: str) -> str:
    """Return ``text`` as search compares it: without letter case, with ё as е."""
    return text.casefold().replace("ё", "е")


def matching(partners: pd.DataFrame, words: str) -> pd.DataFrame:
    """Return the partners whose name and city together contain every one of the words."""
    where = (partners["name"] + " " + partners["city"]).map(folded)
    fits = pd.Series(data=True, index=partners.index)
    for word in folded(words).split():
        fits &= where.str.contains(word, regex=False)
    return partners[fits]


def _options(partners: pd.DataFrame, at: ArrayLike) -> dict[int, str]:
    """Return the partners in some places by id, in words."""
    columns = (partners[name].array.take(at).tolist() for name in ("partner_id", "name", "city"))
    return {
        int(number): f"{one_line(name)} · {one_line(city)}"
        for number, name, city in zip(*columns, strict=True)
    }


def _offered(
    partners: pd.DataFrame, key: str, chosen: int | None, place: DeltaGenerator
) -> dict[int, str]:
    """Return the partners to choose from: all of them, or the first that match a search.

    The search is drawn in ``place``.
    """
    if len(partners) <= MOST_OPTIONS:
        return _options(partners, np.arange(len(partners)))
    words = place.text_input(
        _("Search among {partners}").format(partners=formats.partners(len(partners))),
        key=f"{key}_words",
        placeholder=_("Name or city, then Enter"),
    )
    found = matching(partners, words) if words.strip() else partners
    if words.strip() and len(found) > MOST_OPTIONS:
        place.caption(
            _("{found} match; the list below holds the first {most}.").format(
                found=formats.partners(len(found)), most=formats.number(MOST_OPTIONS)
            )
        )
    if words and found.empty:
        place.caption(_("No partner matches."))
    first = np.arange(min(len(found), MOST_OPTIONS))
    at = np.flatnonzero(partners["partner_id"].to_numpy() == chosen)
    return _options(partners, at) | _options(found, first)


def pick_partner(
    partners: pd.DataFrame, *, key: str, chosen: int | None = None, label: str | None = None
) -> int | None:
    """Draw a searchable list of partners and return the chosen id, ``None`` while none is.

    Parameters
    ----------
    partners
        Grain: one row a partner; ``partner_id``, ``name``, ``city``.
    chosen
        The partner to show as chosen; it takes the place of an earlier pick when it changes.
    """
    if len(partners) > MOST_OPTIONS:
        search, rest = st.columns([1, 2], gap="small")
    else:
        search = rest = st.container()
    names = _offered(partners, key, chosen, search)
    options = list(names)
    # Written only when ``chosen`` changes: written on every run it would undo the visitor's pick.
    told = f"{key}_told"
    if st.session_state.get(told) != chosen or st.session_state.get(key) not in names:
        st.session_state[key] = chosen if chosen in names else None
    st.session_state[told] = chosen
    picked: int | None = rest.selectbox(
        label or _("Partner"),
        options,
        key=key,
        format_func=lambda number: names.get(number, str(number)),
        placeholder=_("Find a partner by name or city"),
        index=None,
    )
    return picked
