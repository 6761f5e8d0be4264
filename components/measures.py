"""What partners can be compared by: the questions of the newest questionnaire, in words."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import streamlit as st

from components.definitions import definition
from components.peers import Measure
from components.remembered import remembered
from components.text import one_line
from metrics.recommendation import SCALES, IndexMapping
from program.language import N_, _, current_language
from queries.peers import Measured

_RECOMMEND = {
    "recommend_partner": N_("Share recommending the developer"),
    "recommend_platform": N_("Share recommending the platform"),
}
_INDEX = {
    "recommend_partner": N_("Recommendation index of the developer"),
    "recommend_platform": N_("Recommendation index of the platform"),
}
_MAPPINGS = {
    IndexMapping.STRICT: N_("strict mapping"),
    IndexMapping.BALANCED: N_("balanced mapping"),
    IndexMapping.CLASSIC: N_("classic mapping"),
}
_GOOD = {
    "goals": N_("Good answers: business tasks solved"),
    "design": N_("Good answers: design"),
    "development": N_("Good answers: quality of development"),
    "management": N_("Good answers: work of the managers"),
    "budget": N_("Good answers: within the budget"),
    "speed": N_("Good answers: speed of the project"),
    "usability": N_("Good answers: convenience of the platform"),
    "features": N_("Good answers: capabilities of the platform"),
}
_MEASURE = "measure"


def _mappings(scale_max: int) -> tuple[IndexMapping, ...]:
    return (
        (IndexMapping.STRICT, IndexMapping.BALANCED)
        if scale_max != max(SCALES)
        else (IndexMapping.CLASSIC,)
    )


def _offered(questions: pd.DataFrame) -> Iterator[tuple[str, str, Measure]]:
    """Yield code, name and measure: recommending first, then the other questions in order."""
    newest = questions[questions["version"] == questions["version"].max()]
    first = newest["code"].map(
        lambda code: list(_RECOMMEND).index(code) if code in _RECOMMEND else 9
    )
    for row in newest.assign(first=first).sort_values(["first", "position"]).itertuples():
        code, scale_max = str(row.code), int(row.scale_max)
        mappings = _mappings(scale_max)
        text = row.text_ru if current_language() == "ru" else row.text_en
        name = _({**_RECOMMEND, **_GOOD}[code]) if code in {**_RECOMMEND, **_GOOD} else str(text)
        yield f"share.{code}", name, Measure(Measured(code, scale_max, mappings[0]))
        for mapping in mappings if code in _INDEX else ():
            yield (
                f"{mapping}.{code}",
                f"{_(_INDEX[code])} ({_(_MAPPINGS[mapping])})",
                Measure(Measured(code, scale_max, mapping), index=True),
            )


def first_measure(questions: pd.DataFrame) -> Measure | None:
    """Return what is compared by until somebody chooses; ``None`` without a questionnaire."""
    return next((measure for _code, _name, measure in _offered(questions)), None)


def metric_code(measure: Measure) -> str:
    """Return the metric that defines ``measure``, by its code in the registry."""
    if measure.index:
        return "recommendation_index"
    return "recommending" if measure.measured.question in _RECOMMEND else "good_answers"


def pick_measure(questions: pd.DataFrame) -> tuple[str, Measure]:
    """Draw the choice of the measure, kept in the address, and return its name and itself.

    ``questions`` are all that were loaded, as from ``queries.questionnaire.questionnaires``.

    Raises
    ------
    ValueError
        If there is no question to choose from.
    """
    offered = remembered(
        lambda: {code: (name, measure) for code, name, measure in _offered(questions)}, "measures"
    )
    if not offered:
        raise ValueError("no questionnaire, no measure")
    default = next(iter(offered))
    said = st.query_params.get(_MEASURE, default)
    now = st.session_state[_MEASURE] = said if said in offered else default

    def remember() -> None:
        chosen = st.session_state[_MEASURE]
        if chosen == default:
            st.query_params.pop(_MEASURE, None)
        else:
            st.query_params[_MEASURE] = chosen

    chosen: str = st.selectbox(
        _("Compare by"),
        list(offered),
        key=_MEASURE,
        format_func=lambda code: one_line(offered[code][0]),
        on_change=remember,
        help=definition(metric_code(offered[now][1])),
    )
    return offered[chosen]
