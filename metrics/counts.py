"""What every metric accepts as a count: whole, not negative, and never more than its total."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray


def as_counts(values: ArrayLike, name: str) -> NDArray[np.int64]:
    """Return ``values`` as an integer array, refusing what cannot be a count.

    Whole floats (as they come from a nullable column) are accepted.

    Parameters
    ----------
    values
        A number or an array of any shape.
    name
        What is counted, for the message.

    Raises
    ------
    ValueError
        If a value is missing, infinite, fractional or negative.
    """
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be whole numbers, got {values!r}") from error
    if not np.all(np.isfinite(numbers)):
        raise ValueError(f"{name} must not be missing or infinite")
    if np.any(numbers < 0):
        raise ValueError(f"{name} must not be negative, got {numbers.min():g}")
    whole = numbers.astype(np.int64)
    if np.any(whole != numbers):
        raise ValueError(f"{name} must be whole numbers")
    return whole


def as_count(value: float, name: str) -> int:
    """Return one count as ``int``; see :func:`as_counts` for what is refused."""
    return int(as_counts(value, name).item())


def as_parts(
    x: ArrayLike, n: ArrayLike, names: tuple[str, str] = ("x", "n")
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ``x`` and ``n`` broadcast together as counts with ``x <= n`` everywhere.

    Raises
    ------
    ValueError
        If either is not a count (see :func:`as_counts`) or some ``x`` exceeds its ``n``.
    """
    part, whole = np.broadcast_arrays(as_counts(x, names[0]), as_counts(n, names[1]))
    if np.any(part > whole):
        raise ValueError(f"{names[0]} must not exceed {names[1]}")
    return part, whole


def normal_quantile(confidence: float) -> float:
    """Return z such that a standard normal lies within ±z with probability ``confidence``.

    Raises
    ------
    ValueError
        If ``confidence`` is not strictly between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be strictly between 0 and 1, got {confidence!r}")
    return NormalDist().inv_cdf((1 + confidence) / 2)
