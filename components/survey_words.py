"""Verdicts, signals and signs about survey figures in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from charts import formats
from charts.palette import Tone
from components.survey_figures import STANDS, Measure, Subject, judged
from metrics.control_chart import gaps
from metrics.control_rules import Signal
from metrics.difference import Verdict
from metrics.estimate import Estimate, Status
from metrics.recommendation import IndexMapping
from program.language import N_, _, ngettext
from queries.survey import Dimension

SUBJECTS = {Subject.DEVELOPER: N_("developer"), Subject.PLATFORM: N_("platform")}
RECOMMEND = {
    Subject.DEVELOPER: N_("Recommend the developer"),
    Subject.PLATFORM: N_("Recommend the platform"),
}
INDEX_OF = {
    Subject.DEVELOPER: N_("Index of the developer"),
    Subject.PLATFORM: N_("Index of the platform"),
}
MEASURES = {
    Measure.SHARE: N_("Share recommending"),
    Measure.INDEX: N_("Index (NPS analogue)"),
}
MAPPINGS = {
    IndexMapping.STRICT: N_("strict: 5 | 4 | 1–3"),
    IndexMapping.BALANCED: N_("balanced: 5 | 4–3 | 1–2"),
    IndexMapping.CLASSIC: N_("classic: 9–10 | 7–8 | 0–6"),
}
#: The same without the scores: two of them fit on a phone.
MAPPING_NAMES = {
    IndexMapping.STRICT: N_("strict"),
    IndexMapping.BALANCED: N_("balanced"),
}
DIMENSIONS = {
    Dimension.REGION: N_("Regions"),
    Dimension.TIER: N_("Partner tiers"),
    Dimension.EDITION: N_("Editions"),
    Dimension.SIZE: N_("Sizes of the base"),
    Dimension.MANAGER: N_("Portfolios"),
}
VERDICTS = {
    Verdict.WITHIN_CHANCE: N_("difference within chance"),
    Verdict.HIGHER: N_("higher than the others"),
    Verdict.LOWER: N_("lower than the others"),
    Verdict.TOO_FEW: N_("few answers"),
}
SIGNS = {Verdict.HIGHER: "▲ ", Verdict.LOWER: "▼ "}
STAND_WORDS = {
    STANDS[0]: N_("recommend"),
    STANDS[1]: N_("in the middle"),
    STANDS[2]: N_("do not recommend"),
}
SIGNALS = {
    Signal.ABOVE_LIMIT: N_("above the upper limit"),
    Signal.BELOW_LIMIT: N_("below the lower limit"),
    Signal.TREND_UP: N_("at least seven points rising in a row"),
    Signal.TREND_DOWN: N_("at least seven points falling in a row"),
    Signal.TWO_OF_THREE_HIGH: N_("two of three points close to the upper limit"),
    Signal.TWO_OF_THREE_LOW: N_("two of three points close to the lower limit"),
    Signal.RUN_ABOVE_MEAN: N_("at least seven points in a row above the mean"),
    Signal.RUN_BELOW_MEAN: N_("at least seven points in a row below the mean"),
}
#: More signals than these are a table, not a sentence.
_SIGNALS_TOLD = 4


def figure_words(value: Estimate, measure: Measure = Measure.SHARE) -> str:
    """Return the bare figure: «71 %» or «+32»."""
    if value.status is Status.NONE:
        return formats.no_answers()
    if measure is Measure.INDEX:
        return formats.index_points(value.value)
    return formats.share(value.value, value.n)


def interval_words(value: Estimate, measure: Measure = Measure.SHARE) -> str:
    """Return «от 69 до 74 %» as one span, of points for the index."""
    if measure is Measure.INDEX:
        return f"{formats.index_points(value.low)}…{formats.index_points(value.high)}"
    return formats.share_interval(value.low, value.high, value.n)


def interval_told(value: Estimate, measure: Measure = Measure.SHARE) -> str:
    """Return «интервал 95 %: 56,3–60,2 %», as it stands in a line of figures."""
    return _("95 % interval {interval}").format(interval=interval_words(value, measure))


def basis_words(value: Estimate, missing: int, measure: Measure = Measure.SHARE) -> str:
    """Return what a figure rests on: interval, answers, and how many gave none."""
    if value.status is Status.NONE:
        return formats.no_answer(missing)
    parts = [
        interval_told(value, measure),
        formats.n_words(value.n),
    ]
    if missing:
        parts.append(formats.no_answer(missing))
    return " · ".join(parts)


def change_words(difference: Estimate, measure: Measure = Measure.SHARE) -> str | None:
    """Return «+2,1 п. п., в пределах случайного», ``None`` without anything to compare with."""
    if difference.status is Status.NONE:
        return None
    found = judged(difference)
    if found is Verdict.TOO_FEW:
        return _("too few answers to compare")
    change = (
        formats.index_points(difference.value)
        if measure is Measure.INDEX
        else formats.percentage_points(difference.value, difference.n)
    )
    return f"{change}, " + (
        _("within chance") if found is Verdict.WITHIN_CHANCE else _("significant")
    )


def change_tone(difference: Estimate) -> Tone:
    """Return whether a change is good news; one within chance says nothing."""
    return {Verdict.HIGHER: Tone.GOOD, Verdict.LOWER: Tone.BAD}.get(
        judged(difference), Tone.NEUTRAL
    )


def difference_words(difference: Estimate, measure: Measure = Measure.SHARE) -> str:
    """Return a difference with its interval: «−3 п. п. (−6…+0)»."""
    write = formats.index_points if measure is Measure.INDEX else formats.percentage_points
    if difference.status is Status.NONE:
        return formats.no_answers()
    low, high = (
        formats.signed(end * 100, 0 if measure is Measure.INDEX else 1)
        for end in (difference.low, difference.high)
    )
    return f"{write(difference.value)} ({low}…{high})"


def signal_sentences(frame: pd.DataFrame, *, quarterly: bool = False) -> list[str]:
    """Return the signals of a control chart in words, the latest first.

    Parameters
    ----------
    frame
        As ``components.survey_figures.Trend.frame``.
    quarterly
        Whether a period is a quarter.
    """
    after_gap = np.isin(np.arange(len(frame)), gaps(frame["month"], 3 if quarterly else 1))
    run = ((frame["signal"] != frame["signal"].shift()) | after_gap).cumsum()
    told = []
    for _number, rows in frame[frame["signal"] != Signal.NONE].groupby(run, sort=True):
        first, last = (rows["month"].iloc[at].date() for at in (0, -1))
        when = formats.months_or_quarters(first, last, quarterly=quarterly)
        words = _(SIGNALS[Signal(rows["signal"].iloc[0])])
        told.append(_("**{month}**: {signal}.").format(month=when, signal=words))
    told = told[::-1]
    if len(told) <= _SIGNALS_TOLD:
        return told
    rest = len(told) - _SIGNALS_TOLD
    more = ngettext(
        "and {n} more signal earlier, see the table",
        "and {n} more signals earlier, see the table",
        rest,
    ).format(n=formats.number(rest))
    return [*told[:_SIGNALS_TOLD], f"{more}."]
