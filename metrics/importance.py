"""How much of what goes together with recommending each question carries (LMG, Shapley)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.estimate import Estimate, status_of
from metrics.rank_correlation import as_answers, spearman_matrices

#: Name of the whiskers in :attr:`metrics.estimate.Estimate.method`.
BOOTSTRAP = "percentile_bootstrap"
#: Surveys needed before importance is shown at all, and for every pair of questions.
ENOUGH_SURVEYS, ENOUGH_PAIRS = 50, 30
#: Bootstrap samples, and the most surveys drawn into each.
REPLICATES, MOST_DRAWN = 1000, 2000
#: More questions than this would need too many subsets.
MOST_QUESTIONS = 12
# Smallest eigenvalue a correlation matrix may have, and the one it is given otherwise.
_SINGULAR, _LIFTED = 1e-8, 1e-6
# Projections at most, and the change of an entry below which they have settled.
_PROJECTIONS, _SETTLED = 60, 1e-5


@dataclass(frozen=True, slots=True)
class Importance:
    """Shares of R² of recommending by question; «goes together with», never «causes».

    Attributes
    ----------
    codes
        Questions, in the order given.
    parts
        LMG part of R² of each question; they add up to ``r2``.
    shares
        The same divided by R²; they add up to 1.
    r2
        R² of all the questions together on the rank scale.
    n
        Surveys with an answer about recommending and about some question.
    fewest_pairs
        Surveys behind the thinnest pair of questions.
    left_out
        Questions left out because a pair had under 30 surveys, or because they do not vary.
    adjusted
        Whether the pairwise matrix had to be moved to the nearest valid one.
    """

    codes: tuple[str, ...]
    parts: tuple[Estimate, ...]
    shares: tuple[Estimate, ...]
    r2: Estimate
    n: int
    fewest_pairs: int
    left_out: tuple[str, ...]
    adjusted: bool


def lmg(matrices: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the LMG (Shapley) parts of R² from correlation matrices, the outcome standing last.

    Parameters
    ----------
    matrices
        Correlation matrices, shape ``(…, k + 1, k + 1)``, positive definite; row ``k`` is the
        outcome.

    Returns
    -------
    parts, r2
        Shapes ``(…, k)`` and ``(…,)``; the parts add up to ``r2``. A predictor that the others
        determine completely adds nothing beyond them.

    Raises
    ------
    ValueError
        If the shape is wrong or there are more than 12 predictors.

    Notes
    -----
    R² of all ``2^k`` subsets by one sweep each along a tree of subsets, for all matrices at
    once; the part of a predictor is the average gain over all orders of entering.

    References
    ----------
    Lindeman, Merenda, Gold (1980), Introduction to Bivariate and Multivariate Analysis;
    Grömping (2006), doi:10.18637/jss.v017.i01; Shapley (1953), doi:10.1515/9781400881970-018.
    """
    given = np.asarray(matrices, dtype=np.float64)
    if given.ndim < 2 or given.shape[-1] != given.shape[-2] or given.shape[-1] < 2:
        raise ValueError(f"expected square correlation matrices, got shape {given.shape}")
    k = given.shape[-1] - 1
    if k > MOST_QUESTIONS:
        raise ValueError(f"{k} predictors are too many, at most {MOST_QUESTIONS}")
    r2 = np.zeros((2**k, *given.shape[:-2]))
    _sweep(given, list(range(k)), 0, r2)
    size = np.array([mask.bit_count() for mask in range(2**k)])
    weight = np.array([1 / (k * math.comb(k - 1, s)) if s < k else 0.0 for s in size])
    parts = np.empty((*given.shape[:-2], k))
    for j in range(k):
        without = np.flatnonzero((np.arange(2**k) >> j) & 1 == 0)
        gain = r2[without | (1 << j)] - r2[without]
        parts[..., j] = np.tensordot(weight[without], gain, axes=1)
    return parts, r2[-1]


def _sweep(
    residual: NDArray[np.float64], ahead: list[int], mask: int, r2: NDArray[np.float64]
) -> None:
    """Fill in R² of every subset that adds some of the predictors ``ahead`` to ``mask``.

    ``residual`` holds the covariances left after ``mask``, of the predictors ahead and, last,
    of the outcome.
    """
    for at, predictor in enumerate(ahead):
        pivot = residual[..., at, at]
        pivot = np.where(pivot > _SINGULAR / 100, pivot, np.inf)
        larger = mask | (1 << predictor)
        r2[larger] = r2[mask] + residual[..., at, -1] ** 2 / pivot
        if at + 1 < len(ahead):
            column = residual[..., at + 1 :, at]
            outer = column[..., :, None] * column[..., None, :] / pivot[..., None, None]
            _sweep(residual[..., at + 1 :, at + 1 :] - outer, ahead[at + 1 :], larger, r2)


