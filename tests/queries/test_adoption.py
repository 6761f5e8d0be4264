from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from program.rules import DECK_RULES
from program.schema import competence_evaluation, partner, survey
from queries.adoption import ADOPTION_COLUMNS, COUNTS, Cut, adoption
from queries.changes import CHANGE_COLUMNS, VERSION_COLUMNS, changes_at, version_changes
from queries.filters import NO_FILTERS, BaseSize, Filters
from queries.scope import EVERYTHING, Scope, Sight
from tests.oracle import Programme, evaluate, months_back
from tests.programmes import programmes, replace_content

TODAY = dt.date(2026, 11, 23)
SEPTEMBER, OCTOBER, NOVEMBER = (dt.date(2026, month, 1) for month in (9, 10, 11))
DECEMBER, JANUARY = dt.date(2026, 12, 1), dt.date(2027, 1, 1)
COMING = (DECEMBER, JANUARY)


@pytest.fixture(params=["duckdb", "postgres"])
def connection(request):
    return request.getfixturevalue(f"{request.param}_connection")


def decide(connection, *rows, version=DECK_RULES.version):
    names = ("evaluated_on", "partner_id", "base", "delivered", "held")
    connection.execute(
        competence_evaluation.insert(),
        [dict(zip(names, row, strict=True)) | {"rules_version": version} for row in rows],
    )


def ask(connection, cut=None, scope=EVERYTHING, filters=NO_FILTERS, today=TODAY, coming=COMING):
    return adoption(connection, scope, filters, cut, coming, today, DECK_RULES)


def following(day: dt.date, months: int) -> dt.date:
    number = day.year * 12 + day.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def test_stored_and_coming_evaluations_on_both_engines_agree_with_plain_python(both_engines):
    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(programmes())
    def agree(drawn):
        programme, today = drawn
        in_force = today.replace(day=1)
        past = [months_back(in_force, 2), in_force]
        coming = (following(in_force, 1), following(in_force, 2))
        stored = {
            (day, number): said
            for day in past
            for number in programme.partner_ids
            if (said := evaluate(programme, number, day, day))["base"]
        }
        frames = []
        for connection in both_engines:
            replace_content(connection, programme)
            if stored:
                decide(
                    connection,
                    *(
                        (*place, said["base"], said["delivered"], said["held"])
                        for place, said in stored.items()
                    ),
                )
            frames.append(ask(connection, today=today, coming=coming))
        pd.testing.assert_frame_equal(*frames)
        rows = frames[0].set_index(frames[0]["evaluated_on"].dt.date)
        decided = sorted({day for day, _ in stored})
        assert list(rows.index) == [*decided, *coming]
        before: set[int] | None = None
        for day in rows.index:
            said = (
                {n: stored[day, n] for n in programme.partner_ids if (day, n) in stored}
                if day in decided
                else {n: evaluate(programme, n, day, today) for n in programme.partner_ids}
            )
            held = {number for number, one in said.items() if one["held"]}
            row = rows.loc[day]
            assert row["holders"] == len(held)
            assert row["base"] == sum(one["base"] for one in said.values())
            assert row["delivered"] == sum(one["delivered"] for one in said.values())
            assert row["with_base"] == sum(one["base"] > 0 for one in said.values())
            assert row["delivering"] == sum(one["delivered"] > 0 for one in said.values())
            assert row["members"] == len(programme.partner_ids)
            if day in coming:
                assert row["secured"] == sum(
                    one["held"] and one["needed_worst"] == 0 for one in said.values()
                )
                assert row["pending_activation"] == sum(
                    one["pending_activation"] for one in said.values()
                )
            unknown = before is None or (day == coming[0] and in_force not in decided)
            changes = row[["gained", "lost"]]
            if unknown:
                assert changes.isna().all()
            else:
                assert changes.tolist() == [len(held - before), len(before - held)]
            before = held

    agree()


def test_a_holder_whose_next_decision_is_missing_has_lost(connection):
    replace_content(connection, Programme([1, 2]))
    decide(
        connection,
        (SEPTEMBER, 1, 2, 2, True),
        (SEPTEMBER, 2, 2, 0, False),
        (OCTOBER, 2, 2, 1, True),
        (NOVEMBER, 1, 2, 1, True),
        (NOVEMBER, 2, 2, 1, True),
    )
    rows = ask(connection)
    rows = rows[rows["decided"]]
    assert rows["lost"].tolist()[1:] == [1, 0]
    assert rows["gained"].tolist()[1:] == [1, 1]
    assert rows["gained"].isna().tolist() == [True, False, False]


def test_names_of_changes_are_as_many_as_the_counts_say(connection):
    replace_content(connection, Programme([1, 2, 3, 4]))
    decide(
        connection,
        (OCTOBER, 1, 4, 2, True),
        (OCTOBER, 2, 4, 0, False),
        (OCTOBER, 4, 4, 4, True),
        (NOVEMBER, 1, 4, 1, False),
        (NOVEMBER, 2, 4, 2, True),
        (NOVEMBER, 3, 2, 2, True),
    )
    asked = (NOVEMBER, OCTOBER, COMING, TODAY, DECK_RULES)
    named = changes_at(connection, EVERYTHING, NO_FILTERS, *asked)
    assert dict(zip(named["partner_id"], named["held"], strict=True)) == {
        1: False,
        2: True,
        3: True,
        4: False,
    }
    counted = ask(connection)[lambda rows: rows["decided"]].iloc[-1]
    assert counted["gained"] == named["held"].sum()
    assert counted["lost"] == (~named["held"]).sum()
    first = named.set_index("partner_id").loc[1]
    assert first[["delivered_before", "base_before", "delivered", "base"]].tolist() == [2, 4, 1, 4]
    nobody = changes_at(connection, Scope(), NO_FILTERS, *asked)
    assert nobody.empty
    assert nobody.dtypes.astype(str).to_dict() == CHANGE_COLUMNS


