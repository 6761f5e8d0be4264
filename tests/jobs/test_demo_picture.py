"""The numbers of the small demonstration look like a programme that works."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from program.calendar import next_evaluation
from program.rules import DECK_RULES
from tests.jobs.demo_programme import TODAY, Tables, deliveries_with_keys, small_tables


@pytest.fixture(scope="module")
def small() -> Tables:
    return small_tables()


@pytest.fixture(scope="module")
def by_month(small: Tables) -> pd.DataFrame:
    stored = small["competence_evaluation"].groupby("evaluated_on")
    sums = stored[["base", "delivered", "held"]].sum()
    sums["coverage"] = sums["delivered"] / sums["base"]
    return sums


def coming_evaluation(small: Tables) -> pd.DataFrame:
    """The next evaluation as it stands: base, delivered and whether held now."""
    window = DECK_RULES.window(next_evaluation(TODAY))
    keys = small["license_key"]
    bought = keys["purchased_on"]
    keys = keys[(bought >= window.start) & (bought < window.end)]
    keys = keys[(keys["kind"] == "commercial")]
    own = deliveries_with_keys(small).query("status == 'accepted' and partner_id == buyer_id")
    active = keys.dropna(subset=["activated_on"])
    frame = pd.DataFrame({"id": small["partner"]["id"]}).set_index("id")
    frame["base"] = active.groupby("partner_id").size()
    done = active[active["id"].isin(own["license_key_id"])]
    frame["delivered"] = done.groupby("partner_id").size()
    frame["pending"] = keys[keys["activated_on"].isna()].groupby("partner_id").size()
    frame = frame.fillna(0).astype(int)
    last = small["competence_evaluation"].query("evaluated_on == @TODAY.replace(day=1)")
    frame["held"] = last.set_index("partner_id")["held"]
    frame["held"] = frame["held"].eq(True)
    frame["needed"] = ((frame["base"] + 1) // 2 - frame["delivered"]).clip(lower=0)
    return frame


def test_sizes_are_those_promised(small: Tables) -> None:
    assert len(small["partner"]) == 400
    assert 24_000 <= len(small["license_key"]) <= 26_000
    assert 8_000 <= len(small["delivery"]) <= 11_500
    assert 4_000 <= len(small["survey"]) <= 6_000
    portfolio = small["partner"].groupby("manager_email").size()
    assert portfolio.between(40, 120).all()


def test_partners_are_everywhere_and_mostly_in_the_capitals(small: Tables) -> None:
    regions = small["region"]
    assert (regions["country"] == "RU").sum() == 84
    assert regions.loc[regions["country"] != "RU", "tile_row"].isna().all()
    assert regions.loc[regions["country"] == "RU", "tile_row"].notna().all()
    assert regions["code"].isin(small["city"]["region_code"]).all()
    cities = small["city"].rename(columns={"id": "city_id"})
    share = small["partner"].merge(cities)["region_code"].value_counts(normalize=True)
    assert list(share.index[:2]) == ["RU-MOW", "RU-SPE"]
    assert len(share) > 50


def test_names_are_unique(small: Tables) -> None:
    assert small["partner"]["name"].is_unique


def test_sizes_of_partners_are_very_unequal(small: Tables) -> None:
    lately = small["license_key"]["purchased_on"] >= TODAY.replace(year=2025)
    yearly = small["license_key"][lately].groupby("partner_id").size()
    assert yearly.reindex(small["partner"]["id"], fill_value=0).median() <= 10
    assert yearly.max() > 100
    assert len(yearly) < 400


def test_december_sells_twice_as_many_keys_as_january(small: Tables) -> None:
    month = pd.to_datetime(small["license_key"]["purchased_on"]).dt.month.value_counts()
    assert month[12] > 1.7 * month[1]
    assert month[10] > 1.3 * month[5]


def test_coverage_grew_from_a_fifth_to_a_half(by_month: pd.DataFrame) -> None:
    assert 0.15 <= by_month["coverage"].iloc[0] <= 0.26
    assert 0.45 <= by_month["coverage"].iloc[-1] <= 0.55
    assert 0.35 <= by_month["held"].iloc[-1] / 400 <= 0.50


def test_managers_have_somebody_to_call(small: Tables) -> None:
    coming = coming_evaluation(small)
    near = coming[(coming["base"] > 0) & coming["needed"].between(1, 5)]
    assert near["held"].sum() >= 8
    assert (~near["held"]).sum() >= 20
    assert (coming["pending"] > 0).sum() >= 80
    assert (coming["base"] == 0).sum() >= 10


def test_partners_keep_their_habits(small: Tables) -> None:
    stored = small["competence_evaluation"]
    pair = [
        stored[stored["evaluated_on"] == day].set_index("partner_id")
        for day in (dt.date(2025, 9, 1), dt.date(2026, 11, 1))  # windows without a common key
    ]
    both = pair[0].join(pair[1], suffixes=("", "_now")).query("base >= 10 and base_now >= 10")
    then, now = both["delivered"] / both["base"], both["delivered_now"] / both["base_now"]
    assert then.corr(now, method="spearman") > 0.4


def test_some_deliver_in_the_last_days_of_a_month(small: Tables) -> None:
    days = pd.to_datetime(small["delivery"]["delivered_on"])
    before_first = (days + pd.Timedelta(days=5)).dt.month != days.dt.month
    assert before_first.mean() > 1.1 * 5 / 30.4


def test_clients_mostly_recommend_and_some_partners_stand_out(small: Tables) -> None:
    good = small["answer"].assign(good=small["answer"]["score"] >= 4)
    share = good.groupby("question_code")["good"].mean()
    assert 0.75 <= share["recommend_partner"] <= 0.82
    assert 0.80 <= share["recommend_platform"] <= 0.86
    silent = 1 - len(good) / (10 * len(small["survey"]))
    assert 0.03 <= silent <= 0.06
    surveys = small["survey"].merge(
        small["delivery"].rename(columns={"id": "delivery_id"}), on="delivery_id"
    )
    own = good.query("question_code == 'recommend_partner'").merge(
        surveys[["id", "partner_id"]], left_on="survey_id", right_on="id"
    )
    partners = own.groupby("partner_id")["good"].agg(["mean", "size"]).query("size >= 30")
    expected = (partners["mean"] * (1 - partners["mean"]) / partners["size"]).mean()
    assert partners["mean"].var() > 3 * expected


def test_answers_hang_together(small: Tables) -> None:
    wide = small["answer"].pivot_table(index="survey_id", columns="question_code", values="score")
    related = wide.corr(method="spearman")
    assert related.loc["recommend_partner", "development"] > 0.4
    assert related.loc["recommend_platform", "usability"] > 0.35
    assert 0.05 < related.loc["recommend_partner", "recommend_platform"] < 0.45


def test_more_than_half_of_the_clients_answer(small: Tables) -> None:
    calls = small["contact_attempt"].sort_values("id")
    last = calls.groupby("delivery_id")["outcome"].last().value_counts()
    assert 0.50 <= last["completed"] / (last.sum() - last["pending"]) <= 0.60
