"""Two groups of answers side by side, with a verdict for every question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from charts import formats
from components.data import ask
from components.definitions import definition, definitions
from components.download import About, download
from components.remembered import remembered
from components.states import empty
from components.survey_answers import Tally, good_share, scores_of, tally
from components.survey_figures import judged
from components.survey_period import EARLIEST
from components.survey_questions import Asked
from components.survey_segments import segment_names
from components.survey_view import View, one_of
from components.survey_words import DIMENSIONS
from components.table import Column, Kind, show_table
from components.text import plain
from metrics.anonymity import ENOUGH_OTHERS, ROUNDED_TO
from metrics.difference import Verdict, share_difference
from metrics.estimate import ENOUGH, HIDDEN_BELOW, Estimate
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
    """Draw the choice of two groups and the comparison of every question.

    Parameters
    ----------
    counts
        From ``queries.answers.answer_counts`` for ``scope``, ``filters`` and ``view``.
    """
    kinds = {PERIODS: _("Periods"), **{d.value: _(DIMENSIONS[d]) for d in Dimension}}
    kind = one_of(_("Compare"), kinds, key="compare_kind")
    if kind == PERIODS:
        sides = _periods(counts, view)
    else:
        sides = _segments(Dimension(kind), scope, filters, view)
    if sides is None:
        return
    whole = st.toggle(
        _("Compare whole distributions, not only good answers"),
        key="compare_whole",
        help=definition("distribution_difference"),
    )
    rows = remembered(
        lambda: compared_questions(*sides.tallies(), questions, whole=whole),
        "compared",
        *(question := (scope, filters, view, sides.told, tuple(questions), whole)),
    )
    _comparison_table(rows, sides, about, question, whole=whole)


@dataclass(frozen=True, slots=True)
class _Sides:
    """Two groups of answers with their names, and what tells them from other two."""

    rows: pd.DataFrame
    column: str
    first: str
    second: str
    first_name: str
    second_name: str
    told: Period | Segments

    def tallies(self) -> tuple[Tally, Tally]:
        """Return the answers of the first group, and of the second."""
        side = self.rows[self.column]
        return tally(self.rows[side == self.first]), tally(self.rows[side == self.second])


def _periods(counts: pd.DataFrame, view: View) -> _Sides | None:
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
    return _Sides(
        counts,
        *("part", Part.CURRENT, Part.PREVIOUS),
        view.words,
        formats.period(other.first, other.last),
        told=other,
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


def _segments(dimension: Dimension, scope: Scope, filters: Filters, view: View) -> _Sides | None:
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
    return _Sides(
        found,
        *("side", Side.FIRST, Side.SECOND),
        names[first],
        names[second] if second else others,
        told=segments,
    )


_BY_NAME = (Dimension.REGION, Dimension.MANAGER)


def compared_questions(
    first: Tally, second: Tally, questions: Sequence[Asked], *, whole: bool = False
) -> pd.DataFrame:
    """Return every question's two shares of good answers and what their difference says.

    Grain: one row a question in the questionnaire's order. ``name``; ``first`` and ``second``
    with ``…_low``, ``…_high`` (NaN under 5 answers) and ``…_n``; ``difference`` with its ends
    ``low`` and ``high``; ``found``, the code of the verdict, and ``verdict`` in words. With
    ``whole`` the verdict is that of ``delta``, which has ``delta_low``, ``delta_high`` and ``p``.
    """
    rows = []
    for asked in questions:
        (one, _missing), (other, _missing_too) = (scores_of(f, asked) for f in (first, second))
        a, b = good_share(one, asked), good_share(other, asked)
        difference = share_difference(
            round(a.value * a.n) if a.n else 0, a.n, round(b.value * b.n) if b.n else 0, b.n
        )
        row: dict[str, object] = {
            "code": asked.code,
            "name": asked.name,
            **_shown("first", a),
            **_shown("second", b),
            **_shown("difference", difference),
        }
        decides = difference
        if whole:
            compared = compare_ordinal(one, other, np.random.default_rng(_SEED), asked.scale_max)
            decides = compared.delta
            row |= _shown("delta", decides) | {"p": compared.p if decides.shown else np.nan}
        found = judged(decides)
        row |= {"found": found.value, "verdict": _verdict_words(found, a.n, b.n, whole=whole)}
        rows.append(row)
    return pd.DataFrame(rows)


def _shown(name: str, value: Estimate) -> dict[str, object]:
    """Return an estimate as columns, NaN where it rests on fewer than five answers."""
    ends = {"": value.value, "_low": value.low, "_high": value.high}
    shown = {f"{name}{end}": number if value.shown else np.nan for end, number in ends.items()}
    return {**shown, f"{name}_n": value.n}


def _verdict_words(found: Verdict, first: int, second: int, *, whole: bool) -> str:
    """Return the verdict in words; where there is none, what of the two sides is missing."""
    if found is Verdict.HIGHER:
        return "▲ " + (_("first answers better") if whole else _("first is higher"))
    if found is Verdict.LOWER:
        return "▼ " + (_("first answers worse") if whole else _("first is lower"))
    if found is Verdict.WITHIN_CHANCE:
        return _("within chance")
    least = min(first, second)
    if least == 0:
        return _("nothing to compare with") if first or second else formats.no_answers()
    return formats.few_words(least) if least >= HIDDEN_BELOW else formats.hidden_words(least)


def comparison_words(rows: pd.DataFrame, *, whole: bool = False) -> str:
    """Return what the comparison of all questions says, as Markdown.

    None could be judged, none of the judged ones differs, or these differ: three answers that
    must not be taken for one another.

    Parameters
    ----------
    rows
        As from :func:`compared_questions`.
    """
    judged_ones = rows[rows["found"] != Verdict.TOO_FEW]
    if judged_ones.empty:
        return _("No question can be judged: that takes {n} answers on both sides.").format(
            n=formats.number(ENOUGH)
        )
    different = judged_ones[judged_ones["found"] != Verdict.WITHIN_CHANCE]
    of_all = {"judged": formats.number(len(judged_ones)), "all": formats.number(len(rows))}
    if different.empty:
        return _("Judged {judged} of {all} questions: none differs by more than chance.").format(
            **of_all
        )
    changes = (
        f"δ{formats.NBSP}×{formats.NBSP}100{formats.NBSP}={formats.NBSP}"
        f"{formats.index_points(row.delta)}"
        if whole
        else formats.percentage_points(row.difference, int(row.difference_n))
        for row in different.itertuples()
    )
    names = [
        f"**{plain(name)}** ({change})"
        for name, change in zip(different["name"], changes, strict=True)
    ]
    sentence = _("Different by more than chance: {names}.").format(names=formats.listed(names))
    judged_of = _("Judged {judged} of {all} questions.").format(**of_all)
    return sentence if len(judged_ones) == len(rows) else f"{sentence} {judged_of}"


def comparison_columns(first: str, second: str, *, whole: bool) -> list[Column]:
    """Return the columns of the comparison: what is judged stands before what it rests on.

    Parameters
    ----------
    first, second
        Headings of the two groups.
    """
    share = partial(Column, kind=Kind.SHARE, undefined=formats.no_answers(), hidden=_("hidden"))
    points = partial(Column, kind=Kind.POINTS, n="difference_n", undefined="—")
    whole_scale = partial(Column, kind=Kind.INDEX, undefined="—")
    interval = _("95 % interval")
    shares = [
        share("first", first, n="first_n", width=92),
        share("second", second, n="second_n", width=92),
        points("difference", _("Difference"), width=86),
        points("difference_low", interval, high="difference_high", width=120),
    ]
    distributions = [
        whole_scale("delta", _("Cliff's δ × 100"), width=112),
        whole_scale("delta_low", interval, high="delta_high", width=112),
        Column("p", _("p, permutations"), Kind.P_VALUE, undefined="—", width=124),
    ]
    counts = [
        Column("first_n", _("n of the first"), Kind.COUNT, width=84),
        Column("second_n", _("n of the second"), Kind.COUNT, width=102),
    ]
    ends = [
        share(f"{side}_low", label, n=f"{side}_n", high=f"{side}_high")
        for side, label in (
            ("first", _("95 % interval, {group}").format(group=first)),
            ("second", _("95 % interval, {group}").format(group=second)),
        )
    ]
    code = "distribution_difference" if whole else "survey_difference"
    verdict = Column("verdict", _("Verdict"), width=190 if whole else 158, help=definition(code))
    name = Column("name", _("Question"), width=182)
    if whole:
        return [name, *distributions, verdict, *counts, *shares, *ends]
    return [name, *shares, verdict, *counts, *ends]


def _comparison_table(
    rows: pd.DataFrame, sides: _Sides, about: About, question: tuple[Hashable, ...], *, whole: bool
) -> None:
    names = (sides.first_name, sides.second_name)
    st.markdown(
        remembered(lambda: comparison_words(rows, whole=whole), "comparison_words", *question)
    )
    st.caption(
        _("First group: {first}. Second: {second}.").format(
            first=plain(names[0]), second=plain(names[1])
        )
    )
    show_table(
        rows,
        comparison_columns(_("1st group"), _("2nd group"), whole=whole),
        key="compare_table",
        alt=_("Share of good answers on both sides and the verdict for every question"),
        question=question,
        height="content",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _(
                "Judged by the interval of δ over all answers: above 0 the first group answers "
                "better. With many equal answers it is stricter than p. The two sides have no "
                "common answer."
            )
            if whole
            else _("Share of answers 5 and 4; the two sides have no common answer.")
        )
        codes = ["good_answers", "survey_difference"]
        if whole:
            codes.append("distribution_difference")
        download(
            rows,
            comparison_columns(*names, whole=whole),
            about=replace(
                about,
                title=_("Comparison"),
                file_name=f"{about.file_name}_comparison",
                basis=" · ".join(names),
                definitions=definitions(*codes),
            ),
            key="compare_file",
        )
