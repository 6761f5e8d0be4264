"""The table of «Сравнение партнёров»: its columns, and partners in words."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from charts import formats
from components.definitions import definition
from components.peer_words import CHANGES, View, flag_words, of_view
from components.table import Column, Kind
from components.text import plain
from components.words import TIERS, word
from metrics.estimate import ENOUGH
from metrics.peers import PeerFlag
from program.language import _


def described(listed: pd.DataFrame, *, index: bool) -> pd.DataFrame:
    """Return listed partners with interval, verdict and change in words, for the screen."""

    def span(low: float, high: float, n: int) -> str:
        if formats.missing(low):
            return formats.hidden_words(n)
        if index:
            return f"{formats.index_points(low)}…{formats.index_points(high)}"
        return formats.share_interval(low, high, 1)

    counts = listed["n"]
    return listed.assign(
        interval=[span(*row) for row in zip(listed["low"], listed["high"], counts, strict=True)],
        verdict=[flag_words(flag, n) for flag, n in zip(listed["flag"], counts, strict=True)],
        direction=[word(CHANGES, code) for code in listed["change_verdict"]],
        tier=[word(TIERS, code) for code in listed["tier"]],
    )


def for_file(listed: pd.DataFrame, view: View) -> Callable[[], pd.DataFrame]:
    """Return the function that puts the partners of a view into words when a file is asked for.

    Words are taken now, in the visitor's language: a file is written without a visitor.
    """
    flags = {flag.value: flag_words(flag, ENOUGH) for flag in PeerFlag}
    few = _("few answers")
    changes = {code.value: _(words) for code, words in CHANGES.items()}
    tiers = {code: _(words) for code, words in TIERS.items()}

    def rows() -> pd.DataFrame:
        some = of_view(listed, view)
        judged = (some["n"] >= ENOUGH) | (some["flag"] != PeerFlag.NOT_JUDGED.value)
        return some.assign(
            verdict=some["flag"].map(flags).where(judged, few),
            direction=some["change_verdict"].map(changes),
            tier=some["tier"].replace(tiers),
        )

    return rows


def peer_columns(name: str, *, index: bool) -> list[Column]:
    """Return the columns of the table; ``name`` is the measure's."""
    kind = Kind.INDEX if index else Kind.SHARE
    hidden = _("hidden")
    return [
        Column("name", _("Partner"), width=260),
        Column(
            "value",
            _("Index") if index else _("Share"),
            kind,
            n="n",
            undefined=hidden,
            help=plain(name),
        ),
        Column("interval", _("95 % interval"), help=definition("interval")),
        Column("n", _("Answers"), Kind.COUNT),
        Column("verdict", _("Among the others"), help=definition("peer_flag")),
        Column(
            "room", _("Room for improvement"), Kind.COUNT, undefined=hidden, help=definition("room")
        ),
        Column(
            "change",
            _("Change"),
            Kind.INDEX if index else Kind.POINTS,
            n="change_n",
            undefined=_("few answers"),
            help=definition("worsening"),
        ),
        Column("direction", _("Change in words")),
        Column("city", _("City")),
        Column("tier", _("Partner tier")),
        Column("manager", _("Manager")),
    ]


def file_columns(name: str, *, index: bool) -> list[Column]:
    """Return the columns of the file: as on screen, with both ends of the interval as numbers."""
    kind = Kind.INDEX if index else Kind.SHARE
    ends = [
        Column(end, label, kind, undefined=_("hidden"))
        for end, label in (("low", _("95 % interval from")), ("high", _("95 % interval to")))
    ]
    columns = peer_columns(name, index=index)
    at = next(i for i, column in enumerate(columns) if column.name == "interval")
    return [*columns[:at], *ends, *columns[at + 1 :]]
