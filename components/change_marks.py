"""What the data itself knows to have changed, in words, for every chart over time."""

from __future__ import annotations

import pandas as pd

from components.access import User
from components.data import ask
from components.state import read_state
from components.text import one_line
from program.language import _
from queries.annotations import noted_changes
from queries.changes import QUESTIONNAIRE_CHANGED, RULES_CHANGED, version_changes

#: Letters of a mark on a chart; the list on the page of methods has all of them.
_ROOM = 32


def change_marks(user: User) -> pd.DataFrame:
    """Return what changed as marks of a chart: ``day``, ``label``.

    New rules and new questionnaires as the data know them, and what analysts have noted.
    """
    changes = ask(version_changes, user.scope)
    words = {
        RULES_CHANGED: _("new rules"),
        QUESTIONNAIRE_CHANGED: _("new questionnaire"),
    }
    known = pd.DataFrame(
        {"day": changes["day"], "label": [words[kind] for kind in changes["kind"]]}
    ).astype({"label": "str"})
    noted = read_state(user, noted_changes, None)
    if noted is None or noted.empty:
        return known
    said = noted.rename(columns={"on_day": "day", "text": "label"})
    said["label"] = [_short(label) for label in said["label"]]
    return pd.concat([known, said[["day", "label"]]], ignore_index=True).sort_values(
        "day", ignore_index=True
    )


def _short(label: str) -> str:
    text = one_line(label)
    return text if len(text) <= _ROOM else text[: _ROOM - 1].rstrip() + "…"


def told_apart(marks: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Return what tells these marks from others, for figures that are remembered."""
    return tuple((f"{day}", label) for day, label in zip(marks["day"], marks["label"], strict=True))
