from __future__ import annotations

import datetime as dt
from collections import Counter

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.anonymity import ENOUGH_OTHERS
from metrics.beside import COLUMNS, Beside, answers_beside
from program.period import Period
from program.rules import DECK_RULES
from queries.answers import (
    Segments,
    Side,
    answer_counts,
    answer_matrix,
    answers_by_region,
    answers_of_partner,
    answers_with_outcome,
    compared_answers,
    partners_surveyed,
)
from queries.comments import (
    Critical,
    Page,
    commented_surveys,
    critical_answers,
    surveys_of_partner,
)
from queries.facts import refresh_facts
from queries.filters import BaseSize, Filters
from queries.questionnaire import questionnaires
from queries.response import response_counts
from queries.scope import EVERYTHING, Scope, Sight
from queries.survey import (
    NO_ANSWER,
    RECOMMENDATION_COLUMNS,
    Dimension,
    Sizing,
    recommendation_by_segment,
    recommendation_counts,
)
from tests.queries.test_peers import programme_of
from tests.survey_programmes import (
    CODES,
    CURRENT,
    PREVIOUS,
    QUESTIONS,
    REGIONS,
    SINCE,
    TODAY,
    replace_survey_content,
    survey_programmes,
)

GENERATED = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SIZING = Sizing(dt.date(2026, 12, 1), TODAY, DECK_RULES)
PERIOD = Filters(survey_from=CURRENT[0], survey_to=CURRENT[1])
BEFORE = Period(*PREVIOUS)
CUTS = (
    PERIOD,
    Filters(survey_from=CURRENT[0], survey_to=CURRENT[1], tier="gold", region="RU-MOW"),
    Filters(survey_from=CURRENT[0], survey_to=CURRENT[1], size=BaseSize.FEW),
    Filters(),
)


class Oracle:
    """Everything counted row by row from the lists, sharing no code with the queries."""

    def __init__(self, rows, filters, manager=None):
        self.rows, self.filters = rows, filters
        self.partners = {p["id"]: p for p in rows["partner"]}
        self.deliveries = {d["id"]: d for d in rows["delivery"]}
        self.manager = manager

    def base(self, partner_id):
        start, end = dt.date(2025, 10, 1), dt.date(2026, 10, 1)
        return sum(
            k["partner_id"] == partner_id and start <= k["purchased_on"] < end
            for k in self.rows["license_key"]
        )

    def region(self, partner_id):
        return list(REGIONS)[self.partners[partner_id]["city_id"] - 1]

    def chosen(self, delivery_id, filters=None):
        filters = filters or self.filters
        delivery = self.deliveries[delivery_id]
        partner_id = delivery["partner_id"]
        partner = self.partners[partner_id]
        low, high = filters.size.bounds if filters.size else (0, None)
        return (
            delivery["status"] == "accepted"
            and filters.tier in (None, partner["tier"])
            and filters.region in (None, self.region(partner_id))
            and self.manager in (None, partner["manager_email"])
            and low <= self.base(partner_id) <= (high or 10**9)
        )

    def part(self, day):
        if self.filters.survey_from is None or CURRENT[0] <= day <= CURRENT[1]:
            return "current"
        return "previous" if PREVIOUS[0] <= day <= PREVIOUS[1] else "other"

    def looked_at(self, day):
        if self.filters.survey_from is None:
            return True
        return SINCE <= day <= CURRENT[1]

    def surveys(self, *, current_only=False, filters=None):
        for survey in self.rows["survey"]:
            day = survey["completed_on"]
            if not self.looked_at(day) or not self.chosen(survey["delivery_id"], filters):
                continue
            if not current_only or self.part(day) == "current":
                yield survey

    def scores(self, survey):
        given_ = {
            a["question_code"]: a["score"]
            for a in self.rows["answer"]
            if a["survey_id"] == survey["id"]
        }
        return {code: given_.get(code, NO_ANSWER) for code in CODES}

    def partner_of(self, survey):
        return self.deliveries[survey["delivery_id"]]["partner_id"]


