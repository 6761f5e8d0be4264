from __future__ import annotations

import streamlit as st

from components.account import ROLES
from components.page import title
from components.session import require_user
from components.tour import show_tour
from program.language import _

user = require_user()

# Which page answers which question ---------------------------------------------------------------
title(
    _("Where to begin?"),
    _("Two minutes for the role «{role}»: which page answers which question.").format(
        role=_(ROLES[user.role])
    ),
)
show_tour(user.role)
st.caption(_("More is in the user guide (docs/user-guide) and on «Methodology»."))
