"""What changed in the programme: who gained and lost, and when its rules and questions did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, String, and_, cast, false, func, literal, select, union_all

from program.rules import ProgramRules
from program.schema import city, competence_evaluation, partner, survey
from queries.adoption import members_of
from queries.alphabet import alphabetical
from queries.engine import frame
from queries.filters import Filters
from queries.scope import Scope

CHANGE_COLUMNS = {
    "partner_id": "int64",
    "name": "str",
    "city": "str",
    "tier": "str",
    "held": "bool",
    "base_before": "int64",
    "delivered_before": "int64",
    "base": "int64",
    "delivered": "int64",
}


def changes_at(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    evaluated_on: dt.date,
    before: dt.date,
    coming: Sequence[dt.date],
    today: dt.date,
    rules: ProgramRules,
) -> pd.DataFrame:
    """Return who gained or lost the competence at a stored evaluation against the one before.

    Parameters
    ----------
    before
        The stored evaluation to compare with; a partner without a row there did not hold.
    coming
        As in :func:`adoption`: the size filter goes by the first of them.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a partner whose competence changed, by name; ``held`` tells what it has
        since then. Columns as in ``CHANGE_COLUMNS``.
    """
    members = members_of(scope, filters, coming, today, rules)
    now, then = competence_evaluation.alias("now"), competence_evaluation.alias("then")
    held, held_before = (func.coalesce(side.c.held, false()) for side in (now, then))
    statement = (
        select(
            partner.c.id.label("partner_id"),
            partner.c.name,
            city.c.name_ru.label("city"),
            partner.c.tier,
            held.label("held"),
            func.coalesce(then.c.base, 0).label("base_before"),
            func.coalesce(then.c.delivered, 0).label("delivered_before"),
            func.coalesce(now.c.base, 0).label("base"),
            func.coalesce(now.c.delivered, 0).label("delivered"),
        )
        .select_from(members)
        .join(partner, partner.c.id == members.c.partner_id)
        .join(city, city.c.id == partner.c.city_id)
        .outerjoin(now, and_(now.c.partner_id == partner.c.id, now.c.evaluated_on == evaluated_on))
        .outerjoin(then, and_(then.c.partner_id == partner.c.id, then.c.evaluated_on == before))
        .where(held != held_before)
        .order_by(alphabetical(partner.c.name), partner.c.id)
    )
    return frame(connection, statement, CHANGE_COLUMNS)


VERSION_COLUMNS = {"day": "datetime64[us]", "kind": "str", "version": "str"}
RULES_CHANGED, QUESTIONNAIRE_CHANGED = "rules", "questionnaire"


def version_changes(connection: Connection, scope: Scope) -> pd.DataFrame:
    """Return when the rules and the questionnaire changed, as the records themselves tell.

    Grain: one row a change, oldest first: the first evaluation decided under a new version of
    the rules, the first survey answered on a new questionnaire. The first version of each is no
    change. Columns as in ``VERSION_COLUMNS``; the same for every scope.
    """
    del scope
    decided = competence_evaluation
    version = cast(survey.c.questionnaire_version, String)
    parts = [
        select(
            func.min(decided.c.evaluated_on).label("day"),
            literal(RULES_CHANGED).label("kind"),
            decided.c.rules_version.label("version"),
        ).group_by(decided.c.rules_version),
        select(func.min(survey.c.completed_on), literal(QUESTIONNAIRE_CHANGED), version).group_by(
            survey.c.questionnaire_version
        ),
    ]
    firsts = union_all(*parts).subquery("firsts")
    statement = select(firsts.c.day, firsts.c.kind, firsts.c.version).order_by(
        firsts.c.day, firsts.c.kind, firsts.c.version
    )
    found = frame(connection, statement, VERSION_COLUMNS)
    return found[found.duplicated("kind")].reset_index(drop=True)