def month(day):
    return pd.Timestamp(day.year, day.month, 1)


def counted(frame, *keys):
    assert not frame.duplicated(list(keys)).any()
    value = next(name for name in ("answers", "surveys", "contacts") if name in frame)
    return {tuple(row[key] for key in keys): row[value] for row in frame.to_dict("records")}


def on_both(both_engines, check):
    """Run ``check(connection, rows, filters)`` on generated data; both engines answer alike."""

    @GENERATED
    @given(survey_programmes(), st.sampled_from(CUTS))
    def alike(rows, filters):
        frames = []
        for connection in both_engines:
            replace_survey_content(connection, rows)
            frames.append(check(connection, rows, filters))
        pd.testing.assert_frame_equal(*frames)

    alike()


def test_pairs_of_the_same_respondent_agree_with_plain_python_on_both_engines(both_engines):
    def check(connection, rows, filters):
        frame = recommendation_counts(connection, EVERYTHING, filters, BEFORE, SINCE, SIZING)
        oracle = Oracle(rows, filters)
        expected = Counter()
        for survey in oracle.surveys():
            scores, day = oracle.scores(survey), survey["completed_on"]
            expected[
                survey["questionnaire_version"], month(day), oracle.part(day),
                scores["recommend_partner"], scores["recommend_platform"],
            ] += 1  # fmt: skip
        assert counted(frame, *list(RECOMMENDATION_COLUMNS)[:-1]) == expected
        return frame

    on_both(both_engines, check)


@pytest.mark.parametrize("dimension", list(Dimension))
def test_segments_agree_with_plain_python_on_both_engines(both_engines, dimension):
    def segment_of(oracle, survey):
        partner_id = oracle.partner_of(survey)
        partner = oracle.partners[partner_id]
        delivery = oracle.deliveries[survey["delivery_id"]]
        base = oracle.base(partner_id)
        return {
            Dimension.REGION: oracle.region(partner_id),
            Dimension.TIER: partner["tier"],
            Dimension.MANAGER: partner["manager_email"],
            Dimension.EDITION: oracle.rows["license_key"][delivery["project_id"] - 1]["edition"],
            Dimension.SIZE: "" if base == 0 else "1-9",
        }[dimension]

    def check(connection, rows, filters):
        frame = recommendation_by_segment(connection, EVERYTHING, filters, dimension, SIZING)
        oracle = Oracle(rows, filters)
        expected = Counter()
        for survey in oracle.surveys(current_only=True):
            scores = oracle.scores(survey)
            expected[
                segment_of(oracle, survey), survey["questionnaire_version"],
                scores["recommend_partner"], scores["recommend_platform"],
            ] += 1  # fmt: skip
        keys = ("segment", "version", "partner_score", "platform_score")
        assert counted(frame, *keys) == expected
        return frame

    on_both(both_engines, check)


def test_answers_and_missing_ones_add_up_to_the_surveys_on_both_engines(both_engines):
    def check(connection, rows, filters):
        frame = answer_counts(connection, EVERYTHING, filters, BEFORE, SINCE, SIZING)
        oracle = Oracle(rows, filters)
        expected = Counter()
        for survey in oracle.surveys():
            day = survey["completed_on"]
            for code, score in oracle.scores(survey).items():
                version = survey["questionnaire_version"]
                expected[month(day), oracle.part(day), version, code, score] += 1
        assert counted(frame, "month", "part", "version", "code", "score") == expected
        surveys = sum(1 for _ in oracle.surveys())
        assert (frame.groupby("code")["answers"].sum() == surveys).all()
        return frame

    on_both(both_engines, check)


