"""How many partners stand where at coming evaluations: for totals, which need no partner singly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, case, exists, false, func, literal, select, union_all

from program.rules import DECK_RULES, ProgramRules
from program.schema import competence_evaluation
from queries.adoption import meets
from queries.coverage import chosen_partners, wide_counts
from queries.engine import frame
from queries.filters import Filters
from queries.scope import Scope
from queries.sizes import in_band

STANDING_COLUMNS = {
    "evaluation": "int64",
    "held_now": "bool",
    "base": "int64",
    "delivered": "int64",
    "pending_activation": "int64",
    "partners": "int64",
}


def partners_by_standing(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluations: Sequence[dt.date],
    decided_on: dt.date,
    today: dt.date,
    rules: ProgramRules = DECK_RULES,
) -> pd.DataFrame:
    """Count the chosen partners that share the same counts of keys at an evaluation.

    Parameters
    ----------
    evaluations
        The size filter goes by the base of the first of them.
    decided_on
        The evaluation whose stored decision says who has the competence now. Where none of the
        chosen partners has one, today's records decide it.

    Returns
    -------
    pandas.DataFrame
        Grain: one row an evaluation (its place in ``evaluations``), ``held_now``, ``base``,
        ``delivered`` and ``pending_activation``: the counts of ``queries.coverage``, with the
        number of ``partners`` that share them. Columns as in ``STANDING_COLUMNS``.

    Raises
    ------
    ValueError
        If an evaluation is not the 1st of a month.
    """
    wide = wide_counts(scope, filters, [decided_on, *evaluations], today, rules).cte("wide")
    chosen = chosen_partners(scope, filters).cte("listed")
    decided = (
        select(competence_evaluation.c.partner_id, competence_evaluation.c.held)
        .join(chosen, chosen.c.partner_id == competence_evaluation.c.partner_id)
        .where(competence_evaluation.c.evaluated_on == decided_on)
        .cte("decided")
    )
    held = case(
        (exists().select_from(decided), func.coalesce(decided.c.held, false())),
        else_=meets(wide.c.base_0, wide.c.delivered_0, rules),
    )
    said = (
        select(held.label("held_now"), *(c for c in wide.c if c.name != "partner_id"))
        .select_from(wide)
        .outerjoin(decided, decided.c.partner_id == wide.c.partner_id)
        .where(in_band(wide.c.base_1, filters.size))
        .cte("said")
    )
    parts = []
    for i in range(len(evaluations)):
        base, delivered, bought = (
            said.c[f"{name}_{i + 1}"] for name in ("base", "delivered", "bought")
        )
        counts = (
            said.c.held_now,
            base.label("base"),
            delivered.label("delivered"),
            (bought - base).label("pending_activation"),
        )
        parts.append(
            select(
                literal(i).label("evaluation"), *counts, func.count().label("partners")
            ).group_by(*counts)
        )
    together = union_all(*parts).subquery("together")
    statement = select(together).order_by(*(c for c in together.c if c.name != "partners"))
    return frame(connection, statement, STANDING_COLUMNS)
