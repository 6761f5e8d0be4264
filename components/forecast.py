"""The forecast of the chosen partners: the exact part, the chance, and whether it is proven."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from components.data import ask, kept, program_database
from metrics.coverage import with_outlook
from metrics.delivery_habit import Habits, shrunk_habits
from metrics.evidence import Evidence, evidence
from metrics.forecast import Situation, chance_of_holding, pending_chances, settled, together
from metrics.lag_curve import LagCurve, lag_curve
from metrics.reach import bands
from metrics.replay import corrected
from program.rules import ProgramRules
from queries.coverage import partner_counts
from queries.filters import NO_FILTERS
from queries.forecast import open_keys, pending_keys
from queries.key_history import key_history
from queries.lags import accepted_share, activation_lags, delivery_lags, pace_counts
from queries.scope import EVERYTHING, Scope

#: The dashboard replays so many partners over so many past evaluations: enough to prove a gain,
#: and a second's work at any size. ``python -m jobs replay`` takes all.
MOST_PARTNERS = 400
LATEST_EVALUATIONS = 24


def replay_evidence(
    connection: Connection,
    scope: Scope,
    days_before: tuple[int, ...],
    today: dt.date,
    rules: ProgramRules,
) -> tuple[Evidence, ...]:
    """Replay the latest evaluations from each number of days before; aggregates without names."""
    keys = key_history(connection, scope, today, rules, MOST_PARTNERS)
    return tuple(evidence(keys, today, days, rules, LATEST_EVALUATIONS) for days in days_before)


def programme_curve(
    connection: Connection, scope: Scope, today: dt.date, rules: ProgramRules
) -> LagCurve:
    """Return the programme's curve of days from activation to delivery."""
    return lag_curve(delivery_lags(connection, scope, today, rules))


