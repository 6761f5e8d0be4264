"""Partners beside their peers: counts on both engines against plain Python, and who is named."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from metrics.anonymity import ENOUGH_OTHERS, rounded
from metrics.recommendation import IndexMapping
from program.period import Period
from program.rules import DECK_RULES
from queries.filters import BaseSize, Filters
from queries.peers import (
    COUNTS,
    OWN_COUNTS,
    PEER_COLUMNS,
    Measured,
    peer_counts,
    spans,
    together,
)
from queries.scope import EVERYTHING, Scope, Sight
from tests.survey_programmes import (
    CURRENT,
    REGIONS,
    TODAY,
    replace_survey_content,
    survey_programmes,
)

GENERATED = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EVALUATION = dt.date(2026, 12, 1)
PERIOD = Filters(survey_from=CURRENT[0], survey_to=CURRENT[1])
MEASURES = (
    Measured("recommend_partner"),
    Measured("recommend_partner", 10, IndexMapping.CLASSIC),
    Measured("design", mapping=IndexMapping.BALANCED),
)
CUTS = (
    Filters(),
    PERIOD,
    Filters(survey_from=CURRENT[0], survey_to=CURRENT[1], tier="gold", region="RU-MOW"),
    Filters(size=BaseSize.FEW),
    Filters(manager_email="manager0@example.test"),
)
GOOD_FROM = {5: 4, 10: 9}
PROMOTER_AND_CRITIC = {"strict": (5, 3), "balanced": (5, 2), "classic": (9, 6)}


def asked(connection, scope, filters, measured=MEASURES[0]):
    return peer_counts(connection, scope, filters, measured, EVALUATION, TODAY, DECK_RULES)


def base_of(rows, partner_id):
    """Keys of the window of 1 December 2026; the generated ones are commercial and active."""
    start, end = dt.date(2025, 10, 1), dt.date(2026, 10, 1)
    return sum(
        k["partner_id"] == partner_id and start <= k["purchased_on"] < end
        for k in rows["license_key"]
    )


def in_group(rows, partner, filters):
    region = list(REGIONS)[partner["city_id"] - 1]
    return (
        (filters.tier is None or partner["tier"] == filters.tier)
        and (filters.region is None or region == filters.region)
        and (filters.size is None or 1 <= base_of(rows, partner["id"]) <= 9)
    )


def expected_counts(rows, filters, measured):
    """Counts by partner, row by row from the lists, sharing no code with the query."""
    deliveries = {d["id"]: d["partner_id"] for d in rows["delivery"]}
    surveys = {s["id"]: s for s in rows["survey"]}
    scale_of = {1: 5, 2: 10 if measured.question == "recommend_partner" else 5}
    first, last = filters.survey_from or dt.date.min, filters.survey_to or TODAY
    if filters.survey_from:
        recent, before = (first, last), (dt.date(2025, 7, 1), dt.date(2025, 12, 31))
    else:
        recent = (dt.date(2025, 11, 15), TODAY)
        before = (dt.date(2024, 11, 15), dt.date(2025, 11, 14))
    promoter, critic = PROMOTER_AND_CRITIC[measured.mapping]
    counts: dict[int, Counter] = {}
    for answer in rows["answer"]:
        survey = surveys[answer["survey_id"]]
        if answer["question_code"] != measured.question:
            continue
        if scale_of[survey["questionnaire_version"]] != measured.scale_max:
            continue
        own = counts.setdefault(deliveries[survey["delivery_id"]], Counter())
        for prefix, (start, end) in (
            ("", (first, last)), ("recent_", recent), ("before_", before)
        ):  # fmt: skip
            if start <= survey["completed_on"] <= end:
                own[f"{prefix}n"] += 1
                own[f"{prefix}good"] += answer["score"] >= GOOD_FROM[measured.scale_max]
                own[f"{prefix}promoters"] += answer["score"] >= promoter
                own[f"{prefix}critics"] += answer["score"] <= critic
    partners = {p["id"]: p for p in rows["partner"]}
    return {
        number: own
        for number, own in counts.items()
        if own["n"] and in_group(rows, partners[number], filters)
    }


def test_both_engines_count_answers_by_partner_as_plain_python_does(both_engines):
    @GENERATED
    @given(survey_programmes())
    def agree(rows):
        for connection in both_engines:
            replace_survey_content(connection, rows)
        for filters in CUTS:
            for measured in MEASURES:
                frames = [asked(c, EVERYTHING, filters, measured) for c in both_engines]
                pd.testing.assert_frame_equal(*frames)
                assert frames[0].dtypes.astype(str).to_dict() == PEER_COLUMNS
                expected = expected_counts(rows, filters, measured)
                assert frames[0]["partner_id"].tolist() == sorted(expected)
                assert set(frames[0]["partners"]) <= {1}
                for row in frames[0].to_dict("records"):
                    own = expected[row["partner_id"]]
                    assert {n: row[n] for n in (*COUNTS, *OWN_COUNTS)} == {
                        n: own[n] for n in (*COUNTS, *OWN_COUNTS)
                    }

    agree()


def programme_of(managers, good=lambda number: number % 3):
    """A programme with one partner for each of ``managers``, each with three answers."""
    partners = [
        {"id": i, "name": f"Студия {i}", "city_id": 1, "tier": "gold", "manager_email": email}
        for i, email in enumerate(managers, start=1)
    ]
    rows = {"partner": partners, "license_key": [], "project": [], "delivery": [],
            "survey": [], "answer": [], "contact_attempt": []}  # fmt: skip
    day = dt.date(2026, 3, 1)
    for number in range(1, 3 * len(partners) + 1):
        owner = (number - 1) // 3 + 1
        rows["license_key"].append(
            {"id": number, "key_md5": f"{number:032x}", "partner_id": owner, "edition": "start",
             "kind": "commercial", "purchased_on": day, "activated_on": day}
        )  # fmt: skip
        rows["project"].append(
            {"id": number, "license_key_id": number, "name": "п", "site": "s", "client_name": "к"}
        )
        rows["delivery"].append(
            {"id": number, "project_id": number, "partner_id": owner, "delivered_on": day,
             "status": "accepted", "tests_total": 0, "tests_passed_auto": 0,
             "tests_passed_manual": 0, "tests_failed": 0, "tests_skipped": 0}
        )  # fmt: skip
        rows["survey"].append(
            {"id": number, "delivery_id": number, "completed_on": day,
             "questionnaire_version": 1, "comment": None}
        )  # fmt: skip
        rows["answer"].append(
            {"survey_id": number, "question_code": "recommend_partner",
             "score": 5 if (number - 1) % 3 < good(owner) else 1}
        )  # fmt: skip
    return rows


MINE, THEIRS = "manager0@example.test", "manager1@example.test"
MY_PORTFOLIO = Scope(Sight.PORTFOLIO, MINE)


@pytest.fixture(params=["duckdb", "postgres"])
def connection(request):
    return request.getfixturevalue(f"{request.param}_connection")


def test_a_manager_sees_own_partners_by_name_and_the_others_only_as_counts(connection):
    replace_survey_content(connection, programme_of([MINE, MINE, *[THEIRS] * 12]))
    rows = asked(connection, MY_PORTFOLIO, PERIOD)
    named, others = rows[rows["partner_id"].notna()], rows[rows["partner_id"].isna()]
    assert named["name"].tolist() == ["Студия 1", "Студия 2"]
    assert others["partners"].sum() == 12
    texts = ["name", "city", "region_ru", "region_en", "tier", "manager_email", "manager"]
    assert set(others[texts].to_numpy().ravel()) == {""}
    assert len(others) == len(others[["n", "good"]].drop_duplicates())
    assert not others[list(OWN_COUNTS)].to_numpy().any()


def test_others_together_are_complete_though_nobody_is_named(connection):
    replace_survey_content(connection, programme_of([MINE, MINE, *[THEIRS] * 12]))
    mine, all_named = asked(connection, MY_PORTFOLIO, PERIOD), asked(connection, EVERYTHING, PERIOD)
    for count in COUNTS:
        assert (mine[count] * mine["partners"]).sum() == all_named[count].sum()


def test_own_counts_are_told_exactly_and_the_others_rounded_part_by_part(connection):
    replace_survey_content(connection, programme_of([MINE, MINE, *[THEIRS] * 12]))
    exact = together(asked(connection, EVERYTHING, PERIOD))
    told = together(asked(connection, MY_PORTFOLIO, PERIOD))
    # Of the two own partners 3 of 6 answers are good, of the twelve others 12 of 36.
    assert exact == {"n": 42, "good": 15, "promoters": 15, "critics": 27}
    good, bad = rounded([12, 24])
    assert told == {"n": 6 + good + bad, "good": 3 + good, "promoters": 3 + good,
                    "critics": 3 + bad}  # fmt: skip


def test_nine_others_are_too_few_to_be_shown_even_without_names(connection):
    replace_survey_content(connection, programme_of([MINE, *[THEIRS] * (ENOUGH_OTHERS - 1)]))
    rows = asked(connection, MY_PORTFOLIO, PERIOD)
    assert rows["name"].tolist() == ["Студия 1"]


def test_a_scope_that_was_not_filled_in_sees_neither_names_nor_counts(connection):
    replace_survey_content(connection, programme_of([MINE, *[THEIRS] * 12]))
    rows = asked(connection, Scope(), PERIOD)
    assert rows.empty
    assert rows.dtypes.astype(str).to_dict() == PEER_COLUMNS


def test_the_portfolio_filter_leaves_the_peer_group_whole(connection):
    replace_survey_content(connection, programme_of([MINE, *[THEIRS] * 3]))
    portfolio = Filters(survey_from=CURRENT[0], survey_to=CURRENT[1], manager_email=MINE)
    pd.testing.assert_frame_equal(
        asked(connection, EVERYTHING, portfolio), asked(connection, EVERYTHING, PERIOD)
    )


def test_for_all_time_the_latest_year_stands_beside_the_year_before():
    assert spans(Filters(), TODAY).recent == Period(dt.date(2025, 11, 15), TODAY)
    assert spans(Filters(), TODAY).before == Period(dt.date(2024, 11, 15), dt.date(2025, 11, 14))


def test_a_chosen_period_is_compared_with_the_one_just_before():
    chosen = spans(PERIOD, TODAY)
    assert (chosen.recent.first, chosen.recent.last) == CURRENT
    assert not chosen.recent.overlaps(chosen.before)
    assert chosen.before == Period(dt.date(2025, 7, 1), dt.date(2025, 12, 31))


def test_no_period_reaches_beyond_the_data():
    assert (
        spans(Filters(survey_from=CURRENT[0], survey_to=dt.date(2030, 1, 1)), TODAY).last == TODAY
    )


def test_a_mapping_of_another_scale_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        Measured("recommend_partner", 10)
