"""The forecast on screen, in fragments that never delay the exact part of a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st
from sqlalchemy import Connection

from charts import formats
from components.data import ask
from components.definitions import definition
from components.download import About, download
from components.forecast import Forecast, forecast
from components.forecast_words import (
    card_sentence,
    chance_words,
    holders_line,
    last_day_note,
    proof_line,
)
from components.fragment import fragment
from components.key_list import deciding_keys, in_words
from components.remembered import remembered
from components.table import Column, Kind, height_of, show_table
from metrics.next_keys import keys_to_deliver
from metrics.reach import Band
from program.calendar import ONE_DAY
from program.language import _
from program.rules import ProgramRules
from queries.scope import Scope

#: Pixels of a forecast with its table and its list of keys.
_WAITING = 1000
#: What is told of a partner beside its chances; the data alone decide it.
_PARTNER = ("partner_id", "name", "manager", "needed", "open_keys")


def keys_to_call(
    connection: Connection,
    scope: Scope,
    within_reach: tuple[tuple[int, tuple[bool, ...]], ...],
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return the shortest list of keys of every partner of ``within_reach``.

    Grain: one row a key; columns as in ``metrics.next_keys.keys_to_deliver``.
    """
    reach = dict(within_reach)
    keys = deciding_keys(connection, scope, tuple(reach), evaluations, today, rules)
    return keys_to_deliver(keys, evaluations, today, rules, reach)


def with_chances(partners: pd.DataFrame, said: Forecast) -> pd.DataFrame:
    """Return who ``partners`` are and what is said of each evaluation, who cannot make it last.

    Grain: one row a partner; the columns of ``_PARTNER``, ``chance_<i>`` (words) and ``reach_<i>``
    (bool: worth a call).
    """
    found = partners[list(_PARTNER)]
    for i in range(len(said.evaluations)):
        rows = said.among(partners["partner_id"].tolist(), i)
        words = [
            chance_words(*row, proven=said.proven(i))
            for row in zip(
                rows["band"],
                rows["settled"],
                partners["held_now"],
                rows["needed"],
                rows["needed_worst"],
                rows["chance"],
                strict=True,
            )
        ]
        reach = (rows["band"] != Band.OUT_OF_REACH.value).to_numpy()
        found = found.assign(**{f"chance_{i}": words, f"reach_{i}": reach})
    reach = [f"reach_{i}" for i in range(len(said.evaluations))]
    return found.sort_values(reach, ascending=False, kind="stable", ignore_index=True)


