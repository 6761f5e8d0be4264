"""Single surveys on screen: a page of a list, the answers in words, the way to the partner."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

import pandas as pd
import streamlit as st

from charts import formats
from components.data import ask, program_database
from components.download import About, download
from components.partner_picker import open_partner
from components.survey_questions import wordings
from components.table import Column, Kind, show_table
from program.language import _
from queries.comments import Page
from queries.facts import RECOMMEND_PARTNER, RECOMMEND_PLATFORM
from queries.scope import Scope
from queries.survey import NO_ANSWER

PAGE_SIZE = 20
#: What goes into a file: more rows than anybody reads, few enough to open.
ALL_PAGES = Page(0, 1000)


def _turned_to(question: Hashable, *, key: str) -> int:
    """Return the page that the list was turned to, the first one if now it answers another."""
    asked, number = st.session_state.get(key, (question, 0))
    return int(number) if asked == question else 0


def _turn_pages(number: int, total: int, question: Hashable, *, key: str) -> None:
    """Draw «newer» and «older» under page ``number`` of a list of ``total`` rows."""

    def turn(to: int) -> None:
        st.session_state[key] = (question, to)

    with st.container(horizontal=True, vertical_alignment="center"):
        for step, name, icon in (
            (-1, _("Newer"), ":material/chevron_left:"),
            (1, _("Older"), ":material/chevron_right:"),
        ):
            st.button(
                name,
                icon=icon,
                key=f"{key}-{step}",
                disabled=not 0 <= (number + step) * PAGE_SIZE < total,
                on_click=turn,
                args=(number + step,),
            )
        st.caption(
            _("{span} of {total}").format(
                span=formats.span(number * PAGE_SIZE + 1, min((number + 1) * PAGE_SIZE, total)),
                total=formats.number(total),
            )
        )


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
    query: Callable[..., pd.DataFrame],
    scope: Scope,
    arguments: tuple[Hashable, ...],
    questions: pd.DataFrame,
    *,
    alt: str,
    about: About,
    key: str,
) -> int:
    """Draw one page of a list of surveys and return how many there are on all pages.

    Ticking a row offers the partner's card; the file holds the latest thousand.

    Parameters
    ----------
    query, arguments
        A query of ``queries.comments`` and its arguments between the scope and the page.
    """
    turned = f"{key}-page"
    number = _turned_to(arguments, key=turned)
    surveys = ask(query, scope, *arguments, Page(number, PAGE_SIZE))
    if surveys.empty and number:
        # The list became shorter than it was when somebody turned to this page.
        number = 0
        surveys = ask(query, scope, *arguments, Page(0, PAGE_SIZE))
    if surveys.empty:
        return 0
    total = int(surveys["total"].iloc[0])
    database = program_database()

    def fetch_all() -> pd.DataFrame:
        with database.connect() as connection:
            return _without_codes(query(connection, scope, *arguments, ALL_PAGES))

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
            Column("developer", _("Developer"), width=125, help=_("Recommends the developer")),
            Column("platform", _("Platform"), width=125, help=_("Recommends the platform")),
            *after,
        ],
        key=key,
        alt=alt,
        select="partner_id",
        height="content",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if chosen is None:
            st.caption(_("Tick a row to open the partner's card."))
        elif st.button(_("Open the partner's card"), icon=":material/badge:", key=f"{key}-card"):
            open_partner(int(str(chosen)))
        download(
            fetch_all,
            [
                *common,
                Column("partner_score", _("Score for the developer"), Kind.COUNT),
                Column("platform_score", _("Score for the platform"), Kind.COUNT),
                *after,
            ],
            about=replace(about, basis=formats.answers(total)),
            key=f"{key}-file",
        )
    if total > PAGE_SIZE:
        _turn_pages(number, total, arguments, key=turned)
    if total > ALL_PAGES.size:
        st.caption(_("The file holds the latest {n}.").format(n=formats.number(ALL_PAGES.size)))
    return total


def _without_codes(surveys: pd.DataFrame) -> pd.DataFrame:
    """Return surveys for a file: a missing answer is an empty cell there, no score."""
    scores = ["partner_score", "platform_score"]
    return surveys.assign(**{name: surveys[name].where(surveys[name] >= 0) for name in scores})
