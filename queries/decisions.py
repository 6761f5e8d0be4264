"""Stored monthly decisions: who holds the competence, how that changed, and the audit of it all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)

from program.rules import DECK_RULES, ProgramRules
from program.schema import (
    competence_evaluation,
    delivery,
    license_key,
    partner,
    project,
)
from queries.alphabet import alphabetical
from queries.coverage import chosen_partners
from queries.engine import frame
from queries.filters import NO_FILTERS, Filters
from queries.scope import Scope

HOLDER_COLUMNS = {"partner_id": "int64", "held": "bool"}


def decisions_on(
    connection: Connection, scope: Scope, filters: Filters, evaluated_on: dt.date
) -> pd.DataFrame:
    """Return the stored decisions of one evaluation, by partner.

    Grain: one row a partner with a stored decision; no rows at all mean that the evaluation was
    not stored (``python -m jobs award`` has not run for it). Columns as in ``HOLDER_COLUMNS``.
    """
    chosen = chosen_partners(scope, filters).cte("chosen")
    decided = competence_evaluation
    statement = (
        select(decided.c.partner_id, decided.c.held)
        .join(chosen, chosen.c.partner_id == decided.c.partner_id)
        .where(decided.c.evaluated_on == evaluated_on)
        .order_by(decided.c.partner_id)
    )
    return frame(connection, statement, HOLDER_COLUMNS)


CHANGE_COLUMNS = {
    "evaluated_on": "datetime64[us]",
    "partner_id": "int64",
    "name": "str",
    "held": "bool",
    "base": "int64",
    "delivered": "int64",
}


def competence_changes(
    connection: Connection, scope: Scope, filters: Filters, evaluations: Sequence[dt.date]
) -> pd.DataFrame:
    """Return who gained or lost the competence at each of consecutive stored ``evaluations``.

    Parameters
    ----------
    evaluations
        Stored evaluations, oldest first; changes are told from the second one on. A partner
        without a stored decision did not hold.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a change, the latest first; ``held`` tells what the partner has since
        then. Columns as in ``CHANGE_COLUMNS``.
    """
    if len(evaluations) < 2:
        return pd.DataFrame(columns=list(CHANGE_COLUMNS)).astype(CHANGE_COLUMNS)
    chosen = chosen_partners(scope, filters).cte("chosen")
    now, before = competence_evaluation.alias("now"), competence_evaluation.alias("before")
    held_now, held_before = (
        func.coalesce(now.c.held, false()),
        func.coalesce(before.c.held, false()),
    )
    changes = [
        select(
            cast(literal(later), Date).label("evaluated_on"),
            partner.c.id.label("partner_id"),
            partner.c.name,
            held_now.label("held"),
            func.coalesce(now.c.base, 0).label("base"),
            func.coalesce(now.c.delivered, 0).label("delivered"),
        )
        .join(chosen, chosen.c.partner_id == partner.c.id)
        .outerjoin(now, and_(now.c.partner_id == partner.c.id, now.c.evaluated_on == later))
        .outerjoin(
            before, and_(before.c.partner_id == partner.c.id, before.c.evaluated_on == earlier)
        )
        .where(held_now != held_before)
        for earlier, later in pairwise(evaluations)
    ]
    united = union_all(*changes).subquery("changes")
    statement = select(united).order_by(
        united.c.evaluated_on.desc(), alphabetical(united.c.name), united.c.partner_id
    )
    return frame(connection, statement, CHANGE_COLUMNS)


AUDIT_COLUMNS = {
    "evaluated_on": "datetime64[us]",
    "partner_id": "int64",
    "name": "str",
    "stored_base": "Int64",
    "stored_delivered": "Int64",
    "stored_held": "boolean",
    "base": "int64",
    "delivered": "int64",
}


def decisions_that_disagree(
    connection: Connection,
    scope: Scope,
    evaluations: Sequence[dt.date],
    rules: ProgramRules = DECK_RULES,
    filters: Filters = NO_FILTERS,
) -> pd.DataFrame:
    """Recompute every stored evaluation from today's records; return where the counts differ.

    Late records, transferred keys and corrections make a recomputation differ from the decision
    as it was taken; the decision stands, this list says where to look. Only decisions of the
    same rules version are compared. A partner with keys in the base but without a stored
    decision is listed too, its stored columns missing.

    Parameters
    ----------
    evaluations
        All stored ones, the oldest first, as from ``queries.choices.stored_evaluations``.

    Returns
    -------
    pandas.DataFrame
        Grain: one row an evaluation and partner; ``stored_…`` as decided, ``base`` and
        ``delivered`` as recomputed. Columns as in ``AUDIT_COLUMNS``.
    """
    decided = competence_evaluation
    if not evaluations:
        return pd.DataFrame(columns=list(AUDIT_COLUMNS)).astype(AUDIT_COLUMNS)
    windows = [(day, rules.window(day)) for day in evaluations]
    evaluation = union_all(
        *(
            select(
                cast(literal(day), Date).label("evaluated_on"),
                cast(literal(window.start), Date).label("window_start"),
                cast(literal(window.end), Date).label("window_end"),
            )
            for day, window in windows
        )
    ).cte("evaluation")
    chosen = chosen_partners(scope, filters).cte("chosen")
    key_facts = (
        select(
            license_key.c.id,
            license_key.c.partner_id,
            license_key.c.purchased_on,
            license_key.c.activated_on,
            func.min(delivery.c.delivered_on).label("first_delivered_on"),
        )
        .join(chosen, chosen.c.partner_id == license_key.c.partner_id)
        .outerjoin(project, project.c.license_key_id == license_key.c.id)
        .outerjoin(
            delivery,
            and_(
                delivery.c.project_id == project.c.id,
                delivery.c.partner_id == license_key.c.partner_id,
                delivery.c.status == "accepted",
            ),
        )
        .where(
            license_key.c.kind.in_(rules.counted_kinds),
            license_key.c.activated_on.is_not(None),
            license_key.c.purchased_on >= windows[0][1].start,
        )
        .group_by(
            license_key.c.id,
            license_key.c.partner_id,
            license_key.c.purchased_on,
            license_key.c.activated_on,
        )
        .cte("key_facts")
    )
    delivered_in_time = key_facts.c.first_delivered_on < evaluation.c.evaluated_on
    recomputed = (
        select(
            evaluation.c.evaluated_on,
            key_facts.c.partner_id,
            func.count().label("base"),
            func.sum(case((delivered_in_time, 1), else_=0)).label("delivered"),
        )
        .select_from(key_facts)
        .join(
            evaluation,
            and_(
                key_facts.c.purchased_on >= evaluation.c.window_start,
                key_facts.c.purchased_on < evaluation.c.window_end,
                key_facts.c.activated_on < evaluation.c.evaluated_on,
            ),
        )
        .group_by(evaluation.c.evaluated_on, key_facts.c.partner_id)
        .cte("recomputed")
    )
    stored = (
        select(
            decided.c.evaluated_on,
            decided.c.partner_id,
            decided.c.base,
            decided.c.delivered,
            decided.c.held,
        )
        .join(chosen, chosen.c.partner_id == decided.c.partner_id)
        .where(decided.c.rules_version == rules.version)
        .cte("stored")
    )
    both = stored.join(
        recomputed,
        and_(
            stored.c.evaluated_on == recomputed.c.evaluated_on,
            stored.c.partner_id == recomputed.c.partner_id,
        ),
        full=True,
    )
    base = func.coalesce(recomputed.c.base, 0)
    delivered = cast(func.coalesce(recomputed.c.delivered, 0), BigInteger)
    evaluated_on = func.coalesce(stored.c.evaluated_on, recomputed.c.evaluated_on)
    comparable = select(decided.c.evaluated_on).where(decided.c.rules_version == rules.version)
    statement = (
        select(
            evaluated_on.label("evaluated_on"),
            partner.c.id.label("partner_id"),
            partner.c.name,
            stored.c.base.label("stored_base"),
            stored.c.delivered.label("stored_delivered"),
            stored.c.held.label("stored_held"),
            base.label("base"),
            delivered.label("delivered"),
        )
        .select_from(both)
        .join(partner, partner.c.id == func.coalesce(stored.c.partner_id, recomputed.c.partner_id))
        .where(
            evaluated_on.in_(comparable),
            or_(
                stored.c.partner_id.is_(None),
                stored.c.base != base,
                stored.c.delivered != delivered,
            ),
        )
        .order_by(evaluated_on.desc(), partner.c.id)
    )
    return frame(connection, statement, AUDIT_COLUMNS)
