"""Results of the Quality Monitor: counters of every delivery, single tests of recent ones.

A current site has 65 tests (26 mandatory, 14 automatic), an older one 66, a Bitrix24 portal 68
(29 mandatory, 18 automatic). An accepted delivery has every mandatory test passed; optional tests
may have failed, been skipped or still wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jobs.demo import columns, names
from jobs.demo.recipe import Codes, Days, Flags, Ints, Recipe
from program.rules import EDITIONS, TEST_STATUSES

_KINDS = ((True, True), (True, False), (False, True), (False, False))
"""Kinds of tests as (automatic, mandatory)."""
#: Tests of each kind on a current site, an older one and a Bitrix24 portal.
LAYOUTS = np.array([(10, 4, 16, 35), (10, 4, 16, 36), (14, 4, 15, 35)])
_OLDER, _PORTAL = 1, 2
_PORTAL_EDITIONS = tuple(i for i, name in enumerate(EDITIONS) if name.startswith("bitrix24"))
#: Chances of an optional automatic and an optional manual test: failed, skipped, waiting.
_OPTIONAL = {1: (0.05, 0.04, 0.01), 3: (0.03, 0.10, 0.02)}
_RECENT_DAYS = 183
_TESTED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class MonitorCounts:
    """Counters by delivery; ``bad`` holds failed, skipped and waiting of each kind of test."""

    layout: Codes
    bad: Codes

    @property
    def total(self) -> Ints:
        """Return the number of tests."""
        totals: Ints = LAYOUTS.sum(axis=1)[self.layout]
        return totals

    @property
    def passed_auto(self) -> Ints:
        """Return how many automatic tests passed."""
        return self._passed(slice(0, 2))

    @property
    def passed_manual(self) -> Ints:
        """Return how many manual tests passed."""
        return self._passed(slice(2, 4))

    @property
    def failed(self) -> Ints:
        """Return how many tests failed."""
        return self._of_result(0)

    @property
    def skipped(self) -> Ints:
        """Return how many tests were skipped."""
        return self._of_result(1)

    def _passed(self, kinds: slice) -> Ints:
        tests = LAYOUTS[:, kinds].sum(axis=1)[self.layout]
        passed: Ints = tests - self.bad[:, kinds].sum(axis=(1, 2))
        return passed

    def _of_result(self, result: int) -> Ints:
        tests: Ints = self.bad[:, :, result].sum(axis=1)
        return tests


def draw_counts(recipe: Recipe, edition: Codes, rejected: Flags) -> MonitorCounts:
    """Return the counters of deliveries of keys of ``edition``."""
    rng = recipe.rng("monitor")
    n = len(edition)
    layout = np.where(np.isin(edition, _PORTAL_EDITIONS), _PORTAL, 0).astype(np.int8)
    layout[(layout == 0) & (rng.random(n) < 0.25)] = _OLDER
    bad = np.zeros((n, len(_KINDS), 3), dtype=np.int8)
    for kind, chances in _OPTIONAL.items():
        left = LAYOUTS[layout, kind]
        for result, chance in enumerate(chances):
            bad[:, kind, result] = rng.binomial(left, chance)
            left = left - bad[:, kind, result]
    failures = 1 + rng.binomial(4, 0.3, n)
    bad[rejected, 2, 0] = failures[rejected]
    return MonitorCounts(layout, bad)


def delivery_test_tables(
    recipe: Recipe, delivered: Days, counts: MonitorCounts
) -> Iterator[pa.Table]:
    """Return ``delivery_test`` for a bounded sample of the last half year's deliveries."""
    rng = recipe.rng("tests")
    recent = np.flatnonzero(delivered >= recipe.today_number - _RECENT_DAYS)
    size = min(len(recent), recipe.scale.tested_deliveries)
    sample = np.sort(rng.choice(recent, size=size, replace=False))
    for layout in range(len(LAYOUTS)):
        rows = sample[counts.layout[sample] == layout]
        for start in range(0, len(rows), _TESTED_AT_ONCE):
            yield _single_tests(rng, layout, rows[start : start + _TESTED_AT_ONCE], counts)


def _kinds_of_tests(layout: int) -> Ints:
    """Return the kind of every test code of a layout: mixed, and the same on every site."""
    kinds: Ints = np.repeat(np.arange(len(_KINDS)), LAYOUTS[0])
    np.random.default_rng(len(kinds)).shuffle(kinds)
    if layout == _OLDER:
        return np.append(kinds, 3)
    if layout == _PORTAL:
        kinds[np.flatnonzero(kinds == 2)[0]] = 0
        return np.append(kinds, (0, 0, 0))
    return kinds


def _single_tests(
    rng: np.random.Generator, layout: int, rows: Ints, counts: MonitorCounts
) -> pa.Table:
    """Return the tests of some deliveries of one layout, in agreement with their counters."""
    kinds = _kinds_of_tests(layout)
    status = np.empty((len(rows), len(kinds)), dtype=np.int8)
    for kind in range(len(_KINDS)):
        places = np.flatnonzero(kinds == kind)
        rank = rng.random((len(rows), len(places))).argsort(axis=1).argsort(axis=1)
        limits = counts.bad[rows, kind].cumsum(axis=1)
        result = (rank[:, :, None] >= limits[:, None, :]).sum(axis=2)
        status[:, places] = np.array([TEST_STATUSES.index(s) for s in "FSWA"])[result]
    code = [f"QC{10 * (i + 1):04d}" for i in range(len(kinds))]
    every = np.tile(np.arange(len(kinds)), len(rows))
    auto = np.array([a for a, _ in _KINDS])[kinds][every]
    flat = status.ravel()
    failed = flat == TEST_STATUSES.index("F")
    by_hand = auto & (flat == TEST_STATUSES.index("A")) & (rng.random(len(flat)) < 0.03)
    said = (failed & (rng.random(len(flat)) < 0.6)) | by_hand
    remarks = (*names.FAILED_TEST_COMMENTS, names.MANUAL_TEST_COMMENT)
    remark = np.where(by_hand, len(remarks) - 1, rng.integers(0, len(remarks) - 1, len(flat)))
    return pa.table(
        {
            "delivery_id": columns.ids(np.repeat(rows + 1, len(kinds))),
            "code": columns.picks(code, every),
            "status": columns.picks(TEST_STATUSES, flat),
            "is_auto": pa.array(auto),
            "is_mandatory": pa.array(np.array([m for _, m in _KINDS])[kinds][every]),
            "comment": columns.picks(remarks, remark, ~said),
        }
    )
