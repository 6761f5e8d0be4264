from __future__ import annotations

import pandas as pd

from metrics.recomputation import with_decision
from queries.decisions import AUDIT_COLUMNS


def disputed(*rows: tuple[int, bool | None, int, int]) -> pd.DataFrame:
    """Rows of partner, what was decided, base and delivered by today's records."""
    known = [
        (pd.Timestamp("2026-11-01"), partner, "Студия", None, None, held, base, delivered)
        for partner, held, base, delivered in rows
    ]
    return pd.DataFrame(known, columns=list(AUDIT_COLUMNS)).astype(AUDIT_COLUMNS)


def test_other_decisions_come_first_and_otherwise_the_order_stays():
    judged = with_decision(
        disputed(
            (1, True, 4, 2), (2, False, 4, 2), (3, False, 4, 1), (4, True, 4, 1), (5, True, 0, 0)
        )
    )
    assert judged["partner_id"].tolist() == [2, 4, 5, 1, 3]
    assert judged["otherwise"].tolist() == [True, True, True, False, False]
    assert judged["held"].tolist() == [True, False, False, True, False]


def test_a_partner_without_a_stored_decision_did_not_hold():
    judged = with_decision(disputed((1, None, 2, 0), (2, None, 2, 1)))
    assert dict(zip(judged["partner_id"], judged["otherwise"], strict=True)) == {2: True, 1: False}


def test_nothing_disputed_is_nothing_judged():
    judged = with_decision(disputed())
    assert judged.empty
    assert {"held", "otherwise"} <= set(judged.columns)
