"""How long deliveries take: cohorts, the curve of days to delivery, and the matured share."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from charts import formats
from charts.annotations import Mark
from charts.cohorts import (
    MILESTONES,
    cohort_heatmap,
    cohort_heatmap_alt,
    lag_curve_alt,
    lag_curve_line,
)
from charts.comparison import control_chart, control_chart_alt
from components.chart import show_chart
from components.data import ask
from components.definitions import definition
from components.download import About
from components.filter_bar import Choice
from components.remembered import drawn_once
from components.states import empty
from components.table import Column, Kind
from metrics.cohorts import cohort_shares, fixed_maturity
from metrics.lag_curve import LagCurve, lag_curve
from program.calendar import add_months, month_start
from program.language import _
from program.rules import ProgramRules
from queries.key_months import delivery_cohorts, delivery_lags
from queries.scope import Scope

#: Days that make a cohort mature.
MATURITY = 90
_COHORTS, _MONTHS_SINCE = 18, 15
_LAG_MONTHS = 24
_CONTROLLED = 24


def delivery_time_section(
    scope: Scope,
    choice: Choice,
    marks: tuple[Mark, ...],
    evaluated_on: dt.date,
    rules: ProgramRules,
    about: About,
) -> None:
    """Draw the curve and the cohorts side by side, and the control chart of matured cohorts."""
    asked = (choice.filters, MATURITY, evaluated_on, choice.today, rules)
    counts = ask(delivery_cohorts, scope, *asked)
    since = add_months(month_start(choice.today), -_LAG_MONTHS)
    lags = ask(delivery_lags, scope, choice.filters, since, evaluated_on, choice.today, rules)
    shares = cohort_shares(counts, choice.today, cohorts=_COHORTS, months=_MONTHS_SINCE)
    if shares.empty:
        empty(_("No counted key was bought in the last year and a half."))
        return
    left, right = st.columns(2, gap="large")
    with left:
        _curve(lag_curve(lags), since, about, (scope, since, *asked))
    with right:
        show_chart(
            drawn_once(cohort_heatmap, shares, question=(scope, *asked)),
            title=_("Share of the keys delivered, by month of purchase"),
            alt=cohort_heatmap_alt(shares),
            data=shares,
            columns=[
                Column("bought", _("Bought in"), Kind.MONTH),
                Column("months_since", _("Months since"), Kind.COUNT),
                Column("share", _("Share delivered"), Kind.SHARE, n="keys"),
                Column("delivered", _("Delivered"), Kind.COUNT),
                Column("keys", _("Keys bought"), Kind.COUNT),
            ],
            key="cohorts",
            about=about,
            note=_("All counted keys, activated or not; the month under way is not told."),
        )
    _matured(counts, choice.today, marks, about, (scope, *asked))


def _curve(curve: LagCurve, since: dt.date, about: About, question: tuple[object, ...]) -> None:
    if curve.last_observed < 0:
        empty(_("No key activated in the last two years has been delivered yet."))
        return
    median = curve.median()
    days = [day for day in MILESTONES if day <= curve.last_observed]
    show_chart(
        drawn_once(lag_curve_line, curve, question=question),
        title=_("How soon after the activation keys are delivered"),
        alt=lag_curve_alt(curve),
        data=pd.DataFrame(
            {
                "days": days,
                "share": [1 - float(curve.surviving(day)) for day in days],
                "at_risk": [int(curve.at_risk[day]) for day in days],
            }
        ),
        columns=[
            Column("days", _("Days since the activation"), Kind.COUNT),
            Column("share", _("Share delivered"), Kind.SHARE, n="at_risk"),
            Column("at_risk", _("Keys followed that long"), Kind.COUNT),
        ],
        key="lag_curve",
        about=about,
        note=_("{keys} activated since {day}; {median}. Kaplan–Meier with its 95 % band.").format(
            keys=formats.keys(curve.observations),
            day=formats.date_short(since),
            median=_("half of them are delivered within {days}").format(days=formats.days(median))
            if median is not None
            else _("fewer than half are delivered as far as the data goes"),
        ),
    )


def _matured(
    counts: pd.DataFrame,
    today: dt.date,
    marks: tuple[Mark, ...],
    about: About,
    question: tuple[object, ...],
) -> None:
    series = fixed_maturity(counts, today, days=MATURITY, cohorts=_CONTROLLED)
    if series.frame.empty:
        empty(_("No month of purchase has matured yet."))
        return
    notes = [
        _("Newest: the last month whose keys have all had {days}.").format(
            days=formats.days(MATURITY)
        )
    ]
    if series.quarterly:
        notes.append(_("By quarter: some months have fewer than ten keys."))
    if series.preliminary:
        notes.append(_("Preliminary limits: fewer than 13 points."))
    show_chart(
        drawn_once(
            control_chart,
            series.frame,
            question=question,
            marks=marks,
            quarterly=series.quarterly,
        ),
        title=_("Share of the keys of a month delivered within {days} of the purchase").format(
            days=formats.days(MATURITY)
        ),
        alt=control_chart_alt(series.frame, quarterly=series.quarterly),
        data=series.frame,
        columns=[
            Column("month", _("Bought in"), Kind.MONTH),
            Column("value", _("Share delivered"), Kind.SHARE, n="n"),
            Column("n", _("Keys bought"), Kind.COUNT),
            Column("mean", _("Mean"), Kind.SHARE, undefined="—"),
            Column("low", _("Lower limit"), Kind.SHARE, undefined="—"),
            Column("high", _("Upper limit"), Kind.SHARE, undefined="—"),
        ],
        key="matured_cohorts",
        about=about,
        note=" ".join(notes) + " " + definition("matured_share").split("\n\n", maxsplit=1)[0],
    )
