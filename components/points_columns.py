"""The columns of points by month, on the card and for the whole programme."""

from __future__ import annotations

from components.table import Column, Kind
from program.language import _


def points_columns() -> list[Column]:
    """Return the columns of ``metrics.points.points_calendar``, for tables and files."""
    return [
        Column("month", _("Month"), Kind.MONTH),
        Column("alive", _("Alive at the end"), Kind.COUNT),
        Column("expiring", _("Expiring"), Kind.COUNT),
        Column("is_forecast", _("If nothing more is delivered"), Kind.YES_NO),
    ]
