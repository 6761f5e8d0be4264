"""Single surveys on screen: a page of a list, the answers in words, the way to the partner."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from charts import formats
from components.download import About, download
from components.partner_picker import open_partner
from components.survey_questions import wordings
from components.table import Column, Kind, show_table
from program.language import _
from queries.comments import Page
from queries.survey import NO_ANSWER, RECOMMEND_PARTNER, RECOMMEND_PLATFORM

PAGE_SIZE = 20


def page_of(total: int, *, key: str) -> Page:
    """Draw «back» and «next» over a list of ``total`` rows and return the page to show."""
    last = max(0, -(-total // PAGE_SIZE) - 1)
    number = min(int(st.session_state.get(key, 0)), last)

    def turn(to: int) -> None:
        st.session_state[key] = to

    if last:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                _("Newer"),
                icon=":material/chevron_left:",
                key=f"{key}-newer",
                disabled=number == 0,
                on_click=turn,
                args=(number - 1,),
            )
            st.button(
                _("Older"),
                icon=":material/chevron_right:",
                key=f"{key}-older",
                disabled=number == last,
                on_click=turn,
                args=(number + 1,),
            )
            st.caption(
                _("{first}–{last} of {total}").format(
                    first=formats.number(number * PAGE_SIZE + 1),
                    last=formats.number(min((number + 1) * PAGE_SIZE, total)),
                    total=formats.number(total),
                )
            )
    return Page(number, PAGE_SIZE)


def answers_in_words(surveys: pd.DataFrame, questions: pd.DataFrame) -> pd.DataFrame:
    """Return surveys with the two answers about recommending in words."""
    said = {}
    for name, column, code in (
        ("developer", "partner_score", RECOMMEND_PARTNER),
        ("platform", "platform_score", RECOMMEND_PLATFORM),
    ):
        by_version = {v: asked for asked in wordings(questions, code) for v in asked.versions}
        said[name] = [
            by_version[version].answer(score)
            if version in by_version
            else (_("no answer") if score == NO_ANSWER else formats.number(score))
            for version, score in zip(surveys["version"], surveys[column], strict=True)
        ]
    return surveys.assign(**said)


def show_surveys(
    surveys: pd.DataFrame,
    questions: pd.DataFrame,
    fetch_all: Callable[[], pd.DataFrame],
    *,
    alt: str,
    about: About,
    key: str,
) -> None:
    """Draw a page of surveys; ticking one offers the partner's card, the file holds all pages."""
    common = [
        Column("completed_on", _("Date"), Kind.DATE),
        Column("partner", _("Partner"), width="medium"),
    ]
    after = [
        Column("comment", _("Comment"), width="large"),
        Column("project", _("Project"), width="medium"),
    ]
    rows = answers_in_words(surveys, questions)
    chosen = show_table(
        rows,
        [
            *common,
            Column("developer", _("Recommends the developer"), width="medium"),
            Column("platform", _("Recommends the platform"), width="medium"),
            *after,
        ],
        key=key,
        alt=alt,
        select="partner_id",
        height=min(38 + 35 * len(rows), 740),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if chosen is None:
            st.caption(_("Tick a row to open the partner's card."))
        elif st.button(_("Open the partner's card"), icon=":material/badge:", key=f"{key}-card"):
            open_partner(int(str(chosen)))
        download(
            lambda: _without_codes(fetch_all()),
            [
                *common,
                Column("partner_score", _("Score for the developer"), Kind.COUNT),
                Column("platform_score", _("Score for the platform"), Kind.COUNT),
                *after,
            ],
            about=about,
            key=f"{key}-file",
        )


def _without_codes(surveys: pd.DataFrame) -> pd.DataFrame:
    """Return surveys for a file: a missing answer is an empty cell there, no score."""
    scores = ["partner_score", "platform_score"]
    return surveys.assign(**{name: surveys[name].where(surveys[name] >= 0) for name in scores})
