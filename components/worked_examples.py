"""Worked examples of the metrics with the programme's own numbers of today."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from charts import formats
from components.text import plain
from metrics.coverage import Group, least_deliveries
from metrics.drift import OVER
from program.language import _
from program.rules import ProgramRules


def _telling_partner(outlook: pd.DataFrame) -> pd.Series | None:
    """Return the partner whose numbers tell most: about to lose, else any with a base."""
    with_base = outlook[outlook["base_0"] > 0]
    if with_base.empty:
        return None
    losing = with_base[with_base["group_0"] == Group.WILL_LOSE.value]
    pool = losing if len(losing) else with_base
    return pool.sort_values(["pending_activation_0", "base_0"], ascending=False).iloc[0]


def forecast_example() -> str:
    """Return an example of the programme's forecast in round numbers; «Охват» has today's."""
    now, before, months = 7300, 6100, 3
    step = (now - before) // OVER
    return _(
        "{now} partners now, {before} a year ago: {months} ahead {now} + {n} × {step} = {then}."
    ).format(
        now=formats.number(now),
        before=formats.number(before),
        months=formats.months(months),
        n=months,
        step=formats.number(step),
        then=formats.number(now + months * step),
    )


def rule_examples(outlook: pd.DataFrame, rules: ProgramRules) -> Mapping[str, str]:
    """Return an example for each metric of the rule, by the metric's code.

    Parameters
    ----------
    outlook
        From ``components.outlook.partners_outlook`` for the next evaluation; empty without
        partners, then there are no examples.
    """
    partner = _telling_partner(outlook)
    if partner is None:
        return {}
    base, delivered = int(partner["base_0"]), int(partner["delivered_0"])
    pending = int(partner["pending_activation_0"])
    half = int(least_deliveries(base, rules))
    worst = int(least_deliveries(base + pending, rules))
    away = abs(delivered / base - float(rules.threshold))
    name = plain(partner["name"])
    numbers = {
        "name": name,
        "base": formats.number(base),
        "delivered": formats.number(delivered),
        "share": formats.coverage(delivered, base),
        "pending": formats.number(pending),
        "half": formats.number(half),
        "worst_half": formats.number(worst),
        "needed": formats.span(int(partner["needed_0"]), int(partner["needed_worst_0"])),
        "spare": formats.signed(int(partner["spare_0"])),
        "twice": formats.number(2 * delivered),
        "distance": formats.number(abs(2 * delivered - base)),
        "keys": formats.number(2 * rules.near_keys),
        "points": formats.percentage_points(away).lstrip("+"),
        "margin": formats.percentage_points(float(rules.near_margin)).lstrip("+"),
        "verdict": (
            _("the competence is held") if partner["held_0"] else _("the competence is not held")
        ),
        "near": _("near") if partner["near_0"] else _("not near"),
    }
    texts = {
        "competence": _("{name}: 2 × {delivered} = {twice} against a base of {base}: {verdict}."),
        "base": _(
            "{name}: keys bought in the window and activated: {base}; not activated yet: {pending}."
        ),
        "delivered": _("{name}: delivered {delivered}, in the base {base}."),
        "coverage": _("{name}: {share}."),
        "needed": _(
            "{name}: ⌈base / 2⌉ is {half}, with {pending} pending activations {worst_half}; "
            "delivered {delivered}; needed {needed}."
        ),
        "spare": _("{name}: {delivered} − {half} = {spare}."),
        "pending_activation": _("{name}: bought in the window and not activated: {pending}."),
        "near": _(
            "{name}: |2 × {delivered} − {base}| = {distance}, limit {keys}; coverage is {points} "
            "from the threshold, limit {margin}: {near}."
        ),
    }
    return {code: text.format(**numbers) for code, text in texts.items()}
