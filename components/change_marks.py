"""What the data itself knows to have changed, in words, for every chart over time."""

from __future__ import annotations

import pandas as pd

from components.data import ask
from program.language import _
from queries.changes import QUESTIONNAIRE_CHANGED, RULES_CHANGED, version_changes
from queries.scope import Scope


def change_marks(scope: Scope) -> pd.DataFrame:
    """Return new rules and new questionnaires as marks of a chart: ``day``, ``label``."""
    changes = ask(version_changes, scope)
    words = {
        RULES_CHANGED: _("new rules"),
        QUESTIONNAIRE_CHANGED: _("new questionnaire"),
    }
    return pd.DataFrame(
        {"day": changes["day"], "label": [words[kind] for kind in changes["kind"]]}
    ).astype({"label": "str"})
