"""Projects and their deliveries: first, repeated, rejected, pending, and by another partner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jobs.demo import columns, names
from jobs.demo.habits import Habits, draw_habits, plan_first_deliveries
from jobs.demo.keys import Keys
from jobs.demo.monitor import MonitorCounts
from jobs.demo.partners import Partners
from jobs.demo.recipe import NEVER, Codes, Days, Flags, Ints, Recipe
from program.rules import DELIVERY_STATUSES

ACCEPTED, PENDING, REJECTED = (
    DELIVERY_STATUSES.index(s) for s in ("accepted", "pending", "rejected")
)
_REVIEW_DAYS = 10


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Deliveries by day (index = id − 1); ``key`` and ``project`` are indexes too."""

    key: Ints
    project: Ints
    partner: Ints
    day: Days
    status: Codes
    project_key: Ints
    """The key of every project."""

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True, slots=True)
class _Events:
    """One kind of hand-overs; ``slot`` tells a key's second project from its first."""

    key: Ints
    partner: Ints
    day: Ints | Days
    status: int
    slot: int = 0


def draw_deliveries(recipe: Recipe, partners: Partners, keys: Keys) -> Deliveries:
    """Return everything that was sent through the Quality Monitor before the recipe's day."""
    rng = recipe.rng("deliveries")
    habits = draw_habits(recipe, partners)
    first = plan_first_deliveries(recipe, keys, habits, rng)
    events = [
        *_own_events(rng, keys, first),
        *_events_of_others(rng, recipe, keys, first, partners, habits),
    ]
    return _assemble(rng, recipe, partners, keys, events)


def project_tables(recipe: Recipe, deliveries: Deliveries) -> Iterator[pa.Table]:
    """Return the ``project`` table in chunks; the site's name is in a reserved domain."""
    rng = recipe.rng("project names")
    for part in columns.chunks(len(deliveries.project_key)):
        number = np.arange(part.start + 1, part.stop + 1)
        kind = rng.integers(0, len(names.PROJECT_KINDS), len(number))
        client = rng.integers(0, len(names.CLIENT_NAMES), len(number))
        form = rng.integers(0, len(names.CLIENT_FORMS), len(number))
        label = columns.texts(
            " «", columns.picks(names.CLIENT_NAMES, client), "-", columns.digits(number), "»"
        )
        yield pa.table(
            {
                "id": columns.ids(number),
                "license_key_id": columns.ids(deliveries.project_key[part] + 1),
                "name": columns.texts(columns.picks(names.PROJECT_KINDS, kind), label),
                "site": columns.texts("project-", columns.digits(number), ".example"),
                "client_name": columns.texts(columns.picks(names.CLIENT_FORMS, form), label),
            }
        )


def delivery_tables(deliveries: Deliveries, counts: MonitorCounts) -> Iterator[pa.Table]:
    """Return the ``delivery`` table in chunks."""
    for part in columns.chunks(len(deliveries)):
        yield pa.table(
            {
                "id": columns.ids(np.arange(part.start + 1, part.stop + 1)),
                "project_id": columns.ids(deliveries.project[part] + 1),
                "partner_id": columns.ids(deliveries.partner[part] + 1),
                "delivered_on": columns.dates(deliveries.day[part]),
                "status": columns.picks(DELIVERY_STATUSES, deliveries.status[part]),
                "tests_total": columns.ids(counts.total[part]),
                "tests_passed_auto": columns.ids(counts.passed_auto[part]),
                "tests_passed_manual": columns.ids(counts.passed_manual[part]),
                "tests_failed": columns.ids(counts.failed[part]),
                "tests_skipped": columns.ids(counts.skipped[part]),
            }
        )


def _own_events(rng: np.random.Generator, keys: Keys, first: Days) -> list[_Events]:
    """Return what the buying partner sends: first and repeated deliveries, rejections."""

    def some(of: Flags, share: float) -> Ints:
        return np.flatnonzero(of & (rng.random(len(first)) < share))

    delivered = first < NEVER
    rejected = some(delivered, 0.07)
    hopeless = some(~delivered & (keys.activated < NEVER), 0.006)
    repeated = some(delivered, 0.10)
    second = some(delivered, 0.025)
    done = np.flatnonzero(delivered)
    before = first[rejected] - rng.integers(3, 21, len(rejected))
    again = first[repeated] + 90 + np.floor(rng.exponential(210, len(repeated)))
    too_early = before <= keys.activated[rejected]
    before[too_early] = NEVER
    attempts = keys.activated[hopeless] + 20 + np.floor(rng.gamma(2, 40, len(hopeless)))
    return [
        _Events(done, keys.partner[done], first[done], ACCEPTED),
        _Events(rejected, keys.partner[rejected], before, REJECTED),
        _Events(hopeless, keys.partner[hopeless], attempts, REJECTED),
        _Events(repeated, keys.partner[repeated], again, ACCEPTED),
        _Events(
            second,
            keys.partner[second],
            first[second] + rng.integers(0, 60, len(second)),
            ACCEPTED,
            1,
        ),
    ]


def _events_of_others(
    rng: np.random.Generator,
    recipe: Recipe,
    keys: Keys,
    first: Days,
    partners: Partners,
    habits: Habits,
) -> list[_Events]:
    """Return deliveries of projects that moved to another partner, who then delivers them."""
    delivered = first < NEVER
    moved = np.flatnonzero(delivered & (rng.random(len(first)) < 0.025))
    orphaned = np.flatnonzero(
        ~delivered & (keys.activated < NEVER) & (rng.random(len(first)) < 0.025)
    )
    key = np.r_[moved, orphaned]
    day = np.r_[
        first[moved] + 120 + np.floor(rng.exponential(200, len(moved))),
        keys.activated[orphaned] + 60 + np.floor(rng.gamma(2, 60, len(orphaned))),
    ]
    weight = np.cumsum(partners.rate * (partners.left >= NEVER))
    other = np.searchsorted(weight / weight[-1], rng.random(len(key)), side="right")
    other = np.minimum(other, recipe.scale.partners - 1)
    able = (other != keys.partner[key]) & (habits.adopted[other] <= day)
    return [_Events(key[able], other[able], day[able], ACCEPTED)]


def _assemble(
    rng: np.random.Generator,
    recipe: Recipe,
    partners: Partners,
    keys: Keys,
    events: list[_Events],
) -> Deliveries:
    """Return the events of the past in the order of their days, with projects numbered."""
    key = np.concatenate([e.key for e in events])
    slot = np.concatenate([np.full(len(e.key), e.slot) for e in events])
    partner = np.concatenate([e.partner for e in events])
    day = np.concatenate([e.day for e in events]).astype(np.int32)
    status = np.concatenate([np.full(len(e.key), e.status, dtype=np.int8) for e in events])
    age = recipe.today_number - day
    past = (age > 0) & (day <= partners.left[partner]) & (day >= keys.purchased[key])
    waiting = (status == ACCEPTED) & (age <= _REVIEW_DAYS)
    waiting &= rng.random(len(age)) < 0.75 * (1 - age / (_REVIEW_DAYS + 2))
    status[waiting] = PENDING
    order = np.flatnonzero(past)
    order = order[np.lexsort((slot[order], key[order], day[order]))]
    project_code, project = np.unique(key[order] * 2 + slot[order], return_inverse=True)
    return Deliveries(
        key=key[order],
        project=project,
        partner=partner[order],
        day=day[order],
        status=status[order],
        project_key=project_code // 2,
    )
