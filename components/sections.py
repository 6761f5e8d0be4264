"""Parts of a page of which one is shown at a time, so that only its questions are asked."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from program.language import _


def section(names: Mapping[str, str], *, key: str) -> str:
    """Draw the choice of a part, kept in the address under ``key``, and return its code.

    Parameters
    ----------
    names
        Code and message of each part; the first one is shown by default.
    """
    default = next(iter(names))
    said = st.query_params.get(key, default)
    widget = f"section_{key}"
    st.session_state[widget] = said if said in names else default

    def remember() -> None:
        chosen = st.session_state[widget]
        if chosen == default:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = chosen

    chosen = st.segmented_control(
        _("Closer look"),
        list(names),
        key=widget,
        required=True,
        format_func=lambda code: _(names[code]),
        on_change=remember,
        label_visibility="collapsed",
    )
    return str(chosen)
