"""Stored decisions beside today's records: which differ in their counts, which in the decision."""

from __future__ import annotations

import pandas as pd

from metrics.coverage import holds
from program.rules import DECK_RULES, ProgramRules


def with_decision(disputed: pd.DataFrame, rules: ProgramRules = DECK_RULES) -> pd.DataFrame:
    """Return stored decisions whose counts differ, those that would be decided otherwise first.

    Parameters
    ----------
    disputed
        As from ``queries.decisions.decisions_that_disagree``. A partner without a stored decision
        did not hold.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``held`` as recomputed and ``otherwise``: not what was decided.
    """
    held = holds(disputed["base"].to_numpy(), disputed["delivered"].to_numpy(), rules)
    was_held = disputed["stored_held"].fillna(value=False).to_numpy(bool)
    judged = disputed.assign(held=held, otherwise=held != was_held)
    return judged.sort_values("otherwise", ascending=False, kind="stable", ignore_index=True)