def valid_correlations(
    matrices: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the matrices with those that are no correlation matrix moved to the nearest one.

    Pairwise correlations with different surveys behind them need not fit together.

    Parameters
    ----------
    matrices
        Shape ``(replicates, k, k)``; NaN (a question without variation) becomes 0.

    Returns
    -------
    valid, adjusted
        Matrices with positive eigenvalues, and which of them were moved.

    References
    ----------
    Higham (2002), doi:10.1093/imanum/22.3.329.
    """
    valid = np.where(np.isnan(matrices), 0.0, matrices)
    adjusted = np.linalg.eigvalsh(valid)[:, 0] <= _SINGULAR
    if adjusted.any():
        valid[adjusted] = _nearest(valid[adjusted])
    return valid, adjusted


def _nearest(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Higham's alternating projections with Dykstra's correction, for all matrices at once."""
    diagonal = np.arange(matrices.shape[-1])
    current, correction = matrices, np.zeros_like(matrices)
    for _ in range(_PROJECTIONS):
        shifted = current - correction
        positive = _lifted(shifted)
        correction = positive - shifted
        before, current = current, positive.copy()
        current[..., diagonal, diagonal] = 1.0
        if np.abs(current - before).max() < _SETTLED:
            break
    positive = _lifted(current)
    scale = np.sqrt(positive[..., diagonal, diagonal])
    positive /= scale[..., :, None] * scale[..., None, :]
    return positive


def _lifted(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the matrices with eigenvalues no smaller than a small positive one."""
    values, vectors = np.linalg.eigh(matrices)
    lifted = np.maximum(values, _LIFTED)[..., None, :]
    product: NDArray[np.float64] = (vectors * lifted) @ np.swapaxes(vectors, -1, -2)
    return product


def importance(
    answers: ArrayLike,
    outcome: ArrayLike,
    codes: Sequence[str],
    rng: np.random.Generator,
    *,
    replicates: int = REPLICATES,
    confidence: float = 0.95,
) -> Importance | None:
    """Return the importance of every question for recommending, with bootstrap whiskers.

    Parameters
    ----------
    answers
        Scores of the questions, NaN for missing, shape ``(surveys, questions)``.
    outcome
        Score of the recommendation question, NaN for missing, shape ``(surveys,)``.
    codes
        Question codes, one per column.
    rng
        Source of the bootstrap samples; seed it, so that a page shows the same twice.
    replicates
        Bootstrap samples of whole surveys.
    confidence
        Level of the percentile whiskers.

    Returns
    -------
    Importance or None
        None under 50 surveys, or if fewer than two questions have 30 surveys in every pair:
        show the list of correlations only.

    Raises
    ------
    ValueError
        If shapes do not fit or a score is not a whole number 0..10.

    Notes
    -----
    Parts are averages of squares and so lie a little high; the whiskers are widened to contain
    the estimate. From more than 2000 surveys 2000 are drawn a time and the whiskers narrowed by
    sqrt(2000 / n), the m-out-of-n bootstrap.

    References
    ----------
    As :func:`lmg`; Efron (1979), doi:10.1214/aos/1176344552; Bickel, Götze, van Zwet (1997),
    Statistica Sinica 7, 1-31.
    """
    data, target = as_answers(answers), as_answers(outcome, "outcome")
    if data.ndim != 2 or target.shape != data.shape[:1] or len(codes) != data.shape[1]:
        raise ValueError("answers must be (surveys, questions), with as many outcomes and codes")
    usable = ~np.isnan(target) & ~np.all(np.isnan(data), axis=1)
    n = int(usable.sum())
    if n < ENOUGH_SURVEYS:
        return None
    everything = np.column_stack([data, target])[usable]
    kept = _questions_with_enough_pairs(everything)
    if len(kept) < 2:
        return None
    columns = everything[:, [*kept, data.shape[1]]]
    matrices, pairs = spearman_matrices(columns)
    valid, adjusted = valid_correlations(matrices)
    parts, r2 = lmg(valid[0])
    drawn = min(n, MOST_DRAWN)
    picks = rng.integers(0, n, size=(replicates, drawn))
    again = spearman_matrices(columns, picks)[0]
    parts_again, r2_again = lmg(valid_correlations(again)[0])
    narrow = math.sqrt(drawn / n)

    def whiskers(value: float, sample: NDArray[np.float64]) -> Estimate:
        ends = np.quantile(sample, [(1 - confidence) / 2, (1 + confidence) / 2])
        low, high = value + narrow * (ends - value)
        return Estimate(
            value,
            max(0.0, min(float(low), value)),
            min(1.0, max(float(high), value)),
            n,
            status_of(n),
            BOOTSTRAP,
        )

    chosen = tuple(codes[at] for at in kept)
    return Importance(
        codes=chosen,
        parts=tuple(whiskers(float(parts[j]), parts_again[:, j]) for j in range(len(kept))),
        shares=tuple(
            whiskers(float(a), b)
            for a, b in zip(_shares(parts, r2), _shares(parts_again, r2_again).T, strict=True)
        ),
        r2=whiskers(min(float(r2), 1.0), r2_again),
        n=n,
        fewest_pairs=int(pairs.min()),
        left_out=tuple(code for code in codes if code not in chosen),
        adjusted=bool(adjusted[0]),
    )


def _shares(parts: NDArray[np.float64], r2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Parts divided by R²; equal shares where R² is 0 and nothing is shared out."""
    total = np.asarray(r2)[..., None]
    equal = 1 / parts.shape[-1]
    return np.where(total > 0, parts / np.where(total > 0, total, 1.0), equal)


def _questions_with_enough_pairs(everything: NDArray[np.float64]) -> list[int]:
    """Return questions that vary and have enough surveys in every pair, dropping the thinnest."""
    matrices, pairs = spearman_matrices(everything)
    last = everything.shape[1] - 1
    kept = [at for at in range(last) if not math.isnan(matrices[0, at, last])]
    while kept:
        chosen = [*kept, last]
        if pairs[np.ix_(chosen, chosen)].min() >= ENOUGH_PAIRS:
            break
        # Both questions of a thin pair see it; the one with fewer answers overall goes.
        thin = pairs[np.ix_(kept, chosen)]
        kept.pop(int(np.lexsort((thin.sum(axis=1), thin.min(axis=1)))[0]))
    return kept
