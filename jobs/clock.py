"""The clock of this machine, read in one place; «today» of a job is the day of the data."""

from __future__ import annotations

import datetime as dt

#: Records may come from a place whose clock is so far ahead: the machine in UTC, the place in the
#: easternmost time zone.
TIME_ZONES_AHEAD = dt.timedelta(hours=14)


def local_now() -> dt.datetime:
    """Return the wall-clock time of this machine to the second, as stored in the database."""
    return dt.datetime.now(dt.UTC).astimezone().replace(tzinfo=None, microsecond=0)
