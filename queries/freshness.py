"""How fresh the data is, by its own records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

from program.schema import SIDE_SOURCES, load_batch
from queries.scope import Scope


@dataclass(frozen=True, slots=True)
class Freshness:
    """The newest record of ``load_batch``.

    Attributes
    ----------
    data_as_of
        Moment up to which the data is complete.
    is_demonstration
        Whether the data is synthetic.
    """

    data_as_of: dt.datetime
    loaded_at: dt.datetime
    is_demonstration: bool


def freshness(connection: Connection, scope: Scope) -> Freshness | None:
    """Return how fresh the data is, ``None`` for a database without any load record.

    The whole programme has one freshness; ``scope`` does not change it.
    """
    del scope
    rows = connection.execute(
        select(load_batch.c.source, load_batch.c.data_as_of, load_batch.c.loaded_at).order_by(
            load_batch.c.id.desc()
        )
    ).all()
    if not rows:
        return None
    content = next((row.source for row in rows if row.source not in SIDE_SOURCES), "")
    return Freshness(rows[0].data_as_of, rows[0].loaded_at, content == "demo")
