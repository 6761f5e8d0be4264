"""The keys that decide: which ones an evaluation looks at, and why each counts or does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st
from sqlalchemy import Connection

from charts import formats
from components.download import About, download
from components.remembered import remembered
from components.states import empty
from components.table import ROWS_SHOWN, Column, Kind, height_of, rows_left_out, show_table
from components.words import EDITIONS, KEY_REASONS, KINDS, word
from metrics.keys import keys_that_decide
from program.language import _
from program.rules import ProgramRules
from queries.partners import keys_of_partners
from queries.scope import Scope


def deciding_keys(
    connection: Connection,
    scope: Scope,
    partner_ids: Collection[int],
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return the keys of the partners that any of ``evaluations`` looks at.

    Grain: one row a key; columns as in ``metrics.keys.keys_that_decide``.
    """
    since = min(rules.window(day).start for day in evaluations)
    keys = keys_of_partners(connection, scope, partner_ids, since)
    return keys_that_decide(keys, evaluations, today, rules)


def in_words(keys: pd.DataFrame, evaluations: Sequence[dt.date]) -> pd.DataFrame:
    """Return ``keys`` with editions and reasons as words, ``why_<i>`` beside ``reason_<i>``."""
    columns = {
        f"why_{i}": [word(KEY_REASONS, code) for code in keys[f"reason_{i}"]]
        for i in range(len(evaluations))
    }
    return keys.assign(
        project=keys["project"].where(keys["project"] != ""),
        key=keys["key_md5"].str.slice(0, 8),
        kind=[word(KINDS, code) for code in keys["kind"]],
        edition=[word(EDITIONS, code) for code in keys["edition"]],
        **columns,
    )


def key_columns(evaluations: Sequence[dt.date]) -> list[Column]:
    """Return the columns of a list of keys: what decides first."""
    reasons = [
        Column(
            f"why_{i}",
            _("Evaluation on {day}").format(day=formats.date_short(day)),
            width="medium",
        )
        for i, day in enumerate(evaluations)
    ]
    return [
        Column("project", _("Project"), undefined=_("no project yet"), width=240),
        Column("key", _("Key (hash)"), help=_("First eight signs of the key's MD5.")),
        *reasons,
        Column(
            "helps",
            _("Helps in evaluations"),
            Kind.COUNT,
            help=_(
                "In how many of the evaluations shown a delivery of this key would still count."
            ),
        ),
        Column("purchased_on", _("Bought"), Kind.DATE),
        Column("activated_on", _("Activated"), Kind.DATE, undefined=_("not yet")),
        Column("delivered_on", _("Delivered on"), Kind.DATE, undefined="—"),
        Column("edition", _("Edition")),
        Column("site", _("Site")),
    ]


def show_keys_left_out(
    keys: pd.DataFrame,
    evaluations: Sequence[dt.date],
    since: dt.date,
    today: dt.date,
    about: About,
    question: tuple[Hashable, ...],
    *,
    key: str,
) -> None:
    """Draw, if asked for, the keys bought from ``since`` on that no evaluation looks at, and why.

    ``keys`` as from ``metrics.keys.keys_left_out``; ``question`` tells them from all others.
    """
    words = _("Keys bought since {day} that do not count").format(day=formats.date_short(since))
    if keys.empty or not st.toggle(f"{words} · {formats.number(len(keys))}", key=key):
        return
    kind = Column("kind", _("Kind of key"))
    columns = [kind if c.name == "helps" else c for c in key_columns(evaluations)]
    about = replace(
        about,
        title=words,
        file_name=f"other_{about.file_name}",
        period=formats.period(since, today),
        basis=formats.keys(len(keys)),
    )
    _key_table(keys, evaluations, columns, about, question, key=f"{key}_list")


def show_keys(
    keys: pd.DataFrame,
    evaluations: Sequence[dt.date],
    rules: ProgramRules,
    about: About,
    question: tuple[Hashable, ...],
    *,
    key: str,
) -> None:
    """Draw the keys that decide, as from ``metrics.keys.keys_that_decide``, and their file.

    ``question`` tells ``keys`` from all others.
    """
    if keys.empty:
        empty(
            _("No counted key was bought in these windows."),
            then="; ".join(
                formats.window(rules.window(day).start, rules.window(day).end)
                for day in evaluations
            ),
        )
        return
    _key_table(keys, evaluations, key_columns(evaluations), about, question, key=key)


def _key_table(
    keys: pd.DataFrame,
    evaluations: Sequence[dt.date],
    columns: list[Column],
    about: About,
    question: tuple[Hashable, ...],
    *,
    key: str,
) -> None:
    shown = keys.head(ROWS_SHOWN)
    show_table(
        remembered(lambda: in_words(shown, evaluations), "keys_in_words", key, *question),
        columns,
        key=key,
        alt=_("Keys of the partner with the reason why each counts or does not"),
        question=question,
        height=height_of(len(shown), 420),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if left_out := rows_left_out(len(keys)):
            st.caption(left_out)
        download(lambda: in_words(keys, evaluations), columns, about=about, key=f"{key}_file")
