"""Why a single key counts for an evaluation or does not: the 50 % rule told key by key.

The same rule as the counts of ``queries.coverage``, computed independently from the facts of
each key, so that every number on a card opens to the keys behind it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from program.calendar import ONE_DAY
from program.rules import DECK_RULES, ProgramRules


class KeyReason(StrEnum):
    """What a key is to one evaluation, the first that applies."""

    KIND_NOT_COUNTED = "kind_not_counted"
    BOUGHT_BEFORE = "bought_before"
    BOUGHT_AFTER = "bought_after"
    NOT_ACTIVATED = "not_activated"
    DELIVERED = "delivered"
    DELIVERY_PENDING = "delivery_pending"
    DELIVERED_BY_ANOTHER = "delivered_by_another"
    DELIVERY_REJECTED = "delivery_rejected"
    NOT_DELIVERED = "not_delivered"


#: Reasons of keys that are in the base but not delivered: a delivery of one of them helps.
OPEN_REASONS = (
    KeyReason.DELIVERY_PENDING,
    KeyReason.DELIVERED_BY_ANOTHER,
    KeyReason.DELIVERY_REJECTED,
    KeyReason.NOT_DELIVERED,
)
#: Reasons of keys that are in the base.
BASE_REASONS = (KeyReason.DELIVERED, *OPEN_REASONS)


def key_reasons(
    keys: pd.DataFrame,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> NDArray[np.object_]:
    """Return the :class:`KeyReason` of each key for ``evaluated_on`` as seen ``today``.

    Parameters
    ----------
    keys
        Grain: one row a key. Columns ``kind``, ``purchased_on``,
        ``activated_on``, and the first day, or NaT, of an accepted delivery by the partner
        (``delivered_on``), of one still under review (``pending_on``), of a rejected one
        (``rejected_on``) and of an accepted one by another partner (``delivered_by_another_on``).

    Returns
    -------
    numpy.ndarray
        Text values of :class:`KeyReason`, one for each row.
    """
    window = rules.window(evaluated_on)
    end = pd.Timestamp(min(evaluated_on, today + ONE_DAY))
    bought = keys["purchased_on"]
    return np.select(
        [
            ~keys["kind"].isin(rules.counted_kinds),
            bought < pd.Timestamp(window.start),
            bought >= pd.Timestamp(window.end),
            ~(keys["activated_on"] < end),
            keys["delivered_on"] < end,
            keys["pending_on"] < end,
            keys["delivered_by_another_on"] < end,
            keys["rejected_on"] < end,
        ],
        [
            KeyReason.KIND_NOT_COUNTED.value,
            KeyReason.BOUGHT_BEFORE.value,
            KeyReason.BOUGHT_AFTER.value,
            KeyReason.NOT_ACTIVATED.value,
            KeyReason.DELIVERED.value,
            KeyReason.DELIVERY_PENDING.value,
            KeyReason.DELIVERED_BY_ANOTHER.value,
            KeyReason.DELIVERY_REJECTED.value,
        ],
        KeyReason.NOT_DELIVERED.value,
    ).astype(object)


def counts_from_keys(
    keys: pd.DataFrame,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Count one partner's keys for each evaluation, as ``queries.coverage`` does in SQL.

    Returns
    -------
    pandas.DataFrame
        Grain: one row an evaluation; ``evaluated_on``, ``base``, ``delivered``,
        ``pending_activation`` (int64).
    """
    counted = keys[keys["kind"].isin(rules.counted_kinds)]
    bought, activated, delivered = (
        counted[name].to_numpy(dtype="datetime64[D]")
        for name in ("purchased_on", "activated_on", "delivered_on")
    )
    rows = []
    for evaluated_on in evaluations:
        window = rules.window(evaluated_on)
        end = np.datetime64(min(evaluated_on, today + ONE_DAY))
        inside = (bought >= np.datetime64(window.start)) & (bought < np.datetime64(window.end))
        base = inside & (activated < end)  # what has not happened, NaT, is before no day
        rows.append(
            {
                "evaluated_on": pd.Timestamp(evaluated_on),
                "base": int(base.sum()),
                "delivered": int((base & (delivered < end)).sum()),
                "pending_activation": int((inside & ~(activated < end)).sum()),
            }
        )
    return pd.DataFrame(rows).astype({"evaluated_on": "datetime64[us]"})


def keys_that_decide(
    keys: pd.DataFrame,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Return the keys that any of ``evaluations`` looks at, the most useful to deliver first.

    Parameters
    ----------
    evaluations
        Coming evaluations, the nearest first.

    Returns
    -------
    pandas.DataFrame
        The columns of ``keys``, one column ``reason_<i>`` per evaluation, and ``helps`` =
        in how many of the evaluations a delivery of the key would still count. Sorted by
        ``helps`` (most first), then open in the nearest evaluation, then oldest purchase; the
        keys of several partners stay together, in the order of their ids.
    """
    reasons, looked_at = _reasons(keys, evaluations, today, rules)
    helps = np.zeros(len(keys), dtype=np.int64)
    for values in reasons.values():
        helps += np.isin(values, OPEN_REASONS)
    open_now = np.isin(reasons["reason_0"], OPEN_REASONS)
    ordered = keys.assign(**reasons, helps=helps, open_now=open_now)[looked_at].sort_values(
        ["partner_id", "helps", "open_now", "purchased_on"],
        ascending=[True, False, False, True],
        kind="stable",
    )
    return ordered.drop(columns="open_now").reset_index(drop=True)


def keys_left_out(
    keys: pd.DataFrame,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Return the keys that none of ``evaluations`` looks at, the latest purchase first.

    With :func:`keys_that_decide` they are all of ``keys``, each in one of the two.

    Returns
    -------
    pandas.DataFrame
        The columns of ``keys`` and one column ``reason_<i>`` per evaluation.
    """
    reasons, looked_at = _reasons(keys, evaluations, today, rules)
    others = keys.assign(**reasons)[~looked_at]
    return others.sort_values("purchased_on", ascending=False, kind="stable", ignore_index=True)


def _reasons(
    keys: pd.DataFrame, evaluations: Sequence[dt.date], today: dt.date, rules: ProgramRules
) -> tuple[dict[str, NDArray[np.object_]], NDArray[np.bool_]]:
    """Return every key's reason for each evaluation, and whether any of them looks at it."""
    reasons = {
        f"reason_{i}": key_reasons(keys, evaluated_on, today, rules)
        for i, evaluated_on in enumerate(evaluations)
    }
    looked_at = np.zeros(len(keys), dtype=bool)
    for values in reasons.values():
        looked_at |= np.isin(values, (*BASE_REASONS, KeyReason.NOT_ACTIVATED))
    return reasons, looked_at
