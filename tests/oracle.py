"""The 50 % rule in plain Python, written from the deck alone and sharing no code with the product.

Slow and obvious on purpose: the product's SQL and its vectorised formulas must agree with it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


def months_back(day: dt.date, months: int) -> dt.date:
    year, month = day.year, day.month
    for _ in range(months):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    return dt.date(year, month, 1)


@dataclass
class Programme:
    """A whole small programme as lists of rows, named as the tables are."""

    partner_ids: list[int] = field(default_factory=list)
    keys: list[dict] = field(default_factory=list)
    projects: list[dict] = field(default_factory=list)
    deliveries: list[dict] = field(default_factory=list)


def evaluate(programme: Programme, partner_id: int, on: dt.date, today: dt.date) -> dict:
    """What the rule says of one partner at ``on``, from the records up to ``today``."""
    start, end = months_back(on, 14), months_back(on, 2)
    base = delivered = pending = 0
    for key in programme.keys:
        if key["partner_id"] != partner_id or key["kind"] != "commercial":
            continue
        if not start <= key["purchased_on"] < end or key["purchased_on"] > today:
            continue
        activated = key["activated_on"]
        if activated is None or activated >= on or activated > today:
            pending += 1
            continue
        base += 1
        projects = {p["id"] for p in programme.projects if p["license_key_id"] == key["id"]}
        if any(
            d["project_id"] in projects
            and d["partner_id"] == partner_id
            and d["status"] == "accepted"
            and d["delivered_on"] < on
            and d["delivered_on"] <= today
            for d in programme.deliveries
        ):
            delivered += 1
    half = (base + 1) // 2
    half_worst = (base + pending + 1) // 2
    return {
        "base": base,
        "delivered": delivered,
        "pending_activation": pending,
        "needed": max(0, half - delivered),
        "needed_worst": max(0, half_worst - delivered),
        "spare": delivered - half,
        "held": base > 0 and 2 * delivered >= base,
        "coverage": delivered / base if base else None,
    }
