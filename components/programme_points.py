"""Points across the programme: alive and expiring by month, and what is worth delivering again."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from charts import formats
from charts.annotations import Mark
from charts.keys import points_calendar, points_calendar_alt
from components.chart import show_chart
from components.data import ask
from components.definitions import definition
from components.download import About, download
from components.filter_bar import Choice
from components.partner_picker import open_partner
from components.points_columns import points_columns
from components.states import empty
from components.table import ROWS_SHOWN, Column, Kind, show_table
from components.theme import figure_theme
from program.calendar import add_months, evaluations_between, last_evaluation
from program.language import _
from program.rules import ProgramRules
from queries.points import expiring_projects, programme_points
from queries.scope import Scope

#: The list looks so many whole months ahead, and at so many projects at most.
_AHEAD, _LISTED = 3, 1000


def points_section(
    scope: Scope,
    choice: Choice,
    marks: tuple[Mark, ...],
    evaluated_on: dt.date,
    rules: ProgramRules,
    about: About,
) -> None:
    """Draw points by month, and the projects whose points expire soonest."""
    this_month = last_evaluation(choice.today)
    months = tuple(evaluations_between(add_months(this_month, -11), add_months(this_month, 12)))
    asked = (evaluated_on, choice.today, rules)
    calendar = ask(programme_points, scope, choice.filters, months, *asked)
    if not calendar[["alive", "expiring"]].to_numpy().any():
        empty(_("No delivery of the last two years has earned points here."))
        return
    now = calendar[~calendar["is_forecast"]].tail(1)
    show_chart(
        points_calendar(calendar, theme=figure_theme(), marks=marks),
        title=_("Points of all partners: alive at the end of the month, and expiring in it"),
        alt=points_calendar_alt(calendar),
        data=calendar,
        columns=points_columns(),
        key="programme_points",
        about=about,
        note=definition("points").split("\n\n", maxsplit=1)[0],
    )
    before = add_months(this_month, _AHEAD + 1)
    expiring = ask(expiring_projects, scope, choice.filters, before, _LISTED, *asked)
    st.markdown(f"## {_('Projects worth a repeated delivery')}")
    if expiring.empty:
        empty(
            _("No points expire before {day}.").format(day=formats.date_long(before)),
            then=None
            if now.empty
            else _("Alive: {points}.").format(points=formats.points(int(now["alive"].iloc[0]))),
        )
        return
    columns = [
        Column("name", _("Partner"), width=260),
        Column("project", _("Project"), width="medium"),
        Column("expires_on", _("Points expire"), Kind.DATE),
        Column("renewed_on", _("Last delivered"), Kind.DATE),
        Column("site", _("Site")),
        Column("client_name", _("Client")),
        Column("city", _("City")),
    ]
    chosen = show_table(
        expiring.head(ROWS_SHOWN),
        columns,
        key="expiring_projects",
        alt=_("Projects whose points expire soon, with partner, client and dates"),
        select="partner_id",
        height="content" if len(expiring) <= 9 else 360,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _("Points that expire before {day}, the soonest first.").format(
                day=formats.date_long(before)
            )
            + " "
            + (
                _("Shown: the first {shown}; the file holds the first {listed}.").format(
                    shown=formats.number(ROWS_SHOWN), listed=formats.number(len(expiring))
                )
                if len(expiring) > ROWS_SHOWN
                else formats.projects(len(expiring))
            )
        )
        download(expiring, columns, about=about, key="expiring_projects_file")
    if chosen is not None:
        open_partner(int(str(chosen)))
