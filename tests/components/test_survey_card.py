"""A partner's answers beside those of the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from components.survey_card import beside_others
from components.survey_questions import questionnaire
from tests.components.survey_samples import QUESTION_ROWS, answers

pytestmark = pytest.mark.usefixtures("russian")


def beside(own: int, region: int, partners: int, others: int) -> pd.DataFrame:
    return pd.concat(
        answers({5: n}).assign(beside=name, partners=of)
        for name, n, of in (
            ("partner", own, 1),
            ("region", region, partners),
            ("others", others, 9),
        )
    )


@pytest.mark.parametrize(("partners", "shown"), [(1, False), (2, False), (3, True)])
def test_region_is_shown_only_when_three_other_partners_stand_behind_it(
    partners: int, shown: bool
) -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]
    found = beside_others(beside(12, 20, partners, 50), asked=asked).iloc[0]
    assert bool(np.isnan(found["region"])) is not shown
    assert found["others_n"] == 50


def test_card_hides_the_comparison_of_four_answers() -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]
    found = beside_others(beside(4, 20, 5, 50), asked=asked).iloc[0]
    assert np.isnan(found["own"])
    assert "скрыто" in found["verdict"]


def test_card_tells_every_share_with_its_interval() -> None:
    asked = [a for a in questionnaire(QUESTION_ROWS, 1) if a.code == "goals"]
    found = beside_others(beside(12, 20, 3, 30), asked=asked).iloc[0]
    for who in ("own", "region", "others"):
        assert found[f"{who}_low"] < found[who] <= found[f"{who}_high"]
    hidden = beside_others(beside(4, 20, 3, 30), asked=asked).iloc[0]
    assert np.isnan(hidden["own_low"])
