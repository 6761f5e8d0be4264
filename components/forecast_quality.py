"""How good the forecast has been: the replay of past evaluations, for «Методика»."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from charts import formats
from charts.forecast import reliability_alt, reliability_plot
from components.chart import show_chart
from components.data import ask, data_moment
from components.definitions import definitions
from components.download import About
from components.forecast import replay_evidence
from components.fragment import fragment
from components.states import empty
from components.table import Column, Kind, show_table
from components.theme import figure_theme
from metrics.evidence import Evidence
from program.language import _
from program.rules import ProgramRules
from queries.scope import EVERYTHING

#: From how many days before each evaluation forecasts are replayed.
DAYS_BEFORE = (15, 45)


def score_table(found: Sequence[Evidence]) -> pd.DataFrame:
    """Return the scores in a row for each number of days before."""
    return pd.DataFrame(
        {
            "days": [known.proof.days_before for known in found],
            "evaluations": [known.proof.evaluations for known in found],
            "forecasts": [known.proof.forecasts for known in found],
            "brier": [formats.number(known.proof.brier, 3) for known in found],
            "baseline": [formats.number(known.proof.baseline, 3) for known in found],
            "shown": [
                _("per cent: the gain is proven")
                if known.proof.proven
                else _("bands: no gain is proven")
                for known in found
            ],
            "given_up": [known.given_up for known in found],
            "wrong": [known.given_up_wrongly for known in found],
        }
    )


@fragment
def show_forecast_quality(today: dt.date, rules: ProgramRules) -> None:
    """Draw the replay: scores against no forecast, and a reliability plot for each horizon."""
    st.markdown(f"## {_('The forecast against what happened')}")
    waiting = st.empty()
    waiting.caption(f":material/hourglass_top: {_('Comparing with past evaluations…')}")
    # Aggregates of the whole programme without names: the same for everybody.
    found = ask(replay_evidence, EVERYTHING, DAYS_BEFORE, today, rules)
    waiting.empty()
    st.markdown(
        _(
            "Every past evaluation is forecast anew from 15 and from 45 days before it, and "
            "compared with what the rule decided. The forecast is shown in per cent only where "
            "it has proven better than «what the records say stays»; otherwise bands stand in "
            "its place. What was known on a past day is taken by the dates of the records."
        )
    )
    if not any(known.proof.evaluations for known in found):
        empty(_("There are too few past evaluations to replay."))
        return
    show_table(
        score_table(found),
        [
            Column("days", _("Days before"), Kind.COUNT),
            Column("evaluations", _("Evaluations"), Kind.COUNT),
            Column("forecasts", _("Forecasts"), Kind.COUNT),
            Column("brier", _("Error of the forecast")),
            Column("baseline", _("Error if the state stays")),
            Column("shown", _("Shown as"), width="medium"),
            Column("given_up", _("Said: out of reach"), Kind.COUNT),
            Column("wrong", _("… held after all"), Kind.COUNT),
        ],
        key="replay_scores",
        alt=_("Errors of the forecast and of no forecast, by days before the evaluation"),
    )
    about = About(
        title=_("The forecast against what happened"),
        file_name="forecast_reliability",
        definitions=definitions("chance", "forecast_error", "out_of_reach"),
        data_as_of=data_moment().as_of,
    )
    for column, known in zip(st.columns(len(found), gap="large"), found, strict=True):
        with column:
            _reliability(known, about)
    st.caption(
        _(
            "The latest evaluations, {n}; «python -m jobs replay» takes all of both. The number of "
            "forecasts grows with a point's size; whiskers are Wilson 95 % intervals. A delivery "
            "later rejected, and the days that acceptance takes, are not in the dates."
        ).format(n=formats.partners(found[0].partners))
    )


def _reliability(known: Evidence, about: About) -> None:
    days = formats.days(known.proof.days_before)
    if known.reliability.empty:
        empty(_("From {days} before: the rule had settled everything.").format(days=days))
        return
    show_chart(
        reliability_plot(known.reliability, theme=figure_theme()),
        title=_("Said and happened, from {days} before").format(days=days),
        alt=reliability_alt(known.reliability),
        data=known.reliability,
        columns=[
            Column("low", _("Chance from"), Kind.SHARE, n="n"),
            Column("high", _("to"), Kind.SHARE, n="n"),
            Column("n", _("Forecasts"), Kind.COUNT),
            Column("said", _("Mean chance"), Kind.SHARE, n="n"),
            Column("held", _("Held"), Kind.COUNT),
            Column("observed", _("Share that held"), Kind.SHARE, n="n"),
        ],
        key=f"reliability_{known.proof.days_before}",
        about=about,
    )
