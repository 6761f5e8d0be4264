"""Two groups of answers side by side, with a verdict for every question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from charts import formats
from components.data import ask
from components.definitions import definition, definitions
from components.download import About, download
from components.remembered import made_of
from components.states import empty
from components.survey_answers import Tally, good_share, scores_of, tally
from components.survey_figures import judged
from components.survey_period import EARLIEST
from components.survey_questions import Asked
from components.survey_recommendation import segment_names
from components.survey_view import View, one_of
from components.survey_words import DIMENSIONS
from components.table import Column, Kind, show_table
from metrics.anonymity import ENOUGH_OTHERS, ROUNDED_TO
from metrics.difference import Verdict, share_difference
from metrics.estimate import HIDDEN_BELOW, Estimate
from metrics.ordinal import compare_ordinal
from program.language import N_, _
from program.period import Period
from queries.answers import Segments, Side, compared_answers
from queries.filters import Filters
from queries.scope import Scope, Sight
from queries.survey import Dimension, Part

PERIODS, OWN_DAYS, YEAR_BEFORE, BEFORE = "periods", "own", "year", "previous"
_OTHER_PERIODS = {
    BEFORE: N_("the same length just before"),
    YEAR_BEFORE: N_("the same days a year earlier"),
    OWN_DAYS: N_("own dates"),
}
#: The same answers give the same permutations, so a page shows the same twice.
_SEED = 20260501


def compared_period(view: View) -> Period | None:
    """Return the period that the chosen one is compared with, as chosen in this session.

    Read before the counts are asked for, so that both periods come in one query.
    """
    if view.period is None:
        return None
    chosen = st.session_state.get("compare_period", BEFORE)
    if chosen == YEAR_BEFORE:
        return view.period.year_before() or view.period.previous()
    if chosen == OWN_DAYS:
        days = st.session_state.get("compare_days")
        if isinstance(days, tuple) and len(days) == 2:
            own = Period(*sorted(days))
            if not own.overlaps(view.period):
                return own
    return view.period.previous()


def compare_block(
    counts: pd.DataFrame,
    questions: Sequence[Asked],
    scope: Scope,
    filters: Filters,
    view: View,
    about: About,
) -> None:
    """Draw the choice of two groups and the comparison of every question."""
    kinds = {PERIODS: _("Periods"), **{d.value: _(DIMENSIONS[d]) for d in Dimension}}
    kind = one_of(_("Compare"), kinds, key="compare_kind")
    if kind == PERIODS:
        sides = _periods(counts, view)
    else:
        sides = _segments(Dimension(kind), scope, filters, view)
    if sides is None:
        return
    first, second, first_name, second_name = sides
    whole = st.toggle(
        _("Compare whole distributions, not only good answers"),
        key="compare_whole",
        help=definition("distribution_difference"),
    )
    rows = made_of(_compared, first, second=second, questions=tuple(questions), whole=whole)
    _comparison_table(rows, first_name, second_name, about, whole=whole)


def _periods(
    counts: pd.DataFrame, view: View
) -> tuple[pd.DataFrame, pd.DataFrame, str, str] | None:
    if view.period is None:
        empty(_("All time has nothing before it."), then=_("Choose a period above."))
        return None
    options = {
        code: _(words)
        for code, words in _OTHER_PERIODS.items()
        if code != YEAR_BEFORE or view.period.year_before() not in (None, view.period.previous())
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = one_of(
            _("{period} with").format(period=view.words), options, key="compare_period", shown=True
        )
        if chosen == OWN_DAYS:
            _own_days(view.period)
    other = compared_period(view)
    if other is None:
        return None
    return (
        counts[counts["part"] == Part.CURRENT],
        counts[counts["part"] == Part.PREVIOUS],
        view.words,
        formats.period(other.first, other.last),
    )


def _own_days(period: Period) -> None:
    before = period.previous()
    if "compare_days" not in st.session_state:
        st.session_state["compare_days"] = (before.first, before.last)
    days: Any = st.date_input(  # a tuple, of one day only while the second is being chosen
        _("Days of the other period"),
        key="compare_days",
        format="DD.MM.YYYY",
        min_value=EARLIEST,
        max_value=max(period.last, dt.date(2030, 1, 1)),
    )
    if isinstance(days, tuple) and len(days) == 2 and Period(*sorted(days)).overlaps(period):
        st.caption(
            _("The two periods have common days; compared with the period just before instead.")
        )


def _segments(
    dimension: Dimension, scope: Scope, filters: Filters, view: View
) -> tuple[pd.DataFrame, pd.DataFrame, str, str] | None:
    names = {code: name for code, name in segment_names(scope, dimension).items() if code}
    # A portfolio stands against all the others, though nobody else's is there to be chosen.
    own = scope.sight is Sight.PORTFOLIO and dimension is Dimension.MANAGER
    if len(names) < (1 if own else 2):
        empty(_("There is only one to compare."))
        return None
    others = _("all the others")
    usual = {
        Dimension.REGION: filters.region,
        Dimension.TIER: filters.tier,
        Dimension.SIZE: filters.size.value if filters.size else None,
        Dimension.MANAGER: filters.manager_email,
    }.get(dimension)
    codes = sorted(names, key=names.__getitem__) if dimension in _BY_NAME else list(names)
    left, right = st.columns(2)
    with left:
        first = st.selectbox(
            _("First"),
            codes,
            index=codes.index(usual) if usual in codes else 0,
            format_func=names.__getitem__,
            key=f"compare_first_{dimension}",
        )
    with right:
        second = st.selectbox(
            _("Second"),
            ["", *(code for code in codes if code != first)],
            format_func=lambda code: names[code] if code else others,
            key=f"compare_second_{dimension}",
        )
    segments = Segments(dimension, first, second or None)
    found = ask(compared_answers, scope, filters, segments, view.sizing)
    if own and not (found["side"] == Side.SECOND).any():
        empty(
            _(
                "Fewer than {n} other partners of this cut have surveys, so their answers are not "
                "shown."
            ).format(n=ENOUGH_OTHERS)
        )
        return None
    if own:
        st.caption(
            _(
                "The others' answers are rounded to multiples of {n}, so that none of them can be "
                "told by subtraction; shares and verdicts rest on the rounded numbers."
            ).format(n=ROUNDED_TO)
        )
    if segments.lifted(filters) != filters:
        st.caption(_("The filter on the compared property itself is lifted here."))
    return (
        found[found["side"] == Side.FIRST],
        found[found["side"] == Side.SECOND],
        names[first],
        names[second] if second else others,
    )


_BY_NAME = (Dimension.REGION, Dimension.MANAGER)


def _compared(
    first: pd.DataFrame, *, second: pd.DataFrame, questions: Sequence[Asked], whole: bool
) -> pd.DataFrame:
    return compared_questions(tally(first), tally(second), questions, whole=whole)


def compared_questions(
    first: Tally, second: Tally, questions: Sequence[Asked], *, whole: bool = False
) -> pd.DataFrame:
    """Return every question's two shares of good answers and what their difference says.

    Grain: one row a question in the questionnaire's order. ``name``; ``first``, ``first_n``,
    ``second``, ``second_n`` (shares NaN under 5 answers); ``difference``, ``low``, ``high``,
    ``verdict``; with ``whole`` also ``delta``, ``delta_low``, ``delta_high`` and ``p``.
    """
    rows = []
    for asked in questions:
        (one, _missing), (other, _missing_too) = (scores_of(f, asked) for f in (first, second))
        a, b = good_share(one, asked), good_share(other, asked)
        difference = share_difference(
            round(a.value * a.n) if a.n else 0, a.n, round(b.value * b.n) if b.n else 0, b.n
        )
        shown = min(a.n, b.n) >= HIDDEN_BELOW
        row: dict[str, object] = {
            "code": asked.code,
            "name": asked.name,
            "first": a.value if a.shown else np.nan,
            "first_n": a.n,
            "second": b.value if b.shown else np.nan,
            "second_n": b.n,
            "least_n": min(a.n, b.n),
            "difference": difference.value if shown else np.nan,
            "low": difference.low if shown else np.nan,
            "high": difference.high if shown else np.nan,
            "verdict": _verdict_words(difference),
        }
        if whole:
            row |= _whole(one, other, asked, shown=shown)
        rows.append(row)
    return pd.DataFrame(rows)


def _verdict_words(difference: Estimate) -> str:
    found = judged(difference)
    return {
        Verdict.HIGHER: "▲ " + _("first is higher"),
        Verdict.LOWER: "▼ " + _("first is lower"),
        Verdict.WITHIN_CHANCE: _("within chance"),
        Verdict.TOO_FEW: formats.few_words(difference.n)
        if difference.n >= HIDDEN_BELOW
        else formats.hidden_words(difference.n)
        if difference.n
        else formats.no_answers(),
    }[found]


def _whole(
    one: dict[int, int], other: dict[int, int], asked: Asked, *, shown: bool
) -> dict[str, object]:
    if not shown:
        return dict.fromkeys(("delta", "delta_low", "delta_high", "p"), np.nan)
    found = compare_ordinal(one, other, np.random.default_rng(_SEED), asked.scale_max)
    return {
        "delta": found.delta.value,
        "delta_low": found.delta.low,
        "delta_high": found.delta.high,
        "p": found.p,
    }


def _comparison_table(
    rows: pd.DataFrame, first_name: str, second_name: str, about: About, *, whole: bool
) -> None:
    hidden = _("few answers, hidden")
    columns = [
        Column("name", _("Question"), width="medium"),
        Column("verdict", _("Verdict"), width=175, help=definition("survey_difference")),
        Column("first", first_name, Kind.SHARE, n="first_n", undefined=hidden),
        Column("second", second_name, Kind.SHARE, n="second_n", undefined=hidden),
        Column("difference", _("Difference"), Kind.POINTS, n="least_n", undefined="—"),
        Column("low", _("from"), Kind.POINTS, n="least_n", undefined="—"),
        Column("high", _("to"), Kind.POINTS, n="least_n", undefined="—"),
        Column("first_n", _("n of the first"), Kind.COUNT),
        Column("second_n", _("n of the second"), Kind.COUNT),
    ]
    if whole:
        columns += [
            Column("delta", _("Cliff's δ × 100"), Kind.INDEX, undefined="—"),
            Column("delta_low", _("δ from"), Kind.INDEX, undefined="—"),
            Column("delta_high", _("δ to"), Kind.INDEX, undefined="—"),
            Column("p", _("Permutation p"), Kind.SHARE, undefined="—"),
        ]
    different = rows["verdict"].str.startswith(("▲", "▼"))
    if different.any():
        st.markdown(
            _("Different by more than chance: {names}.").format(
                names=formats.listed(
                    f"**{name}** ({change})"
                    for name, change in zip(
                        rows.loc[different, "name"],
                        (
                            formats.percentage_points(d, int(n))
                            for d, n in zip(
                                rows.loc[different, "difference"],
                                rows.loc[different, "least_n"],
                                strict=True,
                            )
                        ),
                        strict=True,
                    )
                )
            )
        )
    else:
        st.markdown(_("No question differs by more than chance."))
    show_table(
        rows,
        columns,
        key="compare_table",
        alt=_("Share of good answers on both sides and the verdict for every question"),
        height="content",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Share of answers 5 and 4; the two sides have no common answer."))
        download(
            rows,
            columns,
            about=replace(
                about,
                title=_("Comparison"),
                file_name=f"{about.file_name}_comparison",
                basis=f"{first_name} · {second_name}",
                definitions=definitions("good_answers", "survey_difference"),
            ),
            key="compare_file",
        )
