"""Do partners vary more than chance allows, and funnel limits widened accordingly."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.counts import as_counts, as_parts, normal_quantile
from metrics.funnel import checked_target

#: Share winsorised at each end before over-dispersion is measured.
TRIM = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class OverDispersion:
    """How much more units vary than chance allows.

    Attributes
    ----------
    z, z_winsorised
        Standardised distance of every unit from the target, raw and winsorised; shape ``(units,)``.
    phi
        Mean of the squared winsorised distances: 1 when chance explains everything, NaN for none.
    tau2
        Variance between units on the scale of ``z``'s numerator; 0 when ``phi`` is not above 1.
    """

    z: NDArray[np.float64]
    z_winsorised: NDArray[np.float64]
    phi: float
    tau2: float


def over_dispersion(z: ArrayLike, weights: ArrayLike, trim: float = TRIM) -> OverDispersion:
    """Return phi and tau² of standardised distances, winsorised against a few real outliers.

    Parameters
    ----------
    z
        Standardised distances of the units from the target, shape ``(units,)``.
    weights
        Inverse sampling variances of the units, on the scale where ``tau2`` is wanted.
    trim
        Share winsorised at each end (quantiles as numpy and R default, type 7).

    Returns
    -------
    OverDispersion
        ``tau2 = max(0, (I phi - (I - 1)) / (Σw - Σw²/Σw))``; 0 with fewer than two units.

    Raises
    ------
    ValueError
        If the inputs are missing, differ in shape, or ``trim`` is not in 0..0.5.

    References
    ----------
    Spiegelhalter (2005), doi:10.1136/qshc.2005.013755; DerSimonian, Laird (1986),
    doi:10.1016/0197-2456(86)90046-2.
    """
    distances, w = np.asarray(z, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if distances.ndim != 1 or distances.shape != w.shape:
        raise ValueError("z and weights must be one-dimensional and equally long")
    if not (np.all(np.isfinite(distances)) and np.all(np.isfinite(w)) and np.all(w > 0)):
        raise ValueError("z must be finite and weights positive")
    if not 0 <= trim < 0.5:
        raise ValueError(f"trim must lie in 0..0.5, got {trim!r}")
    units = len(distances)
    if units == 0:
        return OverDispersion(distances, distances, math.nan, 0.0)
    low, high = np.quantile(distances, [trim, 1 - trim])
    winsorised = np.clip(distances, low, high)
    phi = float(np.mean(winsorised**2))
    room = float(w.sum() - (w**2).sum() / w.sum())
    excess = units * phi - (units - 1)
    tau2 = max(0.0, excess / room) if units > 1 and room > 0 else 0.0
    return OverDispersion(distances, winsorised, phi, tau2)


def share_over_dispersion(
    x: ArrayLike, n: ArrayLike, target: float, trim: float = TRIM
) -> OverDispersion:
    """Return the over-dispersion of shares on the arcsine scale, where s = 1 / (2 sqrt(n)).

    Parameters
    ----------
    x, n
        Counts, shape ``(units,)``; units with ``n = 0`` are refused, leave them out.
    target
        The common share.
    trim
        Share winsorised at each end.

    Raises
    ------
    ValueError
        If counts are wrong, some ``n`` is 0 or the target is off 0..1.

    References
    ----------
    Spiegelhalter (2005), doi:10.1136/qshc.2005.013755; R FunnelPlotR computes the same.
    """
    part, whole = as_parts(x, n)
    if np.any(whole == 0):
        raise ValueError("units without answers have no place in the over-dispersion")
    spread = 1 / (2 * np.sqrt(whole))
    distance = np.arcsin(np.sqrt(part / whole)) - math.asin(math.sqrt(checked_target(target)))
    return over_dispersion(distance / spread, 1 / spread**2, trim)


def index_over_dispersion(
    balance: ArrayLike, n: ArrayLike, promoters: float, critics: float, trim: float = TRIM
) -> OverDispersion:
    """Return the over-dispersion of indices on their own scale, s² = (p + d - (p - d)²) / n.

    Parameters
    ----------
    balance, n
        P - D and the number of answers of every unit, shape ``(units,)``, ``n > 0``.
    promoters, critics
        Common shares.
    trim
        Share winsorised at each end.

    Raises
    ------
    ValueError
        If some ``n`` is 0 or a balance exceeds it.

    References
    ----------
    Spiegelhalter (2005), doi:10.1002/sim.1970 (additive model for a normal approximation).
    """
    size = as_counts(n, "n")
    signed = np.asarray(balance, dtype=np.float64)
    if np.any(size == 0) or np.any(np.abs(signed) > size):
        raise ValueError("every unit needs answers, and no balance may exceed them")
    p, d = checked_target(promoters), checked_target(critics)
    unit_variance = p + d - (p - d) ** 2
    if unit_variance <= 0:
        return over_dispersion(np.zeros(len(size)), size.astype(np.float64), trim)
    variance = unit_variance / size
    return over_dispersion((signed / size - (p - d)) / np.sqrt(variance), 1 / variance, trim)


def arcsine_limits(
    target: float, n: ArrayLike, tau2: float = 0.0, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the arcsine funnel limits of a share, widened by ``tau2`` between units.

    Parameters
    ----------
    target
        The common share.
    n
        Numbers of answers, any shape.
    tau2
        From :func:`share_over_dispersion`; 0 draws the plain limits.
    confidence
        0.95 or 0.998.

    Returns
    -------
    low, high
        ``sin(asin(sqrt(target)) ± z sqrt(1 / (4 n) + tau2))²`` in the shape of ``n``, cut at 0
        and 1 where the sine would fold back (small n); NaN where ``n = 0``.

    Raises
    ------
    ValueError
        If the target is off 0..1, ``tau2`` negative, or ``n`` not a count.

    References
    ----------
    Spiegelhalter (2005), doi:10.1136/qshc.2005.013755.
    """
    if not tau2 >= 0:
        raise ValueError(f"tau2 must not be negative, got {tau2!r}")
    size = as_counts(n, "n")
    z = normal_quantile(confidence)
    centre = math.asin(math.sqrt(checked_target(target)))
    reach = z * np.sqrt(1 / (4 * np.where(size == 0, np.nan, size)) + tau2)
    low = np.sin(np.maximum(centre - reach, 0.0)) ** 2
    high = np.sin(np.minimum(centre + reach, math.pi / 2)) ** 2
    return low, high


def adjusted_index_limits(
    promoters: float, critics: float, n: ArrayLike, tau2: float, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return funnel limits of the index widened by ``tau2``, cut at -1 and +1.

    Parameters
    ----------
    promoters, critics
        Common shares.
    n
        Numbers of answers, any shape; NaN comes back where 0.
    tau2
        From :func:`index_over_dispersion`.
    confidence
        0.95 or 0.998.

    Raises
    ------
    ValueError
        If a share is off 0..1, ``tau2`` negative, or ``n`` not a count.

    References
    ----------
    Spiegelhalter (2005), doi:10.1002/sim.1970.
    """
    if not tau2 >= 0:
        raise ValueError(f"tau2 must not be negative, got {tau2!r}")
    p, d = checked_target(promoters), checked_target(critics)
    size = as_counts(n, "n")
    variance = (p + d - (p - d) ** 2) / np.where(size == 0, np.nan, size)
    reach = normal_quantile(confidence) * np.sqrt(variance + tau2)
    return np.maximum(p - d - reach, -1.0), np.minimum(p - d + reach, 1.0)
