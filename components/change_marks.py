"""What changed in the programme, as the data knows it and as analysts noted it, for every chart."""

from __future__ import annotations

from collections.abc import Collection

from charts.annotations import Mark
from components.data import ask_of_all
from components.remembered import remembered
from components.session import require_user
from components.state import read_state
from components.text import one_line
from program.language import _
from queries.annotations import noted_changes
from queries.changes import QUESTIONNAIRE_CHANGED, RULES_CHANGED, version_changes


def change_marks(*, told: Collection[str] = ()) -> tuple[Mark, ...]:
    """Return what changed, the earliest first; the same for everybody who sees these data.

    Parameters
    ----------
    told
        Versions of the questionnaire whose beginning the chart tells by itself.
    """
    already_told = frozenset(told)
    marks = remembered(lambda: _known(already_told), "change_marks", already_told)
    noted = read_state(require_user(), noted_changes, None)
    if noted is not None and not noted.empty:
        marks += tuple(Mark(note.on_day.date(), one_line(note.text)) for note in noted.itertuples())
    return tuple(sorted(marks, key=lambda mark: mark.day))


def _known(told: Collection[str]) -> tuple[Mark, ...]:
    """Return what the data knows."""
    words = {
        RULES_CHANGED: _("new rules"),
        QUESTIONNAIRE_CHANGED: _("new questionnaire"),
    }
    return tuple(
        Mark(change.day.date(), words[change.kind])
        for change in ask_of_all(version_changes).itertuples()
        if change.kind != QUESTIONNAIRE_CHANGED or change.version not in told
    )
