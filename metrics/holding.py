"""Who holds the competence from one evaluation to the next, counted for many partners at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def gains_and_losses(
    partner_ids: NDArray[np.integer], places: NDArray[np.integer], evaluations: int
) -> tuple[Ints, Ints]:
    """Return how many partners gained and how many lost the competence at each evaluation.

    Parameters
    ----------
    partner_ids, places
        One element for each partner that held at an evaluation, in any order, none twice: who,
        and at which evaluation, counted from 0 in their order.
    evaluations
        How many there are.

    Returns
    -------
    tuple of numpy.ndarray
        Gains and losses, one element an evaluation. Who holds and did not at the one before has
        gained; who held there and does not now, or is not decided about, has lost. At the first
        evaluation whoever holds counts as gaining: what was before it is not known.

    Raises
    ------
    ValueError
        If a place is not one of the evaluations.
    """
    if len(places) and not 0 <= places.min() <= places.max() < evaluations:
        raise ValueError("a place outside of the evaluations")
    # A free number after the evaluations of each partner keeps the rows of two partners apart.
    in_a_row = np.sort(partner_ids.astype(np.int64) * (evaluations + 1) + places)
    begins, ends = np.diff(in_a_row, prepend=-2) != 1, np.diff(in_a_row, append=-2) != 1
    place = in_a_row % (evaluations + 1)
    gained = np.bincount(place[begins], minlength=evaluations)
    lost = np.bincount(place[ends] + 1, minlength=evaluations)
    return gained, lost[:evaluations]
