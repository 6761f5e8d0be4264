import math
from collections import Counter

import numpy as np
import pytest

from metrics.funnel import exact_share_limits
from metrics.peers import PeerFlag, judge_indices, judge_shares


def field(partners: int = 30, n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Partners as like each other as can be: 80 % recommending everywhere."""
    return np.full(partners, n * 4 // 5), np.full(partners, n)


def test_a_partner_far_below_the_others_is_an_alert_and_far_above_better() -> None:
    x, n = field()
    x[3], x[5] = 12, 40
    peers = judge_shares(x, n)
    assert peers.flags[3] is PeerFlag.ALERT
    assert peers.flags[5] is PeerFlag.BETTER
    assert Counter(peers.flags)[PeerFlag.LIKE_OTHERS] == 28
    assert peers.value[3] < peers.low[3]
    assert peers.q_lower[3] <= 0.05 < peers.q_lower[5]


def test_where_high_is_worse_the_flags_change_sides() -> None:
    x, n = field()
    x[3], x[5] = 12, 40
    peers = judge_shares(n - x, n, worse="high")
    assert (peers.flags[3], peers.flags[5]) == (PeerFlag.ALERT, PeerFlag.BETTER)


def test_what_is_striking_only_for_one_partner_alone_is_watched() -> None:
    x, n = field()
    x[3] = 26
    peers = judge_shares(x, n)
    assert peers.p_lower[3] <= 0.025
    assert peers.q_lower[3] > 0.05
    assert peers.flags[3] is PeerFlag.WATCH


def test_natural_spread_between_partners_holds_alerts_back() -> None:
    # The same partner, among equal ones and among very unequal ones.
    x, n = field(40, 100)
    x[0] = 62
    spread = x.copy()
    spread[1:] += np.tile([-16, 16, -12, 12, -6, 6], 7)[:39]
    assert judge_shares(x, n).flags[0] is PeerFlag.ALERT
    assert judge_shares(x, n).dispersion.tau2 == 0
    peers = judge_shares(spread, n)
    assert peers.dispersion.tau2 > 0
    assert peers.q_lower[0] <= 0.05
    assert peers.flags[0] is PeerFlag.WATCH


def test_partners_with_under_10_answers_are_never_judged() -> None:
    x, n = field()
    x[3], n[3] = 0, 9
    n[4], x[4] = 0, 0
    peers = judge_shares(x, n)
    assert peers.flags[3] is peers.flags[4] is PeerFlag.NOT_JUDGED
    assert peers.p_lower[3] < 1e-3
    assert np.isnan(peers.q_lower[[3, 4]]).all()
    assert math.isnan(peers.value[4])


def test_with_under_10_eligible_partners_nobody_is_flagged() -> None:
    x, n = field(10)
    x[0] = 2
    assert judge_shares(x, n).flags[0] is PeerFlag.ALERT
    n[9], x[9] = 9, 7
    peers = judge_shares(x, n)
    assert not peers.flagged
    assert set(peers.flags) == {PeerFlag.NOT_JUDGED}
    assert peers.p_lower[0] < 1e-6


def test_no_partners_and_no_answers_are_drawn_without_flags() -> None:
    for x, n in (([], []), ([0, 0], [0, 0])):
        for peers in (judge_shares(x, n), judge_indices(x, x, n)):
            assert math.isnan(peers.target)
            assert len(peers.flags) == len(n)
            assert set(peers.flags) <= {PeerFlag.NOT_JUDGED}


def test_where_everybody_recommends_nobody_stands_out() -> None:
    n = np.full(12, 15)
    for peers in (judge_shares(n, n), judge_indices(n, n * 0, n), judge_indices(n * 0, n, n)):
        assert set(peers.flags) == {PeerFlag.LIKE_OTHERS}


def test_the_index_is_judged_alike() -> None:
    n = np.full(30, 40)
    p, d = np.full(30, 24), np.full(30, 6)
    p[3], d[3] = 8, 25
    p[5], d[5] = 40, 0
    peers = judge_indices(p, d, n)
    assert (peers.flags[3], peers.flags[5]) == (PeerFlag.ALERT, PeerFlag.BETTER)
    assert Counter(peers.flags)[PeerFlag.LIKE_OTHERS] == 28
    assert peers.value[3] == -17 / 40


def test_without_passives_index_and_share_raise_the_same_flags() -> None:
    draw = np.random.default_rng(8)
    n = draw.integers(10, 60, 40)
    x = draw.binomial(n, draw.beta(16, 4, 40))
    shares, indices = judge_shares(x, n), judge_indices(x, n - x, n)
    assert indices.p_lower == pytest.approx(shares.p_lower, abs=1e-9)
    assert indices.q_higher == pytest.approx(shares.q_higher, abs=1e-9)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="exceed"):
        judge_shares([3], [2])
    with pytest.raises(ValueError, match="exceed"):
        judge_indices([2], [1], [2])
    with pytest.raises(ValueError, match="missing"):
        judge_shares([math.nan], [2])


def test_sixty_equal_partners_raise_almost_no_alert_where_ordinary_limits_raise_several() -> None:
    draw = np.random.default_rng(60)
    screens = 400
    alerts = praises = watched = outside = 0
    for _ in range(screens):
        n = draw.integers(10, 80, 60)
        peers = judge_shares(draw.binomial(n, 0.8), n)
        seen = Counter(peers.flags)
        alerts += seen[PeerFlag.ALERT]
        praises += seen[PeerFlag.BETTER]
        watched += seen[PeerFlag.WATCH]
        low, high = (exact_share_limits(peers.target, n, tail) for tail in (0.025, 0.975))
        outside += int(((peers.value < low) | (peers.value > high)).sum())
    assert alerts / screens < 0.06
    assert praises / screens < 0.06
    assert watched / screens < 60 * 0.025
    assert outside / screens > 2