@pytest.mark.parametrize(
    "segments",
    [
        Segments(Dimension.REGION, "RU-MOW"),
        Segments(Dimension.REGION, "RU-MOW", "RU-TA"),
        Segments(Dimension.TIER, "gold"),
        Segments(Dimension.MANAGER, "manager0@example.test"),
    ],
)
def test_sides_of_a_comparison_are_disjoint_and_right_on_both_engines(both_engines, segments):
    def side_of(oracle, survey):
        partner_id = oracle.partner_of(survey)
        value = {
            Dimension.REGION: oracle.region(partner_id),
            Dimension.TIER: oracle.partners[partner_id]["tier"],
            Dimension.MANAGER: oracle.partners[partner_id]["manager_email"],
        }[segments.dimension]
        if value == segments.first:
            return Side.FIRST
        return Side.SECOND if segments.second in (None, value) else None

    def check(connection, rows, filters):
        frame = compared_answers(connection, EVERYTHING, filters, segments, SIZING)
        oracle = Oracle(rows, filters)
        expected = Counter()
        for survey in oracle.surveys(current_only=True, filters=segments.lifted(filters)):
            if (side := side_of(oracle, survey)) is None:
                continue
            for code, score in oracle.scores(survey).items():
                expected[side, survey["questionnaire_version"], code, score] += 1
        assert counted(frame, "side", "version", "code", "score") == expected
        return frame

    on_both(both_engines, check)


def test_pairs_with_the_outcome_and_the_matrix_tell_the_same_on_both_engines(both_engines):
    def check(connection, rows, filters):
        pairs = answers_with_outcome(connection, EVERYTHING, filters, "recommend_partner", SIZING)
        matrix = answer_matrix(connection, EVERYTHING, filters, [1, 2], CODES, SIZING)
        oracle = Oracle(rows, filters)
        expected, lines = Counter(), []
        for survey in oracle.surveys(current_only=True):
            scores = oracle.scores(survey)
            lines.append([scores[code] for code in CODES])
            for code, score in scores.items():
                if code != "recommend_partner" and NO_ANSWER not in (
                    score, scores["recommend_partner"],
                ):  # fmt: skip
                    version = survey["questionnaire_version"]
                    expected[version, code, score, scores["recommend_partner"]] += 1
        assert counted(pairs, "version", "code", "score", "outcome") == expected
        assert matrix.to_numpy().tolist() == lines
        return pairs

    on_both(both_engines, check)


def test_contact_ends_as_its_latest_attempt_did_on_both_engines(both_engines):
    def check(connection, rows, filters):
        frame = response_counts(connection, EVERYTHING, filters, BEFORE, SINCE, SIZING)
        oracle = Oracle(rows, filters)
        expected = Counter()
        for delivery_id in oracle.deliveries:
            attempts = [a for a in rows["contact_attempt"] if a["delivery_id"] == delivery_id]
            if not attempts or not oracle.chosen(delivery_id):
                continue
            last = max(attempts, key=lambda a: (a["attempted_on"], a["id"]))
            day = last["attempted_on"]
            if oracle.looked_at(day):
                expected[month(day), oracle.part(day), last["outcome"]] += 1
        assert counted(frame, "month", "part", "outcome") == expected
        return frame

    on_both(both_engines, check)


def test_critical_answers_and_comments_are_paged_without_gaps_on_both_engines(both_engines):
    critical = Critical("recommend_partner", (1,), 3)

    def check(connection, rows, filters):
        oracle = Oracle(rows, filters)
        latest_first = sorted(
            oracle.surveys(current_only=True), key=lambda s: (s["completed_on"], s["id"])
        )[::-1]
        critics = [
            s["id"]
            for s in latest_first
            if s["questionnaire_version"] == 1 and 1 <= oracle.scores(s)["recommend_partner"] <= 3
        ]
        commented = [s["id"] for s in latest_first if s["comment"]]
        found = _all_pages(
            lambda page: critical_answers(connection, EVERYTHING, filters, critical, SIZING, page)
        )
        said = _all_pages(
            lambda page: commented_surveys(connection, EVERYTHING, filters, SIZING, page)
        )
        assert [int(name.split()[1]) for name in found["project"]] == critics
        assert said["comment"].tolist() == [f"Отзыв {number}" for number in commented]
        assert (said["total"] == len(commented)).all()
        assert (found["total"] == len(critics)).all()
        return pd.concat([found, said], ignore_index=True)

    on_both(both_engines, check)


