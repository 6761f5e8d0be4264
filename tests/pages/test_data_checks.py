"""The data checks: what is said about stored decisions that differ from today's records."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.recomputation import with_decision
from queries.decisions import decisions_that_disagree
from queries.scope import EVERYTHING
from tests.databases import connected
from tests.pages.visitor import open_page, page_text


@pytest.mark.usefixtures("on_demo")
def test_other_counts_and_other_decisions_are_told_apart_and_the_latter_listed_first(
    oracle_file: Path,
) -> None:
    with connected(oracle_file) as connection:
        disputed = with_decision(decisions_that_disagree(connection, EVERYTHING))
    otherwise = int(disputed["otherwise"].sum())
    assert 0 < otherwise < len(disputed)
    app = open_page("data_checks.py", language="en", role="analyst")
    assert (
        f"{len(disputed)} stored decisions differ from today's records in their counts, "
        f"{otherwise} of them in the decision"
    ) in page_text(app)
    app.selectbox(key="check_picked").set_value("recomputed_decisions").run()
    shown = app.dataframe[-1].value
    assert list(shown["name"]) == list(disputed["name"])
