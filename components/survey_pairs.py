"""Developer and platform in the eyes of the same respondents."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import pandas as pd
import streamlit as st

from charts import formats
from charts.answers import pair_grid, pair_grid_alt
from components.chart import show_chart
from components.download import About
from components.remembered import made_of, remembered
from components.states import empty, few_answers, hidden
from components.survey_figures import STANDS, Reading, pairs
from components.survey_words import STAND_WORDS, interval_told
from components.table import Column, Kind
from components.theme import figure_theme
from metrics.estimate import ENOUGH, HIDDEN_BELOW
from metrics.proportion import share, wilson_limits
from program.language import _


def show_pairs(
    current: pd.DataFrame,
    developer: Reading,
    platform: Reading,
    about: About,
    question: tuple[Hashable, ...],
) -> None:
    """Draw the nine pairs of answers and say who recommends one without the other."""
    found = remembered(lambda: pairs(current, developer, platform), "pairs", *question)
    total = int(found["surveys"].sum())
    if total == 0:
        empty(_("Nobody answered both questions in this period."))
        return
    if total < HIDDEN_BELOW:
        hidden(total)
        return
    if total < ENOUGH:
        few_answers(total)
    names = {code: _(STAND_WORDS[code]) for code in STANDS}
    cells = found.set_index(["developer", "platform"])["surveys"]
    grid = found.rename(columns={"platform": "across", "developer": "down", "surveys": "count"})
    words = {"across": _("the platform"), "down": _("the developer")}
    low, high = wilson_limits(found["surveys"].to_numpy(), total)
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        show_chart(
            made_of(pair_grid, grid, theme=figure_theme(), names=names, **words),
            title=_("Answers of {n} who answered both questions").format(n=formats.number(total)),
            alt=pair_grid_alt(grid, names=names, **words),
            data=found.assign(
                developer=[names[code] for code in found["developer"]],
                platform=[names[code] for code in found["platform"]],
                share=found["surveys"] / total,
                low=low,
                high=high,
                n=total,
            ),
            columns=[
                Column("developer", _("The developer"), width="medium"),
                Column("platform", _("The platform"), width="medium"),
                Column("surveys", _("Respondents"), Kind.COUNT),
                Column("share", _("Share"), Kind.SHARE, n="n"),
                Column("low", _("95 % interval"), Kind.SHARE, n="n", high="high"),
            ],
            key="recommendation_pairs",
            about=replace(about, file_name=f"{about.file_name}_pairs", basis=formats.n_of(total)),
        )
    with right:
        for sentence, key in (
            (_("Recommend both: **{share}**"), ("for", "for")),
            (_("Recommend the platform, but not the developer: **{share}**"), ("against", "for")),
            (_("Recommend the developer, but not the platform: **{share}**"), ("for", "against")),
            (_("Recommend neither: **{share}**"), ("against", "against")),
        ):
            n = int(cells[key])
            told = sentence.format(share=formats.share_of(n, total))
            st.markdown(f"- {told}, {interval_told(share(n, total))}")
        st.caption(
            _(
                "«Do not recommend» are answers 2 and 1 (0–6 of ten), «in the middle» is 3 "
                "(7–8 of ten). The mapping of the index changes nothing here."
            )
        )
