"""Licence keys: five years of seasonal purchases and, after a while, activations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jobs.demo import columns
from jobs.demo.partners import Partners
from jobs.demo.recipe import NEVER, Codes, Days, Floats, Ints, Recipe, draw_codes
from program.rules import EDITIONS, KEY_KINDS

#: Purchases by calendar month: December and autumn peaks, lows in January and May.
_SEASON = (0.62, 0.95, 1.04, 1.0, 0.72, 0.92, 0.88, 0.95, 1.12, 1.2, 1.18, 1.42)
_YEARLY_GROWTH = 0.03
#: Shares of the editions, in the order of ``EDITIONS``, for each tier.
_EDITION_SHARES = (
    (14, 18, 27, 17, 0.5, 0.5, 17, 5, 1),
    (8, 14, 26, 26, 1.5, 1, 15, 6, 2.5),
    (4, 10, 20, 33, 4, 3, 14, 6, 6),
)
_KIND_SHARES = (88, 7, 5)
#: Promptly · with the project · late · never.
_ACTIVATION_SHARES = (0.77, 0.135, 0.055, 0.04)


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys in the order of purchase (index = id − 1); ``activated`` may lie in the future."""

    partner: Ints
    purchased: Days
    activated: Days
    edition: Codes
    kind: Codes

    def __len__(self) -> int:
        return len(self.partner)


def draw_keys(recipe: Recipe, partners: Partners) -> Keys:
    """Return every key bought before the recipe's day."""
    rng = recipe.rng("keys")
    counts = rng.poisson(_expected_purchases(recipe, partners, rng))
    partner = np.repeat(np.arange(len(partners)), counts.sum(axis=1))
    month = np.repeat(np.tile(np.arange(counts.shape[1]), len(partners)), counts.ravel())
    purchased = _purchase_days(rng, recipe, partners, partner, month)
    order = np.argsort(purchased, kind="stable")
    partner, purchased = partner[order], purchased[order]
    kind = draw_codes(rng, _KIND_SHARES, len(order))
    return Keys(
        partner=partner,
        purchased=purchased,
        activated=_activation_days(rng, purchased, kind),
        edition=_editions(rng, partners.tier[partner]),
        kind=kind,
    )


def license_key_tables(recipe: Recipe, keys: Keys) -> Iterator[pa.Table]:
    """Return the ``license_key`` table in chunks."""
    rng = recipe.rng("key hashes")
    for part in columns.chunks(len(keys)):
        yield pa.table(
            {
                "id": columns.ids(np.arange(part.start + 1, part.stop + 1)),
                "key_md5": columns.random_md5(rng, part.stop - part.start),
                "partner_id": columns.ids(keys.partner[part] + 1),
                "edition": columns.picks(EDITIONS, keys.edition[part]),
                "kind": columns.picks(KEY_KINDS, keys.kind[part]),
                "purchased_on": columns.dates(keys.purchased[part]),
                "activated_on": columns.dates(
                    keys.activated[part], keys.activated[part] >= recipe.today_number
                ),
            }
        )


def _expected_purchases(recipe: Recipe, partners: Partners, rng: np.random.Generator) -> Floats:
    """Return expected keys, partners × months, for the days of each month that count."""
    begin, end = recipe.months[:-1], recipe.months[1:]
    calendar = recipe.months[:-1].astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    season = np.array(_SEASON)[calendar]
    growth = (1 + _YEARLY_GROWTH) ** -recipe.years_ago(begin)
    first = np.maximum(begin, partners.joined[:, None])
    last = np.minimum(np.minimum(end, recipe.today_number), partners.left[:, None])
    present = np.clip(last - first, 0, None) / 365.25
    good_years = rng.gamma(6, 1 / 6, (len(partners), -(-len(begin) // 12)))
    mood = np.repeat(good_years, 12, axis=1)[:, : len(begin)]
    expected = partners.rate[:, None] * season * growth * present * mood
    return np.asarray(expected * (recipe.scale.keys / expected.sum()))


def _purchase_days(
    rng: np.random.Generator, recipe: Recipe, partners: Partners, partner: Ints, month: Ints
) -> Days:
    """Return days of each month, of the partner's membership and before today; mostly workdays."""
    begin = np.maximum(recipe.months[month], partners.joined[partner])
    end = np.minimum(recipe.months[month + 1], recipe.today_number)
    end = np.minimum(end, partners.left[partner])
    day = begin + np.floor(rng.random(len(month)) * (end - begin)).astype(np.int32)
    beyond_friday = (day + 3) % 7 - 4  # 1970-01-01 was a Thursday
    earlier = day - np.maximum(beyond_friday, 0)
    move = (beyond_friday > 0) & (rng.random(len(month)) < 0.8) & (earlier >= begin)
    days: Days = np.where(move, earlier, day).astype(np.int32)
    return days


def _activation_days(rng: np.random.Generator, purchased: Days, kind: Codes) -> Days:
    """Return activation days; some keys wait for months and some are never activated."""
    n = len(purchased)
    manner = draw_codes(rng, _ACTIVATION_SHARES, n)
    prompt = rng.exponential(8, n)
    with_project = 15 + rng.gamma(2, 28, n)
    late = rng.uniform(90, 420, n)
    wait = np.choose(manner, [prompt, with_project, late, np.full(n, float(NEVER))])
    wait = np.where((kind != 0) & (manner == 1), prompt, wait)
    return np.asarray(np.minimum(purchased + np.floor(wait), NEVER), dtype=np.int32)


def _editions(rng: np.random.Generator, tier: Codes) -> Codes:
    """Return editions by the partner's tier."""
    edition = np.empty(len(tier), dtype=np.int8)
    for code, shares in enumerate(_EDITION_SHARES):
        chosen = tier == code
        edition[chosen] = draw_codes(rng, shares, int(chosen.sum()))
    return edition
