"""Keys with their dates for replaying past evaluations: the one place where keys travel singly.

A replay asks for every past day anew, so it needs each key's three dates; as whole numbers they
are 24 bytes a key. On a large programme a part of the partners says as much as all of them.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, func, select

from metrics.key_history import NEVER, KeyHistory
from program.rules import DECK_RULES, ProgramRules
from program.schema import key_fact
from queries.engine import frame
from queries.facts import seen
from queries.lags import days_between, programme_condition
from queries.scope import Scope

_EPOCH = dt.date(1970, 1, 1)
KEY_DAY_COLUMNS = {
    "partner_id": "int64",
    "purchased": "int64",
    "activated": "float64",
    "delivered": "float64",
}


def key_history(
    connection: Connection,
    scope: Scope,
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
    most_partners: int | None = None,
) -> KeyHistory:
    """Return the counted keys of the programme, or of an even part of its partners, by dates.

    Without names: partners are indices in the order of their ids.

    Parameters
    ----------
    today
        Records dated later are not looked at.
    most_partners
        About so many partners at most: every m-th id. ``None`` takes all.

    Returns
    -------
    metrics.key_history.KeyHistory
        One entry a key; ``delivered`` is the first accepted delivery by the buyer.
    """
    counted = and_(
        key_fact.c.kind.in_(rules.counted_kinds),
        key_fact.c.purchased_on <= today,
        programme_condition(scope),
        key_fact.c.partner_id % _every(connection, most_partners) == 0,
    )
    statement = (
        select(
            key_fact.c.partner_id,
            days_between(key_fact.c.purchased_on, _EPOCH).label("purchased"),
            days_between(key_fact.c.activated_on, _EPOCH).label("activated"),
            days_between(seen(key_fact.c.delivered_on, today), _EPOCH).label("delivered"),
        )
        .where(counted)
        .order_by(key_fact.c.partner_id, key_fact.c.purchased_on, key_fact.c.license_key_id)
    )
    keys = frame(connection, statement, KEY_DAY_COLUMNS)
    names, partner = np.unique(keys["partner_id"].to_numpy(), return_inverse=True)
    return KeyHistory(
        partners=len(names),
        partner=partner.astype(np.int64),
        purchased=keys["purchased"].to_numpy(),
        activated=_or_never(keys["activated"]),
        delivered=_or_never(keys["delivered"]),
    )


def _every(connection: Connection, most_partners: int | None) -> int:
    """Return m so that every m-th partner makes about ``most_partners``."""
    if most_partners is None:
        return 1
    partners = connection.execute(
        select(func.count(func.distinct(key_fact.c.partner_id)))
    ).scalar_one()
    return max(1, -(-int(partners) // most_partners))


def _or_never(days: pd.Series) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = days.fillna(NEVER).to_numpy().astype(np.int64)
    return numbers
