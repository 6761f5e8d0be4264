"""How the calls went: the response of partners and regions beside all the others."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from metrics.against_others import against_others
from metrics.difference import Verdict, share_difference, verdict
from metrics.estimate import HIDDEN_BELOW, Estimate
from metrics.proportion import wilson_limits
from metrics.response import OUTCOMES, Response, response, worst_case
from program.rules import ProgramRules
from queries.contacts import response_by_partner
from queries.filters import Filters
from queries.scope import Scope

_COUNTS = ("ended", *OUTCOMES)


@dataclass(frozen=True, slots=True)
class ResponseBeside:
    """Response of the listed partners and of their regions beside all the others.

    Attributes
    ----------
    partners, regions
        Grain: one row a partner, or a region of listed partners; the outcomes, ``ended``,
        ``rate``, ``low``, ``high`` (Wilson, 95 %), ``verdict`` and ``room`` (answers missing to
        the others' rate). Below five ended contacts only ``ended`` is given, the rest is NaN.
        Those with the largest room come first.
    others
        How many partners of the group are compared with and not listed; rounded, and 0 where there
        are too few of them, if they may not be named.
    recommending
        Share recommending among listed partners' answers, with bounds over everybody who was
        called and did not answer that question.
    """

    partners: pd.DataFrame
    regions: pd.DataFrame
    others: int
    recommending: Estimate


def response_beside(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluated_on: dt.date,
    today: dt.date,
    rules: ProgramRules,
) -> ResponseBeside:
    """Judge the response of partners in scope and in the portfolio against all the others.

    Raises
    ------
    queries.engine.ProgramDatabaseError
        If the database cannot answer.
    """
    rows = response_by_partner(connection, scope, filters, evaluated_on, today, rules)
    named = rows["partner_id"].notna()
    if filters.manager_email is not None:
        named &= rows["manager_email"] == filters.manager_email
    listed, rest = rows[named].reset_index(drop=True), rows[~named]
    beyond = int(rest["completed"].sum()), int(rest["ended"].sum())
    by_region = listed.groupby(["region_ru", "region_en"], as_index=False)[list(_COUNTS)].sum()
    said = {name: int(listed[name].sum()) for name in ("recommending", "recommend_answers")}
    silent = int(listed["ended"].sum()) - said["recommend_answers"]
    return ResponseBeside(
        _judged(listed, beyond),
        _judged(by_region, beyond),
        int(rest["partners"].sum()),
        worst_case(said["recommending"], said["recommend_answers"], silent),
    )


def _judged(rows: pd.DataFrame, beyond: tuple[int, int]) -> pd.DataFrame:
    completed, ended = rows["completed"].to_numpy(), rows["ended"].to_numpy()
    low, high = wilson_limits(completed, ended)
    shown = ended >= HIDDEN_BELOW
    all_completed, all_ended = completed.sum() + beyond[0], ended.sum() + beyond[1]
    others = np.where(all_ended > ended, all_ended - ended, 1)
    room = np.ceil(np.maximum(ended * (all_completed - completed) / others - completed, 0) - 1e-9)
    figures = {
        "rate": completed / np.where(ended == 0, np.nan, ended),
        "low": low,
        "high": high,
        "room": room,
        **{name: rows[name] for name in OUTCOMES},
    }
    judged = rows.assign(
        **{name: np.where(shown, values, np.nan) for name, values in figures.items()},
        verdict=[word.value for word in against_others(completed, ended, beyond)],
    )
    order = judged.sort_values(
        ["room", "ended"], ascending=[False, False], na_position="last", kind="stable"
    )
    return order.reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class ResponseNow:
    """The response of one cut: its outcomes, its rate, and where it goes.

    ``change`` is ``None`` where there is no period just before to compare with.
    """

    outcomes: Response
    rate: Estimate
    change: Verdict | None


def response_now(months: pd.DataFrame) -> ResponseNow:
    """Return the response of the chosen period from ``queries.contacts.outcomes_by_month``."""
    now, before = (
        response({name: int(rows[name].sum()) for name in OUTCOMES})
        for rows in (months[~months["before"]], months[months["before"]])
    )
    difference = share_difference(now.completed, now.ended, before.completed, before.ended)
    return ResponseNow(
        now,
        now.rate,
        verdict(difference) if months["before"].any() else None,
    )
