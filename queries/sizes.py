"""Which partners are of a size: bands of the base, in SQL, for pages that count something else."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, func, select, true

from program.rules import ProgramRules
from program.schema import key_fact, partner
from queries.coverage import records_end
from queries.filters import BaseSize, Filters


def in_band(base: ColumnElement[int], size: BaseSize | None) -> ColumnElement[bool]:
    """Return the condition that ``base`` lies in the band; without a band everything fits."""
    if size is None:
        return true()
    low, high = size.bounds
    return base >= low if high is None else base.between(low, high)


def size_condition(
    filters: Filters, evaluated_on: dt.date, today: dt.date, rules: ProgramRules
) -> ColumnElement[bool]:
    """Return the condition on ``partner`` that its base lies in the chosen band.

    The base is that of the evaluation ``evaluated_on`` as seen ``today``, counted as
    ``queries.coverage.partner_counts`` does. Without a chosen size everybody fits; a partner
    without a base is in no band.
    """
    if filters.size is None:
        return true()
    window = rules.window(evaluated_on)
    end = records_end(evaluated_on, today)
    return partner.c.id.in_(
        select(key_fact.c.partner_id)
        .where(
            key_fact.c.kind.in_(rules.counted_kinds),
            key_fact.c.purchased_on >= window.start,
            key_fact.c.purchased_on < window.end,
            key_fact.c.purchased_on <= today,
            key_fact.c.activated_on < end,
        )
        .group_by(key_fact.c.partner_id)
        .having(in_band(func.count(), filters.size))
    )
