from __future__ import annotations

import pytest
from sqlalchemy import Connection, create_engine, event, text

from program.schema import DASHBOARD_TABLES, PERSONAL_TABLES, create_all
from queries.contract import ContractBreach, ContractProblem, contract_problems


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request, tmp_path):
    if request.param == "duckdb":
        engine = create_engine(f"duckdb:///{tmp_path / 'program.duckdb'}")
    else:
        engine = create_engine(request.getfixturevalue("postgres_url"))
    create_all(engine)
    yield engine
    engine.dispose()


def change(connection: Connection, *statements: str) -> list[ContractProblem]:
    for statement in statements:
        connection.execute(text(statement))
    return contract_problems(connection)


def test_the_schema_fulfils_its_own_contract(engine):
    with engine.connect() as connection:
        assert contract_problems(connection) == []


def test_an_empty_database_misses_every_table_but_personal_ones(engine):
    names = reversed([*DASHBOARD_TABLES, *PERSONAL_TABLES])
    with engine.connect() as connection:
        cascade = "" if connection.dialect.name == "duckdb" else " CASCADE"
        found = change(connection, *(f"DROP TABLE {name}{cascade}" for name in names))
    assert found == [ContractProblem(name, ContractBreach.NO_TABLE) for name in DASHBOARD_TABLES]


def test_missing_and_mistyped_columns_are_named_with_what_was_found(engine):
    with engine.connect() as connection:
        found = change(
            connection,
            "ALTER TABLE region DROP COLUMN name_en",
            "ALTER TABLE answer ALTER COLUMN score TYPE VARCHAR",
            "ALTER TABLE load_batch ALTER COLUMN loaded_at TYPE DATE",
        )
    assert {(p.table, p.column, p.breach, p.expected) for p in found} == {
        ("region", "name_en", ContractBreach.NO_COLUMN, "text"),
        ("answer", "score", ContractBreach.WRONG_TYPE, "integer"),
        ("load_batch", "loaded_at", ContractBreach.WRONG_TYPE, "moment"),
    }
    said = {p.table: p.found.lower() for p in found}
    assert said["region"] == ""
    assert said["load_batch"] == "date"
    assert said["answer"] in {"varchar", "character varying"}


def test_wider_types_and_further_columns_are_fine(engine):
    with engine.connect() as connection:
        assert not change(
            connection,
            "ALTER TABLE answer ALTER COLUMN score TYPE BIGINT",
            "ALTER TABLE partner ADD COLUMN mood VARCHAR",
            "CREATE TABLE weather (day DATE)",
        )


def test_personal_data_is_no_part_of_the_contract(engine):
    with engine.connect() as connection:
        assert not change(connection, "DROP TABLE client_contact")


def test_the_contract_costs_two_queries(engine):
    statements = []
    with engine.connect() as connection:
        event.listen(
            connection, "before_cursor_execute", lambda *words: statements.append(words[2])
        )
        contract_problems(connection)
    assert len(statements) == 2
