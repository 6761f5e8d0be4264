"""The forecast on «Охват»: where the stored decisions lead after the coming evaluations."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from charts import formats
from charts.adoption import NO_FORECAST
from charts.fan import interval
from components.definitions import definition
from components.table import Column, Kind
from metrics.drift import FEWEST, LEVEL, OVER, Ahead, drift_forecast, replayed_intervals
from metrics.estimate import ENOUGH
from program.calendar import add_months
from program.language import _, ngettext
from queries.key_months import month_number

COUNTS = ("members", "delivering", "holders")
#: So many evaluations are forecast after the coming ones.
_AHEAD = 4


def _by_month(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the stored decisions month by month; one that was not stored is a gap."""
    decided = rows[rows["decided"]].set_index("evaluated_on")
    return decided[[*COUNTS, "coverage"]].astype("float64").asfreq("MS")


def adoption_forecast(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the four evaluations after the coming ones would decide if drift goes on.

    Parameters
    ----------
    rows
        From ``components.adoption.with_coverage``, oldest first; only decided ones are learnt
        from.

    Returns
    -------
    pandas.DataFrame
        Grain: one row an evaluation, oldest first; empty where fewer than ``ENOUGH`` partners
        had a base at the last decision, or where history is too short (``metrics.drift``).
        ``evaluated_on``; for each of ``COUNTS`` and ``coverage`` the forecast under its name,
        ``…_low`` and ``…_high`` (whole partners, the interval rounded outward; a fraction), and
        ``…_n``, the past evaluations behind it; missing where one series has no forecast.
    """
    decided = rows[rows["decided"]]
    if decided.empty or decided["with_base"].iloc[-1] < ENOUGH:
        return NO_FORECAST
    series = _by_month(rows)
    last = series.index[-1].date()
    sure = month_number(rows["evaluated_on"].iloc[-1].date()) - month_number(last)
    months = range(sure + 1, sure + _AHEAD + 1)
    most = dict.fromkeys(COUNTS, float(series["members"].iloc[-1]))
    most |= {"members": math.inf, "coverage": 1.0}
    told: dict[int, dict[str, object]] = {}
    for name in series:
        for ahead in drift_forecast(series[name], months, highest=most[name]):
            told.setdefault(ahead.months, {}).update(_cells(str(name), ahead))
    if not told:
        return NO_FORECAST
    days = pd.to_datetime([add_months(last, ahead) for ahead in sorted(told)])
    found = pd.DataFrame([told[ahead] for ahead in sorted(told)])
    found.insert(0, "evaluated_on", days)
    return found


def _cells(name: str, ahead: Ahead) -> dict[str, object]:
    value, low, high = ahead.value, ahead.low, ahead.high
    if name != "coverage":
        value, low, high = round(value), low // 1, -(-high // 1)
    return {name: value, f"{name}_low": low, f"{name}_high": high, f"{name}_n": ahead.n}


def forecast_note(rows: pd.DataFrame, ahead: pd.DataFrame, name: str) -> str:
    """Say what the forecast of a series is and rests on, or why there is none."""
    known = ahead[f"{name}_n"].dropna() if f"{name}_n" in ahead else pd.Series(dtype="int64")
    if len(known):
        fewest, most = int(known.min()), int(known.max())
        past = ngettext("{n} past evaluation", "{n} past evaluations", most)
        return _(
            "Fine dots: a forecast from the stored decisions; band: its {level} interval, "
            "from {past}."
        ).format(level=formats.share(LEVEL, 1), past=past.format(n=formats.span(fewest, most)))
    decided = rows[rows["decided"]]
    if len(decided) and decided["with_base"].iloc[-1] < ENOUGH:
        return _("No forecast: fewer than {n} partners have a base.").format(n=ENOUGH)
    return _(
        "No forecast: the stored decisions do not let it be compared with at least {n} past "
        "evaluations."
    ).format(n=FEWEST)


def forecast_definition(decided: pd.DataFrame, ahead: pd.DataFrame, name: str) -> str:
    """Return the method and, with today's numbers, how a series' forecast came and how it did.

    ``decided`` are the stored decisions month by month.
    """
    told = [definition("programme_forecast")]
    known = ahead.dropna(subset=f"{name}_n") if f"{name}_n" in ahead else ahead
    if known.empty:
        return told[0]
    series = decided[name]
    write = formats.share if name == "coverage" else formats.number
    last = month_number(series.index[-1])
    nearest = known.iloc[0]
    told.append(
        _("{day}: {now} + {months} × ({now} − {before}) / 12 = {value} ({interval}).").format(
            day=formats.date_long(nearest["evaluated_on"].date()),
            now=write(series.iloc[-1]),
            before=write(series.iloc[-1 - OVER]),
            months=month_number(nearest["evaluated_on"]) - last,
            value=write(nearest[name]),
            interval=interval(nearest[f"{name}_low"], nearest[f"{name}_high"], write),
        )
    )
    replayed = []
    for day in known["evaluated_on"].iloc[sorted({0, len(known) - 1})]:
        months = month_number(day) - last
        held, drawn = replayed_intervals(series, months)
        if drawn:
            replayed.append(
                _("{months} ahead {held} of {drawn}").format(
                    months=formats.months(months), held=held, drawn=drawn
                )
            )
    if replayed:
        told.append(
            _(
                "Past evaluations inside such a band, drawn from what was known then: {replayed}."
            ).format(replayed="; ".join(replayed))
        )
    return "\n\n".join(told)


def forecast_words(rows: pd.DataFrame, ahead: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return the note below a series' chart and the method behind its «?», by the series."""
    decided = _by_month(rows)
    return {
        name: (forecast_note(rows, ahead, name), forecast_definition(decided, ahead, name))
        for name in ("holders", "coverage")
    }


def with_forecast(rows: pd.DataFrame, ahead: pd.DataFrame) -> pd.DataFrame:
    """Return evaluations and forecasts below each other, each with its status in a word."""
    words = rows["decided"].map({True: _("decided"), False: _("by today's records")})
    return pd.concat(
        [rows.assign(status=words), ahead.assign(status=_("forecast"))], ignore_index=True
    )


def forecast_columns(ahead: pd.DataFrame, labels: Mapping[str, str], kind: Kind) -> list[Column]:
    """Return the columns of the intervals of named series, none where there is no forecast."""
    known = [name for name in labels if f"{name}_n" in ahead]
    method = definition("programme_forecast")
    columns = [
        Column(f"{name}_{end}", words.format(what=labels[name]), kind, help=method, undefined="—")
        for name in known
        for end, words in (("low", _("{what}: from")), ("high", _("{what}: to")))
    ]
    past = [
        Column(f"{n}_n", _("Past evaluations behind it"), Kind.COUNT, undefined="—") for n in known
    ]
    return [*columns, *past[-1:]]
