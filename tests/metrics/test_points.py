from __future__ import annotations

import datetime as dt

import pandas as pd

from metrics.points import awards, awards_alive, points_calendar
from program.rules import ProgramRules


def deliveries(*rows: tuple[int, int, str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "partner_id": partner,
                "project_id": project,
                "delivered_on": pd.Timestamp(day),
                "status": status,
            }
            for partner, project, day, status in rows
        ],
        columns=["partner_id", "project_id", "delivered_on", "status"],
    ).astype({"delivered_on": "datetime64[us]"})


def test_award_lives_until_the_same_day_next_year_exclusively():
    given = deliveries((1, 1, "2025-05-10", "accepted"))
    assert len(awards_alive(given, dt.date(2025, 5, 9))) == 0
    assert len(awards_alive(given, dt.date(2025, 5, 10))) == 1
    assert len(awards_alive(given, dt.date(2026, 5, 9))) == 1
    assert len(awards_alive(given, dt.date(2026, 5, 10))) == 0


def test_award_of_29_february_ends_on_28_february():
    given = deliveries((1, 1, "2024-02-29", "accepted"))
    assert awards(given, dt.date(2024, 3, 1))["expires_on"].tolist() == [pd.Timestamp("2025-02-28")]


def test_repeated_delivery_renews_and_does_not_add():
    given = deliveries((1, 1, "2025-05-10", "accepted"), (1, 1, "2026-01-15", "accepted"))
    alive = awards_alive(given, dt.date(2026, 6, 1))
    assert alive["points"].sum() == 1
    assert alive["earned_on"].tolist() == [pd.Timestamp("2025-05-10")]
    assert alive["expires_on"].tolist() == [pd.Timestamp("2027-01-15")]


def test_project_that_moved_earns_both_partners_an_award_of_their_own():
    given = deliveries((1, 1, "2025-05-10", "accepted"), (2, 1, "2026-01-15", "accepted"))
    alive = awards_alive(given, dt.date(2026, 2, 1))
    assert alive["partner_id"].tolist() == [1, 2]
    assert alive["expires_on"].tolist() == [pd.Timestamp("2026-05-10"), pd.Timestamp("2027-01-15")]


def test_only_accepted_deliveries_earn():
    given = deliveries((1, 1, "2026-05-10", "pending"), (1, 2, "2026-05-10", "rejected"))
    assert awards(given, dt.date(2026, 6, 1)).empty


def test_points_per_project_and_life_follow_the_rules():
    given = deliveries((1, 1, "2024-05-10", "accepted"))
    rules = ProgramRules(points_per_project=5, points_life_years=2)
    assert awards_alive(given, dt.date(2026, 5, 9), rules)["points"].tolist() == [5]


def test_calendar_tells_what_is_alive_and_what_expires():
    given = deliveries(
        (1, 1, "2025-10-05", "accepted"),
        (1, 2, "2025-12-20", "accepted"),
        (1, 1, "2026-09-30", "accepted"),
    )
    months = [dt.date(2026, m, 1) for m in (9, 10, 11, 12)] + [dt.date(2027, 9, 1)]
    calendar = points_calendar(given, months, dt.date(2026, 11, 14))
    assert calendar["alive"].tolist() == [2, 2, 2, 1, 0]
    # Project 1 was renewed in time, so nothing ends in October; project 2 ends in December.
    assert calendar["expiring"].tolist() == [0, 0, 0, 1, 1]
    assert calendar["is_forecast"].tolist() == [False, False, True, True, True]


def test_calendar_without_deliveries_is_all_zero():
    calendar = points_calendar(deliveries(), [dt.date(2026, 11, 1)], dt.date(2026, 11, 14))
    assert calendar[["alive", "expiring"]].to_numpy().tolist() == [[0, 0]]