def _all_pages(ask):
    pages, number = [], 0
    while True:
        page = ask(Page(number, 2))
        pages.append(page)
        if len(page) < 2:
            return pd.concat(pages, ignore_index=True)
        number += 1


def answers_beside_others(connection, scope, partner_id, region, period):
    return answers_beside(
        answers_of_partner(connection, scope, partner_id, period),
        answers_by_region(connection, scope, period),
        partners_surveyed(connection, scope, period),
        region,
        own_is_counted=scope.sight is not Sight.PORTFOLIO,
    )


def test_card_sets_a_partner_against_disjoint_others_on_both_engines(both_engines):
    def check(connection, rows, _filters):
        oracle = Oracle(rows, Filters())
        mine = rows["partner"][0]
        region = oracle.region(mine["id"])
        frame = answers_beside_others(
            connection, EVERYTHING, mine["id"], region, Period(SINCE, CURRENT[1])
        )
        expected, partners = Counter(), {}
        if frame.empty:  # nothing to set beside the others
            assert not any(
                oracle.partner_of(survey) == mine["id"]
                and SINCE <= survey["completed_on"] <= CURRENT[1]
                for survey in oracle.surveys()
            )
            return frame
        for survey in oracle.surveys():
            if not SINCE <= survey["completed_on"] <= CURRENT[1]:
                continue
            partner_id = oracle.partner_of(survey)
            beside = (
                Beside.PARTNER if partner_id == mine["id"]
                else Beside.REGION if oracle.region(partner_id) == region
                else Beside.OTHERS
            )  # fmt: skip
            version = survey["questionnaire_version"]
            # The others are those of the region too.
            for whose in {beside, Beside.OTHERS} if beside is Beside.REGION else {beside}:
                partners.setdefault((whose, version), set()).add(partner_id)
                for code, score in oracle.scores(survey).items():
                    expected[whose, version, code, score] += 1
        assert counted(frame, "beside", "version", "code", "score") == expected
        for row in frame.itertuples():
            assert row.partners == len(partners[row.beside, row.version])
        return frame

    on_both(both_engines, check)


def test_everything_said_about_one_partner_is_listed_on_both_engines(both_engines):
    def check(connection, rows, _filters):
        oracle = Oracle(rows, Filters())
        mine = rows["partner"][0]["id"]
        frame = surveys_of_partner(connection, EVERYTHING, mine, TODAY)
        expected = {
            (s["id"], code): score
            for s in oracle.surveys()
            if oracle.partner_of(s) == mine
            for code, score in oracle.scores(s).items()
        }
        found = {(row.survey_id, row.code): row.score for row in frame.itertuples()}
        assert found == expected
        assert frame["completed_on"].is_monotonic_decreasing
        return frame

    on_both(both_engines, check)


@pytest.fixture(params=["duckdb", "postgres"])
def connection(request):
    return request.getfixturevalue(f"{request.param}_connection")


