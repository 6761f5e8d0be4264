"""A manager who puts cuts of the demonstration against each other cannot tell one other partner.

Cuts by place and tier are asked as every manager. Where the partners behind one cut, less those
behind one or two others inside it, leave a single partner of another portfolio, the totals that
were told bound the counts of that partner; all bounds together must leave room.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection

from metrics.anonymity import ENOUGH_OTHERS, ROUNDED_TO
from program.rules import DECK_RULES
from queries.choices import managers, places
from queries.filters import Filters
from queries.peers import COUNTS, Measured, peer_counts, together
from queries.scope import EVERYTHING, Scope, Sight
from tests.databases import TODAY, changed_copy, connected

EVALUATION = dt.date(2026, 12, 1)
YEAR_AGO = TODAY - dt.timedelta(days=365)
MEASURED = Measured("recommend_partner")
TIERS = (None, "gold", "business", "certified")
#: Each rounded part is at most this far from the truth.
OFF = ROUNDED_TO // 2

Told = dict[frozenset[int], np.ndarray]


def counted(connection: Connection, scope: Scope, filters: Filters) -> pd.DataFrame:
    return peer_counts(connection, scope, filters, MEASURED, EVALUATION, TODAY, DECK_RULES)


def parts(counts: dict[str, int]) -> np.ndarray:
    """Disjoint parts of the answers, which are what is rounded."""
    n, good, promoters, critics = (int(counts[name]) for name in COUNTS)
    return np.array([promoters, good - promoters, n - good - critics, critics])


def cuts(connection: Connection) -> list[Filters]:
    districts = sorted(set(places(connection, EVERYTHING)["district"]) - {""})
    period = Filters(survey_from=YEAR_AGO, survey_to=TODAY)
    where = [period, *(replace(period, district=district) for district in districts)]
    return [replace(place, tier=tier) for place in where for tier in TIERS]


def told_to(connection: Connection, manager: str, everybody: dict[Filters, pd.DataFrame]) -> Told:
    """What a manager is told of the others behind each cut, by the ids of those others."""
    groups: Told = {}
    for cut, rows in everybody.items():
        behind = frozenset(rows.loc[rows["manager_email"] != manager, "partner_id"].astype(int))
        told = counted(connection, Scope(Sight.PORTFOLIO, manager), cut)
        others = told[told["partner_id"].isna()]
        assert others.empty is (len(behind) < ENOUGH_OTHERS), cut
        if not others.empty:
            groups[behind] = parts(together(others))
            assert not (groups[behind] % ROUNDED_TO).any()
    return groups


def left_alone(groups: Told) -> Iterator[tuple[int, np.ndarray, int]]:
    """Combinations that leave one partner: its id, what subtraction says, how far that is off."""
    for whole, counts in groups.items():
        for one in (group for group in groups if group < whole):
            rest = whole - one
            if len(rest) == 1:
                yield *rest, counts - groups[one], 2 * OFF
            for other in (group for group in groups if group < rest):
                if len(rest - other) == 1:
                    yield *(rest - other), counts - groups[one] - groups[other], 3 * OFF


@pytest.fixture(scope="module")
def lonely_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """The demonstration with one gold partner in each district, whom the other tiers leave over."""
    return changed_copy(
        demo_file,
        tmp_path_factory.mktemp("lonely") / "program.duckdb",
        "UPDATE partner SET tier = CASE WHEN id % 2 = 0 THEN 'business' ELSE 'certified' END",
        f"""UPDATE partner SET tier = 'gold' WHERE id IN (
            SELECT min(p.id) FROM partner p JOIN city c ON c.id = p.city_id
            JOIN region r ON r.code = c.region_code JOIN delivery d ON d.partner_id = p.id
            JOIN survey s ON s.delivery_id = d.id
            JOIN answer a ON a.survey_id = s.id AND a.question_code = 'recommend_partner'
            WHERE d.status = 'accepted' AND s.completed_on > DATE '{YEAR_AGO}'
            GROUP BY r.district_ru)""",  # noqa: S608 - our own words
    )


def test_no_cuts_put_against_each_other_tell_the_counts_of_one_partner(lonely_file: Path) -> None:
    tried = 0
    with connected(lonely_file) as connection:
        everybody = {cut: counted(connection, EVERYTHING, cut) for cut in cuts(connection)}
        whole = next(iter(everybody.values()))
        truth = {int(row["partner_id"]): parts(row) for row in whole.to_dict("records")}
        for manager in managers(connection, EVERYTHING)["email"]:
            bounds: dict[int, list[np.ndarray]] = defaultdict(
                lambda: [np.zeros(4, dtype=int), np.full(4, 10**6)]
            )
            for partner, difference, off in left_alone(told_to(connection, manager, everybody)):
                low, high = bounds[partner]
                np.maximum(low, difference - off, out=low)
                np.minimum(high, difference + off, out=high)
            for partner, (low, high) in bounds.items():
                assert ((low <= truth[partner]) & (truth[partner] <= high)).all()
                assert (high > low).sum() >= 2, (manager, partner, low, high)
            tried += len(bounds)
    assert tried > 10
