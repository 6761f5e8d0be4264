"""Simulated programmes to replay: one with habits, and two without anything to learn from."""

from __future__ import annotations

import datetime as dt

import numpy as np

from metrics.key_history import NEVER, KeyHistory, day_number

TODAY = dt.date(2026, 11, 23)
BEGIN = dt.date(2023, 6, 1)


def _keys(partners: int, a_partner: int, seed: int) -> tuple[np.random.Generator, np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    partner = np.repeat(np.arange(partners), a_partner)
    days = day_number(TODAY) - day_number(BEGIN)
    purchased = day_number(BEGIN) + rng.integers(0, days, len(partner))
    # The first month has a purchase, so that the history begins there whatever the seed.
    purchased[0] = day_number(BEGIN)
    return rng, partner, purchased


def _known(partners: int, partner, purchased, activated, delivered) -> KeyHistory:
    return KeyHistory(
        partners,
        partner,
        purchased,
        activated.astype(np.int64),
        np.where(delivered <= day_number(TODAY), delivered, NEVER).astype(np.int64),
    )


def with_habits(partners: int = 120, a_partner: int = 60, seed: int = 1) -> KeyHistory:
    """Every partner delivers its own share of keys, each in its own time."""
    rng, partner, purchased = _keys(partners, a_partner, seed)
    share, pace = rng.uniform(0.15, 0.95, partners), rng.lognormal(3.9, 0.4, partners)
    activated = purchased + rng.geometric(0.1, len(partner))
    delivered = activated + 5 + rng.gamma(2, pace[partner]).astype(int)
    delivered = np.where(rng.random(len(partner)) < share[partner], delivered, NEVER)
    return _known(partners, partner, purchased, activated, delivered)


def nothing_moves(partners: int = 120, a_partner: int = 60, seed: int = 2) -> KeyHistory:
    """Keys are delivered on the day they are bought or never: today's state always stays."""
    rng, partner, purchased = _keys(partners, a_partner, seed)
    delivered = np.where(rng.random(len(partner)) < 0.5, purchased, NEVER)
    return _known(partners, partner, purchased, purchased.copy(), delivered)


def past_misleads(partners: int = 120, a_partner: int = 60, seed: int = 3) -> KeyHistory:
    """Deliveries come in the first half of a month only: from 15 days before, nothing comes."""
    rng, partner, purchased = _keys(partners, a_partner, seed)
    delivered = purchased + rng.integers(5, 300, len(partner))
    month = (delivered.astype("datetime64[D]")).astype("datetime64[M]").astype("datetime64[D]")
    delivered = month.astype(int) + delivered % 14
    delivered = np.where(delivered > purchased, delivered, purchased)
    delivered = np.where(rng.random(len(partner)) < 0.6, delivered, NEVER)
    return _known(partners, partner, purchased, purchased.copy(), delivered)
