"""The outlook of the chosen partners: who they are, their counts, and what the rule says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from metrics.coverage import Group, holds, with_outlook
from program.calendar import add_months, last_evaluation, next_evaluation
from program.rules import ProgramRules
from queries.coverage import counts_by_evaluation
from queries.decisions import decisions_on
from queries.filters import Filters
from queries.outlook import partners_by_standing
from queries.partners import partner_directory
from queries.scope import Scope


def decided_before(evaluated_on: dt.date, today: dt.date) -> dt.date:
    """Return the evaluation whose decision is in force before ``evaluated_on`` is taken."""
    return min(last_evaluation(today), add_months(evaluated_on, -1))


def coming_evaluations(today: dt.date, rules: ProgramRules) -> tuple[dt.date, ...]:
    """Return the coming evaluations whose purchases are final, at least the next one."""
    first = next_evaluation(today)
    return tuple(add_months(first, i) for i in range(max(1, rules.settled_evaluations)))


def evaluations_beside(
    evaluated_on: dt.date, today: dt.date, rules: ProgramRules
) -> tuple[dt.date, ...]:
    """Return the chosen evaluation, followed by the other settled coming ones if it is one."""
    coming = coming_evaluations(today, rules)
    if evaluated_on not in coming:
        return (evaluated_on,)
    return (evaluated_on, *(day for day in coming if day != evaluated_on))


def partners_outlook(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return every chosen partner with its outlook for each of ``evaluations``.

    Whether a partner has the competence «now» is the stored decision in force before the first
    evaluation. Where that decision was not stored, it is calculated from today's records and
    ``held_is_stored`` is False.

    Parameters
    ----------
    evaluations
        The chosen evaluation first; the size filter and the groups go by it.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a partner, by id. The directory's columns, ``held_now``,
        ``held_is_stored``, and for evaluation ``i`` ``base_i``, ``delivered_i``,
        ``pending_activation_i`` and every column of ``metrics.coverage.with_outlook``;
        ``is_member`` says whether the partner is in the programme on the first evaluation's day.
    """
    said = _said(connection, scope, filters, evaluations, today, rules)
    directory = partner_directory(connection, scope, filters).set_index("partner_id")
    first = pd.Timestamp(evaluations[0])
    is_member = ~((directory["joined_on"] > first) | (directory["left_on"] <= first))
    outlook = pd.concat([directory.assign(is_member=is_member), said], axis=1)
    return _of_size(outlook, filters).reset_index()


def _said(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return what the rule says of every chosen partner; index ``partner_id``."""
    decided_on = decided_before(min(evaluations), today)
    days = [decided_on, *evaluations]
    counts = counts_by_evaluation(connection, scope, filters, days, today, rules)
    stored = decisions_on(connection, scope, filters, decided_on).set_index("partner_id")["held"]
    calculated = counts[decided_on]
    if len(stored):
        held_now = stored.reindex(calculated.index, fill_value=False).to_numpy(dtype=bool)
    else:
        held_now = holds(calculated["base"].to_numpy(), calculated["delivered"].to_numpy(), rules)
    parts = [
        pd.DataFrame(
            {"held_now": held_now, "held_is_stored": len(stored) > 0}, index=calculated.index
        )
    ]
    for i, evaluated_on in enumerate(evaluations):
        rows = counts[evaluated_on].assign(held_now=held_now)
        if evaluated_on <= today:
            rows = rows.assign(pending_activation=0)  # decided: nothing can be activated in time
        parts.append(with_outlook(rows, rules).drop(columns="held_now").add_suffix(f"_{i}"))
    return pd.concat(parts, axis=1)


def _of_size(outlook: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    if filters.size is None:
        return outlook
    low, high = filters.size.bounds
    fits = outlook["base_0"].between(low, high if high is not None else outlook["base_0"].max())
    return outlook[fits]


def groups_by_evaluation(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluations: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Count the chosen partners by group and need for each of ``evaluations``.

    Grain: one row an evaluation; ``evaluated_on``, one integer column for each
    ``metrics.coverage.Group``, ``saved_by_one`` (partners that would lose and that one delivery
    saves for sure), ``base`` and ``delivered`` (keys of all of them).
    """
    decided_on = decided_before(min(evaluations), today)
    counts = partners_by_standing(connection, scope, filters, evaluations, decided_on, today, rules)
    open_still = np.array([day > today for day in evaluations])[counts["evaluation"]]
    # Of what is decided nothing can be activated in time any more.
    pending = counts["pending_activation"].where(open_still, 0)
    outlook = with_outlook(counts.assign(pending_activation=pending), rules)
    at, partners = outlook["evaluation"].to_numpy(), outlook["partners"].to_numpy()
    group = outlook["group"].to_numpy()
    saved = (group == Group.WILL_LOSE.value) & (outlook["needed_worst"] == 1).to_numpy()

    def summed(numbers: Any) -> Any:
        total = np.bincount(at, weights=numbers * partners, minlength=len(evaluations))
        return total.astype(np.int64)

    return pd.DataFrame(
        {
            "evaluated_on": pd.to_datetime(list(evaluations)).astype("datetime64[us]"),
            **{g.value: summed(group == g.value) for g in Group},
            "saved_by_one": summed(saved),
            "base": summed(outlook["base"].to_numpy()),
            "delivered": summed(outlook["delivered"].to_numpy()),
        }
    )