@pytest.fixture
def one_survey_each(connection):
    """Two partners of different managers with one survey each, completed in the period."""
    delivery = dict.fromkeys(
        (
            "tests_total",
            "tests_passed_auto",
            "tests_passed_manual",
            "tests_failed",
            "tests_skipped",
        ),
        0,
    )
    rows = {
        "partner": [
            {"id": n, "name": f"Студия {n}", "city_id": 1, "tier": "gold",
             "manager_email": f"manager{n}@example.test"} for n in (1, 2)
        ],
        "license_key": [
            {"id": n, "key_md5": f"{n:032x}", "partner_id": n, "edition": "start",
             "kind": "commercial", "purchased_on": dt.date(2026, 1, 1), "activated_on": None}
            for n in (1, 2)
        ],
        "project": [
            {"id": n, "license_key_id": n, "name": f"Проект {n}", "site": "", "client_name": ""}
            for n in (1, 2)
        ],
        "delivery": [
            {"id": n, "project_id": n, "partner_id": n, "delivered_on": dt.date(2026, 1, 2),
             "status": "accepted", **delivery} for n in (1, 2)
        ],
        "survey": [
            {"id": n, "delivery_id": n, "completed_on": CURRENT[0], "questionnaire_version": 1,
             "comment": "Отзыв"} for n in (1, 2)
        ],
        "answer": [{"survey_id": n, "question_code": "goals", "score": 3} for n in (1, 2)],
        "contact_attempt": [
            {"id": n, "delivery_id": n, "attempted_on": CURRENT[0], "outcome": "completed"}
            for n in (1, 2)
        ],
    }  # fmt: skip
    replace_survey_content(connection, rows)
    return connection


MANAGER = Scope(Sight.PORTFOLIO, "manager1@example.test")
QUESTIONS_ASKED = [
    lambda c, s: recommendation_counts(c, s, PERIOD, BEFORE, SINCE, SIZING)["surveys"].sum(),
    lambda c, s: recommendation_by_segment(c, s, PERIOD, Dimension.TIER, SIZING)["surveys"].sum(),
    lambda c, s: answer_counts(c, s, PERIOD, BEFORE, SINCE, SIZING)
    .query("code == 'goals'")["answers"].sum(),
    lambda c, s: len(answer_matrix(c, s, PERIOD, [1], CODES, SIZING)),
    lambda c, s: response_counts(c, s, PERIOD, BEFORE, SINCE, SIZING)["contacts"].sum(),
    lambda c, s: len(commented_surveys(c, s, PERIOD, SIZING, Page())),
    lambda c, s: sum(len(surveys_of_partner(c, s, n, TODAY)) > 0 for n in (1, 2)),
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS_ASKED)
def test_manager_sees_surveys_of_the_own_portfolio_only(one_survey_each, question):
    assert question(one_survey_each, EVERYTHING) == 2
    assert question(one_survey_each, MANAGER) == 1
    assert question(one_survey_each, Scope()) == 0


MINE_AND_THEIRS = [MANAGER.manager_email, "manager2@example.test"]


@pytest.mark.parametrize(
    ("others", "released"), [(ENOUGH_OTHERS, True), (ENOUGH_OTHERS - 1, False)]
)
def test_own_portfolio_is_compared_with_enough_others_but_nobody_elses_is(
    one_survey_each, others, released
):
    mine, theirs = MINE_AND_THEIRS
    replace_survey_content(one_survey_each, programme_of([mine, *[theirs] * others]))

    def sides(scope, first):
        segments = Segments(Dimension.MANAGER, first)
        frame = compared_answers(one_survey_each, scope, PERIOD, segments, SIZING)
        return set(frame["side"])

    both = {Side.FIRST, Side.SECOND}
    assert sides(MANAGER, mine) == (both if released else {Side.FIRST})
    assert sides(EVERYTHING, mine) == both
    assert sides(MANAGER, theirs) == {Side.SECOND}
    assert sides(Scope(), mine) == set()


def test_own_answers_stay_exact_beside_rounded_answers_of_the_others(one_survey_each):
    mine, theirs = MINE_AND_THEIRS
    replace_survey_content(one_survey_each, programme_of([mine, *[theirs] * 12]))
    segments = Segments(Dimension.MANAGER, mine)

    def counts(scope):
        frame = compared_answers(one_survey_each, scope, PERIOD, segments, SIZING)
        said = frame[frame["code"] == "recommend_partner"]
        return said.set_index(["side", "score"])["answers"].to_dict()

    exact, told = counts(EVERYTHING), counts(MANAGER)
    assert exact == {("first", 1): 2, ("first", 5): 1, ("second", 1): 24, ("second", 5): 12}
    assert told == {("first", 1): 2, ("first", 5): 1, ("second", 1): 25, ("second", 5): 10}


