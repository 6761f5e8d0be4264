"""What one partner has delivered, and the points alive for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import replace

import pandas as pd
import streamlit as st

from charts.annotations import Mark
from charts.keys import points_calendar as points_figure
from charts.keys import points_calendar_alt
from components.chart import show_chart
from components.definitions import definition
from components.download import About, download
from components.points_columns import points_columns
from components.remembered import drawn_once, remembered
from components.states import empty
from components.table import ROWS_SHOWN, Column, Kind, height_of, rows_left_out, show_table
from components.words import DELIVERY_STATUSES, word
from metrics.points import points_calendar
from program.calendar import add_months, evaluations_between, last_evaluation
from program.language import _
from program.rules import ProgramRules
from queries.scope import Scope


def deliveries_block(
    scope: Scope,
    deliveries: pd.DataFrame,
    partner_id: int,
    marks: tuple[Mark, ...],
    today: dt.date,
    rules: ProgramRules,
    about: About,
) -> None:
    """Draw the deliveries of a partner, as from ``queries.partners.deliveries_of_partner``."""
    st.markdown(f"## {_('Projects and deliveries')}")
    if deliveries.empty:
        empty(_("Nothing has been delivered through the Quality Monitor yet."))
        return
    question = (scope, partner_id, today, rules)
    rows = remembered(lambda: _in_words(deliveries), "deliveries", *question)
    columns = _columns()
    show_table(
        rows.head(ROWS_SHOWN),
        columns,
        key=f"deliveries_{partner_id}",
        alt=_("Deliveries of the partner"),
        question=question,
        height=height_of(len(rows.head(ROWS_SHOWN)), 360),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if left_out := rows_left_out(len(rows)):
            st.caption(left_out)
        named = replace(
            about, title=_("Projects and deliveries"), file_name=f"deliveries_{partner_id}"
        )
        download(rows, columns, about=named, key=f"deliveries_file_{partner_id}")
    _points(deliveries, marks, today, rules, about, question)


def _in_words(deliveries: pd.DataFrame) -> pd.DataFrame:
    """Add ``occasion``: the first delivery of a project, a repeated one, or what became of it."""
    accepted = deliveries["status"] == "accepted"
    order = deliveries[accepted].groupby("project_id")["delivered_on"].rank(method="first")
    return deliveries.assign(
        occasion=[
            word(DELIVERY_STATUSES, status)
            if pd.isna(number)
            else _("first delivery")
            if number == 1
            else _("repeated delivery")
            for status, number in zip(
                deliveries["status"], order.reindex(deliveries.index), strict=True
            )
        ]
    )


def _columns() -> list[Column]:
    own = _("Only projects on keys this partner bought count in its coverage; points, for any.")
    return [
        Column("project", _("Project"), width=240),
        Column("delivered_on", _("Delivered"), Kind.DATE),
        Column("occasion", _("Delivery"), width="medium"),
        Column("own_key", _("Own key"), Kind.YES_NO, help=own),
        Column("tests_passed_auto", _("Passed automatically"), Kind.COUNT),
        Column("tests_passed_manual", _("Passed by hand"), Kind.COUNT),
        Column("tests_failed", _("Failed"), Kind.COUNT),
        Column("tests_skipped", _("Skipped"), Kind.COUNT),
        Column("tests_total", _("Tests"), Kind.COUNT),
        Column("client_name", _("Client")),
        Column("site", _("Site")),
    ]


def _points(
    deliveries: pd.DataFrame,
    marks: tuple[Mark, ...],
    today: dt.date,
    rules: ProgramRules,
    about: About,
    question: tuple[Hashable, ...],
) -> None:
    in_force = last_evaluation(today)
    months = evaluations_between(add_months(in_force, -11), add_months(in_force, 12))
    calendar = remembered(
        lambda: points_calendar(deliveries, months, today, rules), "points_calendar", *question
    )
    if not calendar["alive"].any():
        empty(_("No points in these two years: nothing delivered earned any."))
        return
    show_chart(
        drawn_once(points_figure, calendar, question=question, marks=marks),
        title=_("Points: alive and expiring"),
        alt=remembered(lambda: points_calendar_alt(calendar), "points_alt", *question),
        data=calendar,
        columns=points_columns(),
        key="card_points",
        about=about,
        note=definition("points").split("\n")[0],
    )
