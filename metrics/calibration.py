"""Chances corrected by how often earlier chances came true.

Logistic recalibration: ``logit(corrected) = intercept + slope · logit(raw)`` (Cox 1958,
doi:10.1093/biomet/45.3-4.562), fitted on earlier evaluations only. It repairs what the curve
cannot know, most of all the last deliveries that partners make because the evaluation is near.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Raw chances nearer to 0 and 1 than this are told apart by nothing.
NEAREST = 1e-4
#: Weight of «leave the chances as they are», in observations.
_PRIOR_WEIGHT = 5.0
_STEPS = 25


@dataclass(frozen=True, slots=True)
class Calibration:
    """A correction of chances; the default leaves them as they are."""

    intercept: float = 0.0
    slope: float = 1.0

    def corrected(self, chances: Floats) -> Floats:
        """Return corrected chances, never turned into 0 or 1; the order never changes."""
        if self == UNCORRECTED:
            return chances
        scores = logit(np.clip(chances, NEAREST, 1 - NEAREST))
        right: Floats = expit(self.intercept + self.slope * scores)
        return right


UNCORRECTED = Calibration()


def fitted_calibration(chances: Floats, came_true: Flags) -> Calibration:
    """Return the correction under which what happened is most likely.

    Parameters
    ----------
    chances, came_true
        Raw chances of earlier evaluations and what happened.

    Returns
    -------
    Calibration
        A weak pull toward «as they are» keeps it finite at small n and where everything or
        nothing came true; no observations leave chances as they are. The slope is not negative.
    """
    if not len(chances):
        return UNCORRECTED
    scores = logit(np.clip(chances, NEAREST, 1 - NEAREST))
    design = np.stack([np.ones_like(scores), scores], axis=1)
    neutral = np.array([0.0, 1.0])
    pull = np.diag([_PRIOR_WEIGHT, _PRIOR_WEIGHT])
    weights = neutral.copy()
    for _step in range(_STEPS):
        said = expit(design @ weights)
        gradient = design.T @ (said - came_true) + pull @ (weights - neutral)
        curvature = (design * (said * (1 - said))[:, None]).T @ design + pull
        change = np.linalg.solve(curvature, gradient)
        weights -= np.clip(change, -1.0, 1.0)
        if np.abs(change).max() < 1e-6:
            break
    return Calibration(float(weights[0]), float(max(weights[1], 0.0)))
