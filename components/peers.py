"""Partners judged among their peers by one measure: what the page «Сравнение партнёров» draws."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sqlalchemy import Connection

from metrics.anonymity import ENOUGH_OTHERS, rounded
from metrics.change import Changes, index_changes, share_changes
from metrics.difference import Verdict
from metrics.dispersion import OverDispersion, adjusted_index_limits, arcsine_limits
from metrics.estimate import ENOUGH, HIDDEN_BELOW, Estimate
from metrics.funnel import INNER, OUTER, exact_index_limits, exact_share_limits
from metrics.index import index_limits, recommendation_index
from metrics.peers import PeerFlag, Peers, judge_indices, judge_shares
from metrics.proportion import share, wilson_limits
from metrics.recommendation import Groups
from program.rules import ProgramRules
from queries.filters import Filters
from queries.peers import COUNTS, OWN_COUNTS, Measured, Spans, peer_counts, spans, together
from queries.scope import Scope

#: Limits are drawn through so many sizes: smooth to the eye, and cheap at any number of partners.
_CURVE_POINTS = 160
CONCERNS = (PeerFlag.ALERT, PeerFlag.WATCH)


@dataclass(frozen=True, slots=True)
class Measure:
    """What partners are compared by: the share of good answers, or the recommendation index."""

    measured: Measured
    index: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Partners among their peers, as they may be shown: nothing of a partner without a name.

    Attributes
    ----------
    listed
        Grain: one row a partner that may be named and was chosen. The columns of
        ``queries.peers.NAMED``, ``n``, ``value``, ``low``, ``high`` (95 %), ``flag``, ``room``
        (answers missing to the common level), ``change`` with ``change_n`` and
        ``change_verdict`` (recent period against the one before) and ``worsening``. Figures are
        NaN below five answers.
    crowd
        Everybody in scope who was not chosen and has at least five answers. Grain: one row a pair
        of ``n`` and ``value``; ``partners`` share it.
    about
        Whether others are told only in rounded totals: ``overall``, ``partners`` and ``eligible``
        are approximate then, and so is all that follows from them. Flags rest on exact counts.
    limits
        Grain: one row a number of answers. ``n``, exact ``inner_…`` and ``outer_…`` limits,
        ``adjusted_low`` and ``adjusted_high`` (NaN without over-dispersion).
    overall
        All answers of the peer group together.
    partners, eligible
        How many partners have answers at all, and how many have enough to be judged.
    flags_given
        Whether enough are eligible for flags.
    dispersion
        How much more they vary than chance allows; ``None`` where it would tell of too few others.
    periods
        What was compared with what.
    """

    listed: pd.DataFrame
    crowd: pd.DataFrame
    about: bool
    limits: pd.DataFrame
    overall: Estimate
    partners: int
    eligible: int
    flags_given: bool
    dispersion: OverDispersion | None
    periods: Spans


