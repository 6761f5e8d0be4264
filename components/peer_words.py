"""What the flags of a comparison say, and the rule behind each: a reason to ask, never blame."""

from __future__ import annotations

import math
from enum import StrEnum

import pandas as pd

from charts import formats
from charts.formats import NBSP
from charts.palette import Tone
from components.peers import Comparison
from components.survey_period import period_of, period_words
from components.text import plain
from metrics.anonymity import ENOUGH_OTHERS, ROUNDED_TO, rounded
from metrics.difference import Verdict
from metrics.estimate import ENOUGH
from metrics.peers import ENOUGH_PARTNERS, PeerFlag
from program.language import N_, _, ngettext
from queries.filters import Filters
from queries.scope import Scope, Sight

FLAGS = {
    PeerFlag.ALERT: N_("a reason to ask"),
    PeerFlag.WATCH: N_("watch"),
    PeerFlag.BETTER: N_("better than the others"),
    PeerFlag.LIKE_OTHERS: N_("like the others"),
}
TONES = {
    PeerFlag.ALERT: Tone.BAD,
    PeerFlag.WATCH: Tone.WATCH,
    PeerFlag.BETTER: Tone.GOOD,
    PeerFlag.LIKE_OTHERS: Tone.NEUTRAL,
}
FLAGS_HEADED = {
    PeerFlag.ALERT: N_("A reason to ask"),
    PeerFlag.WATCH: N_("Watch"),
    PeerFlag.BETTER: N_("Better than the others"),
}
RULES = {
    PeerFlag.ALERT: N_(
        "Lower than chance explains even though many partners are looked at (false discovery "
        "rate at most 5 %), and outside the 95 % limits widened by the partners' natural spread."
    ),
    PeerFlag.WATCH: N_(
        "Lower than chance explains for this partner alone: an equal partner would be so low in "
        "at most 2.5 % of cases. Among many partners some are so by chance."
    ),
    PeerFlag.BETTER: N_("The mirror image of a reason to ask: higher by the same rule."),
}
CHANGES = {
    Verdict.HIGHER: N_("risen"),
    Verdict.LOWER: N_("fallen"),
    Verdict.WITHIN_CHANCE: N_("within chance"),
    Verdict.TOO_FEW: N_("few answers"),
}


class View(StrEnum):
    """Which of the listed partners the table shows."""

    ALL = "all"
    ALERT = "alert"
    WATCH = "watch"
    WORSENING = "worsening"
    BETTER = "better"


VIEWS = {
    View.ALL: N_("All"),
    View.ALERT: FLAGS_HEADED[PeerFlag.ALERT],
    View.WATCH: FLAGS_HEADED[PeerFlag.WATCH],
    View.WORSENING: N_("Low and getting worse"),
    View.BETTER: FLAGS_HEADED[PeerFlag.BETTER],
}


