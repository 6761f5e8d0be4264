"""Places, staff and partners of the synthetic programme.

``regions.csv``: codes, Russian names, federal districts and tile positions of Russia's regions as
in the programme's tile-grid table; English names and the regions of other countries follow
ISO 3166-2. ``cities.csv``: real cities; the weight is their rounded population in thousands,
raised for the two capitals, where web studios concentrate, and lowered abroad.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pyarrow as pa

from jobs.demo import columns, names
from jobs.demo.recipe import (
    NEVER,
    Codes,
    Days,
    Flags,
    Floats,
    Ints,
    Recipe,
    stratified_uniforms,
)
from program.rules import TIERS

_HERE = Path(__file__).parent
#: Log-normal spread of keys a year: most partners buy a few, a few buy hundreds.
_SIZE_SIGMA = 1.25
_LARGEST_YEARLY = 900.0
_PARTNERS_PER_MANAGER = 60


@dataclass(frozen=True, slots=True)
class Partners:
    """Partners by index (id − 1); ``rate`` is expected keys a year, ``by_size`` ascending order."""

    name: list[str]
    city: Ints
    region: Ints
    tier: Codes
    manager: Ints
    joined: Days
    joined_known: Flags
    left: Days
    rate: Floats
    by_size: Ints
    quality: Floats

    def __len__(self) -> int:
        return len(self.name)


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the package's own CSV files."""
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def region_table() -> pa.Table:
    """Return the ``region`` table."""
    rows = read_rows("regions.csv")
    columns_ = {
        name: pa.array([row[name] or None for row in rows], pa.string())
        for name in ("code", "name_ru", "name_en", "district_ru", "country")
    }
    for name in ("tile_row", "tile_col"):
        columns_[name] = pa.array([int(r[name]) if r[name] else None for r in rows], pa.int32())
    return pa.table(columns_)


def city_table() -> pa.Table:
    """Return the ``city`` table; the id is the row's number."""
    rows = read_rows("cities.csv")
    return pa.table(
        {
            "id": columns.ids(np.arange(1, len(rows) + 1)),
            "name_ru": pa.array([row["name_ru"] for row in rows]),
            "region_code": pa.array([row["region_code"] for row in rows]),
        }
    )


def manager_count(partners: int) -> int:
    """Return how many managers share ``partners``."""
    return max(3, round(partners / _PARTNERS_PER_MANAGER))


def manager_email(index: int) -> str:
    """Return the address of manager ``index`` (from 0)."""
    return f"manager{index + 1:02d}@example.test"


def staff_table(partners: int) -> pa.Table:
    """Return the ``staff`` table: managers, two leaders, two analysts and an administrator."""
    people = [
        (manager_email(i), f"Менеджер {i + 1:02d} (демо)", "manager")
        for i in range(manager_count(partners))
    ]
    people += [
        (f"leader{i:02d}@example.test", f"Руководитель {i:02d} (демо)", "leader") for i in (1, 2)
    ]
    people += [
        (f"analyst{i:02d}@example.test", f"Аналитик {i:02d} (демо)", "analyst") for i in (1, 2)
    ]
    people += [("admin@example.test", "Администратор (демо)", "admin")]
    email, name, role = zip(*people, strict=True)
    return pa.table({"email": pa.array(email), "name": pa.array(name), "role": pa.array(role)})


def draw_partners(recipe: Recipe) -> Partners:
    """Return the recipe's partners: where, how large, since when and how good they are."""
    n = recipe.scale.partners
    rng = recipe.rng("partners")
    rate = _yearly_keys(rng, recipe)
    by_size = np.argsort(rate, kind="stable")
    places = read_rows("cities.csv")
    region_index = {row["code"]: i for i, row in enumerate(read_rows("regions.csv"))}
    weights = np.array([float(row["weight"]) for row in places])
    city = np.searchsorted(
        np.cumsum(weights) / weights.sum(), stratified_uniforms(rng, by_size, 40), side="right"
    )
    region = np.array([region_index[row["region_code"]] for row in places])[city]
    joined, left = _membership(rng, recipe)
    number = rng.choice(names.partner_names_available(), size=n, replace=False)
    tier = _tiers(rng, by_size)
    return Partners(
        name=[names.partner_name(int(k)) for k in number],
        city=city,
        region=region,
        tier=tier,
        manager=_portfolios(rng, region),
        joined=joined,
        joined_known=rng.random(n) > 0.04,
        left=left,
        rate=rate,
        by_size=by_size,
        quality=_quality(rng, by_size, region, tier),
    )