@fragment
def show_forecast(
    scope: Scope,
    evaluations: Sequence[dt.date],
    everybody: tuple[int, ...],
    partners: pd.DataFrame,
    today: dt.date,
    rules: ProgramRules,
    about: About,
) -> None:
    """Draw how many will hold, what is said of each partner, and what to deliver.

    Parameters
    ----------
    evaluations
        Coming ones, in any order.
    everybody
        Ids of all partners of the cut, for the number of holders.
    partners
        The partners of the group on screen, as from ``components.outlook_table.described``.
    """
    days = tuple(sorted(evaluations))
    st.markdown(f"## {_('Forecast')}", help=definition("chance"))
    waiting = st.empty()
    # As high as what comes in its place: what stands below does not jump.
    with waiting.container(border=True, height=_WAITING):
        st.caption(f":material/hourglass_top: {_('Comparing with past evaluations…')}")
    question = (scope, days, today, rules)
    said = forecast(*question)
    waiting.empty()
    holders = remembered(
        lambda: [holders_line(said, i, everybody) for i in range(len(days))],
        "holders_lines",
        everybody,
        *question,
    )
    st.markdown("\n".join(f"- {line}" for line in holders))
    st.caption(" ".join(proof_line(known) for known in said.evidence))
    whose = (
        tuple(partners["partner_id"].tolist()),
        tuple(evaluations),  # the deliveries needed are for the first of them
        *question,
    )
    rows = remembered(lambda: with_chances(partners, said), "with_chances", *whose)
    columns = [
        Column("name", _("Partner"), width=240),
        *(
            Column(f"chance_{i}", formats.date_short(day), width=110 if said.proven(i) else 220)
            for i, day in enumerate(days)
        ),
        Column("needed", _("Deliveries needed"), width=110),
        Column("open_keys", _("Open keys"), Kind.COUNT),
        Column("manager", _("Manager")),
    ]
    chances = replace(about, title=_("Forecast"), file_name=f"forecast_{days[0]}")
    show_table(
        rows,
        columns,
        key="forecast_table",
        alt=_("Partners of the group with their chance to hold the competence"),
        question=whose,
        height=height_of(len(rows), 290),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        beyond = int((~rows["reach_0"]).sum())
        if beyond:
            st.caption(_beyond_words(beyond, days[0]))
        download(rows, columns, about=chances, key="forecast_file")
    _show_calls(scope, rows, days, today, rules, about)


def _beyond_words(n: int, day: dt.date) -> str:
    return _(
        "Out of reach on {day}: {partners}, listed last. In the past nobody with as many open "
        "keys delivered so many in as few days: a call changes nothing for that evaluation."
    ).format(day=formats.date_long(day), partners=formats.partners(n))


def _show_calls(
    scope: Scope,
    partners: pd.DataFrame,
    days: tuple[dt.date, ...],
    today: dt.date,
    rules: ProgramRules,
    about: About,
) -> None:
    """Draw the shortest list of keys of every partner that a call can still help."""
    reach = partners[[f"reach_{i}" for i in range(len(days))]].to_numpy(dtype=bool)
    asked = reach.any(axis=1)
    if not asked.any():
        return
    worth = zip(
        partners.loc[asked, "partner_id"].tolist(),
        (tuple(row) for row in reach[asked].tolist()),
        strict=True,
    )
    asked_of = (scope, tuple(sorted(worth)), days, today, rules)
    todo = ask(keys_to_call, *asked_of)
    if todo.empty:
        return
    names = partners[["partner_id", "name", "manager"]]
    question = (tuple(names["partner_id"].tolist()), *asked_of)
    rows = remembered(
        lambda: _todo_in_words(names.merge(todo, on="partner_id", how="inner"), days),
        "keys_to_call",
        *question,
    )
    st.markdown(f"### {_('What to do: the shortest list of keys for each partner')}")
    _show_todo(rows, days, about, question, key="calls", with_partner=True)


def _todo_in_words(todo: pd.DataFrame, days: Sequence[dt.date]) -> pd.DataFrame:
    """Return keys in words with ``now``, why each counts, and ``last_day`` to deliver it."""
    rows = in_words(todo, days)
    places = todo["for_evaluation"].tolist()
    why = {place: rows[f"why_{place}"].tolist() for place in set(places)}
    return rows.assign(
        now=[why[place][i] for i, place in enumerate(places)],
        last_day=pd.to_datetime([days[place] - ONE_DAY for place in places]),
    )


def _show_todo(
    rows: pd.DataFrame,
    days: Sequence[dt.date],
    about: About,
    question: tuple[Hashable, ...],
    *,
    key: str,
    with_partner: bool,
) -> None:
    columns = [
        *([Column("name", _("Partner"), width=240)] if with_partner else []),
        Column("project", _("Project"), undefined=_("no project yet"), width=170),
        Column("key", _("Key (hash)"), width=90, help=_("First eight signs of the key's MD5.")),
        Column("last_day", _("Last day"), Kind.DATE, help=last_day_note()),
        Column("now", _("Now"), width="medium"),
        Column(
            "counts_in",
            _("Evaluations left"),
            Kind.COUNT,
            help=_("In how many coming evaluations the key is in the window."),
        ),
        Column(
            "if_activated",
            _("Only with activations"),
            Kind.YES_NO,
            help=_("Needed only if keys bought in the window are activated before the day."),
        ),
        Column("purchased_on", _("Bought"), Kind.DATE),
        Column("activated_on", _("Activated"), Kind.DATE, undefined=_("not yet")),
        *([Column("manager", _("Manager"))] if with_partner else []),
    ]
    show_table(
        rows,
        columns,
        key=f"{key}_table",
        alt=_("Keys whose delivery keeps or gains the competence"),
        question=question,
        height=height_of(len(rows), 360),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(last_day_note())
        listed = replace(about, title=_("Keys to deliver"), file_name=f"keys_to_deliver_{days[0]}")
        download(rows, columns, about=listed, key=f"{key}_file")


@fragment
def show_chance(
    scope: Scope,
    partner_id: int,
    evaluations: tuple[dt.date, ...],
    today: dt.date,
    rules: ProgramRules,
    *,
    held_now: bool,
) -> None:
    """Draw one sentence on a partner's chances, nothing where the rule has settled all."""
    question = (scope, evaluations, today, rules)
    sentence = remembered(
        lambda: card_sentence(forecast(*question), partner_id, held_now=held_now),
        "card_sentence",
        partner_id,
        held_now,
        *question,
    )
    if sentence:
        st.markdown(sentence, help=definition("chance"))


@dataclass(frozen=True, slots=True)
class _ToDo:
    """The keys to deliver in words, and the evaluations that no delivery can reach any more."""

    keys: pd.DataFrame
    missed: tuple[dt.date, ...]


def _to_do(
    said: pd.DataFrame,
    keys: pd.DataFrame,
    evaluations: tuple[dt.date, ...],
    today: dt.date,
    rules: ProgramRules,
) -> _ToDo:
    """Return what to do for the one partner of ``said``, as from ``Forecast.of``."""
    (partner_id,) = said["partner_id"].unique().tolist()
    reach = (said["band"] != Band.OUT_OF_REACH.value).tolist()
    todo = keys_to_deliver(keys, evaluations, today, rules, {partner_id: reach})
    missed = [day for day, worth in zip(evaluations, reach, strict=True) if not worth]
    return _ToDo(
        _todo_in_words(todo, evaluations),
        tuple(missed) if (said["needed"] > 0).any() else (),
    )


@fragment
def show_what_to_do(
    scope: Scope,
    partner_id: int,
    keys: pd.DataFrame,
    evaluations: tuple[dt.date, ...],
    today: dt.date,
    rules: ProgramRules,
    about: About,
) -> None:
    """Draw the shortest list of keys that keeps or gains the competence, if there is one.

    ``keys`` as from ``metrics.keys.keys_that_decide`` for ``evaluations``.
    """
    asked = (scope, evaluations, today, rules)
    question = (partner_id, *asked)
    todo = remembered(
        lambda: _to_do(forecast(*asked).of(partner_id), keys, evaluations, today, rules),
        "what_to_do",
        *question,
    )
    if not todo.keys.empty:
        st.markdown(f"## {_('What to do: the shortest list of keys')}")
        key = f"todo_{partner_id}"
        _show_todo(todo.keys, evaluations, about, question, key=key, with_partner=False)
    if todo.missed:
        st.caption(
            _(
                "Out of reach: {days}. In the past nobody with as many open keys delivered so "
                "many in as few days."
            ).format(days=formats.listed([formats.date_long(day) for day in todo.missed]))
        )
