from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from sqlalchemy import select

from jobs.awarding import AwardRefused, award
from jobs.store import current_program, edit_program
from program.rules import DECK_RULES
from program.schema import competence_evaluation, load_batch
from tests.jobs.small_programme import TODAY, some_programme
from tests.oracle import evaluate

NOVEMBER = dt.date(2026, 11, 1)
AS_OF = dt.datetime.combine(TODAY, dt.time(6))


def decision(evaluated_on, partner_id, *, held):
    return pd.DataFrame(
        {
            "evaluated_on": [evaluated_on],
            "partner_id": [partner_id],
            "base": [1],
            "delivered": [int(held)],
            "held": [held],
            "rules_version": ["old"],
        }
    )


def stored(url):
    with current_program(url) as connection:
        rows = connection.execute(
            select(competence_evaluation).order_by(
                competence_evaluation.c.evaluated_on, competence_evaluation.c.partner_id
            )
        ).all()
        batches = (
            connection.execute(select(load_batch.c.source).order_by(load_batch.c.id))
            .scalars()
            .all()
        )
    return rows, batches


def test_decision_of_the_latest_first_is_stored_with_its_counts(program_url):
    (decision,) = award(program_url, DECK_RULES)
    rows, batches = stored(program_url)
    assert decision.evaluated_on == NOVEMBER
    assert batches == ["load", "award"]
    assert [row.partner_id for row in rows] == [1, 2]
    for row in rows:
        expected = evaluate(some_programme(), row.partner_id, NOVEMBER, TODAY)
        assert (row.base, row.delivered, row.held) == (
            expected["base"],
            expected["delivered"],
            expected["held"],
        )
        assert row.rules_version == DECK_RULES.version


def test_awarding_twice_changes_nothing(program_url):
    award(program_url, DECK_RULES)
    before = stored(program_url)
    (again,) = award(program_url, DECK_RULES)
    assert again.already_stored
    assert stored(program_url) == before


def test_history_is_filled_since_a_date_and_names_who_gained_and_lost(program_url):
    decisions = award(program_url, DECK_RULES, since=dt.date(2025, 12, 1))
    assert len(decisions) == 12
    holders: set[int] = set()
    for decision in decisions:
        now = {
            partner
            for partner in (1, 2, 3)
            if evaluate(some_programme(), partner, decision.evaluated_on, TODAY)["held"]
        }
        assert decision.gained == tuple(f"Студия {p}" for p in sorted(now - holders))
        assert decision.lost == tuple(f"Студия {p}" for p in sorted(holders - now))
        holders = now
    assert any(decision.gained for decision in decisions)


def test_stored_decision_stays_although_records_would_now_say_otherwise(program_url):
    award(program_url, DECK_RULES)
    with edit_program(program_url) as writer:
        writer.delete("competence_evaluation", {"partner_id": 1})
        writer.append("competence_evaluation", decision(NOVEMBER, 1, held=False))
        writer.record_batch(source="load", data_as_of=AS_OF, content_sha256="")
    before = stored(program_url)
    award(program_url, DECK_RULES, since=NOVEMBER)
    assert stored(program_url) == before


def test_partner_that_held_and_has_no_base_any_more_gets_a_decision(program_url):
    with edit_program(program_url) as writer:
        writer.append("competence_evaluation", decision(dt.date(2026, 10, 1), 3, held=True))
        writer.record_batch(source="load", data_as_of=AS_OF, content_sha256="")
    (taken,) = award(program_url, DECK_RULES)
    assert taken.lost == ("Студия 3",)
    rows = {row.partner_id: row for row in stored(program_url)[0] if row.evaluated_on == NOVEMBER}
    assert (rows[3].base, rows[3].held) == (0, False)


@pytest.mark.parametrize(
    ("day", "why"),
    [(dt.date(2026, 12, 1), "needs every record"), (dt.date(2026, 11, 2), "1st of a month")],
)
def test_future_or_crooked_date_is_refused_and_nothing_is_stored(program_url, day, why):
    before = stored(program_url)
    with pytest.raises(AwardRefused, match=why):
        award(program_url, DECK_RULES, on=day)
    assert stored(program_url) == before