def of_view(listed: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return the partners of one view."""
    if view is View.ALL:
        return listed
    chosen = listed["worsening"] if view is View.WORSENING else listed["flag"] == view.value
    return listed[chosen].reset_index(drop=True)


def view_sizes(listed: pd.DataFrame) -> dict[View, int]:
    """Return the number of partners in every view."""
    by_flag = listed["flag"].value_counts()
    others = {View.ALL: len(listed), View.WORSENING: int(listed["worsening"].sum())}
    return {view: others.get(view, int(by_flag.get(view.value, 0))) for view in View}


def flag_words(flag: str, n: int) -> str:
    """Return what stands beside one partner; few answers come before any judgement."""
    if flag != PeerFlag.NOT_JUDGED:
        return _(FLAGS[PeerFlag(flag)])
    if n >= ENOUGH:
        return _("not judged: few partners to compare with")
    return formats.few_words(n) if n >= 5 else formats.hidden_words(n)


def figure_words(value: float, low: float, high: float, n: int, *, index: bool) -> str:
    """Return «62 % (48–74 %), n = 45» of one partner."""
    if math.isnan(value):
        return formats.hidden_words(n)
    if index:
        span = f"{formats.index_points(low)}…{formats.index_points(high)}"
        return f"{formats.index_points(value)} ({span}), {formats.n_of(n)}"
    return f"{formats.share(value, n)} ({formats.share_interval(low, high, n)}), {formats.n_of(n)}"


def verdict_words(name: str, comparison: Comparison) -> str:
    """Return the page's answer in one sentence; chance is never said to explain a flag."""
    if not comparison.flags_given:
        return _("{measure}: too few partners with answers to judge them").format(measure=name)
    counts = comparison.listed["flag"].value_counts()
    alerts, watched, better = (int(counts.get(flag, 0)) for flag in FLAGS_HEADED)
    if alerts:
        sentence = ngettext(
            "{measure}: a reason to ask {n} partner",
            "{measure}: a reason to ask {n} partners",
            alerts,
        )
    elif watched:
        sentence = ngettext(
            "{measure}: no reason to ask, {n} partner to watch",
            "{measure}: no reason to ask, {n} partners to watch",
            watched,
        )
    elif better:
        sentence = ngettext(
            "{measure}: no reason to ask, {n} partner better than the others",
            "{measure}: no reason to ask, {n} partners better than the others",
            better,
        )
    elif comparison.about or len(comparison.listed) < comparison.partners:
        # Nothing is said here of those without names: some of them may stand out.
        sentence = _("{measure}: none of the partners named here stands out")
    elif comparison.dispersion is not None and comparison.dispersion.tau2 > 0:
        sentence = _("{measure}: partners differ more than by chance, but none stands out")
    else:
        sentence = _("{measure}: partners differ no more than by chance")
    return sentence.format(measure=name, n=formats.number(alerts or watched or better))


def chart_words(comparison: Comparison) -> str:
    """Return what stands under the funnel: how partners vary, and what is told of the others."""
    words = spread_words(comparison)
    if comparison.about:
        words += " " + _(
            "Partners of other portfolios are in the common level and in the limits, not in the "
            "picture: of them only totals are told, rounded to multiples of {n}."
        ).format(n=ROUNDED_TO)
    return words


def spread_words(comparison: Comparison) -> str:
    """Return whether partners vary more than chance allows, and what follows for the limits."""
    if not comparison.flags_given:
        return _("Too few partners with enough answers: there are no limits, nobody is judged.")
    if comparison.dispersion is None:
        return _("The limits are those of chance alone.")
    if comparison.dispersion.tau2 > 0:
        return _(
            "Partners vary more than chance alone explains ({phi}), so an alert must also "
            "pass the dashed limits, which are widened by this natural spread."
        ).format(phi=f"φ{NBSP}={NBSP}{formats.number(comparison.dispersion.phi, 1)}")
    return _("No natural spread of all partners is found beside chance: the exact limits decide.")


def alone_words(found: Comparison, scope: Scope) -> str | None:
    """Return why nobody else is in the comparison, ``None`` where others are."""
    if scope.sight is not Sight.PORTFOLIO or found.about:
        return None
    return _(
        "Fewer than {n} other partners of this group have answers, so their figures are not "
        "shown: your partners are compared among themselves."
    ).format(n=ENOUGH_OTHERS)


def partners_words(found: Comparison) -> str:
    """Return how many partners are compared, about as many where others are rounded."""
    if found.about:
        return formats.about(formats.partners(int(rounded(found.partners))))
    return formats.partners(found.partners)


def answers_words(found: Comparison) -> str:
    """Return how many answers the common level rests on, about as many where it is rounded."""
    if found.about:
        return formats.about(formats.answers(int(rounded(found.overall.n))))
    return formats.answers(found.overall.n)


def _eligible_words(found: Comparison) -> str:
    return formats.about(formats.number(found.eligible), rounded=found.about)


def lead_words(found: Comparison, filters: Filters, *, index: bool) -> str:
    """Return what the verdict rests on: period, partners, the common level."""
    parts = [
        _("Period: {period}").format(period=period_words(period_of(filters))),
        _("{partners} with answers").format(partners=partners_words(found)),
        _("judged from {n} answers on: {eligible}").format(
            n=ENOUGH, eligible=_eligible_words(found)
        ),
        _("all together {figure}").format(
            figure=formats.estimate(found.overall, index=index, rounded=found.about)
        ),
    ]
    if len(found.listed) < found.partners:
        parts.insert(2, _("named here: {listed}").format(listed=formats.number(len(found.listed))))
    return " · ".join(parts)


def flagged(listed: pd.DataFrame, *, index: bool) -> dict[PeerFlag, tuple[int, str]]:
    """Return how many partners are flagged, and the first of them as in :func:`names_of`."""
    found = {}
    # Columns are chosen before rows: texts that are not told would be copied for each flag.
    listed = listed[["flag", "partner_id", "name", "value", "low", "high", "n"]]
    for flag in (PeerFlag.ALERT, PeerFlag.WATCH, PeerFlag.BETTER):
        some = listed[listed["flag"] == flag.value]
        found[flag] = (len(some), names_of(some, index=index))
    return found


def names_of(partners: pd.DataFrame, *, index: bool, most: int = 3) -> str:
    """Return partners as a Markdown list of links to their cards, the largest room first."""
    if partners.empty:
        return f":gray[{_('nobody')}]"
    lines = [
        f"[{plain(row.name)}](partner?partner={row.partner_id})  \n"
        f":gray[{figure_words(row.value, row.low, row.high, int(row.n), index=index)}]"
        for row in partners.head(most).itertuples(index=False)
    ]
    more = len(partners) - most
    if more > 0:
        lines.append(
            ":gray[" + _("and {n} more, see the table").format(n=formats.number(more)) + "]"
        )
    return "\n\n".join(lines)


def view_words(view: View, found: Comparison) -> str:
    """Return the rule behind what the table shows."""
    if not found.flags_given:
        return _(
            "Judging needs at least {partners} with {n} answers each; here {eligible} have as "
            "many. Figures are shown without flags."
        ).format(
            partners=formats.partners(ENOUGH_PARTNERS),
            n=ENOUGH,
            eligible=_eligible_words(found),
        )
    if view is View.WORSENING:
        periods = found.periods
        return _(
            "Low among the others, and significantly lower in {recent} than in {before}."
        ).format(
            recent=formats.period(periods.recent.first, periods.recent.last),
            before=formats.period(periods.before.first, periods.before.last),
        )
    if view is View.ALL:
        return _(
            "Sorted by room for improvement: how many more good answers make up the common "
            "level. This is no rank: differences within chance mean nothing."
        )
    return _(RULES[PeerFlag(view.value)])
