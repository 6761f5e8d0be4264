"""Every figure on screen by name: what it is, its formula, its direction and its source.

The registry drives the «?» of tiles, the headings of tables, the sheet about an export and the
page «Методика», so that a figure is defined once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from program.language import N_


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure; texts are messages for the catalogue.

    Attributes
    ----------
    code
        Stable name, used in code and as the anchor on «Методика».
    title, meaning, formula
        Its name on screen, what it says in one or two sentences, how it is computed.
    small_numbers
        What happens when little stands behind it.
    source
        Slide of the programme's deck, or the method's paper with its DOI.
    """

    code: str
    title: str
    meaning: str
    formula: str
    direction: Direction
    small_numbers: str
    source: str


_DECK = N_("Programme deck, slide «Competence “Quality Programme”»")
_COUNT = N_("A count of all keys, not a sample: exact at any size, no interval.")

METRICS: tuple[Metric, ...] = (
    Metric(
        "competence",
        N_("Competence «Quality Programme»"),
        N_(
            "The badge of a partner who hands at least half of its projects over through the "
            "Quality Monitor. Granted or removed automatically on the 1st of every month."
        ),
        N_("held if the base is not empty and 2 × delivered ≥ base, in whole numbers"),
        Direction.HIGHER,
        N_("One key decides when the base is small; look at the distance in keys."),
        _DECK,
    ),
    Metric(
        "base",
        N_("Keys in the base"),
        N_(
            "Counted licence keys that the partner bought in the evaluation window and that were "
            "activated before the evaluation."
        ),
        N_(
            "keys bought in [T − 14 months, T − 2 months), of a counted kind, activated before T; "
            "T is the evaluation date"
        ),
        Direction.NEITHER,
        _COUNT,
        _DECK,
    ),
    Metric(
        "delivered",
        N_("Delivered keys"),
        N_(
            "Keys of the base whose project the same partner delivered through the Quality "
            "Monitor. A key counts once, however often its project is delivered again."
        ),
        N_("keys of the base with an accepted delivery by the key's buyer before T"),
        Direction.HIGHER,
        _COUNT,
        _DECK,
    ),
    Metric(
        "coverage",
        N_("Coverage"),
        N_("Share of the keys in the base that were delivered. Undefined without a base."),
        N_("delivered / base"),
        Direction.HIGHER,
        N_(
            "With few keys per cent mislead: one key is 0 or 100 %, one of seven is 14 "
            "percentage points. The distance in keys leads. No interval: it is no estimate."
        ),
        _DECK,
    ),
    Metric(
        "needed",
        N_("Deliveries needed"),
        N_(
            "How many more keys of the base must be delivered before the evaluation to hold the "
            "competence. An interval when keys bought in the window may still be activated."
        ),
        N_(
            "from max(0, ⌈base / 2⌉ − delivered) to the same with every pending key activated "
            "and undelivered"
        ),
        Direction.LOWER,
        _COUNT,
        _DECK,
    ),
    Metric(
        "spare",
        N_("Reserve"),
        N_("How many delivered keys the partner could do without; negative when short."),
        N_("delivered − ⌈base / 2⌉"),
        Direction.HIGHER,
        _COUNT,
        _DECK,
    ),
    Metric(
        "pending_activation",
        N_("Pending activations"),
        N_(
            "Keys bought in the window and not activated yet. Once activated they enlarge the "
            "base, and with it the number of deliveries needed."
        ),
        N_("counted keys bought in the window and not activated"),
        Direction.NEITHER,
        _COUNT,
        _DECK,
    ),
    Metric(
        "near",
        N_("Near the threshold"),
        N_("The decision turns on few keys."),
        N_("|2 × delivered − base| ≤ 2 × near keys, or |coverage − 50 %| ≤ near margin"),
        Direction.NEITHER,
        N_("Both limits are settings; the one in keys matters for small bases."),
        N_("Definition of this dashboard"),
    ),
    Metric(
        "points",
        N_("Points"),
        N_(
            "One award for every project a partner has delivered, alive for a year after the "
            "latest accepted delivery. A repeated delivery renews it and does not add."
        ),
        N_(
            "points per project × projects with first delivery ≤ day < latest delivery + 1 year "
            "(29 February → 28 February)"
        ),
        Direction.HIGHER,
        _COUNT,
        N_("Programme deck, slide «Successful delivery of a project»"),
    ),
)

_BY_CODE = {metric.code: metric for metric in METRICS}


def metric(code: str) -> Metric:
    """Return the metric named ``code``.

    Raises
    ------
    KeyError
        If there is none.
    """
    return _BY_CODE[code]
