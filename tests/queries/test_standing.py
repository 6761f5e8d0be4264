from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from metrics.points import awards_alive
from program.rules import DECK_RULES
from program.schema import city, competence_evaluation, partner, region
from queries.filters import NO_FILTERS, BaseSize, Filters
from queries.scope import EVERYTHING, Scope, Sight
from queries.standing import (
    REGION_COLUMNS,
    STANDING_COLUMNS,
    At,
    Totals,
    partner_standing,
    region_history,
    region_standing,
    standing_totals,
)
from tests.oracle import Programme, evaluate
from tests.programmes import EVALUATIONS, programmes, replace_content
from tests.queries.test_points import deliveries_of

TODAY = dt.date(2026, 11, 23)
SEPTEMBER, OCTOBER, NOVEMBER = (dt.date(2026, month, 1) for month in (9, 10, 11))
DECEMBER = dt.date(2026, 12, 1)


def at(day=NOVEMBER, *, stored=True, today=TODAY) -> At:
    return At(day, today, DECK_RULES, stored)


def decide(connection, *rows):
    names = ("evaluated_on", "partner_id", "base", "delivered", "held")
    connection.execute(
        competence_evaluation.insert(),
        [dict(zip(names, row, strict=True)) | {"rules_version": "r"} for row in rows],
    )


def move_to_second_region(connection, *numbers):
    connection.execute(
        region.insert(),
        [{"code": "KZ-ALA", "name_ru": "Алматы", "name_en": "Almaty", "country": "KZ"}],
    )
    connection.execute(city.insert(), [{"id": 2, "name_ru": "Алматы", "region_code": "KZ-ALA"}])
    connection.execute(partner.update().where(partner.c.id.in_(numbers)).values(city_id=2))


@pytest.fixture(params=["duckdb", "postgres"])
def connection(request):
    return request.getfixturevalue(f"{request.param}_connection")


def test_partners_and_regions_on_both_engines_agree_with_plain_python(both_engines):
    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(programmes())
    def agree(drawn):
        programme, today = drawn
        for evaluated_on in (EVALUATIONS[0], EVALUATIONS[-1]):
            looked_at = at(evaluated_on, stored=False, today=today)
            one_by_one, by_region = [], []
            for connection in both_engines:
                replace_content(connection, programme)
                move_to_second_region(connection, 2)
                asked = (connection, EVERYTHING, NO_FILTERS, looked_at)
                one_by_one.append(partner_standing(*asked))
                by_region.append(region_standing(*asked))
            pd.testing.assert_frame_equal(*one_by_one)
            pd.testing.assert_frame_equal(*by_region)
            rows = one_by_one[0].set_index("partner_id")
            start, end = looked_at.delivery_year
            alive = awards_alive(deliveries_of(programme), today)["partner_id"].value_counts()
            for number in programme.partner_ids:
                said = evaluate(programme, number, evaluated_on, today)
                row = rows.loc[number]
                for name in ("base", "delivered", "pending_activation", "held"):
                    assert row[name] == said[name]
                assert row["deliveries"] == sum(
                    d["partner_id"] == number
                    and d["status"] == "accepted"
                    and start <= d["delivered_on"] < end
                    for d in programme.deliveries
                )
                assert row["alive"] == alive.get(number, 0)
                assert pd.isna(row["held_since"])
            totals = by_region[0].set_index("region")
            for code, some in rows.groupby("region_code"):
                for name in ("base", "delivered", "pending_activation", "deliveries"):
                    assert totals.loc[code, name] == some[name].sum()
                assert totals.loc[code, "holders"] == some["held"].sum()
                assert totals.loc[code, "with_base"] == (some["base"] > 0).sum()
                assert totals.loc[code, "partners"] == len(some)
            assert totals["base"].sum() == rows["base"].sum()

    agree()


def test_a_stored_decision_stands_whatever_the_records_say(connection):
    replace_content(connection, Programme([1, 2, 3]))
    decide(
        connection,
        (SEPTEMBER, 1, 4, 2, True),
        (SEPTEMBER, 2, 4, 2, True),
        (OCTOBER, 1, 4, 1, False),
        (OCTOBER, 2, 4, 2, True),
        (NOVEMBER, 1, 4, 2, True),
        (NOVEMBER, 2, 4, 2, True),
    )
    rows = partner_standing(connection, EVERYTHING, NO_FILTERS, at()).set_index("partner_id")
    assert rows["held"].tolist() == [True, True, False]
    assert rows["base"].tolist() == [4, 4, 0]
    assert rows["held_since"].dt.date.tolist()[:2] == [NOVEMBER, SEPTEMBER]
    assert pd.isna(rows.loc[3, "held_since"])
    early = partner_standing(connection, EVERYTHING, NO_FILTERS, at(SEPTEMBER))
    assert early["held_since"].dt.date.tolist()[:2] == [SEPTEMBER, SEPTEMBER]


