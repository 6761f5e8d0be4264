"""The simulator on the demonstration: the deck's rule repeats what was decided."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection

from components.simulation import Records, Simulation, records, simulation
from metrics.recomputation import with_decision
from metrics.simulator import RuleVariant
from program.rules import DECK_RULES, ProgramRules
from queries.choices import managers, stored_evaluations
from queries.decisions import decisions_that_disagree
from queries.filters import NO_FILTERS, Filters
from queries.key_months import chosen_ids
from queries.scope import EVERYTHING, Scope, Sight
from tests.databases import TODAY, build_demo, connected

DECEMBER, NOVEMBER = dt.date(2026, 12, 1), dt.date(2026, 11, 1)
IN_FORCE = RuleVariant(DECK_RULES)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_demo(tmp_path_factory.mktemp("simulated") / "program.duckdb")


def chosen(connection: Connection, filters: Filters, scope: Scope = EVERYTHING) -> Records:
    ids = chosen_ids(connection, scope, filters, DECEMBER, TODAY, DECK_RULES)["partner_id"]
    return records(connection, scope, TODAY, DECK_RULES).of(ids.to_numpy())


def simulated(
    path: Path, variant: RuleVariant = IN_FORCE, filters: Filters = NO_FILTERS
) -> Simulation:
    with connected(path) as connection:
        known = chosen(connection, filters)
        stored = stored_evaluations(connection, EVERYTHING).dates
    found = simulation(known, stored, IN_FORCE, variant, NOVEMBER)
    assert found is not None
    return found


def test_the_rule_in_force_repeats_every_stored_decision_that_the_records_still_support(demo):
    found = simulated(demo)
    with connected(demo) as connection:
        stored = stored_evaluations(connection, EVERYTHING).dates
        disputed = with_decision(decisions_that_disagree(connection, EVERYTHING, stored))
    held_otherwise = disputed[disputed["otherwise"]]
    expected = {
        (row.evaluated_on.date(), int(row.partner_id)) for row in held_otherwise.itertuples()
    }
    differing = {
        (day, int(found.partner_ids[i]))
        for at, (day, stored) in enumerate(zip(found.evaluations, found.stored, strict=True))
        if stored is not None
        for i in np.flatnonzero(stored != found.in_force.held[:, at])
    }
    assert differing == expected
    assert found.disagreements == len(expected) > 0
    assert len(found.evaluations) == 48
    assert all(stored is not None for stored in found.stored)


def test_a_portfolio_chosen_from_everybody_is_what_its_managers_own_statements_bring(demo):
    with connected(demo) as connection:
        email = managers(connection, EVERYTHING)["email"].iloc[0]
        own = Scope(Sight.PORTFOLIO, email)
        from_all = chosen(connection, Filters(manager_email=email))
        asked = chosen(connection, NO_FILTERS, own)
        everybody = records(connection, EVERYTHING, TODAY, DECK_RULES)
    assert 0 < from_all.cube.partners < everybody.cube.partners
    assert from_all.partner_ids.tolist() == asked.partner_ids.tolist()
    for name in ("partner", "bought", "activated", "delivered", "keys", "partners"):
        assert np.array_equal(getattr(from_all.cube, name), getattr(asked.cube, name)), name
    held = [sorted(zip(*known.holders, strict=True)) for known in (from_all, asked)]
    assert held[0] == held[1] != []


def test_a_variant_equal_to_the_rule_decides_nothing_otherwise(demo):
    found = simulated(demo)
    assert (found.in_force.held == found.variant.held).all()
    assert not found.shortened


def test_a_lower_threshold_only_adds_holders(demo):
    found = simulated(demo, RuleVariant(ProgramRules(threshold=Fraction(2, 5))))
    assert (found.variant.held >= found.in_force.held).all()
    assert found.variant.holders > found.in_force.holders


def test_holders_are_never_more_than_those_the_rule_decides_about_even_with_grace(demo):
    strict = RuleVariant(ProgramRules(minimum_base=6), grace_months=12)
    for variant in (IN_FORCE, RuleVariant(DECK_RULES, grace_months=3), strict):
        side = simulated(demo, variant).variant
        assert 0 < side.holders <= side.decided_about
    without_base = side.held[:, -1] & (side.base < 6)
    assert without_base.any()  # held through grace alone


def test_a_wider_window_shortens_the_history_and_says_so(demo):
    found = simulated(demo, RuleVariant(ProgramRules(window_from_months=20)))
    assert found.shortened
    assert found.evaluations[0] == dt.date(2023, 6, 1)
    assert found.in_force.held.shape == found.variant.held.shape
    assert found.disagreements > 0


def test_gains_and_losses_of_a_year_explain_the_change_in_holders(demo):
    side = simulated(demo).in_force
    gained, lost = side.changes()
    assert side.holders - int(side.held[:, -13].sum()) == gained - lost


def test_nothing_to_decide_on_is_no_simulation(demo):
    with connected(demo) as connection:
        nobody = chosen(connection, Filters(manager_email="x@y.z"))
    assert simulation(nobody, (), IN_FORCE, IN_FORCE, NOVEMBER) is None


def test_a_window_before_all_records_is_no_simulation(demo):
    with connected(demo) as connection:
        known = records(connection, EVERYTHING, TODAY, DECK_RULES)
    wide = RuleVariant(ProgramRules(window_from_months=24))
    assert simulation(known, (), IN_FORCE, wide, dt.date(2022, 12, 1)) is None
