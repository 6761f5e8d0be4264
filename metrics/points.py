"""Points for delivered projects: which awards are alive on a day and when they expire.

Deck, slide «Успешная сдача проекта»: points live one year; a repeated delivery renews them; a
project that moved to another partner earns that partner points of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from program.calendar import ONE_DAY, add_months, same_day_next_year
from program.rules import DECK_RULES, ProgramRules


def earliest_alive(on: dt.date, rules: ProgramRules = DECK_RULES) -> dt.date:
    """Return the earliest day of a latest delivery whose points are still alive ``on`` a day.

    Every delivery from that day on is alive then, every earlier one is not.
    """
    day = on.replace(year=on.year - rules.points_life_years, day=min(on.day, 28))
    while same_day_next_year(day, rules.points_life_years) <= on:
        day += ONE_DAY
    return day


def awards(
    deliveries: pd.DataFrame, known_until: dt.date, rules: ProgramRules = DECK_RULES
) -> pd.DataFrame:
    """Return every award earned until ``known_until``, alive or not, the soonest to expire first.

    Parameters
    ----------
    deliveries
        Grain: one row a delivery. Columns ``partner_id``, ``project_id``, ``delivered_on``,
        ``status``; only accepted ones earn points, later ones are not looked at.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a partner and project. ``partner_id``, ``project_id``, ``earned_on``
        (first accepted delivery), ``renewed_on`` (latest), ``expires_on`` (first day without
        the points: the same calendar day next year, 28 February for 29 February), ``points``.
    """
    known = deliveries[
        (deliveries["status"] == "accepted")
        & (deliveries["delivered_on"] <= pd.Timestamp(known_until))
    ]
    earned = (
        known.groupby(["partner_id", "project_id"])["delivered_on"]
        .agg(earned_on="min", renewed_on="max")
        .reset_index()
    )
    expires = [same_day_next_year(day, rules.points_life_years) for day in earned["renewed_on"]]
    earned["expires_on"] = pd.Series(expires, index=earned.index, dtype="datetime64[us]")
    earned["points"] = rules.points_per_project
    return earned.sort_values(["expires_on", "project_id"]).reset_index(drop=True)


def awards_alive(
    deliveries: pd.DataFrame, on: dt.date, rules: ProgramRules = DECK_RULES
) -> pd.DataFrame:
    """Return the awards alive ``on`` a day (``on < expires_on``); columns as :func:`awards`."""
    earned = awards(deliveries, on, rules)
    return earned[earned["expires_on"] > pd.Timestamp(on)].reset_index(drop=True)


def points_calendar(
    deliveries: pd.DataFrame,
    months: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Return alive and expiring points month by month; coming months if nothing more is delivered.

    Parameters
    ----------
    months
        1sts of months.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a month. ``month``, ``alive`` (points alive on the month's last day),
        ``expiring`` (points that end inside the month without having been renewed),
        ``is_forecast`` (the month is not over yet).
    """
    by = ["partner_id", "project_id"]
    accepted = deliveries[deliveries["status"] == "accepted"].sort_values([*by, "delivered_on"])
    # Each delivery carries the award until the next one of the same project takes it over.
    delivered = accepted["delivered_on"].to_numpy("datetime64[D]")
    renewed = accepted.groupby(by)["delivered_on"].shift(-1).to_numpy("datetime64[D]")
    expires = np.array(
        [same_day_next_year(day, rules.points_life_years) for day in accepted["delivered_on"]],
        dtype="datetime64[D]",
    )
    rows = []
    for month in months:
        last_day = add_months(month, 1) - ONE_DAY
        known_until = np.datetime64(min(last_day, today))
        carries = (delivered <= known_until) & ~(renewed <= known_until)
        end = np.datetime64(last_day)
        alive = carries & (expires > end)
        ending = carries & (expires >= np.datetime64(month)) & (expires <= end)
        rows.append(
            {
                "month": pd.Timestamp(month),
                "alive": int(alive.sum()) * rules.points_per_project,
                "expiring": int(ending.sum()) * rules.points_per_project,
                "is_forecast": last_day > today,
            }
        )
    return pd.DataFrame(rows).astype({"month": "datetime64[us]"})