def test_the_first_partners_and_the_totals_are_those_of_the_whole_list(both_engines):
    for connection in both_engines:
        replace_content(connection, Programme([1, 2, 3, 4]))
        decide(
            connection,
            (OCTOBER, 1, 4, 1, False),
            (OCTOBER, 2, 4, 2, True),
            (NOVEMBER, 1, 4, 2, True),
            (NOVEMBER, 2, 4, 2, True),
            (NOVEMBER, 3, 40, 2, True),
        )
        left = partner.update().where(partner.c.id == 2).values(left_on=OCTOBER)
        connection.execute(left)
        for stored in (True, False):
            asked = (connection, EVERYTHING, NO_FILTERS, at(stored=stored))
            whole = partner_standing(*asked)
            for most in (1, 2, 9):
                first = partner_standing(*asked, most)
                pd.testing.assert_frame_equal(first, whole.head(most))
            member, held = whole["is_member"], whole["held"]
            told = Totals(len(whole), *map(int, (member.sum(), held.sum(), (member & held).sum())))
            assert standing_totals(*asked) == told
        few = standing_totals(connection, EVERYTHING, Filters(size=BaseSize.FEW), at())
        assert few == Totals(partners=2, members=1, holders=2, entitled=1)
        assert standing_totals(connection, Scope(), NO_FILTERS, at()) == Totals(0, 0, 0, 0)


def test_a_region_without_partners_stays_on_the_map_with_nothing(connection):
    replace_content(connection, Programme([1]))
    move_to_second_region(connection)
    rows = region_standing(connection, EVERYTHING, NO_FILTERS, at())
    assert rows["region"].tolist() == ["KZ-ALA", "RU-MOW"]
    assert rows["partners"].tolist() == [0, 1]
    assert rows.dtypes.astype(str).to_dict() == REGION_COLUMNS
    unseen = region_standing(connection, Scope(), NO_FILTERS, at())
    assert unseen["partners"].tolist() == [0, 0]
    nobody = partner_standing(connection, Scope(), NO_FILTERS, at())
    assert nobody.empty
    assert nobody.dtypes.astype(str).to_dict() == STANDING_COLUMNS


def test_the_size_filter_goes_by_the_base_of_the_evaluation_itself(connection):
    replace_content(connection, Programme([1, 2, 3]))
    decide(connection, (NOVEMBER, 1, 4, 2, True), (NOVEMBER, 2, 40, 2, False))
    few = partner_standing(connection, EVERYTHING, Filters(size=BaseSize.FEW), at())
    assert few["partner_id"].tolist() == [1]
    some = region_standing(connection, EVERYTHING, Filters(size=BaseSize.SOME), at())
    assert some["base"].tolist() == [40]


def test_who_has_left_is_no_member_of_the_programme(connection):
    replace_content(connection, Programme([1, 2]))
    connection.execute(partner.update().where(partner.c.id == 2).values(left_on=OCTOBER))
    rows = partner_standing(connection, EVERYTHING, NO_FILTERS, at())
    assert rows["is_member"].tolist() == [True, False]
    assert region_standing(connection, EVERYTHING, NO_FILTERS, at())["partners"].tolist() == [1]
    before = partner_standing(connection, EVERYTHING, NO_FILTERS, at(SEPTEMBER))
    assert before["is_member"].all()


def test_history_of_a_region_adds_up_its_stored_decisions(connection):
    replace_content(connection, Programme([1, 2, 3]))
    move_to_second_region(connection, 3)
    decide(
        connection,
        (SEPTEMBER, 1, 1, 1, True),
        (OCTOBER, 1, 4, 1, False),
        (OCTOBER, 2, 4, 2, True),
        (OCTOBER, 3, 9, 9, True),
        (NOVEMBER, 3, 9, 0, False),
    )
    rows = region_history(connection, EVERYTHING, NO_FILTERS, OCTOBER, at())
    assert rows["region"].tolist() == ["KZ-ALA", "KZ-ALA", "RU-MOW"]
    assert rows["holders"].tolist() == [1, 0, 1]
    assert rows["base"].tolist() == [9, 9, 8]
    own = Scope(Sight.PORTFOLIO, "manager0@example.test")
    assert region_history(connection, own, NO_FILTERS, OCTOBER, at())["base"].tolist() == [4]
    many = Filters(size=BaseSize.MANY)
    assert region_history(connection, EVERYTHING, many, OCTOBER, at()).empty
