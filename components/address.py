"""The page address as the memory of what was chosen: links can be shared, filters survive pages.

Streamlit's own binding writes the translated label of an option into the address, so that a
Russian link would not open for an English reader. Here the address holds codes. What was chosen
lives in the session; the address is read when the person changed it (a link, back, forward) and
written otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

#: Parameters that belong to the filter bar and follow the person from page to page.
FIELDS = (
    *("on", "manager", "country", "district", "region", "city", "tier", "size"),
    *("group", "survey", "from", "to", "lang"),
)

_CHOICE = "address_choice"
_WRITTEN = "address_written"
_PAGE = "address_page"


def chosen() -> dict[str, str]:
    """Return what is chosen, by parameter; unchosen parameters are absent. Values are unchecked."""
    choice: dict[str, str] = st.session_state.setdefault(_CHOICE, {})
    return choice


def choose(field: str, value: str | None) -> None:
    """Choose ``value`` for one parameter, or nothing."""
    choice = dict(chosen())
    if value is None:
        choice.pop(field, None)
    else:
        choice[field] = value
    st.session_state[_CHOICE] = choice


def forget(fields: Iterable[str]) -> None:
    """Choose nothing for each of ``fields``."""
    for field in fields:
        choose(field, None)


def synchronise(page: str) -> None:
    """Take the choice from the address or write it there, whichever the person changed last.

    The menu opens a page with a bare address; that means «keep what I have chosen».
    """
    address = _said()
    first_run = _WRITTEN not in st.session_state
    moved = st.session_state.get(_PAGE) != page
    if first_run or (address != st.session_state[_WRITTEN] and not (moved and not address)):
        # What a page keeps for itself is in no address, so the address cannot take it back.
        own = {field: value for field, value in chosen().items() if field not in FIELDS}
        st.session_state[_CHOICE] = own | address
    write()
    st.session_state[_PAGE] = page


def write() -> None:
    """Make the address say what is chosen, leaving the page's own parameters alone."""
    choice, said = chosen(), _said()
    told = {field: choice[field] for field in FIELDS if field in choice}
    if said != told:
        for field in said.keys() - told:
            del st.query_params[field]
        for field, value in told.items():
            if said.get(field) != value:
                st.query_params[field] = value
    st.session_state[_WRITTEN] = told


def _said() -> dict[str, str]:
    """Return what the address says of the filter bar, asked for at once."""
    address = st.query_params.to_dict()
    return {field: address[field] for field in FIELDS if field in address}