def raw_chances(
    connection: Connection,
    scope: Scope,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return what the rule and the model say of each partner in scope at coming ``evaluations``.

    Returns
    -------
    pandas.DataFrame
        Grain: one row an evaluation and partner, in this order, every evaluation with the same
        partners: ``partner_id``, ``evaluation`` (its place), counts and outlook
        (``metrics.coverage.with_outlook``), ``open_keys``, ``settled``
        (``metrics.forecast.Settled``) and ``raw`` (the chance before any correction).
    """
    delivery = programme_curve(connection, scope, today, rules)
    activation = lag_curve(activation_lags(connection, scope, today, rules))
    accepted = accepted_share(connection, scope, today)
    counts = partner_counts(connection, scope, NO_FILTERS, evaluations, today, rules)
    partners = np.sort(counts["partner_id"].unique())
    pace = pace_counts(connection, scope, today, delivery, rules)
    habits = _habits_of(partners, pace)
    still_open = open_keys(connection, scope, NO_FILTERS, evaluations, today, rules)
    waiting = pending_keys(connection, scope, NO_FILTERS, evaluations, today, rules)
    places = {pd.Timestamp(evaluated_on): i for i, evaluated_on in enumerate(evaluations)}
    counts = counts.assign(evaluation=counts["evaluated_on"].map(places))
    counts = counts.sort_values(["evaluation", "partner_id"], ignore_index=True)
    n = len(partners)
    now = together(
        [
            _situation(
                counts.iloc[i * n : (i + 1) * n],
                still_open[still_open["evaluation"] == i],
                waiting[waiting["evaluation"] == i],
                delivery,
                activation,
                (evaluated_on - today).days,
                accepted,
            )
            for i, evaluated_on in enumerate(evaluations)
        ]
    )
    pace = np.tile(habits.nodes(), (len(evaluations), 1))
    return with_outlook(counts, rules).assign(
        open_keys=lambda rows: rows["base"] - rows["delivered"],
        settled=settled(now, rules),
        raw=chance_of_holding(now, pace, rules),
    )


def _habits_of(partners: np.ndarray, pace: pd.DataFrame) -> Habits:
    """Return the habits of ``partners``; the prior is that of all partners in ``pace``."""
    everybody = np.union1d(partners, pace["partner_id"].to_numpy())
    known = pace.set_index("partner_id").reindex(everybody)
    habits = shrunk_habits(
        known["delivered"].fillna(0).to_numpy().astype(np.int64),
        known["expected"].fillna(0.0).to_numpy(),
    )
    return habits.of(np.searchsorted(everybody, partners))


def _situation(
    counts: pd.DataFrame,
    still_open: pd.DataFrame,
    waiting: pd.DataFrame,
    delivery: LagCurve,
    activation: LagCurve,
    days_left: int,
    accepted: float,
) -> Situation:
    """Return one evaluation's situation; keys of a like kind are counted, so they are repeated."""
    partners = counts["partner_id"].to_numpy()
    open_now = still_open[~still_open["under_review"]]
    review = still_open[still_open["under_review"]]
    age = open_now["age"].to_numpy()
    in_time, after = pending_chances(activation, delivery, waiting["age"].to_numpy(), days_left)

    def index(rows: pd.DataFrame) -> np.ndarray:
        places = np.searchsorted(partners, rows["partner_id"].to_numpy())
        return np.repeat(places, rows["keys"].to_numpy())

    def each(rows: pd.DataFrame, values: np.ndarray) -> np.ndarray:
        return np.repeat(values, rows["keys"].to_numpy())

    return Situation(
        base=counts["base"].to_numpy(),
        delivered=counts["delivered"].to_numpy(),
        pending=counts["pending_activation"].to_numpy(),
        open_partner=index(open_now),
        open_hazard=each(open_now, delivery.hazard_between(age, age + days_left)),
        review_partner=index(review),
        accepted_share=accepted,
        pending_partner=index(waiting),
        pending_activation=each(waiting, in_time),
        pending_hazard=each(waiting, after),
    )


@dataclass(frozen=True)
class Forecast:
    """What is said of the coming ``evaluations``.

    Attributes
    ----------
    rows
        Grain: one row an evaluation and partner, as from :func:`raw_chances`, with ``chance``
        (corrected) and ``band`` (``metrics.reach.Band``).
    evidence
        What the replay says, for each evaluation from as many days before as now.
    """

    evaluations: tuple[dt.date, ...]
    rows: pd.DataFrame
    evidence: tuple[Evidence, ...]

    def of(self, partner_id: int) -> pd.DataFrame:
        """Return one partner's rows, one an evaluation."""
        rows = [self.among([partner_id], i) for i in range(len(self.evaluations))]
        return pd.concat(rows, ignore_index=True)

    def among(self, partners: Sequence[int], evaluation: int) -> pd.DataFrame:
        """Return the rows of ``partners`` at one evaluation, in their order.

        Raises
        ------
        KeyError
            If one of them is not in the forecast's scope.
        """
        n = len(self.rows) // len(self.evaluations)
        own = self.rows.iloc[evaluation * n : (evaluation + 1) * n]
        known = own["partner_id"].to_numpy()
        places = np.minimum(np.searchsorted(known, partners), n - 1)
        if (known[places] != np.asarray(partners)).any():
            raise KeyError("a partner that the forecast does not know")
        return own.iloc[places]

    def proven(self, evaluation: int) -> bool:
        """Return whether per cent may be shown for an evaluation."""
        return self.evidence[evaluation].proof.proven

    def holders(self, evaluation: int, partners: Sequence[int]) -> tuple[float, float, float]:
        """Return the expected number of holders among ``partners``, with its 95 % interval.

        Partners are taken as independent, and the variance is widened by as much as past
        numbers of holders strayed more than that (``metrics.proof.Proof.widened``).
        """
        chance = self.among(partners, evaluation)["chance"].to_numpy()
        expected = float(chance.sum())
        independent = float((chance * (1 - chance)).sum())
        reach = 1.96 * np.sqrt(self.evidence[evaluation].proof.widened(independent))
        low = max(expected - reach, float((chance == 1).sum()))
        return expected, low, min(expected + reach, float((chance > 0).sum()))


def forecast(
    scope: Scope, evaluations: tuple[dt.date, ...], today: dt.date, rules: ProgramRules
) -> Forecast:
    """Return the forecast of all partners in scope for coming ``evaluations``, from memory.

    Whatever cut is looked at: a partner's chance does not depend on it.
    """
    question = (scope, evaluations, today, rules)
    return kept(
        lambda: forecast_now(*question), program_database().version(), "forecast", *question
    )


def forecast_now(
    scope: Scope, evaluations: tuple[dt.date, ...], today: dt.date, rules: ProgramRules
) -> Forecast:
    """Return :func:`forecast`, put together now.

    The replay is the programme's, for everybody: it holds no names, and a partner's chance must
    not depend on who asks.
    """
    rows = ask(raw_chances, scope, evaluations, today, rules)
    days = tuple((day - today).days for day in evaluations)
    found = ask(replay_evidence, EVERYTHING, days, today, rules)
    frames = []
    for i, known in enumerate(found):
        own = rows[rows["evaluation"] == i]
        open_now = (own["needed"].to_numpy(), own["open_keys"].to_numpy())
        state = own["settled"].to_numpy(dtype=object)
        frames.append(
            own.assign(
                chance=corrected(own.assign(state=own["settled"]), known.calibration),
                band=bands(state, *open_now, known.record),
            )
        )
    return Forecast(evaluations, pd.concat(frames, ignore_index=True), found)
