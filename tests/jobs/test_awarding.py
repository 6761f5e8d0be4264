from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from jobs.__main__ import app
from jobs.awarding import AwardRefused, award
from jobs.store import current_program, edit_program
from program.rules import DECK_RULES
from program.schema import competence_evaluation, load_batch
from program.settings import PROJECT_ROOT, settings
from tests.jobs.small_programme import TODAY, some_programme
from tests.oracle import evaluate

OCTOBER, NOVEMBER, DECEMBER = (dt.date(2026, month, 1) for month in (10, 11, 12))
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
    assert [decision.is_first for decision in decisions] == [True, True] + [False] * 10
    holders: set[int] = set()
    for decision in decisions:
        now = {
            partner
            for partner in (1, 2, 3)
            if evaluate(some_programme(), partner, decision.evaluated_on, TODAY)["held"]
        }
        if decision.is_first:
            holders = now
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
        writer.append("competence_evaluation", decision(OCTOBER, 3, held=True))
        writer.record_batch(source="load", data_as_of=AS_OF, content_sha256="")
    (taken,) = award(program_url, DECK_RULES)
    assert taken.lost == ("Студия 3",)
    rows = {row.partner_id: row for row in stored(program_url)[0] if row.evaluated_on == NOVEMBER}
    assert (rows[3].base, rows[3].held) == (0, False)


@pytest.mark.parametrize(
    ("day", "why"),
    [(DECEMBER, "needs every record"), (dt.date(2026, 11, 2), "1st of a month")],
)
def test_future_or_crooked_date_is_refused_and_nothing_is_stored(program_url, day, why):
    before = stored(program_url)
    with pytest.raises(AwardRefused, match=why):
        award(program_url, DECK_RULES, on=day)
    assert stored(program_url) == before


def move_data(url, moment):
    """Let the same records describe another moment, as a later load of them does."""
    with edit_program(url) as writer:
        writer.record_batch(
            source="load", data_as_of=dt.datetime.fromisoformat(moment), content_sha256=""
        )


def decided_on(decisions):
    return [decision.evaluated_on for decision in decisions if not decision.already_stored]


def test_a_due_evaluation_is_refused_until_the_data_reaches_it_and_then_decided(
    program_url, set_clock
):
    award(program_url, DECK_RULES)
    set_clock("2026-12-01T06:30")
    move_data(program_url, "2026-11-30T23:00")
    before = stored(program_url)
    with pytest.raises(AwardRefused, match=r"2026-12-01 needs .* as of 2026-11-30; load newer"):
        award(program_url, DECK_RULES, due=True)
    assert stored(program_url) == before
    move_data(program_url, "2026-12-01T05:00")
    assert decided_on(award(program_url, DECK_RULES, due=True)) == [DECEMBER]
    assert decided_on(award(program_url, DECK_RULES, due=True)) == []


def test_a_due_evaluation_that_is_stored_is_not_asked_of_older_data_again(program_url):
    award(program_url, DECK_RULES)
    move_data(program_url, "2026-10-31T05:00")
    (again,) = award(program_url, DECK_RULES, due=True)
    assert again.already_stored


@pytest.mark.parametrize("due", [False, True])
def test_evaluations_missed_since_the_last_stored_one_are_decided_too(program_url, due):
    award(program_url, DECK_RULES, on=dt.date(2026, 8, 1))
    decisions = award(program_url, DECK_RULES, due=due)
    assert decided_on(decisions) == [dt.date(2026, 9, 1), OCTOBER, NOVEMBER]
    assert not any(decision.is_first for decision in decisions)
    filled = stored(program_url)[0]
    with edit_program(program_url) as writer:
        for day in {row.evaluated_on for row in filled}:
            writer.delete("competence_evaluation", {"evaluated_on": day})
        writer.record_batch(source="load", data_as_of=AS_OF, content_sha256="")
    award(program_url, DECK_RULES, since=dt.date(2026, 8, 1))
    assert stored(program_url)[0] == filled


def test_a_gap_farther_back_is_left_and_named(program_url, caplog):
    award(program_url, DECK_RULES, on=dt.date(2026, 8, 1))
    assert not caplog.messages
    award(program_url, DECK_RULES, on=OCTOBER)
    caplog.clear()
    assert decided_on(award(program_url, DECK_RULES)) == [NOVEMBER]
    assert "never decided: 2026-09-01; «python -m jobs award --since 2026-09-01»" in caplog.text


def test_gains_after_a_gap_are_told_against_the_stored_evaluation_before(program_url):
    with edit_program(program_url) as writer:
        for partner, held in ((1, True), (2, True), (3, True)):
            august = decision(dt.date(2026, 8, 1), partner, held=held)
            writer.append("competence_evaluation", august)
        writer.record_batch(source="load", data_as_of=AS_OF, content_sha256="")
    (taken,) = award(program_url, DECK_RULES, on=OCTOBER)
    assert "Студия 3" in taken.lost
    assert taken.gained == ()


@pytest.mark.parametrize("how", [{"on": DECEMBER}, {"since": NOVEMBER, "on": DECEMBER}])
def test_no_evaluation_is_decided_before_its_day_by_the_clock(program_url, set_clock, how):
    move_data(program_url, "2026-12-02T06:00")
    before = stored(program_url)
    set_clock("2026-11-30T23:59")
    with pytest.raises(AwardRefused, match="2026-12-01 lies ahead: it is 2026-11-30 by the clock"):
        award(program_url, DECK_RULES, **how)
    assert stored(program_url) == before
    assert decided_on(award(program_url, DECK_RULES)) == [NOVEMBER]
    set_clock("2026-12-01T00:00")
    assert decided_on(award(program_url, DECK_RULES, **how)) == [DECEMBER]


@pytest.fixture
def run(program_url, monkeypatch):
    monkeypatch.setenv("QUALITY_DATABASE_URL", program_url)
    settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, ["award", *words])
    settings.cache_clear()


def test_the_command_calls_nobody_gained_at_the_first_stored_evaluation(run):
    told = run("--on", "2026-10-01").stdout
    assert told.startswith("2026-10-01: ")
    assert told.endswith("partners hold; no earlier evaluation is stored\n")
    assert "gained " in run().output


def test_the_command_ends_with_one_while_the_due_evaluation_waits_for_data(run, set_clock):
    set_clock("2026-12-01T06:30")
    refused = run("--due")
    assert refused.exit_code == 1
    assert "award: the evaluation of 2026-12-01 needs every record" in refused.stderr
    assert run().exit_code == 0


def test_due_and_a_day_of_ones_own_are_a_wrong_call(run):
    assert run("--due", "--on", "2026-11-01").exit_code == 2


@pytest.mark.parametrize("file", ["award.cron", "quality-award.service"])
def test_schedulers_ask_for_the_due_evaluation(file):
    lines = (PROJECT_ROOT / "deploy" / file).read_text(encoding="utf-8").splitlines()
    calls = [line for line in lines if "-m jobs award" in line]
    assert calls
    assert all(line.endswith("-m jobs award --due") for line in calls)
