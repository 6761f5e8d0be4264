"""Key figures for the home page: holders, coverage, deliveries."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from charts import formats
from components.definitions import definition
from components.tiles import Tile
from metrics.coverage import coverage
from program.calendar import add_months, last_evaluation
from program.language import _, ngettext

#: Months in a sparkline: this one and the year before.
_TREND_MONTHS = 13


def programme_tiles(
    history: pd.DataFrame, months: pd.DataFrame, today: dt.date, coverage_of: str
) -> list[Tile]:
    """Return the tiles of the latest stored evaluation and of the latest whole month.

    Parameters
    ----------
    history
        Stored evaluations, as from ``queries.programme.programme_months``.
    months
        Deliveries by month, from the same, the current month last.
    coverage_of
        Whose coverage it is, in words.
    """
    figures = [_holders(history), _coverage(history, coverage_of)] if len(history) else []
    whole = months[months["month"] < pd.Timestamp(last_evaluation(today))]
    return [*figures, _delivered(whole, months)] if len(whole) > 1 else figures


def _earlier(history: pd.DataFrame, months: int) -> pd.DataFrame:
    """Return the evaluation so many months before the latest; no row if it was not stored."""
    latest = history["evaluated_on"].iloc[-1].date()
    return history[history["evaluated_on"] == pd.Timestamp(add_months(latest, -months))]


def _holders(history: pd.DataFrame) -> Tile:
    now, before = history.iloc[-1], _earlier(history, 1)
    return Tile(
        _("Partners with the competence"),
        formats.number(int(now["holders"])),
        basis=_("of {partners} with a base, decision of {day}").format(
            partners=formats.number(int(now["partners"])),
            day=formats.date_short(now["evaluated_on"].date()),
        ),
        change=_("{change} against the month before").format(
            change=formats.signed(int(now["holders"] - before["holders"].iloc[0]))
        )
        if len(before)
        else None,
        trend=history["holders"].tail(_TREND_MONTHS).tolist(),
        definition=definition("competence"),
    )


def _coverage(history: pd.DataFrame, label: str) -> Tile:
    values = coverage(history["base"].to_numpy(), history["delivered"].to_numpy())
    now, year_ago, share = history.iloc[-1], _earlier(history, 12), float(values[-1])
    base, delivered = int(now["base"]), int(now["delivered"])
    change = None
    if len(year_ago):
        before = float(coverage(year_ago["base"].iloc[0], year_ago["delivered"].iloc[0]))
        change = _("{change} against a year before").format(
            change=formats.percentage_points(share - before, base)
        )
    return Tile(
        label,
        formats.share(share, base, undefined=formats.no_base()),
        basis=ngettext("{delivered} of {base} key", "{delivered} of {base} keys", base).format(
            delivered=formats.number(delivered), base=formats.number(base)
        ),
        change=change,
        trend=values[-_TREND_MONTHS:].tolist(),
        definition=definition("coverage"),
    )


def _delivered(whole: pd.DataFrame, months: pd.DataFrame) -> Tile:
    latest, earlier = whole.iloc[-1], whole.iloc[-2]
    return Tile(
        _("Delivered in {month}").format(month=formats.month(latest["month"].date())),
        formats.number(int(latest["deliveries"])),
        basis=_("so far this month: {n}").format(
            n=formats.number(int(months["deliveries"].iloc[-1]))
        ),
        change=_("{change} against the month before").format(
            change=formats.signed(int(latest["deliveries"] - earlier["deliveries"]))
        ),
        trend=whole["deliveries"].tail(_TREND_MONTHS).tolist(),
        definition=_("Accepted deliveries through the Quality Monitor, repeated ones included."),
    )
