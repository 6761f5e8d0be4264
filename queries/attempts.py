"""The last attempt to reach a client: how a contact ended, and when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, and_, or_, true

from program.schema import contact_fact


def stands(until: dt.date, since: dt.date | None = None) -> ColumnElement[bool]:
    """Return the condition that an attempt of ``contact_fact`` is the last one of its contact.

    Of one delivery's attempts it keeps at most one: the latest day, of equal days the highest id.

    Parameters
    ----------
    until
        Later attempts are not looked at.
    since
        Contacts whose last attempt was earlier are left out.
    """
    overtaken = contact_fact.c.superseded_on
    return and_(
        contact_fact.c.attempted_on <= until,
        or_(overtaken.is_(None), overtaken > until),
        contact_fact.c.attempted_on >= since if since else true(),
    )
