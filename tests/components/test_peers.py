"""A comparison shows what may be shown: nothing on four answers, no names beyond the scope."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import components.peers
from components.peer_funnel import funnel_words
from components.peer_table import described
from components.peer_words import chart_words, spread_words, verdict_words
from components.peers import Comparison, Measure, compare_partners
from metrics.anonymity import rounded
from metrics.difference import Verdict
from metrics.estimate import ENOUGH
from metrics.peers import PeerFlag
from metrics.proportion import share
from program.language import _
from program.rules import DECK_RULES
from queries.filters import Filters
from queries.peers import COUNTS, OWN_COUNTS, PEER_COLUMNS, Measured
from queries.scope import EVERYTHING, Scope, Sight

TODAY = dt.date(2026, 11, 14)
SHARE = Measure(Measured("recommend_partner"))
INDEX = Measure(Measured("recommend_partner"), index=True)


def partner(number, n, good, *, recent=(0, 0), before=(0, 0), manager="a@example.test", many=1):
    """One row of counts; without a number it stands for ``many`` others without names."""
    row = dict.fromkeys((*COUNTS, *OWN_COUNTS), 0)
    row |= {"n": n, "good": good, "promoters": good, "critics": n - good, "partners": many}
    for period, (of, all_good) in (("recent", recent), ("before", before)):
        row |= {f"{period}_n": of, f"{period}_good": all_good, f"{period}_promoters": all_good,
                f"{period}_critics": of - all_good}  # fmt: skip
    texts = dict.fromkeys(("city", "region_ru", "region_en", "tier"), "")
    name = "" if number is None else f"Студия {number}"
    email = "" if number is None else manager
    return {"partner_id": number, "name": name, "manager_email": email, "manager": "", **texts,
            **row}  # fmt: skip


@pytest.fixture
def compared(monkeypatch):
    """Compare partners with given counts, without any database."""

    def compare(rows, measure=SHARE, filters=Filters(), scope=EVERYTHING) -> Comparison:  # noqa: B008 - frozen
        counted = pd.DataFrame(rows)[list(PEER_COLUMNS)].astype(PEER_COLUMNS)
        monkeypatch.setattr(components.peers, "peer_counts", lambda *_: counted)
        return compare_partners(None, scope, filters, measure, TODAY, TODAY, DECK_RULES)

    return compare


def others(count, n=40, good=32):
    return [partner(number, n, good) for number in range(100, 100 + count)]


FLAGGED = {flag: n for n, flag in enumerate((PeerFlag.ALERT, PeerFlag.WATCH, PeerFlag.BETTER), 2)}


@pytest.fixture
def flagged(compared):
    """A comparison of twenty partners with given flags, spread and number of names."""
    plain = compared(others(20))

    def of(flags, tau2, *, unnamed=0):
        words = np.full(20, PeerFlag.LIKE_OTHERS.value, dtype=object)
        words[: sum(FLAGGED[flag] for flag in flags)] = [
            flag.value for flag in flags for _ in range(FLAGGED[flag])
        ]
        return replace(
            plain,
            listed=plain.listed.assign(flag=words),
            partners=20 + unnamed,
            dispersion=replace(plain.dispersion, phi=1 + tau2, tau2=tau2),
        )

    return of


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("unnamed", [0, 5])
@pytest.mark.parametrize("tau2", [0.0, 1.3])
@pytest.mark.parametrize("flags", [c for k in range(4) for c in combinations(FLAGGED, k)])
def test_chance_is_claimed_only_where_nobody_is_flagged_and_no_spread_is_found(
    flagged, flags, tau2, unnamed
):
    found = flagged(flags, tau2, unnamed=unnamed)
    headline, caption = verdict_words("Design", found), chart_words(found)
    assert ("no more than by chance" in headline) == (not flags and not tau2 and not unnamed)
    assert ("more than by chance, but" in headline) == (not flags and tau2 > 0 and not unnamed)
    assert ("named here" in headline) == (not flags and unnamed > 0)
    assert ("more than chance" in caption) == (tau2 > 0)
    if flags:
        most_urgent = next(flag for flag in FLAGGED if flag in flags)
        assert str(FLAGGED[most_urgent]) in headline
    assert ("a reason to ask 2" in headline) == (PeerFlag.ALERT in flags)


@pytest.mark.usefixtures("english")
def test_too_few_partners_are_judged_in_no_words(compared):
    found = compared(others(9))
    for words in (verdict_words("Design", found), chart_words(found),
                  funnel_words(found, index=False)):  # fmt: skip
        assert "chance" not in words
    assert "Nobody is judged" in funnel_words(found, index=False)


def listed(comparison, number=1):
    return comparison.listed.set_index("partner_id").loc[number]


@pytest.mark.parametrize("measure", [SHARE, INDEX])
def test_four_answers_show_no_figure_and_five_do(compared, measure):
    found = compared([partner(1, 4, 1), partner(2, 5, 1), *others(12)], measure)
    hidden, shown = listed(found, 1), listed(found, 2)
    assert hidden[["value", "low", "high", "room", "change"]].isna().all()
    assert shown[["value", "low", "high", "room"]].notna().all()


def test_a_low_partner_is_a_reason_to_ask_and_its_room_counts_missing_answers(compared):
    found = compared([partner(1, 60, 20), *others(12)])
    low = listed(found)
    assert low["flag"] == PeerFlag.ALERT.value
    common = (20 + 12 * 32) / (60 + 12 * 40)
    assert low["room"] == np.ceil(60 * common - 20)
    assert found.listed["partner_id"].iloc[0] == 1
    assert found.overall == share(20 + 12 * 32, 60 + 12 * 40)


def test_nine_answers_are_shown_and_not_judged(compared):
    low = listed(compared([partner(1, 9, 0), *others(12)]))
    assert low["flag"] == PeerFlag.NOT_JUDGED.value
    assert low["value"] == 0


def test_under_ten_partners_with_ten_answers_nobody_is_flagged(compared):
    found = compared([partner(1, 60, 20), *others(8)])
    assert not found.flags_given
    assert set(found.listed["flag"]) == {PeerFlag.NOT_JUDGED.value}


@pytest.mark.parametrize("measure", [SHARE, INDEX])
def test_low_and_fallen_is_low_and_getting_worse(compared, measure):
    found = compared([partner(1, 80, 30, recent=(40, 5), before=(40, 25)), *others(12)], measure)
    assert listed(found)["change_verdict"] == Verdict.LOWER.value
    assert listed(found)["worsening"]


def test_low_without_a_fall_beyond_chance_is_not_getting_worse(compared):
    found = compared([partner(1, 80, 30, recent=(40, 14), before=(40, 16)), *others(12)])
    assert listed(found)["change_verdict"] == Verdict.WITHIN_CHANCE.value
    assert not listed(found)["worsening"]


def test_a_fall_among_good_partners_is_not_low_and_getting_worse(compared):
    found = compared([partner(1, 80, 64, recent=(40, 25), before=(40, 39)), *others(12)])
    assert listed(found)["change_verdict"] == Verdict.LOWER.value
    assert not listed(found)["worsening"]


def test_others_without_names_count_as_many_times_as_they_are(compared):
    alone = compared([partner(1, 60, 20), *others(15)])
    anonymous = compared([partner(1, 60, 20), partner(None, 40, 32, many=15)])
    assert anonymous.partners == alone.partners == 16
    assert anonymous.overall == alone.overall
    assert listed(anonymous)["flag"] == listed(alone)["flag"]
    assert anonymous.listed["name"].tolist() == ["Студия 1"]


PORTFOLIO = Scope(Sight.PORTFOLIO, "a@example.test")


SIZES = [7, 9, 11, 12, 15, 20, 22, 30, 31, 40, 55, 907]


@pytest.mark.parametrize("measure", [SHARE, INDEX])
def test_a_portfolio_is_told_totals_of_others_and_nothing_of_one(compared, measure):
    rows = [partner(1, 60, 20), *(partner(None, n, n // 2) for n in SIZES)]
    found = compared(rows, measure, scope=PORTFOLIO)
    good, bad = sum(n // 2 for n in SIZES), sum(n - n // 2 for n in SIZES)
    assert found.about
    assert found.crowd.empty
    assert found.limits["n"].max() == 60
    assert found.overall.n == 60 + rounded(good) + rounded(bad) != 60 + good + bad
    assert found.partners == 1 + rounded(len(SIZES)) != 1 + len(SIZES)
    assert found.eligible == 1 + rounded(sum(n >= ENOUGH for n in SIZES))


@pytest.mark.parametrize("measure", [SHARE, INDEX])
def test_what_a_portfolio_sees_is_the_same_for_all_others_of_one_rounded_total(compared, measure):
    """All but the flags, which are judged exactly, follows from what is told."""

    def told(extra):
        rows = [partner(1, 60, 20), *(partner(None, 40, 30) for _ in range(12)),
                partner(None, 11 + extra, 11)]  # fmt: skip
        return compared(rows, measure, scope=PORTFOLIO)

    one, other = told(0), told(2)
    assert one.overall == other.overall
    assert (one.partners, one.eligible) == (other.partners, other.eligible)
    figures = ["n", "value", "low", "high", "room"]
    assert one.listed[figures].equals(other.listed[figures])
    exact = ["n", "inner_low", "inner_high", "outer_low", "outer_high"]
    assert one.limits[exact].equals(other.limits[exact])


def test_how_much_partners_vary_is_not_told_of_few_others(compared):
    few = [partner(None, 40, 10 * (i % 4)) for i in range(9)]
    found = compared([*others(12), *few, partner(None, 3, 3, many=9)], scope=PORTFOLIO)
    assert found.dispersion is None
    assert found.limits["adjusted_low"].isna().all()
    assert spread_words(found) == _("The limits are those of chance alone.")
    enough = compared([*others(12), *few, partner(None, 40, 0)], scope=PORTFOLIO)
    assert enough.dispersion.tau2 == float(f"{enough.dispersion.tau2:.1e}") > 0
    assert not len(enough.dispersion.z)


def test_who_sees_everybody_is_told_to_the_last_sign(compared):
    rows = [partner(number, n, n // 2) for number, n in enumerate(SIZES)]
    found = compared(rows)
    assert not found.about
    assert found.overall == share(sum(n // 2 for n in SIZES), sum(SIZES))
    assert found.partners == len(SIZES)


def test_the_crowd_leaves_out_those_with_under_five_answers(compared):
    mine = Filters(manager_email="b@example.test")
    rows = [partner(1, 60, 20, manager="b@example.test"), partner(2, 4, 3), partner(3, 40, 32)]
    found = compared(rows, filters=mine)
    assert found.crowd.to_dict("list") == {"n": [40], "value": [0.8], "partners": [1]}
    assert found.partners == 3


def test_the_portfolio_chooses_who_is_named_and_not_who_is_compared_with(compared):
    rows = [partner(1, 60, 20, manager="b@example.test"), *others(12)]
    found = compared(rows, filters=Filters(manager_email="b@example.test"))
    assert found.listed["partner_id"].tolist() == [1]
    assert listed(found)["flag"] == PeerFlag.ALERT.value
    assert found.crowd["partners"].sum() == 12


def test_equal_partners_have_plain_limits_and_unequal_ones_wider(compared):
    equal = compared(others(12))
    assert equal.limits["adjusted_low"].isna().all()
    unequal = compared([*others(12), *(partner(i, 200, 40 + 20 * i) for i in range(1, 7))])
    large = unequal.limits[unequal.limits["n"] >= 50]
    assert (large["adjusted_low"] < large["inner_low"]).all()
    assert (large["adjusted_high"] > large["inner_high"]).all()


def test_nobody_with_answers_is_an_empty_comparison(compared):
    found = compared([partner(None, 1, 1, many=0)])
    assert found.listed.empty
    assert found.partners == 0


def test_words_of_the_table_say_few_before_any_judgement(compared):
    rows = described(
        compared([partner(1, 4, 1), partner(2, 7, 1), *others(12)]).listed, index=False
    )
    words = rows.set_index("partner_id")["verdict"]
    assert "4" in words[1]
    assert "7" in words[2]
    assert rows.set_index("partner_id").loc[1, "interval"] == words[1]
