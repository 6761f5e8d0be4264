"""Parts of a page that are drawn beside it, each behind the guard in every run of its own.

Streamlit draws a fragment again without the router and without the first line of the page, with
the arguments that it was given then. A visitor who has left meanwhile would go on being answered.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import streamlit as st

from components.data import program_database
from components.session import User, admitted_data, admitted_user, is_still_admitted

P = ParamSpec("P")


def fragment(draw: Callable[P, None]) -> Callable[P, None]:
    """Let ``draw`` be drawn beside the rest of the page; the only way to make a fragment.

    Who is looking is decided anew before each run. Whoever is not the one whom the router let in,
    in the same role and scope and on the same data, is drawn nothing of it: the whole page runs
    again, and the router answers.
    """

    def guarded(
        admitted: User | None, version: str, /, *arguments: P.args, **named: P.kwargs
    ) -> None:
        if not is_still_admitted(admitted) or program_database().version() != version:
            st.rerun()
        draw(*arguments, **named)

    # Streamlit tells fragments apart by the names of their functions.
    guarded.__module__, guarded.__qualname__ = draw.__module__, draw.__qualname__
    beside: Callable[Concatenate[User | None, str, P], None] = st.fragment(guarded, parallel=True)

    @wraps(draw)
    def drawn(*arguments: P.args, **named: P.kwargs) -> None:
        beside(admitted_user(), admitted_data(), *arguments, **named)

    return drawn
