"""The last attempt to reach a client: how a contact ended, and when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CTE, func, select, true

from program.schema import contact_attempt


def last_attempts(until: dt.date, since: dt.date | None = None) -> CTE:
    """Return the last attempt at every delivery: the latest day, of equal days the highest id.

    Grain: one row a delivery with an attempt; ``delivery_id``, ``attempted_on``, ``outcome``.

    Parameters
    ----------
    until
        Later attempts are not looked at.
    since
        Deliveries whose last attempt was earlier are left out: an earlier attempt cannot be the
        last one of a contact that is dated after it.
    """
    day = contact_attempt.c.attempted_on
    newest = func.row_number().over(
        partition_by=contact_attempt.c.delivery_id,
        order_by=(day.desc(), contact_attempt.c.id.desc()),
    )
    numbered = (
        select(
            contact_attempt.c.delivery_id,
            day,
            contact_attempt.c.outcome,
            newest.label("place"),
        )
        .where(day <= until, day >= since if since else true())
        .cte("numbered")
    )
    return (
        select(numbered.c.delivery_id, numbered.c.attempted_on, numbered.c.outcome)
        .where(numbered.c.place == 1)
        .cte("last_attempts")
    )
