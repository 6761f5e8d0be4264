"""What the synthetic programme promises: deterministic, valid by the load rules, in the past."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from jobs.demo.generate import ContentDigest, program_chunks
from jobs.demo.recipe import Recipe, Scale
from program.schema import LOAD_TABLES, metadata
from tests.jobs.demo_programme import (
    TODAY,
    YESTERDAY,
    Tables,
    collect,
    deliveries_with_keys,
    small_tables,
)

TINY = Scale("tiny", 60, 1_500, 20)


def digest(recipe: Recipe) -> str:
    content = ContentDigest()
    for name, rows in program_chunks(recipe):
        content.add(name, rows)
    return content.hexdigest()


@pytest.fixture(scope="module")
def small() -> Tables:
    return small_tables()


class TestRecipe:
    def test_the_same_recipe_gives_the_same_content(self) -> None:
        assert digest(Recipe(TINY, 7, TODAY)) == digest(Recipe(TINY, 7, TODAY))

    @pytest.mark.parametrize(
        "other",
        [Recipe(TINY, 8, TODAY), Recipe(TINY, 7, dt.date(2026, 11, 24))],
        ids=["seed", "today"],
    )
    def test_another_seed_or_day_gives_other_content(self, other: Recipe) -> None:
        assert digest(other) != digest(Recipe(TINY, 7, TODAY))

    @pytest.mark.parametrize("today", [dt.date(2026, 12, 1), dt.date(2028, 2, 29)])
    def test_any_day_of_the_calendar_can_be_today(self, today: dt.date) -> None:
        tables = collect(Recipe(TINY, 3, today))
        assert tables["delivery"]["delivered_on"].max() < today
        assert tables["license_key"]["purchased_on"].max() < today
        last = tables["competence_evaluation"]["evaluated_on"].max()
        assert last == today.replace(day=1)


class TestLoadRules:
    def test_every_table_of_a_set_is_there(self, small: Tables) -> None:
        assert set(small) == set(LOAD_TABLES)
        assert all(len(frame) for frame in small.values())

    @pytest.mark.parametrize("name", LOAD_TABLES)
    def test_columns_are_the_schema_s_and_required_ones_are_filled(
        self, small: Tables, name: str
    ) -> None:
        table, frame = metadata.tables[name], small[name]
        assert set(frame.columns) == set(table.columns.keys())
        required = [c.name for c in table.columns if not c.nullable]
        assert not frame[required].isna().any().any()
        texts = [c.name for c in table.columns if str(c.type) in {"VARCHAR", "TEXT"}]
        assert not (frame[texts] == "").any().any()

    @pytest.mark.parametrize("name", LOAD_TABLES)
    def test_keys_are_unique(self, small: Tables, name: str) -> None:
        table, frame = metadata.tables[name], small[name]
        assert not frame.duplicated([c.name for c in table.primary_key]).any()
        for column in table.columns:
            if column.unique:
                assert not frame[column.name].duplicated().any()

    @pytest.mark.parametrize("name", LOAD_TABLES)
    def test_references_and_enumerations_hold(self, small: Tables, name: str) -> None:
        for column in metadata.tables[name].columns:
            values = small[name][column.name]
            if allowed := column.info.get("values"):
                assert set(values) <= set(allowed)
            for reference in column.foreign_keys:
                target = small[reference.column.table.name][reference.column.name]
                assert values.isin(target).all()

    def test_a_partner_has_a_manager_among_the_staff(self, small: Tables) -> None:
        staff = small["staff"]
        managers = set(staff.loc[staff["role"] == "manager", "email"])
        assert set(small["partner"]["manager_email"]) <= managers
        assert set(staff["role"]) == {"leader", "manager", "analyst", "admin"}

    @pytest.mark.parametrize(
        ("table", "column"),
        [
            ("license_key", "purchased_on"),
            ("license_key", "activated_on"),
            ("delivery", "delivered_on"),
            ("contact_attempt", "attempted_on"),
            ("survey", "completed_on"),
            ("partner", "joined_on"),
            ("partner", "left_on"),
        ],
    )
    def test_nothing_is_dated_today_or_later(self, small: Tables, table: str, column: str) -> None:
        assert small[table][column].dropna().max() <= YESTERDAY

    def test_records_go_up_to_yesterday(self, small: Tables) -> None:
        newest = max(
            small["license_key"]["purchased_on"].max(), small["delivery"]["delivered_on"].max()
        )
        assert newest >= TODAY - dt.timedelta(days=3)

    def test_dates_follow_one_another(self, small: Tables) -> None:
        keys = small["license_key"].dropna(subset=["activated_on"])
        assert (keys["activated_on"] >= keys["purchased_on"]).all()
        sent = deliveries_with_keys(small)
        assert (sent["delivered_on"] >= sent["activated_on"]).all()
        calls = small["contact_attempt"].merge(
            small["delivery"].rename(columns={"id": "delivery_id"}), on="delivery_id"
        )
        assert (calls["attempted_on"] > calls["delivered_on"]).all()

    def test_partners_buy_and_deliver_only_while_they_are_partners(self, small: Tables) -> None:
        partners = small["partner"].rename(columns={"id": "partner_id"})
        for name, day in (("license_key", "purchased_on"), ("delivery", "delivered_on")):
            rows = small[name].merge(partners, on="partner_id")
            known = rows.dropna(subset=["joined_on"])
            assert (known[day] >= known["joined_on"]).all()
            gone = rows.dropna(subset=["left_on"])
            assert (gone[day] <= gone["left_on"]).all()


class TestIdentities:
    def test_counters_of_a_delivery_agree(self, small: Tables) -> None:
        sent = deliveries_with_keys(small)
        portal = sent["edition"].str.startswith("bitrix24")
        assert set(sent.loc[portal, "tests_total"]) == {68}
        assert set(sent.loc[~portal, "tests_total"]) == {65, 66}
        results = ["tests_passed_auto", "tests_passed_manual", "tests_failed", "tests_skipped"]
        assert (sent[results] >= 0).all().all()
        assert (sent[results].sum(axis=1) <= sent["tests_total"]).all()

    def test_single_tests_repeat_their_delivery_s_counters(self, small: Tables) -> None:
        tests = small["delivery_test"]
        passed = tests["status"] == "A"
        counted = (
            tests.assign(
                total=1,
                auto=passed & tests["is_auto"],
                manual=passed & ~tests["is_auto"],
                failed=tests["status"] == "F",
                skipped=tests["status"] == "S",
            )
            .groupby("delivery_id")[["total", "auto", "manual", "failed", "skipped"]]
            .sum()
        )
        said = small["delivery"].set_index("id").loc[counted.index]
        columns = [
            "tests_total", "tests_passed_auto", "tests_passed_manual", "tests_failed",
            "tests_skipped",
        ]  # fmt: skip
        np.testing.assert_array_equal(counted.to_numpy(), said[columns].to_numpy())

    def test_tests_are_those_of_the_monitor(self, small: Tables) -> None:
        tests = small["delivery_test"].groupby("delivery_id")
        shape = tests.agg(n=("code", "size"), m=("is_mandatory", "sum"), a=("is_auto", "sum"))
        assert set(shape.itertuples(index=False, name=None)) == {
            (65, 26, 14),
            (66, 26, 14),
            (68, 29, 18),
        }

    def test_an_accepted_delivery_passed_every_mandatory_test(self, small: Tables) -> None:
        status = small["delivery"].set_index("id")["status"]
        tests = small["delivery_test"]
        mandatory = tests[tests["is_mandatory"]]
        all_passed = (mandatory["status"] == "A").groupby(mandatory["delivery_id"]).all()
        verdict = status.loc[all_passed.index]
        assert all_passed[verdict == "accepted"].all()
        assert not all_passed[verdict == "rejected"].any()

    def test_only_recent_deliveries_wait_for_a_decision(self, small: Tables) -> None:
        waiting = small["delivery"].query("status == 'pending'")
        assert len(waiting)
        assert waiting["delivered_on"].min() >= TODAY - dt.timedelta(days=14)

    def test_a_survey_is_a_completed_call_about_an_accepted_delivery(self, small: Tables) -> None:
        delivery = small["delivery"].set_index("id")
        contact = small["client_contact"]
        assert (delivery.loc[contact["delivery_id"], "status"] == "accepted").all()
        calls = small["contact_attempt"]
        assert calls["delivery_id"].isin(contact["delivery_id"]).all()
        assert calls.groupby("delivery_id").size().max() <= 3
        completed = calls[calls["outcome"] == "completed"]
        surveys = small["survey"]
        assert set(zip(completed["delivery_id"], completed["attempted_on"], strict=True)) == set(
            zip(surveys["delivery_id"], surveys["completed_on"], strict=True)
        )

    def test_answers_are_scores_of_the_questionnaire(self, small: Tables) -> None:
        answers = small["answer"]
        assert set(answers["question_code"]) == set(small["question"]["code"])
        assert set(answers["score"]) == {1, 2, 3, 4, 5}
        assert set(small["survey"]["questionnaire_version"]) == {1}

    def test_contacts_are_nobody(self, small: Tables) -> None:
        contact = small["client_contact"]
        assert contact["phone"].str.fullmatch(r"\+7 000 \d{7}").all()
        assert contact["email"].dropna().str.endswith("@example.test").all()
        assert contact["name"].str.fullmatch(r"Контакт \d+").all()
        assert small["project"]["site"].str.endswith(".example").all()

    def test_some_projects_move_to_another_partner_and_some_are_delivered_again(
        self, small: Tables
    ) -> None:
        accepted = deliveries_with_keys(small).query("status == 'accepted'")
        assert 0.01 < (accepted["partner_id"] != accepted["buyer_id"]).mean() < 0.12
        assert 0.05 < accepted.duplicated(["partner_id", "project_id"]).mean() < 0.2
        assert small["project"]["license_key_id"].duplicated().any()
