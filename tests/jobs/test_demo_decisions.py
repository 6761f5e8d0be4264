"""The stored monthly decisions of the synthetic programme against the rule in plain Python."""

from __future__ import annotations

import datetime as dt

import pytest

from jobs.demo.decisions import past_decisions
from jobs.demo.deliveries import draw_deliveries
from jobs.demo.keys import draw_keys
from jobs.demo.partners import draw_partners
from program.rules import DECK_RULES
from tests.jobs.demo_programme import (
    SMALL,
    YESTERDAY,
    Tables,
    deliveries_with_keys,
    small_tables,
)
from tests.oracle import Programme, evaluate


@pytest.fixture(scope="module")
def small() -> Tables:
    return small_tables()


@pytest.fixture(scope="module")
def late() -> set[tuple[dt.date, int]]:
    """The decisions that were deliberately taken before a record arrived."""
    partners = draw_partners(SMALL)
    keys = draw_keys(SMALL, partners)
    epoch = dt.date(1970, 1, 1)
    return {
        (epoch + dt.timedelta(days=d.evaluated_on), int(partner) + 1)
        for d in past_decisions(SMALL, keys, draw_deliveries(SMALL, partners, keys))
        for partner in d.partner[d.late]
    }


@pytest.fixture(scope="module")
def programmes(small: Tables) -> dict[int, Programme]:
    """Every fifth partner's own records, as the oracle wants them."""
    sent = deliveries_with_keys(small)
    found = {}
    for partner in small["partner"]["id"][::5]:
        keys = small["license_key"].query("partner_id == @partner")
        own = sent[sent["license_key_id"].isin(keys["id"]) & (sent["partner_id"] == partner)]
        rows = keys.astype(object).where(keys.notna(), None).to_dict("records")
        projects = own[["project_id", "license_key_id"]].drop_duplicates()
        found[partner] = Programme(
            keys=rows,
            projects=projects.rename(columns={"project_id": "id"}).to_dict("records"),
            deliveries=own[["project_id", "partner_id", "status", "delivered_on"]].to_dict(
                "records"
            ),
        )
    return found


def test_every_past_first_of_the_month_is_decided(small: Tables) -> None:
    days = sorted(small["competence_evaluation"]["evaluated_on"].unique())
    assert len(days) == 48
    assert days[-1] == dt.date(2026, 11, 1)
    assert set(small["competence_evaluation"]["rules_version"]) == {DECK_RULES.version}


def test_decisions_follow_the_rule_except_the_late_records(
    small: Tables,
    programmes: dict[int, Programme],
    late: set[tuple[dt.date, int]],
) -> None:
    stored = small["competence_evaluation"]
    sample = stored[stored["partner_id"].isin(programmes)]
    sample = sample[sample["evaluated_on"].isin(stored["evaluated_on"].unique()[7::8])]
    assert len(sample) > 200
    for row in sample.itertuples():
        own = programmes[row.partner_id]
        if len(own.keys) > 150:  # the oracle is slow on purpose
            continue
        truth = evaluate(own, row.partner_id, row.evaluated_on, YESTERDAY)
        missing = (row.evaluated_on, row.partner_id) in late
        assert (row.base, row.delivered) == (truth["base"], truth["delivered"] - missing)
        assert row.held == (row.base > 0 and 2 * row.delivered >= row.base)


def test_a_very_few_decisions_disagree_with_today_s_records(
    small: Tables, late: set[tuple[dt.date, int]]
) -> None:
    assert 0.001 < len(late) / len(small["competence_evaluation"]) < 0.006


def test_a_row_says_who_has_a_base_or_has_just_lost_it(small: Tables) -> None:
    stored = small["competence_evaluation"].sort_values(["partner_id", "evaluated_on"])
    before = stored.groupby("partner_id")["held"].shift(fill_value=False)
    without = stored["base"] == 0
    assert without.any()
    first = stored["evaluated_on"] == stored["evaluated_on"].min()
    assert before[without & ~first].all()
    assert not stored.loc[without, "held"].any()
