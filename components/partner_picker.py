"""Choosing one partner by keyboard, and the way to its card."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.text import one_line
from program.language import _

CARD = "partner.py"


def open_partner(partner_id: int) -> None:
    """Go to the card of one partner."""
    st.switch_page(CARD, query_params={"partner": str(partner_id)})


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
    names = {
        int(number): f"{one_line(name)} · {one_line(city)}"
        for number, name, city in zip(
            partners["partner_id"], partners["name"], partners["city"], strict=True
        )
    }
    options = list(names)
    # Written only when ``chosen`` changes: written on every run it would undo the visitor's pick.
    told = f"{key}_told"
    if st.session_state.get(told) != chosen or st.session_state.get(key) not in names:
        st.session_state[key] = chosen if chosen in names else None
    st.session_state[told] = chosen
    picked: int | None = st.selectbox(
        label or _("Partner"),
        options,
        key=key,
        format_func=lambda number: names.get(number, str(number)),
        placeholder=_("Find a partner by name or city"),
        index=None,
    )
    return picked
