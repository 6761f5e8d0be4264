"""What «Порог 50 %» says of all chosen partners at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from charts.coverage import coverage_histogram_alt
from metrics.coverage import Group


class Standing(NamedTuple):
    """The chosen partners counted.

    Attributes
    ----------
    losing, saved
        How many lose the competence, and how many of these one delivery saves for sure.
    outside
        How many are not in the programme.
    base
        Keys in the base of all of them.
    decided_before
        Whether the decision in force is stored for everybody.
    groups
        Partners by code of ``metrics.coverage.Group``; a group of nobody is absent.
    partners
        Everybody's id.
    distances, distances_alt
        Grain: one row a partner; ``name``, ``coverage_0``, ``base``, ``delivered``; and what their
        histogram says in words.
    """

    losing: int
    saved: int
    outside: int
    base: int
    decided_before: bool
    groups: Mapping[str, int]
    partners: tuple[int, ...]
    distances: pd.DataFrame
    distances_alt: str


def standing(outlook: pd.DataFrame) -> Standing:
    """Count the partners of ``components.outlook.partners_outlook``; at least one row."""
    losing = outlook["group_0"] == Group.WILL_LOSE.value
    named = {"base_0": "base", "delivered_0": "delivered"}
    distances = outlook[["name", "coverage_0", *named]].rename(columns=named)
    return Standing(
        losing=int(losing.sum()),
        saved=int((losing & (outlook["needed_worst_0"] == 1)).sum()),
        outside=int((~outlook["is_member"]).sum()),
        base=int(outlook["base_0"].sum()),
        decided_before=bool(outlook["held_is_stored"].all()),
        groups={str(g): int(n) for g, n in outlook["group_0"].value_counts().items()},
        partners=tuple(outlook["partner_id"].tolist()),
        distances=distances,
        distances_alt=coverage_histogram_alt(distances),
    )
