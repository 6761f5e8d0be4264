"""Who could be asked at all: the response rate, and how far silence could move a share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.counts import as_count, as_counts, as_parts
from metrics.estimate import Estimate, status_of
from metrics.proportion import share

#: Name of the bounds in :attr:`metrics.estimate.Estimate.method`.
WORST_CASE = "worst_case"
#: Ways a phone contact can end, and the one that is still under way.
OUTCOMES = ("completed", "refused", "unreachable", "wrong_contact", "pending")


@dataclass(frozen=True, slots=True)
class Response:
    """How the phone contacts of a group of deliveries ended.

    The numbers are counts of all contacts. The rate is read as what clients of such deliveries
    do, in this period and the next, and so it has an interval like every share of answers.
    """

    completed: int
    refused: int
    unreachable: int
    wrong_contact: int
    pending: int

    def __post_init__(self) -> None:
        as_counts([getattr(self, name) for name in OUTCOMES], "contact outcomes")

    @property
    def ended(self) -> int:
        """Contacts that came to an end: all but pending."""
        return self.completed + self.refused + self.unreachable + self.wrong_contact

    @property
    def rate(self) -> Estimate:
        """Response rate completed / all but pending, Wilson; nothing while nothing has ended."""
        return share(self.completed, self.ended)


def response(outcomes: Mapping[str, int]) -> Response:
    """Return the response of a group of contacts from counts by outcome.

    Parameters
    ----------
    outcomes
        ``{outcome: count}`` over :data:`OUTCOMES`; an absent outcome means 0.

    Raises
    ------
    ValueError
        If an outcome is not known or a count is not a count.

    References
    ----------
    AAPOR Standard Definitions, response rate 1 (https://aapor.org/standards-and-ethics/
    standard-definitions/), with cases still pending set aside.
    """
    unknown = sorted(set(outcomes) - set(OUTCOMES))
    if unknown:
        raise ValueError(f"unknown contact outcomes: {', '.join(unknown)}")
    return Response(**{name: as_count(outcomes.get(name, 0), name) for name in OUTCOMES})


def response_rates(completed: ArrayLike, ended: ArrayLike) -> NDArray[np.float64]:
    """Return response rates element by element, for tables; NaN where nothing has ended.

    Parameters
    ----------
    completed, ended
        Completed contacts, and all but pending; any shape, broadcast together.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, or more were completed than ended.
    """
    done, closed = as_parts(completed, ended, ("completed", "ended"))
    rates: NDArray[np.float64] = done / np.where(closed == 0, np.nan, closed)
    return rates


def worst_case(x: float, n: float, missing: float) -> Estimate:
    """Return the share ``x / n`` with bounds over everything the missing could have answered.

    Parameters
    ----------
    x, n
        Answers of the kind in question, and all answers.
    missing
        Those of whom nothing is known: ended contacts without an answer.

    Returns
    -------
    Estimate
        ``low = x / N`` and ``high = (x + missing) / N`` with ``N = n + missing``. These are
        bounds, not a confidence interval: chance is not in them. ``Estimate.nothing`` at
        ``n = 0``, where the bounds would be 0 and 1 and say nothing.

    Raises
    ------
    ValueError
        If a count is missing, fractional or negative, or ``x > n``.

    References
    ----------
    Manski (1989), doi:10.2307/145818; Horowitz, Manski (2000),
    doi:10.1080/01621459.2000.10473902.
    """
    part, whole = (int(count) for count in as_parts(x, n))
    unknown = as_count(missing, "missing")
    if whole == 0:
        return Estimate.nothing(WORST_CASE)
    everyone = whole + unknown
    return Estimate(
        part / whole,
        part / everyone,
        (part + unknown) / everyone,
        whole,
        status_of(whole),
        WORST_CASE,
    )