def test_segments_of_an_evaluation_add_up_to_the_whole(connection):
    replace_content(connection, Programme([1, 2, 3]))
    connection.execute(partner.update().where(partner.c.id == 2).values(tier="gold"))
    decide(
        connection,
        (OCTOBER, 1, 12, 6, True),
        (OCTOBER, 2, 3, 0, False),
        (NOVEMBER, 1, 60, 3, False),
        (NOVEMBER, 2, 3, 3, True),
        (NOVEMBER, 3, 0, 0, False),
    )
    counts = [name for name in COUNTS if name not in ("gained", "lost")]
    whole = ask(connection)
    assert whole[["gained", "lost"]].to_numpy().tolist()[1:] == [[1, 1], [0, 1], [0, 0]]
    for cut in Cut:
        parts = ask(connection, cut)
        added = parts.groupby("evaluated_on", as_index=False)[counts].sum()
        pd.testing.assert_frame_equal(added, whole[["evaluated_on", *counts]], check_dtype=False)
        assert parts[["gained", "lost"]].isna().all(axis=None), "known of the whole alone"
        assert parts.dtypes.astype(str).to_dict() == ADOPTION_COLUMNS
    tiers = ask(connection, Cut.TIER).set_index(["evaluated_on", "segment"])["holders"]
    assert tiers[pd.Timestamp(NOVEMBER), "gold"] == 1
    sizes = ask(connection, Cut.SIZE).set_index(["evaluated_on", "segment"])["base"]
    assert sizes[pd.Timestamp(NOVEMBER), "50+"] == 60
    assert sizes[pd.Timestamp(NOVEMBER), "1-9"] == 3


def test_members_are_those_who_had_joined_and_not_left(connection):
    replace_content(connection, Programme([1, 2, 3, 4]))
    for number, joined, left in (
        (1, None, None),
        (2, NOVEMBER, None),
        (3, SEPTEMBER, NOVEMBER),
        (4, DECEMBER, None),
    ):
        row = partner.update().where(partner.c.id == number)
        connection.execute(row.values(joined_on=joined, left_on=left))
    decide(connection, (OCTOBER, 1, 1, 1, True), (NOVEMBER, 1, 1, 1, True))
    assert ask(connection)["members"].tolist() == [2, 2, 3, 3]


def test_a_portfolio_counts_its_own_partners_only(connection):
    replace_content(connection, Programme([1, 2, 3]))
    decide(connection, (NOVEMBER, 1, 5, 5, True), (NOVEMBER, 2, 7, 7, True))
    own = Scope(Sight.PORTFOLIO, "manager1@example.test")
    row = ask(connection, scope=own).iloc[0]
    assert (row["members"], row["base"]) == (2, 5)
    nobody = ask(connection, scope=Scope())
    assert nobody.empty
    assert nobody.dtypes.astype(str).to_dict() == ADOPTION_COLUMNS


def test_the_size_filter_goes_by_the_base_of_the_next_evaluation(connection):
    bought = dt.date(2026, 1, 15)
    key = {"partner_id": 1, "kind": "commercial", "purchased_on": bought, "activated_on": bought}
    replace_content(connection, Programme([1, 2], [{"id": i, **key} for i in (1, 2)]))
    decide(connection, (NOVEMBER, 1, 2, 1, True), (NOVEMBER, 2, 40, 30, True))
    assert ask(connection, filters=Filters(size=BaseSize.FEW))["base"].tolist() == [2, 2, 2]
    assert ask(connection, filters=Filters(size=BaseSize.MANY)).empty


def test_a_coming_evaluation_is_needed(connection):
    with pytest.raises(ValueError, match="at least one"):
        ask(connection, coming=())


def test_version_changes_are_told_by_the_records_and_the_first_version_is_none(connection):
    programme = Programme([1], [], [], [])
    bought = dt.date(2026, 1, 15)
    key = {"partner_id": 1, "kind": "commercial", "purchased_on": bought, "activated_on": bought}
    delivery = {"project_id": 1, "partner_id": 1, "delivered_on": bought, "status": "accepted"}
    programme.keys.append({"id": 1, **key})
    programme.projects.append({"id": 1, "license_key_id": 1})
    programme.deliveries += [{"id": i, **delivery} for i in (1, 2, 3)]
    replace_content(connection, programme)
    empty = version_changes(connection, EVERYTHING)
    assert empty.empty
    assert empty.dtypes.astype(str).to_dict() == VERSION_COLUMNS
    decide(connection, (SEPTEMBER, 1, 1, 1, True), version="r1")
    decide(connection, (OCTOBER, 1, 1, 1, True), (NOVEMBER, 1, 1, 1, True), version="r2")
    connection.execute(
        survey.insert(),
        [
            {"id": i, "delivery_id": i, "completed_on": day, "questionnaire_version": version}
            for i, day, version in (
                (1, dt.date(2026, 2, 1), 1),
                (2, dt.date(2026, 6, 5), 2),
                (3, dt.date(2026, 6, 9), 2),
            )
        ],
    )
    found = version_changes(connection, EVERYTHING)
    assert found["day"].dt.date.tolist() == [dt.date(2026, 6, 5), OCTOBER]
    assert found["kind"].tolist() == ["questionnaire", "rules"]
    assert found["version"].tolist() == ["2", "r2"]
