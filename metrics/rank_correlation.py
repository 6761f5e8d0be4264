"""Spearman's rank correlation of scores on short scales, with any number of ties and gaps."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from metrics.counts import normal_quantile
from metrics.estimate import Estimate, status_of

#: Name of the interval in :attr:`metrics.estimate.Estimate.method`.
SPEARMAN = "spearman"
#: Up to this many pairs every permutation is tried; beyond it Student's t is close enough.
EXACT_PAIRS = 8
#: Scores there can be on any known scale: 0..10.
LEVELS = 11


def as_answers(values: ArrayLike, name: str = "answers") -> NDArray[np.float64]:
    """Return scores as floats with NaN for missing.

    Raises
    ------
    ValueError
        If a score that is not missing is not a whole number 0..10.
    """
    try:
        scores = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers with NaN for missing") from error
    known = scores[~np.isnan(scores)]
    if np.any((known < 0) | (known > 10) | (known != np.floor(known))):
        raise ValueError(f"{name} must be whole scores 0..10, or NaN for missing")
    return scores


def pair_tables(
    x: NDArray[np.float64], y: NDArray[np.float64], picks: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """Return the cross-tables of two questions over the surveys that answered both.

    Parameters
    ----------
    x, y
        Scores with NaN for missing, shape ``(surveys,)``.
    picks
        Surveys drawn into each replicate, shape ``(replicates, drawn)``; each once if None.

    Returns
    -------
    numpy.ndarray
        Shape ``(replicates, 11, 11)`` over the scores 0..10; one replicate without picks.
    """
    both = ~(np.isnan(x) | np.isnan(y))
    # Surveys without the pair fall into one more cell, cut off in the end.
    cell = np.full(len(x), LEVELS * LEVELS)
    cell[both] = (x[both] * LEVELS + y[both]).astype(np.int64)
    drawn = cell[None, :] if picks is None else cell[picks]
    width = LEVELS * LEVELS + 1
    offset = np.arange(len(drawn))[:, None] * width
    counts = np.bincount((drawn + offset).ravel(), minlength=len(drawn) * width)
    tables = counts.reshape(len(drawn), width)[:, :-1].astype(np.float64)
    return tables.reshape(len(drawn), LEVELS, LEVELS)


def spearman_of_tables(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Spearman's rho of cross-tables with midranks, NaN where a margin is constant.

    Parameters
    ----------
    tables
        Shape ``(…, levels, levels)``; levels in rising order.
    """
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    half = rows.sum(axis=-1, keepdims=True) / 2
    a = np.cumsum(rows, axis=-1) - rows / 2 - half
    b = np.cumsum(columns, axis=-1) - columns / 2 - half
    covariance = np.einsum("...i,...ij,...j->...", a, tables, b)
    spread = (rows * a**2).sum(axis=-1) * (columns * b**2).sum(axis=-1)
    rho = covariance / np.sqrt(np.where(spread > 0, spread, np.nan))
    clipped: NDArray[np.float64] = np.clip(rho, -1.0, 1.0)
    return clipped


def spearman(x: ArrayLike, y: ArrayLike, confidence: float = 0.95) -> tuple[Estimate, float]:
    """Return Spearman's rho of two questions with its interval, and the two-sided p-value.

    Parameters
    ----------
    x, y
        Scores with NaN for missing, shape ``(surveys,)``; surveys that answered both count.
        Missing stays missing: it never becomes the middle answer.
    confidence
        Two-sided level.

    Returns
    -------
    rho, p
        ``n`` is the number of pairs. Both NaN (with the true ``n``) where one question got the
        same score everywhere: nothing can go together with what does not vary. Up to 3 pairs
        the interval is -1..+1.

    Raises
    ------
    ValueError
        If the shapes differ or a score is not a whole number 0..10.

    Notes
    -----
    p counts all permutations up to 8 pairs (Student's t would call three pairs in a row certain)
    and is Student's t beyond. At ρ = ±1 the interval is computed from half a rank step inside.

    References
    ----------
    Spearman (1904), doi:10.2307/1412159; interval: Bonett, Wright (2000), doi:10.1007/BF02294183.
    """
    first, second = as_answers(x, "x"), as_answers(y, "y")
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError("x and y must be one-dimensional and equally long")
    z = normal_quantile(confidence)
    both = ~(np.isnan(first) | np.isnan(second))
    n = int(both.sum())
    if n == 0:
        return Estimate.nothing(SPEARMAN), math.nan
    rho = float(spearman_of_tables(pair_tables(first, second))[0])
    status = status_of(n)
    if math.isnan(rho):
        return Estimate(math.nan, math.nan, math.nan, n, status, SPEARMAN), math.nan
    low, high = -1.0, 1.0
    if n > 3:
        inside = 1 - 6 / (n * (n * n - 1))
        centre = math.atanh(min(max(rho, -inside), inside))
        reach = z * math.sqrt((1 + rho * rho / 2) / (n - 3))
        low = min(math.tanh(centre - reach), rho)
        high = max(math.tanh(centre + reach), rho)
    return (
        Estimate(rho, low, high, n, status, SPEARMAN),
        _p_value(first[both], second[both], rho),
    )


def _p_value(x: NDArray[np.float64], y: NDArray[np.float64], rho: float) -> float:
    n = len(x)
    if n <= EXACT_PAIRS:
        ranks_x, ranks_y = _doubled_ranks(x), _doubled_ranks(y)
        orders = np.array(list(permutations(range(n))))
        products = ranks_y[orders] @ ranks_x
        centre = int(ranks_x.sum()) * int(ranks_y.sum())
        observed = abs(n * int(ranks_x @ ranks_y) - centre)
        return float(np.mean(np.abs(n * products - centre) >= observed))
    if abs(rho) >= 1:
        return math.exp(math.log(2) - math.lgamma(n + 1))
    return float(2 * student.sf(abs(rho) * math.sqrt((n - 2) / (1 - rho * rho)), n - 2))


def _doubled_ranks(x: NDArray[np.float64]) -> NDArray[np.int64]:
    """Midranks times two: whole numbers, so that equal sums compare as equal."""
    _, at, counts = np.unique(x, return_inverse=True, return_counts=True)
    doubled: NDArray[np.int64] = (2 * np.cumsum(counts) - counts + 1)[at]
    return doubled


def spearman_matrices(
    answers: NDArray[np.float64], picks: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return pairwise Spearman matrices of all questions and the number of pairs behind each.

    Parameters
    ----------
    answers
        Scores with NaN for missing, shape ``(surveys, questions)``.
    picks
        Surveys drawn into each replicate, shape ``(replicates, drawn)``; each once if None.

    Returns
    -------
    matrices, pairs
        Shapes ``(replicates, questions, questions)`` and ``(questions, questions)``. Each pair
        is ranked among its own complete surveys; NaN where a question does not vary in them.
    """
    questions = answers.shape[1]
    replicates = 1 if picks is None else len(picks)
    matrices = np.broadcast_to(np.eye(questions), (replicates, questions, questions)).copy()
    known = (~np.isnan(answers)).astype(np.int64)
    for i in range(questions):
        for j in range(i):
            tables = pair_tables(answers[:, i], answers[:, j], picks)
            matrices[:, i, j] = matrices[:, j, i] = spearman_of_tables(tables)
    return matrices, known.T @ known