def partner_table(partners: Partners) -> pa.Table:
    """Return the ``partner`` table."""
    return pa.table(
        {
            "id": columns.ids(np.arange(1, len(partners) + 1)),
            "name": pa.array(partners.name),
            "city_id": columns.ids(partners.city + 1),
            "tier": columns.picks(TIERS, partners.tier),
            "manager_email": pa.array([manager_email(int(m)) for m in partners.manager]),
            "joined_on": columns.dates(partners.joined, ~partners.joined_known),
            "left_on": columns.dates(partners.left, partners.left >= NEVER),
        }
    )


def _yearly_keys(rng: np.random.Generator, recipe: Recipe) -> Floats:
    """Return heavy-tailed sizes whose sum, over the history, is the scale's number of keys."""
    n = recipe.scale.partners
    normal = NormalDist()
    z = np.array([normal.inv_cdf((i + 0.5) / n) for i in range(n)])
    rate = rng.permutation(np.exp(_SIZE_SIGMA * z))
    rate[rng.permutation(n)[: round(0.05 * n)]] *= 0.02  # hardly buy: «нет базы»
    years = (recipe.months[-1] - recipe.months[0]) / 365.25
    target = recipe.scale.keys / years
    for _ in range(3):  # the cap takes a little away: scale up again
        rate = np.minimum(rate * (target / rate.sum()), _LARGEST_YEARLY)
    return rate


def _tiers(rng: np.random.Generator, by_size: Ints) -> Codes:
    """Return tiers that go with size, but not strictly."""
    n = len(by_size)
    rank = np.empty(n)
    rank[by_size] = np.arange(n) / n
    score = rank + rng.normal(0, 0.12, n)
    place = np.argsort(np.argsort(score)) / n
    return np.searchsorted([0.66, 0.92], place, side="right").astype(np.int8)


def _membership(rng: np.random.Generator, recipe: Recipe) -> tuple[Days, Days]:
    """Return first and last days as a partner; most are there before the history begins."""
    n = recipe.scale.partners
    begin, today = int(recipe.months[0]), recipe.today_number
    joined = begin - rng.integers(30, 3650, n)
    lately = rng.random(n) < 0.16
    joined[lately] = rng.integers(begin + 200, today - 20, int(lately.sum()))
    left = np.full(n, NEVER)
    gone = (rng.random(n) < 0.07) & ~lately
    left[gone] = rng.integers(begin + 400, today - 10, int(gone.sum()))
    return joined.astype(np.int32), left.astype(np.int32)


def _portfolios(rng: np.random.Generator, region: Ints) -> Ints:
    """Return each partner's manager: neighbouring regions mostly share one, sizes differ."""
    n = len(region)
    managers = manager_count(n)
    order = np.argsort(region + rng.normal(0, 6, n), kind="stable")
    share = np.cumsum(rng.uniform(0.8, 1.25, managers))
    bounds = np.round(share / share[-1] * n).astype(int)
    manager = np.empty(n, dtype=np.int64)
    manager[order] = np.searchsorted(bounds, np.arange(n), side="right")
    return manager


def _quality(rng: np.random.Generator, by_size: Ints, region: Ints, tier: Codes) -> Floats:
    """Return how clients see the partner, in units of their own spread; a few stand out."""
    n = len(by_size)
    kind = np.searchsorted([0.10, 0.90], stratified_uniforms(rng, by_size, 10), side="right")
    centre = np.array([-0.85, 0.0, 0.55])[kind]
    regional = rng.normal(0, 0.06, int(region.max()) + 1)[region]
    of_tier = np.array([-0.03, 0.03, 0.08])[tier]
    values: Floats = centre + rng.normal(0, 0.16, n) + regional + of_tier
    return values
