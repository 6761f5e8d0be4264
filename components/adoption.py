"""The first screen of «Охват»: how many are in, deliver and hold, and the coverage of all keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from charts import formats
from charts.adoption import (
    adoption_lines,
    adoption_lines_alt,
    programme_coverage,
    programme_coverage_alt,
)
from charts.annotations import Mark
from components.adoption_forecast import (
    adoption_forecast,
    forecast_columns,
    forecast_words,
    with_forecast,
)
from components.chart import show_chart
from components.definitions import definition
from components.download import About
from components.remembered import drawn_once, remembered
from components.table import Column, Kind
from components.tiles import Tile
from metrics.coverage import coverage
from program.calendar import add_months
from program.language import _, ngettext
from program.rules import ProgramRules

#: A tile's line shows a year and its beginning.
_TREND = 13
#: Lines look back so many decisions; the table holds the same.
_DRAWN = 36


def with_coverage(rows: pd.DataFrame) -> pd.DataFrame:
    """Return ``rows`` with their ``coverage``, and ``worst`` if every pending key is activated."""
    base, delivered = rows["base"].to_numpy(), rows["delivered"].to_numpy()
    worst = coverage(base + rows["pending_activation"].to_numpy(), delivered)
    return rows.assign(coverage=coverage(base, delivered), worst=np.where(base > 0, worst, np.nan))


def verdict_words(rows: pd.DataFrame) -> tuple[str, str]:
    """Return what the latest decision says, and where the next one is going."""
    decided, coming = rows[rows["decided"]], rows[~rows["decided"]]
    now = (decided if len(decided) else coming).iloc[-1 if len(decided) else 0]
    sentence = ngettext(
        "{holders} of {n} partner with a base holds the competence; coverage is {coverage}",
        "{holders} of {n} partners with a base hold the competence; coverage is {coverage}",
        int(now["with_base"]),
    ).format(
        holders=formats.number(int(now["holders"])),
        n=formats.number(int(now["with_base"])),
        coverage=formats.share(now["coverage"], int(now["base"]), undefined=formats.no_base()),
    )
    told = [
        _("decision of {day}").format(day=formats.date_long(now["evaluated_on"].date()))
        if now["decided"]
        else _("no decision has been stored yet; calculated for {day}").format(
            day=formats.date_long(now["evaluated_on"].date())
        )
    ]
    told += [
        _("{day}, by today's records: {holders}").format(
            day=formats.date_long(row.evaluated_on.date()),
            holders=formats.span(int(row.secured), int(row.holders)),
        )
        for row in coming.itertuples()
    ]
    return sentence, " · ".join(told)


def _year_before(decided: pd.DataFrame) -> pd.Series | None:
    day = add_months(decided["evaluated_on"].iloc[-1].date(), -12)
    found = decided[decided["evaluated_on"] == pd.Timestamp(day)]
    return found.iloc[0] if len(found) else None


def adoption_tiles(rows: pd.DataFrame, *, members: str, coverage: str) -> list[Tile]:
    """Return the latest stored evaluation in four figures, each against a year before.

    ``members`` and ``coverage`` say whose the participants and the keys are.
    """
    decided = rows[rows["decided"]]
    if decided.empty:
        return []
    now, before = decided.iloc[-1], _year_before(decided)
    shown = []
    for name, label, basis, code in (
        (
            "members",
            members,
            _("of them with a base: {n}").format(n=formats.number(int(now["with_base"]))),
            "members",
        ),
        ("delivering", _("Deliver"), _("at least one key of the base"), "delivering"),
        (
            "holders",
            _("With the competence"),
            formats.share_of(int(now["holders"]), int(now["with_base"]), undefined=""),
            "competence",
        ),
    ):
        change = None if before is None else int(now[name]) - int(before[name])
        shown.append(
            Tile(
                label,
                formats.number(int(now[name])),
                basis=basis,
                change=None
                if change is None
                else _("{change} in a year").format(change=formats.signed(change)),
                trend=decided[name].tail(_TREND).tolist(),
                definition=definition(code),
            )
        )
    n = int(now["base"])
    difference = None if before is None else float(now["coverage"]) - float(before["coverage"])
    shown.append(
        Tile(
            coverage,
            formats.share(now["coverage"], n, undefined=formats.no_base()),
            basis=ngettext("{delivered} of {base} key", "{delivered} of {base} keys", n).format(
                delivered=formats.number(int(now["delivered"])), base=formats.number(n)
            ),
            change=None
            if difference is None or np.isnan(difference)
            else _("{change} in a year").format(change=formats.percentage_points(difference, n)),
            trend=decided["coverage"].tail(_TREND).tolist(),
            definition=definition("coverage"),
        )
    )
    return shown


def partners_columns(ahead: pd.DataFrame) -> list[Column]:
    """Return the columns of partners over time, for tables and files; ``ahead`` is forecast."""
    names = {
        "members": _("In the programme"),
        "delivering": _("Deliver"),
        "holders": _("With the competence"),
    }
    return [
        Column("evaluated_on", _("Evaluation on"), Kind.DATE),
        Column("status", _("Status"), width=170),
        Column("members", names["members"], Kind.COUNT, help=definition("members")),
        Column("with_base", _("With a base"), Kind.COUNT, help=definition("base"), undefined="—"),
        Column("delivering", names["delivering"], Kind.COUNT, help=definition("delivering")),
        Column("holders", names["holders"], Kind.COUNT, help=definition("competence")),
        Column("secured", _("of them whatever is activated"), Kind.COUNT, undefined="—"),
        *forecast_columns(ahead, names, Kind.COUNT),
    ]


def keys_columns(ahead: pd.DataFrame) -> list[Column]:
    """Return the columns of keys over time, for tables and files; ``ahead`` is forecast."""
    return [
        Column("evaluated_on", _("Evaluation on"), Kind.DATE),
        Column("status", _("Status"), width=170),
        Column("coverage", _("Coverage"), Kind.SHARE, n="base", undefined=formats.no_base()),
        *(
            Column(name, label, Kind.COUNT, help=definition(name), undefined="—")
            for name, label in (
                ("delivered", _("Delivered")),
                ("base", _("In the base")),
                ("pending_activation", _("Pending activations")),
            )
        ),
        *forecast_columns(ahead, {"coverage": _("Coverage")}, Kind.SHARE),
    ]


class _Ahead(NamedTuple):
    """What the two charts draw, list and say."""

    shown: pd.DataFrame
    ahead: pd.DataFrame
    data: pd.DataFrame
    words: Mapping[str, tuple[str, str]]
    partners_alt: str
    keys_alt: str


def _ahead_of(rows: pd.DataFrame) -> _Ahead:
    ahead = adoption_forecast(rows)
    shown = pd.concat([rows[rows["decided"]].tail(_DRAWN), rows[~rows["decided"]]])
    return _Ahead(
        *(shown, ahead, with_forecast(shown, ahead), forecast_words(rows, ahead)),
        *(adoption_lines_alt(shown, ahead), programme_coverage_alt(shown, ahead)),
    )


def adoption_charts(
    rows: pd.DataFrame,
    marks: tuple[Mark, ...],
    about: About,
    rules: ProgramRules,
    question: tuple[Hashable, ...],
) -> None:
    """Draw partners and keys over time, side by side; ``question`` tells ``rows`` from others."""
    shown, ahead, data, words, partners_alt, keys_alt = remembered(
        lambda: _ahead_of(rows), "adoption", *question
    )
    partners, keys = st.columns(2, gap="large")
    with partners:
        show_chart(
            drawn_once(adoption_lines, shown, ahead, question=question, marks=marks),
            title=_("Partners at each evaluation"),
            alt=partners_alt,
            data=data,
            columns=partners_columns(ahead),
            key="adoption_partners",
            about=about,
            note=_("Dotted: today's records; the bar is what pending activations leave open.")
            + " "
            + words["holders"][0],
            help=words["holders"][1],
        )
    with keys:
        show_chart(
            drawn_once(
                programme_coverage, shown, ahead, question=question, marks=marks, rules=rules
            ),
            title=_("Coverage of all keys at each evaluation"),
            alt=keys_alt,
            data=data,
            columns=keys_columns(ahead),
            key="adoption_keys",
            about=about,
            note=_("A rolling twelve-month window: neighbouring points share eleven months.")
            + " "
            + words["coverage"][0],
            help=words["coverage"][1],
        )
    if len(ahead):
        st.caption(
            _(
                "A forecast goes on from the last decision and may lie above the coming "
                "evaluations: by today's records they hold no delivery that is still to come."
            )
        )


def window_words(evaluations: Sequence[dt.date], rules: ProgramRules) -> str:
    """Return the purchase windows of evaluations, spelled out."""
    return "; ".join(
        f"{formats.date_short(day)} — "
        f"{formats.window(rules.window(day).start, rules.window(day).end)}"
        for day in evaluations
    )
