"""Only the first names of each side are shown; counts and the file are of all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from components.adoption_changes import _NAMED, _changes_of
from components.words import TIERS, word
from program.language import speaking

GAINED, LOST = _NAMED + 1, 2
CHANGES = pd.DataFrame(
    {
        "partner_id": np.arange(GAINED + LOST),
        "held": [True] * GAINED + [False] * LOST,
        "tier": ["gold"] * GAINED + ["business"] * LOST,
        "base_before": 9,
        "delivered_before": 4,
        "base": 8,
        "delivered": [4] * GAINED + [3] * LOST,
    }
)


def test_counts_are_of_all_and_names_of_the_first() -> None:
    told = _changes_of(CHANGES)
    assert (told.gained.n, told.lost.n) == (GAINED, LOST)
    assert told.gained.named["partner_id"].tolist() == list(range(_NAMED))
    assert told.lost.named["partner_id"].tolist() == [GAINED, GAINED + 1]


def test_file_holds_everybody_with_the_tier_in_words() -> None:
    with speaking("ru"):
        told = _changes_of(CHANGES)
        assert told.both["partner_id"].tolist() == CHANGES["partner_id"].tolist()
        assert set(told.both["tier"]) == {word(TIERS, "gold"), word(TIERS, "business")}


def test_names_stand_with_what_was_and_what_is() -> None:
    with speaking("ru"):
        told = _changes_of(CHANGES)
    assert set(told.gained.named["coverages"]) == {"4 из 9 → 4 из 8"}
    assert set(told.lost.named["coverages"]) == {"4 из 9 → 3 из 8"}
