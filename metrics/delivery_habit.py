"""A partner's own pace of delivering, shrunk toward all partners.

Deliveries of a partner are counted against what the common lag curve expects of the same keys
over the same days. Their ratio is the partner's multiplier of the hazard; with few keys it is
mostly chance, so it is shrunk: gamma prior, Poisson counts, gamma posterior (Clayton and Kaldor
1987, doi:10.2307/2532003). The prior is fitted to the partners themselves by the negative binomial
likelihood that it implies.

Only the last half year counts: partners take the programme up, and slump. On replays of the
demonstration programme it had the lowest Brier score with 15 000 partners, against three months,
a year, the whole 24 months and mixtures of them; with 400 partners these were within chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaincinv, gammaln

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Days of a partner's past that tell its pace.
HABIT_DAYS = 180
#: Values of the multiplier that stand for a partner's posterior, each of equal weight.
NODES = 9

_LEAST_MEAN = 1e-9
_LOG_SHAPE = (-3.0, 5.0)


@dataclass(frozen=True, slots=True)
class Habits:
    """Gamma posteriors of the hazard multiplier, one for each partner.

    Attributes
    ----------
    shape, rate
        Of each posterior; the mean multiplier is ``shape / rate``.
    prior_shape, prior_mean
        Of the prior that all partners share.
    """

    shape: Floats
    rate: Floats
    prior_shape: float
    prior_mean: float

    def mean(self) -> Floats:
        """Return the mean multiplier of each partner: 1 delivers as the common curve says."""
        return self.shape / self.rate

    def of(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Habits:
        """Return the habits of the chosen partners, by index."""
        return Habits(self.shape[chosen], self.rate[chosen], self.prior_shape, self.prior_mean)

    def nodes(self, count: int = NODES) -> Floats:
        """Return multipliers of equal weight for each partner, shape (partners, count)."""
        levels = (np.arange(count) + 0.5) / count
        quantiles: Floats = gammaincinv(self.shape[:, None], levels) / self.rate[:, None]
        return quantiles


def _log_likelihood(shape: float, counts: Ints, expected: Floats) -> float:
    """Return the negative binomial log likelihood up to a constant."""
    terms = (
        gammaln(shape + counts)
        - gammaln(shape)
        - shape * np.log1p(expected / shape)
        + counts * np.log(expected / (shape + expected))
    )
    return float(terms.sum())


def shrunk_habits(delivered: Ints, expected: Floats) -> Habits:
    """Return each partner's pace, shrunk toward the common one.

    Parameters
    ----------
    delivered
        Deliveries of each partner over ``HABIT_DAYS``.
    expected
        What the common curve expected of it over the same days: the sum of the hazards that its
        open keys met. A partner with 0 is given the prior.

    Raises
    ------
    ValueError
        If the shapes differ or a number is negative.
    """
    counts = np.asarray(delivered, dtype=np.int64)
    hazards: Floats = np.asarray(expected, dtype=np.float64)
    if counts.shape != hazards.shape:
        raise ValueError("a count and an expectation are needed for each partner")
    if counts.size and (counts.min() < 0 or hazards.min() < 0):
        raise ValueError("deliveries and expectations cannot be negative")
    mean, shape = fitted_prior(counts, hazards)
    shapes: Floats = shape + counts.astype(np.float64)
    return Habits(shapes, shape / mean + hazards, shape, mean)


def fitted_prior(delivered: Ints, expected: Floats) -> tuple[float, float]:
    """Return mean and shape of the prior that makes the partners' counts most likely.

    Nobody with an expectation: mean 1 and shape 1, a wide prior. The shape is bounded, so that
    equal partners (an infinite shape) and a single one stay finite.
    """
    seen = expected > 0
    if not seen.any():
        return 1.0, 1.0
    counts, hazards = delivered[seen], expected[seen]
    mean = max(float(counts.sum() / hazards.sum()), _LEAST_MEAN)
    if counts.sum() == 0:
        return mean, 1.0
    best = minimize_scalar(
        lambda log: -_log_likelihood(float(np.exp(log)), counts, hazards * mean),
        bounds=_LOG_SHAPE,
        method="bounded",
        options={"xatol": 0.02},
    )
    return mean, float(np.exp(best.x))