def compare_partners(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    measure: Measure,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> Comparison:
    """Judge every partner of the peer group and name those in scope and in the portfolio.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot answer.
    """
    counted = peer_counts(connection, scope, filters, measure.measured, evaluated_on, today, rules)
    # Rows of a large frame are copied only where that is needed: every column of words costs.
    rows = counted
    if (counted["partners"] != 1).any():
        rows = counted.loc[counted.index.repeat(counted["partners"])].reset_index(drop=True)
    peers = _judged(rows, index=measure.index)
    rows = rows.assign(value=peers.value, flag=[*map(str, peers.flags)])
    named = rows["partner_id"].notna()
    if filters.manager_email is not None:
        named &= rows["manager_email"] == filters.manager_email
    unnamed = rows["partner_id"].isna().to_numpy()
    beyond = rows[["n", "value"]][~named & ~unnamed & (rows["n"] >= HIDDEN_BELOW)]
    common, dispersion = together(counted), _told(peers, unnamed)
    return Comparison(
        listed=_with_figures(
            rows if named.all() else rows[named].reset_index(drop=True), common, measure
        ),
        crowd=beyond.groupby(["n", "value"], as_index=False)
        .size()
        .rename(columns={"size": "partners"}),
        about=bool(unnamed.any()),
        limits=_limits(common, rows["n"][~unnamed].max(), dispersion, index=measure.index),
        overall=_overall(common, index=measure.index),
        partners=_number(np.full(len(rows), fill_value=True), unnamed),
        eligible=_number(peers.eligible, unnamed),
        flags_given=peers.flagged,
        dispersion=dispersion,
        periods=spans(filters, today),
    )


def _number(some: NDArray[np.bool_], unnamed: NDArray[np.bool_]) -> int:
    """Return how many partners are among ``some``, the unnamed ones rounded."""
    return int((some & ~unnamed).sum() + rounded((some & unnamed).sum()))


def _told(peers: Peers, unnamed: NDArray[np.bool_]) -> OverDispersion | None:
    """Return the dispersion as it may be told: of enough others, and in two digits."""
    if not unnamed.any():
        return peers.dispersion
    if (peers.eligible & unnamed).sum() < ENOUGH_OTHERS:
        return None
    nobody = np.empty(0)
    return OverDispersion(
        nobody, nobody, round(peers.dispersion.phi, 1), float(f"{peers.dispersion.tau2:.1e}")
    )


def _judged(rows: pd.DataFrame, *, index: bool) -> Peers:
    n = rows["n"].to_numpy()
    if index:
        return judge_indices(rows["promoters"].to_numpy(), rows["critics"].to_numpy(), n)
    return judge_shares(rows["good"].to_numpy(), n)


def _shares(common: dict[str, int]) -> tuple[float, float]:
    """Return the common shares of promoters and critics, NaN without answers."""
    n = common["n"] or math.nan
    return common["promoters"] / n, common["critics"] / n


def _target(common: dict[str, int], *, index: bool) -> float:
    """Return the common level, NaN without answers."""
    if index:
        promoters, critics = _shares(common)
        return promoters - critics
    return common["good"] / (common["n"] or math.nan)


def _overall(common: dict[str, int], *, index: bool) -> Estimate:
    if index:
        p, d = common["promoters"], common["critics"]
        return recommendation_index(Groups(p, common["n"] - p - d, d))
    return share(common["good"], common["n"])


def _limits(
    common: dict[str, int], widest: float, dispersion: OverDispersion | None, *, index: bool
) -> pd.DataFrame:
    """Return the funnel's limits up to the largest size that is drawn, ``widest``."""
    largest = ENOUGH if math.isnan(widest) else max(int(widest), ENOUGH)
    n = np.unique(np.geomspace(HIDDEN_BELOW, largest, _CURVE_POINTS).round().astype(int))
    if not common["n"]:
        return pd.DataFrame()
    target, shares = _target(common, index=index), _shares(common)
    tails = {"inner_low": INNER, "inner_high": 1 - INNER, "outer_low": OUTER,
             "outer_high": 1 - OUTER}  # fmt: skip
    limits = {
        name: exact_index_limits(*shares, n, tail) if index else exact_share_limits(target, n, tail)
        for name, tail in tails.items()
    }
    tau2 = dispersion.tau2 if dispersion else 0.0
    if tau2 == 0:
        low = high = np.full(len(n), np.nan)
    elif index:
        low, high = adjusted_index_limits(*shares, n, tau2)
    else:
        low, high = arcsine_limits(target, n, tau2)
    return pd.DataFrame({"n": n, **limits, "adjusted_low": low, "adjusted_high": high})


def _with_figures(rows: pd.DataFrame, common: dict[str, int], measure: Measure) -> pd.DataFrame:
    """Add what each listed partner shows; nothing is worked out for what stays hidden."""
    n = rows["n"].to_numpy()
    enough = n >= HIDDEN_BELOW
    # Words are copied once, in the order that is shown; the arithmetic is done on numbers alone:
    # columns are chosen before rows, since ``loc`` with both takes the rows of all columns first.
    shown = rows[[*COUNTS]][enough]
    if measure.index:
        span = index_limits(shown["promoters"], shown["critics"], shown["n"])
        reached = (rows["promoters"] - rows["critics"]).to_numpy()
    else:
        span = wilson_limits(shown["good"], shown["n"])
        reached = rows["good"].to_numpy()
    target = _target(common, index=measure.index)
    room = np.where(enough, np.ceil(np.maximum(n * target - reached, 0) - 1e-9), np.nan)
    order = np.lexsort((rows["partner_id"].to_numpy("int64"), -n, -room))
    return (
        rows.drop(columns=["good", "promoters", "critics", "partners"])
        .assign(
            value=np.where(enough, rows["value"], np.nan),
            low=_placed(span[0], enough),
            high=_placed(span[1], enough),
            room=room,
            **_changes(rows, index=measure.index),
        )
        .take(order)
        .reset_index(drop=True)
    )


def _changes(rows: pd.DataFrame, *, index: bool) -> dict[str, ArrayLike]:
    """Return the columns that say where each partner goes."""
    fewest = np.minimum(rows["recent_n"], rows["before_n"]).to_numpy()
    both = fewest >= HIDDEN_BELOW
    changes = _changes_of(rows[[*OWN_COUNTS]][both], index=index)
    verdicts = np.full(len(rows), Verdict.TOO_FEW.value, dtype=object)
    verdicts[both] = [verdict.value for verdict in changes.verdicts()]
    concerns = rows["flag"].isin([flag.value for flag in CONCERNS]).to_numpy()
    return {
        "change": _placed(changes.value, both),
        "change_n": fewest,
        "change_verdict": verdicts,
        "worsening": concerns & (verdicts == Verdict.LOWER.value),
    }


def _placed(values: NDArray[np.float64], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return ``values`` at the places of ``where``, NaN elsewhere."""
    column = np.full(len(where), np.nan)
    column[where] = values
    return column


def _changes_of(rows: pd.DataFrame, *, index: bool) -> Changes:
    def of(period: str, *names: str) -> tuple[Any, ...]:
        return tuple(rows[f"{period}_{name}"].to_numpy() for name in names)

    if index:
        return index_changes(
            of("recent", "promoters", "critics", "n"), of("before", "promoters", "critics", "n")
        )
    return share_changes(*of("recent", "good", "n"), *of("before", "good", "n"))