def test_a_question_that_few_others_answered_is_not_told(one_survey_each):
    mine, theirs = MINE_AND_THEIRS
    rows = programme_of([mine, *[theirs] * 12])
    rows["answer"] += [
        {"survey_id": number, "question_code": "goals", "score": 1} for number in range(1, 3 * 9)
    ]
    replace_survey_content(one_survey_each, rows)
    segments = Segments(Dimension.MANAGER, mine)
    frame = compared_answers(one_survey_each, MANAGER, PERIOD, segments, SIZING)
    assert set(frame.loc[frame["side"] == Side.SECOND, "code"]) == {"recommend_partner"}
    assert "goals" in set(frame.loc[frame["side"] == Side.FIRST, "code"])


@pytest.mark.parametrize(
    ("others", "released"), [(ENOUGH_OTHERS, True), (ENOUGH_OTHERS - 1, False)]
)
def test_a_card_tells_a_manager_rounded_others_of_enough_partners(
    one_survey_each, others, released
):
    mine, theirs = MINE_AND_THEIRS
    replace_survey_content(one_survey_each, programme_of([mine, mine, *[theirs] * others]))

    def answers(scope):
        frame = answers_beside_others(one_survey_each, scope, 1, "RU-MOW", Period(*CURRENT))
        said = frame[frame["code"] == "recommend_partner"]
        return said.groupby("beside")["answers"].sum().to_dict()

    everybody = 3 * (others + 1)
    assert answers(EVERYTHING) == {"partner": 3, "region": everybody, "others": everybody}
    # Three of the other own partner, and the others' 30 as they are rounded: 20 and 10.
    told = {"region": 33, "others": 33} if released else {}
    assert answers(MANAGER) == {"partner": 3} | told


def test_card_of_a_partner_out_of_scope_tells_nothing(one_survey_each):
    frame = answers_beside_others(one_survey_each, MANAGER, 2, "RU-MOW", Period(*CURRENT))
    assert frame.empty
    assert frame.dtypes.astype(str).to_dict() == COLUMNS


def test_hard_to_say_and_no_answer_are_never_mixed_up(one_survey_each):
    frame = answer_counts(one_survey_each, EVERYTHING, PERIOD, BEFORE, SINCE, SIZING)
    said = frame.set_index(["code", "score"])["answers"]
    assert said["goals"].to_dict() == {3: 2}
    assert said["design"].to_dict() == {NO_ANSWER: 2}


def test_refused_contact_is_no_survey_and_no_missing_answer(one_survey_each):
    from program import schema  # noqa: PLC0415 - only this test writes

    one_survey_each.execute(
        schema.contact_attempt.insert(),
        [{"id": 3, "delivery_id": 1, "attempted_on": CURRENT[1], "outcome": "refused"}],
    )
    refresh_facts(one_survey_each)
    ended = response_counts(one_survey_each, EVERYTHING, PERIOD, BEFORE, SINCE, SIZING)
    asked = answer_counts(one_survey_each, EVERYTHING, PERIOD, BEFORE, SINCE, SIZING)
    assert ended.groupby("outcome")["contacts"].sum().to_dict() == {"completed": 1, "refused": 1}
    assert (asked.groupby("code")["answers"].sum() == 2).all()


def test_questionnaires_come_in_their_own_order(one_survey_each):
    frame = questionnaires(one_survey_each, Scope())
    assert frame["code"].tolist() == [question.code for question in QUESTIONS]
    assert frame.set_index(["version", "code"]).loc[(2, "recommend_partner"), "scale_max"] == 10


def test_segment_is_not_compared_with_itself():
    with pytest.raises(ValueError, match="itself"):
        Segments(Dimension.TIER, "gold", "gold")


@pytest.mark.parametrize(("number", "size"), [(-1, 20), (0, 0), (0, 1001)])
def test_page_that_cannot_exist_is_refused(number, size):
    with pytest.raises(ValueError, match="no such page"):
        Page(number, size)
