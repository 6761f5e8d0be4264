"""The data checks: what is said about stored decisions that differ from today's records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from benchmarks.page import STATEMENTS_MOST, noted
from components.data import ask_of_all, schema_problems
from components.warming import ask_for_checks, ask_for_frame
from metrics.recomputation import with_decision
from queries.choices import stored_evaluations
from queries.decisions import decisions_that_disagree
from queries.engine import ProgramDatabase
from queries.scope import EVERYTHING
from tests.databases import changed_copy, connected
from tests.pages.statements import statements_sent
from tests.pages.visitor import open_page, page_text


@pytest.mark.usefixtures("on_demo")
def test_other_counts_and_other_decisions_are_told_apart_and_the_latter_listed_first(
    oracle_file: Path,
) -> None:
    with connected(oracle_file) as connection:
        stored = stored_evaluations(connection, EVERYTHING).dates
        disputed = with_decision(decisions_that_disagree(connection, EVERYTHING, stored))
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


@pytest.mark.usefixtures("nothing_kept")
def test_errors_and_their_rows_take_no_more_statements_than_promised(
    point_at: Callable[[Path], None], demo_file: Path, tmp_path: Path
) -> None:
    point_at(
        changed_copy(
            demo_file,
            tmp_path / "spoiled.duckdb",
            "UPDATE license_key SET activated_on = purchased_on - 1 WHERE id = 1",
        )
    )
    ask_of_all(schema_problems)
    ask_for_frame()
    ask_for_checks()
    with noted() as visits:
        app = open_page("data_checks.py", language="en", role="analyst")
    assert app.selectbox(key="check_picked").value == "activated_before_purchase"
    assert app.dataframe[-1].value["record"].tolist() == ["1"]
    assert len(visits.statements) <= STATEMENTS_MOST, [text for text, _ in visits.statements]


@pytest.mark.usefixtures("on_demo", "nothing_kept")
def test_every_statement_over_the_records_has_the_time_limit_to_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blocks: list[list[str]] = []
    connect = ProgramDatabase.connect

    @contextmanager
    def counted(database: ProgramDatabase) -> Iterator[Connection]:
        with connect(database) as connection:
            with statements_sent("duckdb") as sent:
                yield connection
            blocks.append([statement.text for statement in sent])

    ask_of_all(schema_problems)
    ask_for_frame()
    monkeypatch.setattr(ProgramDatabase, "connect", counted)
    open_page("data_checks.py", role="analyst")
    assert blocks
    assert [block for block in blocks if len(block) != 1] == []
