"""Response beside the others: small groups hidden, outcomes apart, silence bounded."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import components.contacts
from charts.survey import contact_funnel_alt
from components.contact_words import (
    OUTCOME_NAMES,
    beside_words,
    outcome_totals,
    stage_rows,
    stages_note,
)
from components.contacts import response_beside, response_now
from metrics.difference import Verdict
from metrics.response import OUTCOMES
from program.rules import DECK_RULES
from queries.contact_stages import STAGES
from queries.contacts import RESPONSE_COLUMNS
from queries.filters import Filters
from queries.scope import EVERYTHING

TODAY = dt.date(2026, 11, 14)


def partner(number, completed, refused, *, region="Москва", many=1, manager="a@example.test"):
    return {
        "partner_id": number,
        "name": "" if number is None else f"Студия {number}",
        "city": "", "region_ru": region, "region_en": region, "tier": "", "manager": "",
        "manager_email": manager, "partners": many, "ended": completed + refused,
        "completed": completed, "refused": refused, "unreachable": 0, "wrong_contact": 0,
        "pending": 0, "recommending": completed // 2, "recommend_answers": completed,
    }  # fmt: skip


@pytest.fixture
def beside(monkeypatch):
    def compare(rows, filters=Filters()):  # noqa: B008 - frozen
        counted = pd.DataFrame(rows)[list(RESPONSE_COLUMNS)].astype(RESPONSE_COLUMNS)
        monkeypatch.setattr(components.contacts, "response_by_partner", lambda *_: counted)
        return response_beside(None, EVERYTHING, filters, TODAY, TODAY, DECK_RULES)

    return compare


def test_four_contacts_show_no_rate_and_no_outcome(beside):
    rows = beside([partner(1, 2, 2), partner(2, 30, 20)]).partners.set_index("partner_id")
    assert rows.loc[1, ["rate", "low", "high", "room", *OUTCOMES]].isna().all()
    assert rows.loc[1, "ended"] == 4
    assert rows.loc[2, "rate"] == 0.6


def test_a_partner_that_is_hardly_reached_lies_below_the_others(beside):
    found = beside([partner(1, 5, 55), *(partner(n, 36, 24) for n in range(2, 12))])
    low = found.partners.iloc[0]
    assert (low["partner_id"], low["verdict"]) == (1, Verdict.LOWER.value)
    assert low["room"] == 60 * 0.6 - 5
    assert set(found.partners["verdict"].iloc[1:]) == {Verdict.WITHIN_CHANCE.value}


def test_others_without_names_are_the_others_all_the_same(beside):
    found = beside([partner(1, 5, 55), partner(None, 360, 240, many=10)])
    assert found.partners["verdict"].tolist() == [Verdict.LOWER.value]
    assert found.others == 10


def test_regions_add_their_partners_up(beside):
    found = beside([partner(1, 3, 1), partner(2, 3, 1), partner(3, 30, 30, region="Казань")])
    rates = found.regions.set_index("region_ru")["rate"]
    assert rates.to_dict() == {"Москва": 0.75, "Казань": 0.5}


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("regions", [True, False])
@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([], "Nobody can be judged yet."),
        ([Verdict.TOO_FEW], "Nobody can be judged yet."),
        ([Verdict.TOO_FEW, Verdict.WITHIN_CHANCE], "Nobody lies below the others beyond chance."),
        ([Verdict.HIGHER], "Nobody lies below the others beyond chance."),
        ([Verdict.LOWER, Verdict.TOO_FEW], "lies below the others beyond chance."),
    ],
)
def test_nobody_is_said_to_be_no_lower_before_anybody_is_judged(verdicts, said, regions):
    words = beside_words(pd.DataFrame({"verdict": verdicts}), 0, regions=regions)
    assert said in words
    assert ("Nobody" in words) == (Verdict.LOWER not in verdicts)


def test_silence_bounds_the_share_recommending(beside):
    bounds = beside([partner(1, 20, 20)]).recommending
    assert (bounds.value, bounds.low, bounds.high) == (0.5, 10 / 40, 30 / 40)


def months(**counts):
    now, before = counts.pop("now"), counts.pop("before", None)
    rows = [{"before": False, **dict.fromkeys(OUTCOMES, 0), **now}]
    if before is not None:
        rows.append({"before": True, **dict.fromkeys(OUTCOMES, 0), **before})
    return pd.DataFrame(rows).assign(month=pd.Timestamp(2026, 1, 1))


def test_pending_contacts_are_in_no_rate():
    now = response_now(months(now={"completed": 3, "refused": 1, "pending": 6}))
    assert (now.rate.value, now.rate.n) == (0.75, 4)
    assert now.change is None


@pytest.mark.parametrize("outcome", ["refused", "unreachable", "wrong_contact"])
def test_every_way_of_not_answering_is_in_the_total(outcome):
    assert response_now(months(now={"completed": 3, outcome: 1})).rate.value == 0.75


def test_a_change_is_said_only_beyond_chance():
    near = months(now={"completed": 50, "refused": 50}, before={"completed": 55, "refused": 45})
    far = months(now={"completed": 20, "refused": 80}, before={"completed": 55, "refused": 45})
    assert response_now(near).change is Verdict.WITHIN_CHANCE
    assert response_now(far).change is Verdict.LOWER


def test_each_outcome_is_named_by_itself():
    counts = {name: 10 + place for place, name in enumerate(OUTCOMES)}
    words = outcome_totals(response_now(months(now=counts))).splitlines()
    assert len(words) == len(OUTCOMES) == len(OUTCOME_NAMES)
    assert all(sum(str(count) in line for line in words) >= 1 for count in counts.values())
    assert len(set(OUTCOME_NAMES.values())) == len(OUTCOMES)


def test_stages_stand_in_their_order():
    rows = stage_rows(pd.DataFrame([{name: 9 - i for i, name in enumerate(STAGES)}]))
    assert rows["count"].tolist() == [9, 8, 7, 6, 5, 4, 3]


@pytest.mark.usefixtures("english")
def test_the_funnel_and_its_note_say_one_share_recommending_of_those_who_said():
    counts = dict(zip(STAGES, [900, 880, 860, 850, 788, 770, 628], strict=True))
    stages = pd.DataFrame([counts | {"without_answer": 18}])
    funnel = contact_funnel_alt(stage_rows(stages)).replace("\u00a0", " ")
    assert "Said whether they recommend: 770 of 788 (97.7 %)" in funnel
    assert "Recommend the developer: 628 of 770 (81.6 %)" in funnel
    assert "81.6 %" in stages_note(stages, TODAY).replace("\u00a0", " ")
